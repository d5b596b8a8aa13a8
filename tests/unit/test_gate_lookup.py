"""Looking up at the gate: by code, name and booking, decided by the one decision, on record, let in with a reason."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.events import Admitted, TicketLookedUp
from kiosk.domain.gate.grounds import decided, unpacked
from kiosk.domain.gate.scan import Override
from kiosk.domain.gate.shown import FirstUse
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import GateList, GatePost, Product, Ticket, World
from kiosk.services.gate_lookup import LookedUp
from kiosk.store.explained import explained
from sync.wire import BookedRow, Change
from tests.conftest import SettableClock
from tests.gate_world import T1, GateWorld, berlin

AT = berlin("2026-10-23T07:30")


class Scene(GateWorld):
    """A gate with records; tickets are sold and booked."""

    def book(self, text: str, holder: str = "", sale: str = "sale-1") -> str:
        """Central tells of a ticket that was sold; its id."""
        ticket = tickets.read(text)[0]
        layout = self.gate._presenter.ride(ticket.journey_id).layout  # type: ignore[union-attr]
        row = BookedRow(
            sale_id=sale,
            journey_id=ticket.journey_id,
            place=layout.index_of(ticket.coach, ticket.seat) if ticket.reserved and layout else None,
            from_call=ticket.from_call,
            to_call=ticket.to_call,
            place_class="second" if ticket.reserved else "",
            product_id="day",
            category_id="adult" if ticket.category else "child",
            persons=ticket.persons,
            holder=holder,
        )
        self.tell(Change("booked", ticket.ticket_id, msgspec.json.encode(row).decode()))
        return ticket.ticket_id

    def guest(self, **ticket: Any) -> None:
        guest = Ticket(**ticket)
        self.tell(Change("guest", guest.code, msgspec.json.encode(guest).decode()))

    def tell(self, change: Change) -> None:
        self.store.gate_records.take([change], anew=False)

    def look_up(self, text: str, by: str = "", role: str = "") -> LookedUp:
        return self.gate.look_ups.look_up(text, by, role)

    def audit(self) -> list[tuple[str, str, str, int]]:
        """(who, role, what, hits) of the look-ups."""
        found = [event for _, event in self.store.journal.events() if isinstance(event, TicketLookedUp)]
        return [(each.by, each.role, each.text, each.hits) for each in found]

    def plan(self, **world: Any) -> None:
        self.gate = self.make_gate(plan=World(**world))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path, SettableClock(AT))
    scene.gate.take_manifest(scene.central.manifest(), '"m1"')
    yield scene
    scene.close()


def names(found: LookedUp) -> list[str]:
    return [hit.holder for hit in found.hits]


def test_by_name_in_any_case_and_without_accents(scene: Scene) -> None:
    sell = scene.central.seller.sell
    first = scene.book(sell(seat=1), "Jörg Müller", "s1")
    scene.book(sell(seat=2), "Ana Muller-Díaz", "s2")
    scene.book(sell(seat=3), "王芳", "s3")
    assert sorted(names(scene.look_up("muller"))) == ["Ana Muller-Díaz", "Jörg Müller"]
    assert names(scene.look_up("  JORG   mull ")) == ["Jörg Müller"]
    assert names(scene.look_up("王")) == ["王芳"]
    assert scene.look_up("Nobody").word is Word.UNKNOWN
    hit = scene.look_up("jörg").hits[0]
    assert (hit.code, hit.booking, hit.product, hit.source) == (
        human_code(first),
        human_code(first),
        "adult/second",
        "name",
    )
    assert hit.verdict.reason is Word.NAME_ONLY and hit.verdict.facts is not None
    facts = hit.verdict.facts
    assert (facts.place, facts.category, facts.place_class) == ("1A", {"": "Adult"}, {"": "Second class"})
    assert scene.records() == [], "who is looked up is not let in, and not refused"


def test_by_the_code_of_any_ticket_the_whole_booking_is_found(scene: Scene) -> None:
    sell = scene.central.seller.sell
    ids = [scene.book(sell(seat=seat), holder, "s1") for seat, holder in ((1, "Ana"), (2, "Bea"), (3, "Cem"))]
    scene.book(sell(seat=4), "Dora", "s2")
    found = scene.look_up(human_code(ids[1]).lower().replace("-", " "))
    assert names(found) == ["Bea", "Ana", "Cem"], "the one that was typed first, then those it was booked with"
    assert [hit.source for hit in found.hits] == ["typed", "name", "name"]
    assert {hit.booking for hit in found.hits} == {human_code(ids[0])}
    assert len(scene.look_up(human_code(ids[1])[:6]).hits) == 1, "a part of a code finds its ticket alone"


def test_a_guest_is_found_by_name_booking_e_mail_and_code(scene: Scene) -> None:
    scene.guest(code="XK-99812", holder="Li Wei", booking="ORD7", email="li@example.org", product="vip")
    for text in ("li wei", "ord7", "LI@example", "XK-99812", "9981", "xk 99812"):
        assert names(scene.look_up(text)) == ["Li Wei"], text
    hit = scene.look_up("ORD7").hits[0]
    assert (hit.code, hit.booking, hit.email, hit.product) == ("XK-99812", "ORD7", "li@example.org", "vip")
    assert hit.verdict.reason is Word.NAME_ONLY
    scene.guest(code="B", holder="Bo", status="cancelled")
    scene.guest(code="C", holder="Cy", status="pending")
    assert scene.look_up("Bo").hits[0].verdict.reason is Word.CANCELLED
    assert scene.look_up("Cy").hits[0].verdict.reason is Word.UNPAID


def test_what_a_guest_list_adds_to_a_ticket_of_ours_is_found_with_it(scene: Scene) -> None:
    ticket_id = scene.book(scene.central.seller.sell(), "", "s1")
    scene.guest(code=ticket_id, holder="Mei Lindqvist", booking="ORD9", status="pending")
    (hit,) = scene.look_up("lindq").hits
    assert (hit.holder, hit.booking, hit.code) == ("Mei Lindqvist", "ORD9", human_code(ticket_id))
    assert hit.verdict.facts is not None and hit.verdict.reason is Word.UNPAID
    assert len(scene.look_up(human_code(ticket_id)).hits) == 1


def test_what_became_of_a_ticket_is_seen(scene: Scene) -> None:
    sell = scene.central.seller.sell
    used, cancelled, elsewhere, gone = sell(seat=1), sell(seat=2), sell(seat=3, from_call=1), sell(seat=4)
    for text, name in ((used, "Ana"), (cancelled, "Bea"), (elsewhere, "Cem")):
        scene.book(text, name, name)
    assert scene.gate.scan(used).admitted
    ids = [tickets.read(text)[0].ticket_id for text in (cancelled, gone)]
    scene.gate.take_manifest(
        scene.central.manifest(version=2, revoked_tickets=tuple(sorted(ids)), revocation_version=1), '"2"'
    )
    ana, bea, cem = (scene.look_up(name).hits[0].verdict for name in ("Ana", "Bea", "Cem"))
    assert ana.reason is Word.USED and ana.first_use == FirstUse("Gate 5", AT)
    assert bea.reason is Word.REVOKED
    assert cem.reason is Word.WRONG_PLACE and cem.decision.fare_due > 0
    (hit,) = scene.look_up(human_code(ids[1])).hits
    assert hit.verdict.reason is Word.REVOKED, "of one that central has no record of any more"


def test_two_tickets_of_one_code_are_both_shown(scene: Scene) -> None:
    seller = scene.central.seller
    seen: dict[str, int] = {}
    for seq in itertools.count(1):  # seven characters: after some hundred thousand tickets two share a code
        code = human_code(tickets.ticket_id(seller.terminal_id, seller.incarnation, seq))
        if code in seen:
            break
        seen[code] = seq
    one, two = seller.sell(seat=1, seq=seen[code]), seller.sell(seat=2, seq=seq)
    scene.book(one, "Ana", "s1")
    scene.book(two, "Bea", "s2")
    assert sorted(names(scene.look_up(code))) == ["Ana", "Bea"]
    assert scene.gate.scan(one).admitted
    assert {hit.holder: hit.verdict.reason for hit in scene.look_up(code).hits} == {
        "Ana": Word.USED,
        "Bea": Word.NAME_ONLY,
    }


def test_who_may_look_up_and_who_looked_is_on_record(scene: Scene) -> None:
    scene.plan(look_up_roles=("supervisor",))
    scene.book(scene.central.seller.sell(), "Ana Maria")
    assert scene.look_up("ana", "Bo (8)", "attendant").word is Word.OVERRIDE_REFUSED
    assert scene.look_up("ana", "", "supervisor").word is Word.OVERRIDE_REFUSED, "somebody without a name"
    assert names(scene.look_up("ana", "Li Wei (7)", "supervisor")) == ["Ana Maria"]
    assert scene.look_up("x" * 100, "Li Wei (7)", "supervisor").word is Word.UNKNOWN
    assert scene.audit() == [
        ("Bo (8)", "attendant", "ana", 0),
        ("", "supervisor", "ana", 0),
        ("Li Wei (7)", "supervisor", "ana", 1),
        ("Li Wei (7)", "supervisor", "x" * 40, 0),
    ]


def test_too_short_a_text_and_too_many_hits(scene: Scene) -> None:
    scene.plan(search_min=3, search_max=2)
    for seat in (1, 2, 3):
        scene.book(scene.central.seller.sell(seat=seat), f"Ana {seat}", f"s{seat}")
    short = scene.look_up("An ")
    assert (short.word, short.letters_min, short.hits) == (Word.UNKNOWN, 3, ())
    assert len(scene.look_up("Ana").hits) == 2


def test_only_events_of_this_gate_are_searched(scene: Scene) -> None:
    lists = (GateList(id="day", event="fair"), GateList(id="night", event="party"))
    products = (Product(id="f", event="fair"), Product(id="p", event="party"))
    scene.guest(code="F1", holder="Ana", product="f")
    scene.guest(code="P1", holder="Ana Bo", product="p")
    scene.plan(lists=lists, products=products, gates=(GatePost(id="Gate 5", list="night"),))
    assert names(scene.look_up("ana")) == ["Ana Bo"]
    scene.plan(lists=lists, products=products, gates=(GatePost(id="Gate 5", list="gone"),))
    assert scene.look_up("ana").word is Word.NOT_CONFIGURED


def test_let_in_with_role_and_reason_like_any_other(scene: Scene) -> None:
    text = scene.central.seller.sell()
    ticket_id = scene.book(text, "Ana Maria")
    (hit,) = scene.look_up("ana").hits
    reason = Override(role="supervisor", reason="The phone's battery is empty", by="Li Wei (7)")
    assert scene.gate.look_ups.let_in(hit, Override(role="attendant", reason="x", by="Bo (8)")).reason is (
        Word.OVERRIDE_REFUSED
    )
    assert not scene.gate.look_ups.let_in(hit, None).admitted
    verdict = scene.gate.look_ups.let_in(hit, reason)
    assert verdict.admitted and verdict.looked_up and verdict.holder == "Ana Maria"
    fact = [event for _, event in scene.store.journal.events() if isinstance(event, Admitted)][-1]
    assert (fact.ticket_id, fact.journey_id, fact.from_call, fact.to_call) == (ticket_id, T1, 0, 2)
    assert (fact.override, fact.role, fact.by) == ("name_only", "supervisor", "Li Wei (7)")
    assert fact.product == "adult/second" and fact.place == 2 << 10 | 1
    newest = next(explained(scene.folder, 0, 4e9))
    assert decided(unpacked(newest.grounds)).decision.override == "name_only", "decided again from the record"
    assert scene.gate.scan(ticket_id).reason is Word.UNKNOWN, "a name held up as a code opens nothing"
    assert scene.gate.scan(text).reason is Word.USED
    assert scene.look_up("ana").hits[0].verdict.reason is Word.USED


def test_a_post_may_take_a_typed_code_for_proof(scene: Scene) -> None:
    scene.plan(gates=(GatePost(id="Gate 5", typed_is_proof=True),))
    ticket_id = scene.book(scene.central.seller.sell(), "Ana")
    assert scene.look_up("ana").hits[0].verdict.reason is Word.NAME_ONLY
    (hit,) = scene.look_up(human_code(ticket_id)).hits
    assert hit.verdict.admitted
    assert scene.gate.look_ups.let_in(hit, None).admitted


def test_the_name_of_whoever_comes_in_is_known(scene: Scene) -> None:
    text = scene.central.seller.sell()
    scene.book(text, "Ana Maria")
    assert scene.gate.scan(text).holder == "Ana Maria"
    assert scene.gate.scan(scene.central.seller.sell(seat=2)).holder == ""


def test_a_guest_is_let_in_by_name_once(scene: Scene) -> None:
    scene.guest(code="XK-99812", holder="Mei Lindqvist", booking="ORD7", product="vip")
    (hit,) = scene.look_up("mei").hits
    reason = Override(role="supervisor", reason="The phone's battery is empty", by="Li Wei (7)")
    assert scene.gate.look_ups.let_in(hit, reason).admitted
    fact = [event for _, event in scene.store.journal.events() if isinstance(event, Admitted)][-1]
    assert (fact.ticket_id, fact.override, fact.by, fact.product) == ("XK-99812", "name_only", "Li Wei (7)", "vip")
    assert scene.gate.scan("XK-99812").reason is Word.USED, "whoever holds up the code then comes too late"
    assert scene.look_up("ORD7").hits[0].verdict.reason is Word.USED
