"""The configuration of a lane that the gate opens by itself: [lane]."""

from __future__ import annotations

from dataclasses import dataclass

SERIAL, MODBUS = "serial:", "modbus:"


@dataclass(frozen=True)
class LaneSection:
    board: str = ""  # serial:/dev/ttyUSB0 (LCUS) or modbus:HOST:PORT; "" = no turnstile
    channel: int = 1
    emergency_channel: int = 0  # 0 = the lane's own relay is held
    contact: int = -1  # Modbus: the input that closes on a turn; -1 = the board has none
    open_s: float = 6.0  # longest wait for somebody to go through
    timeout_s: float = 1.0  # longest silence of the board
    passengers: bool = False  # the screen is for passengers: a large arrow or cross, no keys

    @property
    def device(self) -> str:
        """Of a board on a serial line; "" = it is none."""
        return self.board.removeprefix(SERIAL) if self.board.startswith(SERIAL) else ""

    @property
    def address(self) -> tuple[str, int]:
        """Of a Modbus board."""
        host, _, port = self.board.removeprefix(MODBUS).rpartition(":")
        return host, int(port)


def lane_mistakes(lane: LaneSection) -> list[str]:
    """What no lane can be."""
    mistakes = []
    host, _, port = lane.board.removeprefix(MODBUS).rpartition(":")
    modbus = lane.board.startswith(MODBUS) and host and port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535
    if lane.board and not (lane.device or modbus):
        mistakes.append(f"[lane] board = {lane.board!r} must be serial:DEVICE or modbus:HOST:PORT")
    for key, lowest in (("channel", 1), ("emergency_channel", 0)):
        if not lowest <= getattr(lane, key) <= 8:
            mistakes.append(f"[lane] {key} = {getattr(lane, key)} must be a relay of the board, from {lowest} to 8")
    if lane.device and lane.contact >= 0:
        mistakes.append("[lane] contact: boards on a serial line tell of no turn; leave it out")
    for key in ("open_s", "timeout_s"):
        if getattr(lane, key) <= 0:
            mistakes.append(f"[lane] {key} = {getattr(lane, key):g} must be more than 0")
    return mistakes
