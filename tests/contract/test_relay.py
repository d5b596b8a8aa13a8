"""Turnstiles: LCUS boards on a serial line and Modbus TCP boards, against a simulated lane that says who passed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.relay.board import Board, RelayFault
from devices.relay.lcus import LcusBoard, command
from devices.relay.modbus import ModbusBoard
from devices.relay.turnstile import Passage, Turnstile

from .conftest import Device, Start


def modbus(device: Device, timeout_s: float = 0.5) -> ModbusBoard:
    return ModbusBoard("127.0.0.1", device.port, contact=0, timeout_s=timeout_s)


def lcus(device: Device) -> LcusBoard:
    return LcusBoard(device.order("state")["device"], timeout_s=0.5)


def events(device: Device) -> list[str]:
    """What happened at the lane, in short."""
    return [
        f"{line['event']} {line['channel']} {'on' if line['on'] else 'off'}" if "channel" in line else line["event"]
        for line in device.ledger("turnstile.jsonl")
    ]


def until(met: Callable[[], bool]) -> None:
    ticks, deadline = threading.Event(), time.monotonic() + 10
    while not met():
        assert time.monotonic() < deadline, "nothing happened"
        ticks.wait(0.005)


@contextmanager
def aside(work: Callable[[], object]) -> Iterator[list[object]]:
    """Runs `work` on a thread; the list holds its result afterwards."""
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    yield results
    thread.join(10)
    assert not thread.is_alive()


def test_the_commands_are_those_of_the_vendors_sheet() -> None:
    assert command(1, True) == bytes.fromhex("A00101A2")
    assert command(1, False) == bytes.fromhex("A00100A1")
    assert command(2, True) == bytes.fromhex("A00201A3")
    for channel in (0, 9):
        with pytest.raises(ValueError, match="channels 1 to 8"):
            command(channel, True)


def test_the_frames_are_those_of_the_specification() -> None:
    """MODBUS Application Protocol V1.1b3: 6.5's coil 173 on, 6.2's kind of answer for one input."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def board() -> None:
            viewer, _ = door.accept()
            with viewer:
                for answer in ("0001 0000 0006 11 05 00AC FF00", "0002 0000 0004 11 02 01 01"):
                    asked.append(viewer.recv(260))
                    viewer.sendall(bytes.fromhex(answer))

        with aside(board):
            ours = ModbusBoard("127.0.0.1", door.getsockname()[1], unit=0x11, coil=0xAC, contact=0xC4, timeout_s=5)
            ours.switch(1, True)
            assert ours.contact() is True
    ours.close()
    assert asked[0] == bytes.fromhex("0001 0000 0006 11 05 00AC FF00")
    assert asked[1] == bytes.fromhex("0002 0000 0006 11 02 00C4 0001")


def test_one_person_goes_through_and_the_lane_is_shut_behind(start: Start) -> None:
    device = start("relay")
    lane = Turnstile(modbus(device))
    device.order("queue", people=3)
    assert lane.open_once(5) is Passage.TURNED
    assert device.order("state")["relays"] == {"1": False, "2": False}
    assert device.order("walk")["passed"] is False
    assert events(device) == ["relay 1 on", "passed", "relay 1 off", "stopped"]
    lane.close()


def test_who_does_not_go_is_told_and_the_lane_is_shut(start: Start) -> None:
    device = start("relay")
    lane = Turnstile(modbus(device))
    assert lane.open_once(0.1) is Passage.NOT_TURNED
    assert device.order("walk")["passed"] is False
    lane.close()


def test_somebody_leaning_on_the_arm_is_no_passage(start: Start) -> None:
    device = start("relay")
    lane = Turnstile(modbus(device))
    device.order("lean")
    assert lane.open_once(0.15) is Passage.NOT_TURNED
    with aside(lambda: lane.open_once(10)) as passage:
        until(lambda: device.order("state")["relays"]["1"])
        device.order("let go")
        looks = device.order("state")["looks"]
        until(lambda: device.order("state")["looks"] > looks + 1)
        device.order("walk")
    assert passage == [Passage.TURNED]
    lane.close()


def test_a_board_without_a_contact_does_not_claim_a_passage(start: Start) -> None:
    device = start("relay")
    lane = Turnstile(lcus(device))
    device.order("queue", people=2)
    assert lane.open_once(0.1) is Passage.UNKNOWN
    until(lambda: events(device) == ["relay 1 on", "passed", "relay 1 off"])
    lane.close()


