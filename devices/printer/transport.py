"""What a printer's driver needs of the way its bytes travel: a link that is opened for a page and closed after it.

Every step has a time limit, and every fault is an OSError (TimeoutError is one). A link that is gone is opened anew for
the next page: a printer that was unplugged and plugged in again, or got another name in between, needs nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol


class Link(Protocol):
    """An open way to a printer and back."""

    def __enter__(self) -> Link: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def send(self, data: bytes) -> None:
        """All of it, or an error: a printer that stops taking data is not waited for without end."""
        ...

    def byte(self, wait_s: float | None = None) -> int:
        """The next byte of an answer; TimeoutError when there is none in time."""
        ...

    def forget(self) -> None:
        """Drop answers nobody asked for that are already here."""
        ...


Connect = Callable[[], Link]
"""Opens the way; OSError when there is none."""


class Closing:
    """The end of a link in a `with`, for those that have `close`."""

    def close(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


UNASKED_MAX = 65_536
"""Bytes nobody asked for; a device that says more is no printer."""


class TalksOnAndOn(OSError):
    """It says more than any printer does, without being asked."""

    def __init__(self) -> None:
        super().__init__("it talks without end; is this a ticket printer?")


def deadline(wait_s: float) -> float:
    """Monotonic time from which on waiting is over."""
    return time.monotonic() + wait_s


def left_s(until: float) -> float:
    """Seconds to a deadline; TimeoutError when it is past."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left
