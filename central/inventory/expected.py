"""Passengers still to come, of one class of one journey as central sees it: learned demand and the booking curve."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate

from central.inventory.demand import riders, usual_riders
from central.inventory.forecast import still_to_come
from central.inventory.outlook import Facts, Outlook

OWN_MOST = 0.95  # of all demand, for central's own sales: something is left to learn from


class Expected:
    """Over each segment and from each stop. `places`: of the class."""

    def __init__(self, outlook: Outlook, facts: Facts, place_class: str, places: int, now: float) -> None:
        self._outlook = outlook
        self._facts = facts
        self._place_class = place_class
        self._places = places
        self._now = now
        self._riders: dict[int, tuple[float, ...]] = {}
        self.curve = outlook.curve(place_class)
        self.left = [still_to_come(self.curve, self.hours(stop)) for stop in range(facts.segments)]

    def hours(self, stop: int) -> float:
        """Until the departure from the stop; until the end of the run where the calls are not known."""
        at = self._facts.departs[stop] if self._facts.departs else self._facts.ends_at
        return (at - self._now) / 3600

    def riders_from(self, stop: int) -> tuple[float, ...]:
        """Passengers of the stop over each segment from there, through every terminal, on such a day."""
        if (known := self._riders.get(stop)) is None:
            known = self._riders[stop] = self._riders_on_such_a_day(stop)
        return known

    def _riders_on_such_a_day(self, stop: int) -> tuple[float, ...]:
        facts, seen = self._facts, self._outlook
        usual = usual_riders(self._places, facts.segments - stop, facts.segments)
        if facts.stops and usual[0] > 0:
            departures, boarded = seen.boarding.get((facts.stops[stop], facts.day_type, self._place_class), (0, 0))
            mean = riders((boarded,), departures, usual[:1])[0]
            usual = tuple(each * mean / usual[0] for each in usual)
        sold = [0.0] * (facts.segments - stop)
        key = (facts.service_journey_id, facts.day_type, self._place_class, stop)
        for to_segment, passengers in seen.riders.get(key, ()):
            for segment in range(stop, min(to_segment, facts.segments)):
                sold[segment - stop] += passengers
        return riders(sold, seen.departures.get(key[:2], 0), usual)

    @cached_property
    def at_terminals(self) -> tuple[float, ...]:
        """Passengers still to come to terminals over each segment. Central's own are not among those it learns of."""
        over = [0.0] * self._facts.segments
        for stop, left in enumerate(self.left):
            for segment, each in enumerate(self.riders_from(stop), stop):
                over[segment] += left * each
        return tuple(over)

    @cached_property
    def busiest(self) -> list[float]:
        """The most over any segment from each on: whole runs must do for it."""
        return list(accumulate(reversed(self.at_terminals), max))[::-1]

    @cached_property
    def own_share(self) -> float:
        return min(self._outlook.own_share, OWN_MOST)

    @cached_property
    def everywhere(self) -> tuple[float, ...]:
        """Passengers still to come over each segment, through every channel."""
        return tuple(each / (1 - self.own_share) for each in self.at_terminals)
