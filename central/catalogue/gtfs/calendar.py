"""Which services run on which days, and playing an old feed as if it ran now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import accumulate

from central.catalogue.gtfs.archive import Archive
from central.catalogue.gtfs.values import day
from central.catalogue.report import Report

HORIZON_DAYS = 400  # how far ahead days are kept; an import is due long before
PLAYED_DAYS = 120  # how far ahead a shifted feed is played
PERIOD_WEEKS_MAX = 4
SPAN_DAYS_MAX = 36_525  # a feed said to be valid for longer is looked at for its first hundred years
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Service:
    """One service_id: weekdays between two dates, and exceptions."""

    def __init__(self) -> None:
        self.weekdays: frozenset[int] = frozenset()
        self.first: date | None = None
        self.last: date | None = None
        self.added: set[date] = set()
        self.removed: set[date] = set()

    def runs_on(self, when: date) -> bool:
        if when in self.removed:
            return False
        if when in self.added:
            return True
        return self.regularly(when)

    def regularly(self, when: date) -> bool:
        """By weekday, without the exceptions."""
        return (
            self.first is not None
            and self.last is not None
            and self.first <= when <= self.last
            and when.weekday() in self.weekdays
        )

    def span(self) -> Iterable[date]:
        """The ends of everything this service says."""
        if self.first and self.last and self.weekdays:
            yield from (self.first, self.last)
        yield from self.added


def read_services(archive: Archive, report: Report) -> dict[str, Service]:
    """calendar.txt and calendar_dates.txt, either alone or both."""
    services: dict[str, Service] = {}
    name = "calendar.txt"
    for line, row in archive.rows(name):
        service_id = row.get("service_id", "")
        first, last = day(row.get("start_date", "")), day(row.get("end_date", ""))
        if not service_id or first is None or last is None or last < first:
            report.add(name, line, "dates", f"service {service_id!r} has no sound dates", "this row is ignored")
            continue
        if service_id in services:
            report.add(name, line, "twice", f"service {service_id} is defined twice", "the first definition holds")
            continue
        service = services[service_id] = Service()
        service.first, service.last = first, last
        service.weekdays = frozenset(n for n, weekday in enumerate(_WEEKDAYS) if row.get(weekday, "") == "1")
    name = "calendar_dates.txt"
    for line, row in archive.rows(name):
        when, kind, service_id = day(row.get("date", "")), row.get("exception_type", ""), row.get("service_id", "")
        if when is None or kind not in ("1", "2") or not service_id:
            report.add(name, line, "exception", "date or exception_type is not readable", "this row is ignored")
            continue
        service = services.setdefault(service_id, Service())
        (service.added if kind == "1" else service.removed).add(when)
    return services


class Days:
    """Operating days of services, as ISO dates, in feed time or shifted to another day."""

    def __init__(
        self, services: dict[str, Service], trips_of: Counter[str], *, today: date, shift_to: date | None
    ) -> None:
        self._services = services
        self._known: dict[str, tuple[str, ...]] = {}
        if shift_to is None:
            first = today - timedelta(days=2)
            self._source = {first + timedelta(days=n): first + timedelta(days=n) for n in range(HORIZON_DAYS)}
        else:
            self._source = _played(services, trips_of, shift_to)

    def of(self, service_id: str) -> tuple[str, ...]:
        """ISO dates on which the service runs; () when unknown or out of reach."""
        if service_id not in self._known:
            service = self._services.get(service_id)
            self._known[service_id] = (
                tuple(when.isoformat() for when, source in self._source.items() if service.runs_on(source))
                if service
                else ()
            )
        return self._known[service_id]


def _played(services: dict[str, Service], trips_of: Counter[str], shift_to: date) -> dict[date, date]:
    """Target day -> day of the feed: the busiest whole weeks of the feed, weekday on weekday, over and over."""
    busy = {service_id: service for service_id, service in services.items() if trips_of[service_id]}
    ends = [when for service in busy.values() for when in service.span()]
    if not ends:
        return {}
    first = min(ends)
    count = min((max(ends) - first).days + 1, SPAN_DAYS_MAX)
    # Sums of trips up to a day, so that any stretch of days is one subtraction.
    until = [0, *accumulate(trips_a_day(busy, trips_of, first, count))]
    weeks = max(1, min(PERIOD_WEEKS_MAX, count // 7))
    offset = (shift_to.weekday() - first.weekday()) % 7
    starts = [n for n in range(offset - 7, count, 7) if n + 7 * weeks <= count + 6] or [offset - 7]
    best = max(starts, key=lambda n: until[min(n + 7 * weeks, count)] - until[max(n, 0)])
    return {
        shift_to + timedelta(days=n): first + timedelta(days=best + n % (7 * weeks)) for n in range(-1, PLAYED_DAYS)
    }


def trips_a_day(services: dict[str, Service], trips_of: Counter[str], first: date, count: int) -> list[int]:
    """How many trips run on each of `count` days from `first` on, without asking each service for each day."""
    changes = [[0] * (count + 1) for _ in _WEEKDAYS]  # by weekday: trips more or less from this day on
    extra = [0] * count
    for service_id, service in services.items():
        trips = trips_of[service_id]
        if service.first and service.last:
            start, end = (min(max((each - first).days, 0), count) for each in (service.first, service.last))
            for weekday in service.weekdays:
                changes[weekday][start] += trips
                changes[weekday][min(end + 1, count)] -= trips
        for when in service.added | service.removed:
            number = (when - first).days
            if 0 <= number < count:
                extra[number] += trips * (service.runs_on(when) - service.regularly(when))
    running = [list(accumulate(each)) for each in changes]
    return [running[(first.weekday() + n) % 7][n] + extra[n] for n in range(count)]
