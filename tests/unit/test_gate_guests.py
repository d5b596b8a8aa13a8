"""Guests at a real gate with its stores: each by what central's feed told, recorded, and decided again the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.domain import ticket as tickets
from kiosk.domain.events import AdmissionLearned, AdmissionRefused, Admitted, Exited, VerdictExplained
from kiosk.domain.gate.grounds import decided, unpacked
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.words import Word
from kiosk.services.badges import badge_page
from kiosk.services.gate import GAP_S
from sync.wire import BookedRow, Change
from tests.conftest import SettableClock
from tests.gate_world import T1, GateWorld, berlin
from tests.small_catalogue import coach_layout

NOW = berlin("2026-10-23T07:30")
PLAN = {
    "products": [
        {"id": "day", "name": "Day ticket"},
        {"id": "carnet"},
        {"id": "weekend", "medium": "only"},
        {"id": "vip", "text": "Champagne", "acknowledge": True},
        {"id": "adult"},
    ],
    "lists": [
        {"id": "main", "include_pending": True},
        {"id": "paid"},
        {"id": "parking", "addons": True, "products": ["parking"]},
    ],
    "gates": [{"id": "Gate 5", "list": "main"}, {"id": "South", "list": "main"}],
}


class Scene(GateWorld):
    """Gate 5 at station a; `tell` is a round of central's feed."""

    clock: SettableClock

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SettableClock(NOW))
        self.gate.take_manifest(self.central.manifest(), '"1"')
        self.tell(plan={"": PLAN})

    def tell(self, **topics: dict[str, dict[str, Any] | None]) -> None:
        changes = [
            Change(topic, key, None if body is None else msgspec.json.encode(body).decode())
            for topic, rows in topics.items()
            for key, body in rows.items()
        ]
        self.store.gate_records.take(changes, anew=False, cursor="1.1", now=NOW)

    def guests(self, *rows: dict[str, Any]) -> None:
        self.tell(guest={row["code"]: row for row in rows})

    def show(self, text: str, **said: Any) -> Verdict:
        self.clock.forward(GAP_S + 1)
        return self.gate.scan(text, Scan(**{"persons": 0, **said}) if said else None)

    def scan(self, text: str, **said: Any) -> Word:
        return self.show(text, **said).reason

    def facts(self, kind: type) -> list[Any]:
        return [event for _, event in self.store.journal.events() if isinstance(event, kind)]

    def replayed(self) -> list[str]:
        """Every verdict on record, decided again from its record."""
        return [decided(unpacked(each.grounds)).decision.word.value for each in self.facts(VerdictExplained)]

    def told_elsewhere(self, fact: Admitted, terminal: int = 21, seq: int = 5) -> None:
        """Another gate of the network told it."""
        body = msgspec.json.encode(fact).decode()
        self.store.journal.append(
            AdmissionLearned(terminal_id=terminal, incarnation=1, seq=seq, previous=0, body=body, signature="")
        )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    said = [each for each in made.facts(Admitted | Exited | AdmissionRefused)]  # type: ignore[arg-type]
    words = ["admit" if isinstance(e, Admitted) else "exit" if isinstance(e, Exited) else e.reason for e in said]
    assert made.replayed() == words, "decided again from the record it is the same"
    made.close()


def test_a_guest_comes_in_once_and_is_shown_by_name(scene: Scene) -> None:
    scene.guests({"code": "FÉ/1 x", "holder": "Mara Lind", "product": "day", "booking": "B1"})
    verdict = scene.show("FÉ/1 x")
    assert verdict.admitted and verdict.ticket_id == "FÉ/1 x" and verdict.guest is not None
    shown = (verdict.guest.holder, verdict.guest.product, verdict.guest.booking, verdict.guest.list)
    assert shown == ("Mara Lind", "Day ticket", "B1", "main")
    again = scene.show("FÉ/1 x")
    assert again.reason is Word.USED and again.first_use is not None and again.first_use.gate == "Gate 5"
    scene.restart()
    assert scene.scan("FÉ/1 x") is Word.USED
    (came,) = scene.facts(Admitted)
    assert (came.ticket_id, came.journey_id, came.product, came.list, came.place) == ("FÉ/1 x", 0, "day", "main", 0)


