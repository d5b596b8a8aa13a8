"""How long ago something was begun, by a clock that nobody sets: the machine's own, since it was switched on.

A mark names the start of the machine and the seconds since. After another start all that is certain is that it was
longer ago than this start, so that is what counts: the answer is never too long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

Uptime = Callable[[], tuple[str, float]]
"""The start of the machine by name, and seconds since."""


def uptime() -> tuple[str, float]:
    """This machine's, sleep included."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip(), time.clock_gettime(time.CLOCK_BOOTTIME)


def mark(now: tuple[str, float]) -> str:
    boot, seconds = now
    return f"{boot}@{seconds:.3f}"


def seconds_since(kept: str, now: tuple[str, float]) -> float:
    """At least so long ago; 0 for a mark that says nothing."""
    boot, at, then = kept.rpartition("@")
    if not at:
        return 0.0
    if boot != now[0]:
        return now[1]
    try:
        return max(0.0, now[1] - float(then))
    except ValueError:
        return 0.0
