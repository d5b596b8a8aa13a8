"""A gate with a simulated turnstile: one at a time, whoever does not go is taken back, an emergency opens it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.app.config_lane import LaneSection, lane_mistakes
from kiosk.app.lane import board_of, lane_of
from kiosk.domain import ticket as tickets
from kiosk.domain.events import AdmissionAnnulled, Admitted
from kiosk.domain.gate.scan import Override
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Ticket
from kiosk.services.lane import Lane
from sync.wire import Change
from tests.conftest import SettableClock
from tests.gate_world import GateWorld, berlin

from .conftest import Device, Start


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GateWorld]:
    world = GateWorld(tmp_path / "gate", SettableClock(berlin("2026-10-23T07:30")))
    world.gate.take_manifest(world.central.manifest(), '"1"')
    yield world
    world.close()


def lane(world: GateWorld, device: Device, **section: Any) -> Lane:
    values = {"board": f"modbus:127.0.0.1:{device.port}", "contact": 0, "open_s": 0.6, **section}
    made = lane_of(LaneSection(**values), world.gate)
    assert made is not None
    return made


def facts_of(world: GateWorld, kind: type) -> list[Any]:
    return [event for _, event in world.store.journal.events() if isinstance(event, kind)]


def openings(device: Device) -> int:
    """How often the lane was opened."""
    return sum(line.get("channel") == 1 and line["on"] for line in device.ledger("turnstile.jsonl"))


def meanwhile(device: Device, work: Callable[[], Any], *orders: str) -> Any:
    """Run `work`; as soon as the lane is open, give the orders, one for each opening."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    ticks, deadline = threading.Event(), time.monotonic() + 10
    for number, order in enumerate(orders, 1):
        while openings(device) < number:
            assert time.monotonic() < deadline, "the lane does not open"
            ticks.wait(0.005)
        looks = device.order("state")["looks"]
        while device.order("state")["looks"] < looks + 8:  # the arm is back from the one before
            assert time.monotonic() < deadline, "nobody looks at the contact"
            ticks.wait(0.005)
        device.order(order)
    thread.join(10)
    return results[0]


def test_who_goes_through_is_in(world: GateWorld, start: Start) -> None:
    device = start("relay")
    gate_lane = lane(world, device)
    text = world.central.seller.sell()
    verdict = world.gate.scan(text)
    through = meanwhile(device, lambda: gate_lane.let_through(verdict, text), "walk")
    assert through.all and not facts_of(world, AdmissionAnnulled)
    assert device.order("state")["passed"] == 1
    gate_lane.close()


def test_who_does_not_go_may_come_again(world: GateWorld, start: Start) -> None:
    device = start("relay")
    gate_lane = lane(world, device)
    text = world.central.seller.sell()
    through = gate_lane.let_through(world.gate.scan(text), text)
    assert (through.went, through.of, through.fault) == (0, 1, "")
    assert len(facts_of(world, AdmissionAnnulled)) == 1
    assert world.gate.scan(text).reason is Word.ADMIT, "the ticket is not used up"
    gate_lane.close()


def test_of_a_group_only_those_who_went_are_in(world: GateWorld, start: Start) -> None:
    device = start("relay")
    gate_lane = lane(world, device)
    text = world.central.seller.sell(persons=3, flags=tickets.FLAG_GROUP)
    verdict = world.gate.scan(text)
    through = meanwhile(device, lambda: gate_lane.let_through(verdict, text), "walk", "walk")
    assert (through.went, through.of) == (2, 3)
    assert [each.persons for each in facts_of(world, Admitted)] == [3, 2]
    assert len(facts_of(world, AdmissionAnnulled)) == 1
    world.clock.forward(10)
    again = world.gate.scan(text)
    assert again.admitted and again.persons == 1, "the lane opens once for the one who is left, not three times"
    gate_lane.close()


def test_of_a_group_that_was_looked_up_only_those_who_went_are_in(world: GateWorld, start: Start) -> None:
    device = start("relay")
    gate_lane = lane(world, device)
    guest = Ticket(code="XK-1", holder="The Lims", persons=3)
    world.store.gate_records.take([Change("guest", "XK-1", msgspec.json.encode(guest).decode())], anew=False)
    (hit,) = world.gate.look_ups.look_up("lim").hits
    verdict = world.gate.look_ups.let_in(hit, Override(role="supervisor", reason="no battery", by="Li Wei (7)"))
    through = meanwhile(device, lambda: gate_lane.let_through(verdict, verdict.ticket_id), "walk", "walk")
    assert (through.went, through.of) == (2, 3)
    assert [(each.persons, each.by) for each in facts_of(world, Admitted)] == [(3, "Li Wei (7)"), (2, "Li Wei (7)")]
    assert world.gate.look_ups.look_up("lim").hits[0].verdict.reason is Word.NAME_ONLY, "one of them is still to come"
    gate_lane.close()


def test_a_board_that_is_gone_lets_nobody_in(world: GateWorld, start: Start) -> None:
    device = start("relay")
    gate_lane = lane(world, device, timeout_s=0.3)
    device.order("unplug")
    text = world.central.seller.sell()
    through = gate_lane.let_through(world.gate.scan(text), text)
    assert through.went == 0 and "no relay board" in through.fault
    assert len(facts_of(world, AdmissionAnnulled)) == 1
    gate_lane.close()


def test_an_emergency_opens_the_lane_and_closes_the_gate(world: GateWorld, start: Start) -> None:
    device = start("relay")
    gate_lane = lane(world, device, emergency_channel=2)
    gate_lane.emergency(True)
    assert device.order("state")["relays"]["2"]
    assert device.order("walk")["passed"]
    text = world.central.seller.sell()
    assert world.gate.scan(text).reason is Word.EMERGENCY
    gate_lane.emergency(False)
    assert not device.order("state")["relays"]["2"]
    world.clock.forward(10)
    assert world.gate.scan(text).admitted
    gate_lane.close()


def test_a_serial_board_tells_nothing_and_all_count_as_gone(world: GateWorld, start: Start) -> None:
    device = start("relay")
    gate_lane = lane(world, device, board=f"serial:{device.ready['device']}", contact=-1)
    text = world.central.seller.sell()
    assert gate_lane.let_through(world.gate.scan(text), text).all
    assert not facts_of(world, AdmissionAnnulled)
    gate_lane.close()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (LaneSection(board="com3"), "serial:DEVICE or modbus:HOST:PORT"),
        (LaneSection(board="modbus:10.0.0.9:99999"), "serial:DEVICE or modbus:HOST:PORT"),
        (LaneSection(board="serial:/dev/ttyUSB0", contact=0), "tell of no turn"),
        (LaneSection(board="serial:/dev/ttyUSB0", channel=0), "channel = 0"),
        (LaneSection(board="serial:/dev/ttyUSB0", emergency_channel=9), "emergency_channel = 9"),
        (LaneSection(board="serial:/dev/ttyUSB0", open_s=0), "open_s = 0"),
    ],
)
def test_a_lane_that_cannot_be_is_named(section: LaneSection, said: str) -> None:
    assert any(said in mistake for mistake in lane_mistakes(section)), lane_mistakes(section)


def test_a_lane_that_can_be() -> None:
    assert not lane_mistakes(LaneSection())
    section = LaneSection(board="modbus:[::1]:502", contact=0)
    assert not lane_mistakes(section) and board_of(section) is not None
