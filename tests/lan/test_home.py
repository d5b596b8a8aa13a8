"""Whole gates on the loopback: a copy is refused elsewhere, the home alone decides, lists and revocations pass."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.app import identity as identities
from kiosk.app.clock import SystemClock
from kiosk.app.config import ClockSection, Config, LanSection, TerminalSection
from kiosk.app.doctor_lan import look
from kiosk.domain import ticket as tickets
from kiosk.domain.certificate import SCOPE_SELL
from kiosk.domain.events import Admitted
from kiosk.domain.gate.scan import Override, Scan
from kiosk.domain.gate.words import Word
from sync.lan.engine import LanState
from tests.conftest import SettableClock
from tests.gate_world import berlin
from tests.gates.operator import Operator
from tests.gates.whole import WholeGate
from tests.lan.test_network import SOON_S, free_port
from tests.lan.world import LOOPBACK

Make = Callable[..., list[WholeGate]]
NOON = "2026-10-23T07:30"


@pytest.fixture
def operator() -> Operator:
    return Operator(berlin(NOON))


@pytest.fixture
def make(tmp_path: Path, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr("kiosk.app.lan.ASK_S", SOON_S)  # a machine under load is no home that is silent
    clock, made = SettableClock(berlin(NOON)), []

    def gates(count: int, groups: tuple[int, ...] = (), **section: str) -> list[WholeGate]:
        lan = LanSection(interface=LOOPBACK, port=free_port(), **section)
        enrolled = [operator.enrol(f"G{number}", 20 + number) for number in range(count)]
        page = operator.everything()
        found = [
            WholeGate(tmp_path / each.reply.name, each, lan, clock, group=group)
            for each, group in itertools.zip_longest(enrolled, groups, fillvalue=0)
        ]
        made.extend(found)
        for each in found:
            each.lists.take([page])
            each.start()
        for each in found:
            until(each, lambda state: sum(other.linked and other.name != "" for other in state.others) == count - 1)
        return found

    yield gates
    for each in made:
        each.close()


def until(gate: WholeGate, reached: Callable[[LanState], bool]) -> None:
    assert gate.network.lan.wait_for(reached, SOON_S), gate.network.lan.state


def word(gate: WholeGate, code: str) -> Word:
    return gate.gate.scan(code).decision.word


def id_of(code: str) -> str:
    return tickets.read(code)[0].ticket_id


def test_a_copy_is_refused_at_another_gate_with_when_and_where(make: Make, operator: Operator) -> None:
    one, two = make(2)
    code = operator.central.seller.sell()
    assert word(one, code) is Word.ADMIT
    until(two, lambda state: two.store.admitted(id_of(code)) is not None)
    verdict = two.gate.scan(code)
    assert verdict.decision.word is Word.USED and verdict.decision.first is not None
    assert verdict.decision.first.gate == "G0"
    until(two, lambda state: [each.admitted for each in two.gate.neighbours(0).others] == [1])
    (other,) = two.gate.neighbours(0).others
    assert other.name == "G0" and other.linked and other.age_s is not None and other.age_s < SOON_S


def test_the_home_decides_for_all_and_only_once(make: Make, operator: Operator) -> None:
    gates = make(3, home="G0")
    codes = [operator.central.seller.sell(seat=seat) for seat in range(1, 6)]
    admitted: list[str] = []

    def door(gate: WholeGate) -> None:
        admitted.extend(code for code in codes if word(gate, code) is Word.ADMIT)

    doors = [threading.Thread(target=door, args=(gate,)) for gate in gates]
    for thread in doors:
        thread.start()
    for thread in doors:
        thread.join()
    assert sorted(admitted) == sorted(codes), "each once, whoever asked first"


def test_without_its_home_a_ticket_is_refused_and_the_way_is_said(make: Make, operator: Operator) -> None:
    home, other = make(2, homes="9=G0")
    bound, free = operator.central.seller.sell(gate_group=9), operator.central.seller.sell(seat=2)
    lost, again = operator.central.seller.sell(gate_group=9, seat=3), operator.central.seller.sell(gate_group=9, seat=4)
    assert word(other, again) is Word.ADMIT and word(home, again) is Word.USED
    assert word(home, lost) is Word.ADMIT and word(other, lost) is Word.USED
    home.network.stop()
    until(other, lambda state: not any(each.linked for each in state.others))
    refused = other.gate.scan(bound)
    assert refused.decision.word is Word.WRONG_GATE and refused.decision.right_gate == "G0"
    assert word(other, free) is Word.ADMIT, "of no group: decided here"
    said = Scan(override=Override(role="supervisor", reason="the home is dark", by="Ada"))
    assert other.gate.scan(bound, said).decision.word is Word.ADMIT
    told = [event for _, event in other.store.journal.events() if isinstance(event, Admitted) and event.override]
    assert [(each.override, each.by) for each in told] == [("wrong_gate", "Ada")]
    assert word(home, bound) is Word.ADMIT


def test_a_home_decides_for_its_entrance_and_not_for_the_gates_of_another(make: Make, operator: Operator) -> None:
    home, same, another = make(3, groups=(9, 9, 8), homes="9=G0")
    code = operator.central.seller.sell(gate_group=9)
    refused = another.gate.scan(code).decision
    assert (refused.word, refused.right_gate) == (Word.WRONG_GATE, "9")
    assert word(same, code) is Word.ADMIT and word(home, code) is Word.USED


def test_a_place_lets_in_one_ticket_however_many_a_stolen_key_makes_up(make: Make, operator: Operator) -> None:
    one, two = make(2)
    forged = [operator.central.seller.sell(seat=1) for _ in range(5)]
    assert word(one, forged[0]) is Word.ADMIT
    until(two, lambda state: two.store.admitted(id_of(forged[0])) is not None)
    assert {word(gate, code) for gate in (one, two) for code in forged[1:]} == {Word.NOT_LEASED}
    elsewhere = operator.central.seller.sell(seat=1, from_call=0, to_call=1)
    assert word(one, elsewhere) is Word.NOT_LEASED, "a part of the same way"


def test_a_revocation_reaches_the_others_when_one_gate_has_the_link(make: Make, operator: Operator) -> None:
    gates = make(3)
    code = operator.central.seller.sell()
    gates[0].lists.take([operator.revoke(id_of(code))])
    gates[0].network.lan.poke()
    for gate in gates:
        until(gate, lambda state, gate=gate: id_of(code) in gate.gate.trust().revoked_tickets)  # type: ignore[misc]
        assert word(gate, code) is Word.REVOKED


def test_a_gate_that_is_revoked_is_no_longer_talked_to(make: Make, operator: Operator) -> None:
    one, two, three = make(3)
    stolen = three.author
    one.lists.take([operator.revoke_incarnation(*stolen, int(one.clock.now()))])
    one.network.lan.poke()
    for gate in (one, two):
        until(gate, lambda state: not any(each.linked and each.author == stolen for each in state.others))
    code = operator.central.seller.sell()
    assert word(three, code) is Word.ADMIT, "it goes on alone"
    assert word(two, code) is Word.ADMIT, "and nobody believes what it says"


def test_the_doctor_hears_the_other_gates(make: Make, operator: Operator, tmp_path: Path) -> None:
    one, two = make(2)
    for gate in (one, two):
        identities.save(gate.folder, gate.identity.reply)
        (gate.folder / identities.KEY_FILE).write_bytes(gate.identity.key.private_bytes_raw())
    offset_s = berlin(NOON) - SystemClock().now()
    config = Config(terminal=TerminalSection(folder=str(one.folder)), lan=one.section, clock=ClockSection(offset_s))
    ok, words, _ = look(config)
    assert ok and words.startswith("1 other gates heard")
    thief = operator.enrol("K1", 90, scope=SCOPE_SELL)
    identities.save(one.folder, thief.reply)
    ok, words, _ = look(config)
    assert not ok and "for selling" in words
