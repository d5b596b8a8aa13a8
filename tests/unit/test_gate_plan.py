"""What an operator plans for the gates, on a real gate with its stores: the same rules as in written cases, recorded,
and decided again from the record."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from kiosk.app.config import ConfigWrong
from kiosk.app.gate_cases import gate as command
from kiosk.app.gate_cases import results_of
from kiosk.app.gateplan import load_plan
from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.events import (
    AdmissionAnnulled,
    AdmissionLearned,
    AdmissionRefused,
    Admitted,
    Exited,
    TicketLookedUp,
    VerdictExplained,
)
from kiosk.domain.gate.grounds import decided, unpacked
from kiosk.domain.gate.scan import Override, Scan
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import World
from kiosk.services.disruptions import LOOK_EVERY_S, Disruptions
from kiosk.services.gate import GAP_S
from tests.conftest import SettableClock
from tests.gate_world import GateWorld, berlin

NOW = berlin("2026-10-23T07:30")


class Scene(GateWorld):
    """Gate 5 at station a with a plan, and what it said."""

    clock: SettableClock

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SettableClock(NOW))
        self.gate.take_manifest(self.central.manifest(), '"1"')
        self.sell = self.central.seller.sell

    def plan(self, text: str, **changes: Any) -> None:
        plan = msgspec.convert(tomllib.loads(text), World)
        self.gate = self.make_gate(plan=plan, **changes)

    def scan(self, text: str, **said: Any) -> Word:
        self.clock.forward(GAP_S + 1)
        return self.gate.scan(text, Scan(**{"persons": 0, **said}) if said else None).reason

    def facts(self, *kinds: type) -> list[Any]:
        return [event for _, event in self.store.journal.events() if isinstance(event, kinds)]

    def all_the_same_again(self) -> int:
        """Every verdict on record, decided again from its grounds; how many there are."""
        facts = dict(self.store.journal.events())
        told = [each for each in facts.values() if isinstance(each, VerdictExplained)]
        for each in told:
            fact, decision = facts[each.of_seq], decided(unpacked(each.grounds)).decision
            said = (
                fact.reason if isinstance(fact, AdmissionRefused) else "admit" if isinstance(fact, Admitted) else "exit"
            )
            assert decision.word == said
        return len(told)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    assert scene.all_the_same_again() == len(scene.facts(Admitted, AdmissionRefused, Exited)) > 0
    scene.close()


def test_in_out_and_in_again(scene: Scene) -> None:
    scene.plan('lists = [{ id = "L", reentry = true }]\ngates = [{ id = "Gate 5", list = "L" }]')
    text = scene.sell()
    assert scene.scan(text) is Word.ADMIT and scene.scan(text) is Word.USED
    assert scene.scan(text, kind="exit") is Word.EXIT
    scene.restart()
    scene.plan('lists = [{ id = "L", reentry = true }]\ngates = [{ id = "Gate 5", list = "L" }]')
    assert scene.scan(text) is Word.ADMIT and scene.scan(text) is Word.USED
    assert [each.again for each in scene.facts(Admitted)] == [False, True]


def test_at_the_hour_everybody_is_out(scene: Scene) -> None:
    scene.plan('lists = [{ id = "L", reentry = true, checkout_at = "07:45" }]\ngates = [{ id = "Gate 5", list = "L" }]')
    text = scene.sell()
    assert scene.scan(text) is Word.ADMIT and scene.scan(text) is Word.USED
    scene.clock.time = berlin("2026-10-23T07:45")
    assert scene.scan(text) is Word.ADMIT and scene.scan(text) is Word.USED


def test_a_party_comes_in_as_one_or_one_after_another(scene: Scene) -> None:
    one, four = scene.sell(persons=4), scene.sell(persons=4, seat=2)
    assert scene.scan(one) is Word.ADMIT and scene.scan(one) is Word.USED
    assert scene.scan(four, persons=3) is Word.ADMIT
    assert scene.scan(four, persons=2) is Word.GROUP_REST
    assert scene.scan(four) is Word.ADMIT and scene.scan(four) is Word.USED
    assert [each.persons for each in scene.facts(Admitted)] == [4, 3, 1]


def test_a_full_zone_a_note_a_rule_and_a_question(scene: Scene) -> None:
    scene.plan(
        """
        zones = [{ id = "hall", capacity = 2 }]
        products = [{ id = "child" }, { id = "adult", attention = true, text = "Ask for the pass" }]
        questions = [{ id = "plate", products = ["child"] }]
        lists = [{ id = "L", rule = ["after", "07:40"] }]
        gates = [{ id = "Gate 5", list = "L", zone = "hall" }]
        """
    )
    texts = [scene.sell(seat=seat) for seat in (1, 2, 3)]
    assert scene.scan(texts[0]) is Word.RULE
    scene.clock.time = berlin("2026-10-23T07:45")
    first = scene.gate.scan(scene.sell(seat=9, category=0), Scan(persons=0))
    assert (first.reason, first.decision.questions) == (Word.NOT_LEASED, ())
    child = scene.sell(seat=8, category=0)
    asked = scene.gate.scan(child)
    assert (asked.reason, asked.decision.questions) == (Word.ANSWER_REQUIRED, ("plate",))
    scene.clock.forward(GAP_S + 1)
    seen = scene.gate.scan(texts[0])
    assert (seen.decision.signal, seen.decision.note) == ("look", "Ask for the pass")
    assert scene.scan(child, answers={"plate": "B-KO 7"}) is Word.ADMIT
    assert [scene.scan(text) for text in texts[1:]] == [Word.ZONE_FULL, Word.ZONE_FULL]
    assert scene.scan(texts[0], kind="exit") is Word.EXIT and scene.scan(texts[2]) is Word.ADMIT


def test_staff_pass_over_with_role_and_reason(scene: Scene) -> None:
    text = scene.sell()
    assert scene.scan(text) is Word.ADMIT and scene.scan(text) is Word.USED
    assert scene.scan(text, override=Override(role="guard", reason="friend")) is Word.OVERRIDE_REFUSED
    assert scene.scan(text, override=Override(role="supervisor", reason="")) is Word.OVERRIDE_REFUSED
    assert scene.scan(text, override=Override(role="supervisor", reason="left a bag", by="Ana")) is Word.ADMIT
    last = scene.facts(Admitted)[-1]
    assert (last.override, last.role, last.reason, last.by) == ("used", "supervisor", "left a bag", "Ana")
    forged = text[:-1] + ("A" if text[-1] != "A" else "B")
    assert scene.scan(forged, override=Override(role="supervisor", reason="please")) is not Word.ADMIT


def test_not_turned(scene: Scene) -> None:
    scene.plan('gates = [{ id = "Gate 5", annul_within_s = 60 }]')
    text = scene.sell()
    assert not scene.gate.annul()
    assert scene.scan(text) is Word.ADMIT and scene.gate.annul()
    assert not scene.gate.annul(), "there is nothing left to take back"
    assert scene.scan(text) is Word.ADMIT and scene.gate.admitted_today() == 1
    scene.clock.forward(61)
    assert not scene.gate.annul(), "too late"
    assert scene.scan(text) is Word.USED
    seqs = [seq for seq, event in scene.store.journal.events() if isinstance(event, Admitted)]
    assert [each.of_seq for each in scene.facts(AdmissionAnnulled)] == seqs[:1]


def test_a_train_is_late_or_does_not_run(scene: Scene, tmp_path: Path) -> None:
    feed = tmp_path / "delays.json"
    scene.gate = scene.make_gate(grace_min=10, delays_of=Disruptions(feed, scene.clock).of)
    text, other = scene.sell(), scene.sell(seat=2)
    scene.clock.time = berlin("2026-10-23T08:30")
    assert scene.scan(text) is Word.EXPIRED
    feed.write_text('{"delays": [{"journey": "IC 1 2026-10-23", "minutes": 40}]}')
    assert scene.scan(text) is Word.ADMIT
    feed.write_text('{"delays": [{"journey": "IC 1 2026-10-23"')
    scene.clock.forward(LOOK_EVERY_S)
    assert scene.scan(other) is Word.ADMIT, "half a file is not taken over"
    third = scene.sell(seat=3)
    feed.write_text('{"delays": [{"journey": "IC 1 2026-10-23", "cancelled": true}]}')
    assert scene.scan(third) is Word.TRAIN_CANCELLED
    feed.unlink()
    assert scene.scan(third) is Word.EXPIRED


def test_boarding_on_the_way(scene: Scene) -> None:
    text = scene.sell()
    scene.gate = scene.make_gate(stop_place_id="b", opens_before_min=120)
    assert scene.scan(text) is Word.ADMIT
    scene.gate = scene.make_gate(stop_place_id="c", opens_before_min=240)
    assert scene.scan(scene.sell(seat=2)) is Word.WRONG_PLACE, "it ends here"


def test_a_home_group(scene: Scene) -> None:
    text = scene.sell(gate_group=3)
    assert scene.scan(text) is Word.WRONG_GATE
    scene.gate = scene.make_gate(group=3)
    assert scene.scan(text) is Word.ADMIT


def test_an_emergency(scene: Scene) -> None:
    scene.gate.emergency(True)
    assert scene.scan(scene.sell()) is Word.EMERGENCY and scene.scan("poster", kind="exit") is Word.EXIT
    scene.gate.emergency(False)
    assert scene.scan(scene.sell()) is Word.ADMIT


def test_old_lists_and_a_forged_ticket_shows_nothing(scene: Scene) -> None:
    scene.plan('gates = [{ id = "Gate 5", amber_after_h = 1, refuse_after_h = 2 }]', opens_before_min=300)
    assert scene.gate.scan(scene.sell()).decision.doubts == ()
    scene.clock.forward(3700)
    long = {"valid_from_min": -600, "valid_for_min": 1200}
    verdict = scene.gate.scan(scene.sell(seat=2, journey_id=102, **long))
    assert verdict.reason is Word.ADMIT and verdict.decision.doubts == ("lists",)
    scene.clock.forward(3600)
    assert scene.scan(scene.sell(seat=3, journey_id=102, **long)) is Word.STALE_LISTS


def test_in_training_nobody_counts_and_nothing_is_on_record(scene: Scene) -> None:
    text = scene.sell()
    scene.plan('gates = [{ id = "Gate 5", training = true }]')
    for _ in range(2):
        scene.clock.forward(GAP_S + 1)
        verdict = scene.gate.scan(text)
        assert verdict.reason is Word.ADMIT and verdict.decision.doubts == ("training",)
        assert verdict.persons == 0, "a lane opens for nobody"
    assert scene.scan("poster") is Word.UNKNOWN and scene.scan(text, kind="exit") is Word.EXIT
    assert scene.facts(Admitted, AdmissionRefused, Exited, VerdictExplained) == []
    scene.plan("")
    assert scene.scan(text) is Word.ADMIT


def test_whoever_looks_for_a_ticket_is_on_record(scene: Scene) -> None:
    text = scene.sell()
    code = human_code(tickets.read(text)[0].ticket_id)
    assert scene.scan(text) is Word.ADMIT
    assert scene.gate.look_ups.look_up(code, by="Ana").hits[0].verdict.reason is Word.USED
    assert [(each.by, each.text, each.hits) for each in scene.facts(TicketLookedUp)] == [("Ana", code, 1)]


def ask(scene: Scene, *words: str) -> Any:
    path = scene.folder / "gate.toml"
    path.write_text(f'[terminal]\nfolder = "{scene.folder}"\n', encoding="utf-8")
    return CliRunner().invoke(command, ["why", "--config", str(path), *words])


def test_why_was_this_refused(scene: Scene, tmp_path: Path) -> None:
    text, other = scene.sell(), scene.sell(seat=2)
    code = human_code(tickets.read(text)[0].ticket_id)
    assert scene.scan(text) is Word.ADMIT
    scene.clock.time = berlin("2026-10-23T07:50") + 7
    assert scene.scan(text) is Word.USED and scene.scan(other) is Word.ADMIT
    revoked = {"revoked_tickets": (tickets.read(text)[0].ticket_id,), "revocation_version": 1}
    scene.gate.take_manifest(scene.central.manifest(version=2, **revoked), '"2"')
    ran = ask(scene, "--at", "07:50", "--code", code)
    assert ran.exit_code == 0, ran.output
    assert f"Gate 5  used  ticket {code}" in ran.output and "decided again: the same; rule use" in ran.output
    assert "used before: Gate 5 at 2026-10-23 07:30" in ran.output
    assert "Gate 5  admit" in ask(scene, "--at", "07:50").output
    assert ask(scene, "--at", "20:03").exit_code == 1
    assert "not the code" in ask(scene, "--at", "07:50", "--code", "nonsense").output
    assert ask(scene, "--at", "noon").exit_code == 2
    cases = tmp_path / "again.json"
    cases.write_text(ask(scene, "--at", "07:50", "--case").output, encoding="utf-8")
    assert len(results_of(cases)) == 2 and {name: wrong for name, wrong in results_of(cases) if wrong} == {}


PLANS = {
    "colour = 1": "`colour`",
    'tickets = [{ code = "K" }]': "`tickets` is not for a plan",
    'gates = [{ id = "Gate 5", list = "X" }]': "names the list X",
    'gates = [{ id = "Gate 5", zone = "X" }]': "names the zone X",
    'lists = [{ id = "L" }]': "no gate 'Gate 5'",
    "lists = [": "plan.toml",
    'time_zone = "Mars/Base"': "Mars/Base",
    'lists = [{ id = "L", checkout_at = "25:99" }]\ngates = [{ id = "Gate 5", list = "L" }]': "25:99",
}


@pytest.mark.parametrize("text", PLANS)
def test_a_plan_with_a_mistake_names_it(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigWrong, match=r"plan\.toml") as refused:
        load_plan(path, "Gate 5")
    assert PLANS[text] in str(refused.value)


def test_records_are_small(scene: Scene) -> None:
    assert scene.scan(scene.sell()) is Word.ADMIT
    (told,) = scene.facts(VerdictExplained)
    assert len(told.grounds) < 2000 and json.loads(told.grounds)["scan"]["gate"] == "Gate 5"


def test_the_other_gates_fill_the_zone_too(scene: Scene) -> None:
    scene.plan(
        """
        zones = [{ id = "hall", capacity = 2 }]
        lists = [{ id = "L" }]
        gates = [{ id = "Gate 5", list = "L", zone = "hall" }, { id = "Gate 6", zone = "hall" }, { id = "Yard" }]
        """
    )
    texts = [scene.sell(seat=seat) for seat in (1, 2, 3)]
    told = iter(range(1, 100))

    def hear(fact: Any) -> None:
        seq = next(told)
        body = msgspec.json.encode(fact).decode()
        learned = {"terminal_id": 21, "incarnation": 1, "seq": seq, "previous": seq - 1, "signature": ""}
        scene.store.journal.append(AdmissionLearned(body=body, **learned))

    at = int(scene.clock.now())
    hear(Admitted(ticket_id="1" * 16, journey_id=1, gate="Gate 6", at=at - 86400))  # left by nobody's gate, yesterday
    hear(Admitted(ticket_id="2" * 16, journey_id=1, gate="Yard", at=at))
    hear(Admitted(ticket_id="3" * 16, journey_id=1, gate="Gate 6", at=at))
    assert scene.scan(texts[0]) is Word.ADMIT and scene.scan(texts[1]) is Word.ZONE_FULL
    hear(Exited(ticket_id="3" * 16, journey_id=1, gate="Gate 6", at=at))
    assert scene.scan(texts[1]) is Word.ADMIT
    hear(Admitted(ticket_id="4" * 16, journey_id=1, gate="Gate 6", at=at, persons=2))
    assert scene.scan(texts[2]) is Word.ZONE_FULL
    assert scene.scan(texts[0], kind="exit") is Word.EXIT and scene.scan(texts[2]) is Word.ZONE_FULL
    hear(AdmissionAnnulled(ticket_id="4" * 16, journey_id=1, gate="Gate 6", at=at, of_seq=5))
    assert scene.scan(texts[2]) is Word.ADMIT


def test_a_plan_may_tell_classes_and_open_tickets_apart(scene: Scene) -> None:
    scene.plan(
        """
        products = [{ id = "adult" }, { id = "adult/open", unlimited = true }, { id = "adult/second", text = "Second" }]
        """,
        stop_place_id="b",
        opens_before_min=120,
    )
    reserved, open_ = scene.sell(), scene.central.seller.sell_unreserved()
    assert scene.gate.scan(reserved).decision.note == "Second"
    assert [scene.scan(open_) for _ in range(3)] == [Word.ADMIT] * 3 and scene.scan(reserved) is Word.USED


def test_riding_on_costs_what_the_tariff_says(scene: Scene) -> None:
    text = scene.sell()
    assert scene.scan(text) is Word.ADMIT
    scene.gate = scene.make_gate(stop_place_id="d")
    scene.clock.forward(GAP_S + 1)
    beyond = scene.gate.scan(text, Scan(kind="exit", persons=0)).decision
    assert (beyond.word, beyond.detail, beyond.fare_due) == (Word.WRONG_PLACE, "c", 3000)
    assert scene.scan(text, kind="exit", fare_paid=2999) is Word.WRONG_PLACE
    assert scene.scan(text, kind="exit", fare_paid=3000) is Word.EXIT
    scene.gate = scene.make_gate(stop_place_id="a")
    for changes, fare in (({}, 3000), ({"category": 0}, 1500), ({"coach": 1, "product_class": 0}, 5000)):
        early = scene.gate.scan(scene.sell(from_call=1, **changes)).decision
        assert (early.word, early.detail, early.fare_due) == (Word.WRONG_PLACE, "b", fare)
