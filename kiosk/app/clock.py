"""The machine's clock and the maker of ids."""

from __future__ import annotations

import time

import uuid_utils


class SystemClock:
    """Wall time with the configured offset (demonstrations), and the monotonic clock."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self._offset_s = offset_s

    def now(self) -> float:
        return time.time() + self._offset_s

    def monotonic(self) -> float:
        return time.monotonic()


class TimeOrderedIds:
    """UUIDv7: unique without asking anyone, sortable by time."""

    def next(self) -> str:
        return str(uuid_utils.uuid7())
