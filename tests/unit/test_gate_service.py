"""The gate around the decision: one record a person, on disk first, across restarts; a list that only gets newer."""

from __future__ import annotations

import pytest

from kiosk.domain.codes import human_code
from kiosk.domain.errors import StoreFault
from kiosk.domain.gate.shown import FirstUse
from kiosk.domain.gate.words import Word
from kiosk.services.gate import GAP_S
from kiosk.services.gaterecord import UNPROVEN_AT_ONCE
from tests.gate_world import T1, GateWorld, clock_of, id_of
from tests.small_catalogue import small_catalogue


def test_the_record_is_on_disk_before_the_verdict(world: GateWorld) -> None:
    text = world.central.seller.sell()
    assert world.gate.scan(text).admitted
    world.restart()
    assert world.records() == [("Admitted", id_of(text), "")]


def test_a_code_in_view_is_one_person(world: GateWorld) -> None:
    text = world.central.seller.sell()
    first = world.gate.scan(text)
    for _ in range(100):
        clock_of(world).forward(GAP_S - 0.1)
        assert world.gate.scan(text) is first
        assert world.gate.seen(text) is first
    assert len(world.records()) == 1


def test_after_a_gap_the_same_code_is_a_second_person(world: GateWorld) -> None:
    text, at = world.central.seller.sell(), int(world.clock.now())
    assert world.gate.scan(text).admitted
    clock_of(world).forward(GAP_S + 0.1)
    assert world.gate.seen(text) is None
    again = world.gate.scan(text)
    assert again.reason is Word.USED and again.first_use == FirstUse("Gate 5", at)
    assert [kind for kind, _, _ in world.records()] == ["Admitted", "AdmissionRefused"]


def test_two_codes_on_one_paper_are_judged_each(world: GateWorld) -> None:
    one, two = world.central.seller.sell(), world.central.seller.sell(seat=2)
    for _ in range(5):
        assert world.gate.scan(one).admitted and world.gate.scan(two).admitted
        clock_of(world).forward(1)
    assert len(world.records()) == 2


def test_the_first_use_survives_a_restart(world: GateWorld) -> None:
    text = world.central.seller.sell()
    assert world.gate.scan(text).admitted
    world.restart()
    again = world.gate.scan(text)
    assert again.reason is Word.USED and again.first_use is not None


def test_the_clock_of_the_wall_may_jump(world: GateWorld) -> None:
    text = world.central.seller.sell()
    assert world.gate.scan(text).admitted
    clock_of(world).time -= 200
    assert world.gate.scan(text).admitted, "still the same person: seconds are counted by the other clock"
    clock_of(world).mono += 60
    assert world.gate.scan(text).reason is Word.USED


def test_a_refusal_is_recorded_with_its_reason(world: GateWorld) -> None:
    text = world.central.other.sell()
    assert world.gate.scan(text).reason is Word.NOT_LEASED
    assert world.records() == [("AdmissionRefused", id_of(text), "not_leased")]


def test_junk_in_view_writes_one_record(world: GateWorld) -> None:
    for _ in range(50):
        assert world.gate.scan("https://example.org").reason is Word.UNKNOWN
        clock_of(world).forward(0.1)
    assert world.records() == [("AdmissionRefused", "", "unknown")]


def test_a_film_of_junk_cannot_fill_the_disk(world: GateWorld) -> None:
    for number in range(300):
        assert not world.gate.scan(f"T1:{number}").admitted
        clock_of(world).forward(0.1)
    assert UNPROVEN_AT_ONCE <= len(world.records()) <= UNPROVEN_AT_ONCE + 3
    text = world.central.seller.sell()
    assert world.gate.scan(text).admitted
    assert world.records()[-1] == ("Admitted", id_of(text), "")


def test_nobody_goes_in_when_it_cannot_be_recorded(world: GateWorld) -> None:
    text = world.central.seller.sell()
    world.store.close()
    with pytest.raises(StoreFault):
        world.gate.scan(text)
    assert world.gate.seen(text) is None
    world.restart()
    assert world.gate.scan(text).admitted
    assert world.records() == [("Admitted", id_of(text), "")]


def test_how_many_came_in_today(world: GateWorld) -> None:
    for seat in (1, 2, 3):
        assert world.gate.scan(world.central.seller.sell(seat=seat)).admitted
    assert world.gate.admitted_today() == 3
    world.restart()
    assert world.gate.admitted_today() == 3
    clock_of(world).forward(17 * 3600)
    assert world.gate.admitted_today() == 0


def test_a_typed_code_finds_what_this_gate_knows(world: GateWorld) -> None:
    """Without a record of central's: what was cancelled, and what came in here."""
    used, cancelled, unseen = (world.central.seller.sell(seat=seat) for seat in (1, 2, 3))
    at = int(world.clock.now())
    assert world.gate.scan(used).admitted
    revoked = {"revoked_tickets": (id_of(cancelled),), "revocation_version": 1}
    world.gate.take_manifest(world.central.manifest(version=2, **revoked), '"2"')
    world.restart()
    before = world.records()
    found = {text: world.gate.look_ups.look_up(human_code(id_of(text))) for text in (used, cancelled, unseen)}
    (hit,) = found[used].hits
    assert hit.verdict.reason is Word.USED and hit.verdict.first_use == FirstUse("Gate 5", at)
    assert hit.verdict.ticket_id == id_of(used)
    (hit,) = found[cancelled].hits
    assert hit.verdict.reason is Word.REVOKED and hit.verdict.ticket_id == id_of(cancelled)
    assert found[unseen].word is Word.UNKNOWN
    assert world.gate.look_ups.look_up("2222-2223").word is Word.UNKNOWN
    assert world.records() == before


def test_a_new_catalogue_is_seen_at_once(world: GateWorld) -> None:
    text = world.central.seller.sell(journey_id=T1)
    whole = small_catalogue(2)
    without = small_catalogue(2, journeys=tuple(each for each in whole.journeys if each.id != T1))
    world.catalogue.replace(without, '"2"')
    assert world.gate.scan(text).reason is Word.UNKNOWN_JOURNEY
    world.catalogue.replace(small_catalogue(3), '"3"')
    clock_of(world).forward(GAP_S + 1)
    assert world.gate.scan(text).admitted
