"""Single cells: times, dates, numbers. None = not readable; the caller knows what follows from that."""

from __future__ import annotations

import re
from datetime import date

_TIME = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?\Z", re.ASCII)
_HOURS_MAX = 7 * 24  # the longest railway journeys take six days and a bit


def seconds(text: str) -> int | None:
    """ "25:10:00" -> 90600; seconds may be left out."""
    match = _TIME.match(text)
    if match is None:
        return None
    hours, minutes, rest = (int(group or 0) for group in match.groups())
    return hours * 3600 + minutes * 60 + rest if hours <= _HOURS_MAX and minutes < 60 and rest < 60 else None


def day(text: str) -> date | None:
    """ "20261123"."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def whole(text: str) -> int | None:
    """A whole number, also written "3.0"."""
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() and abs(value) < 1e15 else None


def coordinate(text: str, limit: float) -> float:
    """Degrees; 0 when missing or impossible."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if abs(value) <= limit else 0.0
