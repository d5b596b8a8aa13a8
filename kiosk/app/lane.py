"""Wiring of a lane: the board of the configuration, its turnstile, and the gate that lets people through."""

from __future__ import annotations

from devices.relay.board import Board
from devices.relay.lcus import LcusBoard
from devices.relay.modbus import ModbusBoard
from devices.relay.turnstile import Turnstile
from kiosk.app.config_lane import LaneSection
from kiosk.services.gate import Gate
from kiosk.services.lane import Lane


def board_of(section: LaneSection) -> Board:
    """It connects when it is needed."""
    if section.device:
        return LcusBoard(section.device, timeout_s=section.timeout_s)
    host, port = section.address
    contact = section.contact if section.contact >= 0 else None
    return ModbusBoard(host, port, contact=contact, timeout_s=section.timeout_s)


def lane_of(section: LaneSection, gate: Gate) -> Lane | None:
    """None = this gate has no turnstile."""
    if not section.board:
        return None
    emergency = section.emergency_channel or None
    turnstile = Turnstile(board_of(section), channel=section.channel, emergency_channel=emergency)
    return Lane(turnstile, gate, section.open_s)