@pytest.mark.parametrize("kind", ["lcus", "modbus"])
@pytest.mark.parametrize("channel", [None, 2])
def test_in_an_emergency_the_lane_stays_open_until_taken_back(start: Start, kind: str, channel: int | None) -> None:
    device = start("relay")
    board: Board = lcus(device) if kind == "lcus" else modbus(device)
    lane = Turnstile(board, emergency_channel=channel)
    with aside(lambda: lane.open_once(10)) as passage:
        until(lambda: device.order("state")["relays"]["1"])
        lane.emergency(True)
    assert passage == [Passage.FREE]
    assert lane.open_once(5) is Passage.FREE
    relay = str(channel or 1)
    until(lambda: device.order("state")["relays"] == {"1": relay == "1", "2": relay == "2"})
    lane.emergency(False)
    until(lambda: device.order("state")["relays"] == {"1": False, "2": False})
    lane.close()


def test_closing_ends_a_wait_and_shuts_the_lane(start: Start) -> None:
    device = start("relay")
    lane = Turnstile(modbus(device))
    with aside(lambda: lane.open_once(10)) as passage:
        until(lambda: device.order("state")["relays"]["1"])
        lane.close()
    assert passage == [Passage.NOT_TURNED]
    assert events(device)[-1] == "relay 1 off"


@pytest.mark.parametrize("kind", ["silent", "exception", "other", "drop"])
def test_a_board_that_does_not_obey_or_say_so_is_a_fault_and_the_lane_is_not_left_open(start: Start, kind: str) -> None:
    device = start("relay")
    lane = Turnstile(modbus(device, 0.2))
    assert lane.open_once(0) is Passage.NOT_TURNED
    device.order("fault", kind="late", s=0)  # the look at the contact
    device.order("fault", kind=kind)  # relay on
    with pytest.raises(RelayFault, match="relay board at 127"):
        lane.open_once(5)
    assert device.order("state")["relays"]["1"] is False
    assert device.order("walk")["passed"] is False
    lane.close()


def test_a_board_that_breaks_off_while_the_lane_is_open_is_a_fault_and_shut_by_the_next_call(start: Start) -> None:
    device = start("relay")
    lane = Turnstile(modbus(device, 0.3))
    with aside(lambda: outcome(lane)) as result:
        until(lambda: device.order("state")["relays"]["1"])
        device.order("unplug")
    assert isinstance(result[0], RelayFault)
    assert device.order("state")["relays"]["1"] is True  # nobody could tell it
    with pytest.raises(RelayFault, match="no relay board"):
        lane.open_once(5)
    device.order("replug")
    device.order("queue", people=1)  # goes through the lane that was left open: that is the board's doing
    assert lane.open_once(0.05) in (Passage.NOT_TURNED, Passage.TURNED)
    assert device.order("state")["relays"]["1"] is False
    lane.close()


def test_a_relay_left_on_by_a_program_that_was_killed_is_shut_first(start: Start) -> None:
    device = start("relay")
    board = modbus(device)
    board.switch(1, True)
    board.close()
    lane = Turnstile(modbus(device))
    device.order("state")
    assert lane.open_once(0) is Passage.NOT_TURNED
    assert events(device) == ["relay 1 on", "relay 1 off", "relay 1 on", "relay 1 off"]
    lane.close()


def test_a_serial_board_that_was_unplugged_is_a_fault_and_works_again_in_its_place(start: Start) -> None:
    device = start("relay")
    board = lcus(device)
    board.switch(1, True)
    until(lambda: device.order("state")["relays"]["1"])
    device.order("unplug")
    with pytest.raises(RelayFault, match="no relay board at /dev/"):
        for _ in range(50):
            board.switch(1, False)
    device.order("replug")
    again = lcus(device)
    again.switch(1, False)
    until(lambda: not device.order("state")["relays"]["1"])
    for each in (board, again):
        each.close()


def test_every_call_has_its_time_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:  # takes calls and never answers
        board = ModbusBoard("127.0.0.1", door.getsockname()[1], contact=0, timeout_s=0.2)
        for call in (lambda: board.switch(1, True), board.contact):
            with pytest.raises(RelayFault, match="timed out"):
                call()
    with pytest.raises(RelayFault, match="no relay board"):
        board.switch(1, True)
    board.close()


def test_junk_on_the_serial_line_does_not_keep_the_simulated_board_from_the_next_command(start: Start) -> None:
    device = start("relay")
    with Path(device.order("state")["device"]).open("wb", buffering=0) as line:
        line.write(bytes.fromhex("00A0FFA00102A3") + command(2, True) + b"\xa0")
    until(lambda: device.order("state")["relays"]["2"])
    assert device.order("state")["relays"]["1"] is False


def outcome(lane: Turnstile) -> object:
    try:
        return lane.open_once(10)
    except RelayFault as fault:
        return fault