def test_what_is_nobodys_code_is_unknown(scene: Scene) -> None:
    ticket = scene.central.seller.ticket()
    scene.guests({"code": "A"}, {"code": ticket.ticket_id, "holder": "Ann"})
    assert scene.scan("a") is Word.UNKNOWN
    assert scene.scan("A" * 300) is Word.UNKNOWN
    assert scene.gate._presenter.present("A\ud800", scene.gate.trust()).code == "", "half a letter"
    assert scene.scan(ticket.ticket_id) is Word.UNKNOWN, "the id of a ticket of ours is no proof"
    scene.guests({"code": "B"})
    scene.tell(guest={"B": None})
    assert scene.scan("B") is Word.UNKNOWN


def test_unpaid_guests_come_in_when_staff_say_so_and_the_list_allows_it(scene: Scene) -> None:
    scene.guests({"code": "P", "status": "pending", "product": "day"}, {"code": "C", "status": "cancelled"})
    refused = scene.show("P")
    assert refused.reason is Word.UNPAID and refused.decision.detail
    assert scene.scan("P", allow_unpaid=True, list="paid") is Word.UNPAID
    assert scene.scan("P", allow_unpaid=True) is Word.ADMIT
    assert scene.scan("C") is Word.CANCELLED


def test_rides_of_a_carnet_are_lent_to_gates(scene: Scene) -> None:
    scene.guests({"code": "K", "rides": 5, "leases": {"Gate 5": 2, "South": 3}})
    assert [scene.show("K").decision.remaining for _ in range(2)] == [4, 3]
    refused = scene.show("K")
    assert refused.reason is Word.NO_RIDES and refused.decision.detail == "South 3"
    assert [each.of for each in scene.facts(Admitted)] == [5, 5]
    scene.restart()
    assert scene.scan("K") is Word.NO_RIDES


def test_a_companion_goes_second(scene: Scene) -> None:
    scene.guests({"code": "Child", "companion_of": "Parent"}, {"code": "Parent"})
    refused = scene.show("Child")
    assert refused.reason is Word.COMPANION_FIRST and refused.decision.detail == "Parent"
    fact = Admitted(ticket_id="Parent", journey_id=0, gate="South", at=int(scene.clock.now()), list="main")
    scene.told_elsewhere(fact)
    assert scene.scan("Child") is Word.ADMIT
    assert scene.scan("Parent") is Word.USED


def test_on_a_list_for_extras_the_ticket_stands_for_its_extra(scene: Scene) -> None:
    scene.guests({"code": "T", "product": "day"}, {"code": "T-car", "product": "parking", "addon_of": "T"})
    verdict = scene.show("T", list="parking")
    assert verdict.admitted and verdict.ticket_id == "T-car"
    assert scene.scan("T", list="parking") is Word.USED
    assert scene.scan("T") is Word.ADMIT, "each list counts for itself"
    assert [(each.ticket_id, each.list) for each in scene.facts(Admitted)] == [("T-car", "parking"), ("T", "main")]


def test_a_wristband_is_handed_out_once_and_then_alone_counts(scene: Scene) -> None:
    scene.guests({"code": "W", "product": "weekend", "holder": "Ann"}, {"code": "V", "product": "weekend"})
    scene.tell(medium={"B1": {"code": "B1"}, "B2": {"code": "B2"}, "B3": {"code": "B3", "active": False}})
    assert scene.scan("W") is Word.EXCHANGE_REQUIRED
    assert scene.scan("W", hand_out="nothing") is Word.MEDIUM
    assert scene.scan("W", hand_out="B3") is Word.MEDIUM
    assert scene.scan("B1") is Word.MEDIUM, "it belongs to nobody yet"
    assert scene.scan("W", hand_out="B1") is Word.ADMIT
    assert scene.scan("V", hand_out="B1") is Word.MEDIUM_EXISTS
    assert scene.scan("W") is Word.EXCHANGED
    again = scene.show("B1")
    assert again.reason is Word.USED and again.guest is not None and again.guest.holder == "Ann"
    scene.restart()
    assert scene.scan("V", hand_out="B1") is Word.MEDIUM_EXISTS
    fact = Admitted(ticket_id="V", journey_id=0, gate="South", at=NOW, list="main", hand_out="B2")
    scene.told_elsewhere(fact)
    assert scene.scan("V") is Word.EXCHANGED, "another gate handed one out"
    assert scene.scan("B2") is Word.USED
    assert [each.hand_out for each in scene.facts(Admitted)] == ["B1"]


