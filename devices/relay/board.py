"""What a relay board does for a lane, and the one fault it has."""

from __future__ import annotations

from typing import Protocol

from kiosk.domain.errors import DeviceFault


class RelayFault(DeviceFault):
    """The board did not do what it was told, or did not say so; telling it the same again does no harm."""


class Board(Protocol):
    """Switches and contacts. Calls end within the board's time limit; RelayFault when it is gone or says no."""

    def switch(self, channel: int, on: bool) -> None:
        """Relay `channel` (from 1) on or off; both are states, so telling twice is the same as once."""
        ...

    def contact(self) -> bool | None:
        """Whether the contact that tells of a turn is closed; None when the board has no such contact."""
        ...

    def close(self) -> None: ...
