"""Trains as a gate knows them: their calls, what the disruption feed says, and where a ticket's way lies."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from kiosk.domain.gate.form import Form


class Call(Form, frozen=True, kw_only=True):
    stop: str
    arrives: datetime | None = None
    departs: datetime | None = None


class Journey(Form, frozen=True, kw_only=True):
    """A train on one day. `fares`: "A-B" = minor units, for over-riding."""

    id: str
    calls: tuple[Call, ...] = ()
    opens_before_min: int = 90
    grace_min: int = 30
    until_end: bool = False  # entered until its last arrival, as a performance is
    fares: dict[str, int] = msgspec.field(default_factory=dict)

    def calls_at(self, stop: str) -> list[int]:
        """All calls there: a loop comes by twice."""
        return [i for i, call in enumerate(self.calls) if call.stop == stop]


class Delay(Form, frozen=True, kw_only=True):
    """From the disruption feed, from `from_stop` on ("" = the whole way)."""

    journey: str
    minutes: int = 0
    from_stop: str = ""
    cancelled: bool = False
    instead: tuple[str, ...] = ()  # journeys that take its passengers


class Way(NamedTuple):
    """The calls a ticket pays for, by place in its journey: from `first` to `last`."""

    first: int
    last: int


def way_of(journey: Journey, origin: str, destination: str, calls: tuple[int, int] = (-1, -1)) -> Way | None:
    """None: the journey does not go there in that order. `calls` say which visit when a stop comes twice."""
    starts = journey.calls_at(origin) if origin else [0]
    if calls[0] >= 0:
        starts = [each for each in starts if each == calls[0]]
    for first in starts:
        ends = [each for each in journey.calls_at(destination) if each > first]
        if not destination:
            ends = [len(journey.calls) - 1]
        if calls[1] >= 0:
            ends = [each for each in ends if each == calls[1]]
        if ends:
            return Way(first, ends[0])
    return None