def test_notes_and_questions_of_guests(scene: Scene) -> None:
    questions = [{"id": "Shirt", "kind": "choice", "options": ["M", "L"], "products": ["day"]}]
    scene.tell(plan={"": {**PLAN, "questions": questions}})
    scene.guests(
        {"code": "V", "product": "vip", "text": "Guest of honour"},
        {"code": "Q", "product": "day"},
        {"code": "A", "product": "day", "answers": {"Shirt": "L"}},
    )
    verdict = scene.show("V")
    assert verdict.admitted and verdict.decision.acknowledge and verdict.decision.note == "Guest of honour\nChampagne"
    assert scene.scan("Q") is Word.ANSWER_REQUIRED
    assert scene.scan("Q", answers={"Shirt": "XXL"}) is Word.ANSWER_REQUIRED
    assert scene.scan("Q", answers={"Shirt": "M"}) is Word.ADMIT
    assert scene.scan("A") is Word.ADMIT


def test_passages_told_elsewhere_and_in_the_list_count(scene: Scene) -> None:
    scene.guests({"code": "L"}, {"code": "U", "used": [{"at": "2026-10-22T20:00:00Z", "gate": "Old system"}]})
    scene.told_elsewhere(Admitted(ticket_id="L", journey_id=0, gate="South", at=NOW - 60, list="main"))
    used = scene.show("L")
    assert used.reason is Word.USED and used.first_use is not None and used.first_use.gate == "South"
    used = scene.show("U")
    assert used.reason is Word.USED and used.first_use is not None and used.first_use.gate == "Old system"


def test_a_guest_group_goes_out_and_in_by_heads(scene: Scene) -> None:
    scene.guests({"code": "G", "persons": 4, "holder": "Ito"})
    assert scene.show("G", persons=3).persons == 3
    rest = scene.show("G", persons=2)
    assert rest.reason is Word.GROUP_REST and rest.decision.remaining == 1
    assert scene.show("G", kind="exit", persons=2).reason is Word.EXIT
    assert [each.ticket_id for each in scene.facts(Exited)] == ["G"]


# what a record adds to a ticket of ours


def test_a_record_adds_to_our_ticket_and_never_makes_its_proof_weaker(scene: Scene) -> None:
    ticket = scene.central.seller.ticket()
    text = tickets.sign(tickets.pack(ticket), scene.central.seller.key)
    forged = tickets.sign(tickets.pack(ticket), scene.central.other.key)
    late = {"valid_from": "2020-01-01T00:00:00Z", "valid_until": "2030-01-01T00:00:00Z"}
    scene.guests({"code": ticket.ticket_id, "holder": "Ann", "text": "Wheelchair", "status": "pending", **late})
    assert scene.scan(forged) is Word.BAD_SIGNATURE
    assert scene.show(forged).guest is None, "nothing is shown of what is not proven"
    unpaid = scene.show(text)
    assert unpaid.reason is Word.UNPAID and unpaid.guest is not None and unpaid.guest.holder == "Ann"
    assert unpaid.facts is not None, "its ride is shown as well"
    scene.tell(guest={ticket.ticket_id: {"code": ticket.ticket_id, "status": "cancelled"}})
    assert scene.scan(text) is Word.CANCELLED
    scene.tell(guest={ticket.ticket_id: None})
    assert scene.scan(text) is Word.ADMIT
    (came,) = scene.facts(Admitted)
    assert came.ticket_id == ticket.ticket_id and came.place and came.journey_id
    scene.guests({"code": ticket.ticket_id, **late})
    scene.clock.forward(3 * 86400)
    assert scene.scan(text) is not Word.ADMIT


# the plan of central


