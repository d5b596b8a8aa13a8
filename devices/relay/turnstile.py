"""A lane: lets one person through, tells whether somebody went, and stands open in an emergency.

The relay is released as soon as the turn is told, so that a second person does not slip through, and after the time
given otherwise. A lane whose board broke off while it was open may stand open: the next call releases it first. What
must open without power or program (fire alarm) is wired to the turnstile itself; `emergency` is staff's button.
"""

from __future__ import annotations

import contextlib
import threading
import time
from enum import StrEnum

from devices.relay.board import Board, RelayFault

LOOK_EVERY_S = 0.02
"""Turnstiles close their contact for 50 ms and more on a turn."""


class Passage(StrEnum):
    """What became of an opening."""

    TURNED = "turned"
    NOT_TURNED = "not turned"  # nobody went in time
    UNKNOWN = "unknown"  # the board has no contact
    FREE = "free"  # emergency: the lane stands open, nobody is counted


class Turnstile:
    """One lane on a board. `open_once` is for one thread; `emergency` and `close` may come from any.

    `emergency_channel` is a relay of its own for free passage; None: the lane's relay is held.
    """

    def __init__(self, board: Board, *, channel: int = 1, emergency_channel: int | None = None) -> None:
        self._board, self._channel = board, channel
        self._emergency_channel = emergency_channel or channel
        self._woken = threading.Event()  # by emergency and close
        self._lock = threading.RLock()  # what the relays are told and what is known of them
        self._emergency = self._closed = False
        self._unsure = True  # how the relays stand: a program that was killed may have left them on

    def open_once(self, seconds: float) -> Passage:
        """Let one person through, for `seconds` at most; RelayFault when the lane could not be opened or released."""
        try:
            with self._lock:
                self._settle()
                if self._emergency or self._closed:
                    return Passage.FREE if self._emergency else Passage.NOT_TURNED
                self._woken.clear()
                before = self._board.contact()
                self._unsure = True
                self._board.switch(self._channel, True)
            passage = self._wait(before, time.monotonic() + seconds)
        except RelayFault:
            with contextlib.suppress(RelayFault):  # if this fails too, the next call begins with it
                self._release()
            raise
        self._release()
        return Passage.FREE if self._emergency else passage

    def emergency(self, on: bool) -> None:
        """Free passage until it is taken back; RelayFault when the board did not obey (it is told again next time)."""
        with self._lock:
            self._emergency = on
            self._unsure = True
            self._woken.set()
            self._settle()

    def close(self) -> None:
        """The lane is released as far as it can be; an emergency stays as it is."""
        with self._lock:
            self._closed = True
            self._woken.set()
            if not self._emergency:
                with contextlib.suppress(RelayFault):
                    self._settle()
            self._board.close()

    def _wait(self, before: bool | None, until: float) -> Passage:
        """Until the contact closes anew; a contact that was closed all along (somebody leans on it) is no turn."""
        closed = bool(before)
        while not self._woken.is_set():
            if before is not None:
                now = bool(self._board.contact())
                if now and not closed:
                    return Passage.TURNED
                closed = now
            left = until - time.monotonic()
            if left <= 0:
                break
            self._woken.wait(min(LOOK_EVERY_S, left))
        return Passage.UNKNOWN if before is None else Passage.NOT_TURNED

    def _release(self) -> None:
        with self._lock:
            if not self._closed:
                self._settle()

    def _settle(self) -> None:
        """Bring the relays to what is wanted now: closed lane, or free passage."""
        if not self._unsure:
            return
        for channel in sorted({self._channel, self._emergency_channel}):
            self._board.switch(channel, self._emergency and channel == self._emergency_channel)
        self._unsure = False
