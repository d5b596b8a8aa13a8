"""Trips, their calls and frequencies.txt: service journeys."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

import msgspec

from central.catalogue.gtfs.archive import Archive, Row
from central.catalogue.gtfs.calls import read_calls
from central.catalogue.gtfs.stops import Stops
from central.catalogue.gtfs.translations import Translations
from central.catalogue.gtfs.values import seconds, whole
from central.catalogue.report import Report
from kiosk.domain.network import Call, Line, ServiceJourney

RUNS_MAX = 2_000  # of one row of frequencies.txt
RUNS_OF_ALL_MAX = 300_000
_RAIL = {2, *range(100, 118)}
_TRAIN_NUMBER = re.compile(r"[A-Z]{0,3} ?\d{1,5}\Z")


def read_service_journeys(
    archive: Archive,
    trips: dict[str, Row],
    wanted: Collection[str],
    lines: dict[str, Line],
    stops: Stops,
    translations: Translations,
    report: Report,
    progress: Callable[[str], None],
) -> Iterator[tuple[ServiceJourney, str]]:
    """(service journey, service id) of the `wanted` trips; layouts are tied later."""
    frequencies = _frequencies(archive, trips, report)
    for trip_id, calls in read_calls(archive, trips, wanted, stops, report, progress):
        row = trips[trip_id]
        base = _service_journey(trip_id, row, calls, lines[row["route_id"]], stops, translations)
        service_id = row["service_id"]
        if trip_id not in frequencies:
            yield base, service_id
            continue
        for start_s in frequencies[trip_id]:
            clock = f"{start_s // 3600:02d}{start_s // 60 % 60:02d}{start_s % 60:02d}"
            yield (
                msgspec.structs.replace(base, id=f"{trip_id}@{clock}", calls=_from(start_s, calls)),
                service_id,
            )


def _service_journey(
    trip_id: str, row: Row, calls: tuple[Call, ...], line: Line, stops: Stops, translations: Translations
) -> ServiceJourney:
    last = stops.stop_places[calls[-1].stop_place_id]
    headsign = row.get("trip_headsign", "") or last.name
    number = row.get("trip_short_name", "")
    if not number and line.mode in _RAIL and _TRAIN_NUMBER.match(trip_id):
        number = trip_id  # some railways publish the train number only as the trip's id
    names = translations.of("trips", "trip_headsign", trip_id, headsign)
    return ServiceJourney(
        id=trip_id,
        line_id=line.id,
        number=number,
        headsign=headsign,
        calls=calls,
        names=names or (last.names if headsign == last.name else {}),
        direction=1 if row.get("direction_id") == "1" else 0,
    )


def _from(start_s: int, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """The same calls with the first departure at `start_s`."""
    shift_s = start_s - calls[0].departure_s
    return tuple(
        msgspec.structs.replace(
            call, arrival_s=max(0, call.arrival_s + shift_s), departure_s=call.departure_s + shift_s
        )
        for call in calls
    )


def _frequencies(archive: Archive, trips: dict[str, Row], report: Report) -> dict[str, list[int]]:
    """Departures of trips that run every so many seconds; overlapping rows count once."""
    name = "frequencies.txt"
    found: dict[str, set[int]] = {}
    runs = 0
    for line, row in archive.rows(name):
        trip_id = row.get("trip_id", "")
        start, end = seconds(row.get("start_time", "")), seconds(row.get("end_time", ""))
        headway = whole(row.get("headway_secs", ""))
        fault = ""
        if trip_id not in trips:
            fault = f"unknown trip {trip_id!r}"
        elif start is None or end is None or end <= start or headway is None or headway < 1:
            fault = f"the frequency of trip {trip_id} is not sound"
        elif (end - start) // headway > RUNS_MAX:
            fault = f"trip {trip_id} would run over {RUNS_MAX:,} times"
        elif runs > RUNS_OF_ALL_MAX:
            fault = f"the feed would run over {RUNS_OF_ALL_MAX:,} times"
        if fault or start is None or end is None or headway is None:
            report.add(name, line, "row", fault, "this row is ignored")
            continue
        times = range(start, end, headway)
        runs += len(times)
        found.setdefault(trip_id, set()).update(times)
    return {trip_id: sorted(starts) for trip_id, starts in found.items()}