def test_a_plan_takes_effect_while_the_gate_runs_and_one_that_does_not_fit_changes_nothing(scene: Scene) -> None:
    scene.guests({"code": "X", "product": "day"}, {"code": "Y", "product": "day"}, {"code": "Z", "product": "day"})
    assert scene.scan("X") is Word.ADMIT
    lists = [{"id": "main", "products": ["vip"]}, {"id": "south", "products": ["day"]}]
    gates = [{"id": "Gate 5", "list": "main"}, {"id": "South", "list": "south"}]
    scene.tell(plan={"": {**PLAN, "lists": lists, "gates": gates}})
    wrong = scene.show("Y")
    assert wrong.reason is Word.WRONG_LIST and wrong.decision.right_gate == "South"
    scene.tell(plan={"": {**PLAN, "lanes_of_the_future": []}})
    assert "lanes_of_the_future" in scene.gate.plan.refused
    assert scene.scan("Y") is Word.WRONG_LIST, "the one before stays"
    scene.restart()
    assert "lanes_of_the_future" in scene.gate.plan.refused
    assert scene.scan("Y") is Word.WRONG_LIST
    scene.store.gate_records.take([Change("plan", "", '{"lanes_of_the_future": []}')], anew=True, cursor="1.9", now=NOW)
    scene.restart()
    scene.guests({"code": "Y", "product": "day"})
    assert scene.scan("Y") is Word.WRONG_LIST, "also where all records came anew"
    scene.tell(plan={"": None})
    assert scene.gate.plan.refused == "" and scene.scan("Y") is Word.ADMIT


def test_a_file_of_the_gates_own_goes_before_centrals_plan(scene: Scene) -> None:
    from kiosk.domain.gate.plan import plan_of

    scene.gate = scene.make_gate(plan=plan_of({"lists": [{"id": "own"}], "gates": [{"id": "Gate 5", "list": "own"}]}))
    scene.guests({"code": "X"})
    assert scene.show("X").guest.list == "own"  # type: ignore[union-attr]
    scene.tell(plan={"": {**PLAN, "lanes_of_the_future": []}})
    assert scene.show("X").reason is Word.USED and scene.gate.plan.refused == ""


def test_a_wristband_stands_for_a_ticket_of_ours(scene: Scene) -> None:
    """Handed out for a printed ticket; afterwards central's record says which ride it is for."""
    products = [{"id": each, "medium": "only"} for each in ("adult", "child", "senior")]
    scene.tell(plan={"": {**PLAN, "products": products}}, medium={"B1": {"code": "B1"}})
    ticket = scene.central.seller.ticket(category=0)
    text = tickets.sign(tickets.pack(ticket), scene.central.seller.key)
    row = BookedRow(
        "sale", T1, coach_layout().index_of(ticket.coach, ticket.seat), 0, 2, "second", "second", "adult", 1, "Ann Lind"
    )
    scene.store.gate_records.take(
        [Change("booked", ticket.ticket_id, msgspec.json.encode(row).decode())], anew=False, cursor="1.1", now=NOW
    )
    assert scene.scan(text) is Word.EXCHANGE_REQUIRED
    assert scene.scan(text, hand_out="B1") is Word.ADMIT
    assert scene.scan(text) is Word.EXCHANGED
    by_band = scene.show("B1")
    assert by_band.reason is Word.USED and by_band.ticket_id == ticket.ticket_id and by_band.facts is not None
    # What is added to the ticket by a list is no ticket by itself: the ride is judged as well.
    scene.guests({"code": ticket.ticket_id, "text": "Wheelchair"})
    scene.clock.forward(2 * 86400)
    assert scene.scan("B1") in (Word.EXPIRED, Word.WRONG_DAY)


def test_a_badge_of_a_guest_bears_their_name(scene: Scene) -> None:
    scene.guests({"code": "N", "holder": "Mara Lind", "product": "day"}, {"code": "M", "product": "day"})
    page = badge_page(scene.show("N"), {}, "en", 0)
    assert (page.name, page.title, page.human_code) == ("Mara Lind", "Day ticket", "N")
    assert badge_page(scene.show("M"), {"Name": "ADA"}, "en", 1).name == "Ada"
