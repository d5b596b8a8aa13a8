"""routes.txt, trips.txt, stop_times.txt, frequencies.txt: lines and service journeys with their calls."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator

import msgspec

from central.catalogue.gtfs.archive import Archive, Row
from central.catalogue.gtfs.stops import Stops
from central.catalogue.gtfs.translations import Translations
from central.catalogue.gtfs.values import seconds, whole
from central.catalogue.report import Report
from kiosk.domain.network import Call, Line, ServiceJourney

CALLS_MAX = 255  # a ticket names calls by one byte
FREQUENT_MAX = 2000  # runs of one trip and row of frequencies.txt
_RAIL = {2, *range(100, 118)}
_TRAIN_NUMBER = re.compile(r"[A-Z]{0,3} ?\d{1,5}\Z")


class _Stop(msgspec.Struct):
    """A row of stop_times while a trip is put together."""

    sequence: int
    arrival_s: int | None
    departure_s: int | None
    stop_id: str
    board: bool
    alight: bool


def read_lines(
    archive: Archive, translations: Translations, networks: dict[str, set[str]], report: Report
) -> tuple[dict[str, Line], dict[str, str]]:
    """(lines by id, agency id by line id)."""
    name = "routes.txt"
    agencies = {row.get("agency_id", ""): row.get("agency_name", "") for _, row in archive.rows("agency.txt")}
    lines: dict[str, Line] = {}
    agency_of: dict[str, str] = {}
    for line, row in archive.rows(name):
        route_id = row.get("route_id", "")
        if not route_id or route_id in lines:
            report.add(name, line, "id", f"route {route_id!r} has no id of its own", "this row is ignored")
            continue
        short, long = row.get("route_short_name", ""), row.get("route_long_name", "")
        mode = whole(row.get("route_type", ""))
        if mode is None or mode < 0:
            report.add(name, line, "type", f"route {route_id} has no sound route_type", "it is shown as a bus")
            mode = 3
        agency = row.get("agency_id", "") or next(iter(agencies), "")
        own = {row["network_id"]} if row.get("network_id") else set()
        lines[route_id] = Line(
            id=route_id,
            name=short or long or route_id,
            long_name=long,
            names=translations.of("routes", "route_long_name", route_id, long)
            if not short
            else translations.of("routes", "route_short_name", route_id, short),
            mode=mode,
            network_ids=tuple(sorted(own | networks.get(route_id, set()))),
            operator=agencies.get(agency, ""),
            colour=row.get("route_color", ""),
        )
        agency_of[route_id] = agency
    return lines, agency_of


def read_trips(archive: Archive, lines: dict[str, Line], report: Report) -> dict[str, Row]:
    """Rows of trips.txt whose line exists, by trip id."""
    name = "trips.txt"
    trips: dict[str, Row] = {}
    for line, row in archive.rows(name):
        trip_id, route_id = row.get("trip_id", ""), row.get("route_id", "")
        if not trip_id or trip_id in trips:
            report.add(name, line, "id", f"trip {trip_id!r} has no id of its own", "this row is ignored")
        elif route_id not in lines:
            report.add(
                name, line, "route", f"trip {trip_id} belongs to unknown route {route_id!r}", "it is not imported"
            )
        else:
            trips[trip_id] = row
    return trips


def read_service_journeys(
    archive: Archive,
    trips: dict[str, Row],
    lines: dict[str, Line],
    stops: Stops,
    translations: Translations,
    report: Report,
) -> Iterator[tuple[ServiceJourney, str]]:
    """(service journey, service_id); layouts are tied later."""
    frequencies = _frequencies(archive, trips, report)
    for trip_id, rows in _stop_times(archive, trips, stops, report).items():
        calls = _calls(trip_id, rows, stops, report)
        if calls is None:
            continue
        row = trips[trip_id]
        line = lines[row["route_id"]]
        last = stops.stop_places[calls[-1].stop_place_id]
        headsign = row.get("trip_headsign", "") or last.name
        number = row.get("trip_short_name", "")
        if not number and line.mode in _RAIL and _TRAIN_NUMBER.match(trip_id):
            number = trip_id  # some railways publish the train number only as the trip's id
        base = ServiceJourney(
            id=trip_id,
            line_id=line.id,
            number=number,
            headsign=headsign,
            calls=calls,
            names=translations.of("trips", "trip_headsign", trip_id, headsign)
            or (last.names if headsign == last.name else {}),
            direction=1 if row.get("direction_id") == "1" else 0,
        )
        service_id = row.get("service_id", "")
        if trip_id not in frequencies:
            yield base, service_id
            continue
        for start_s in frequencies[trip_id]:
            shift = start_s - calls[0].departure_s
            moved = tuple(
                msgspec.structs.replace(c, arrival_s=c.arrival_s + shift, departure_s=c.departure_s + shift)
                for c in calls
            )
            clock = f"{start_s // 3600:02d}{start_s // 60 % 60:02d}{start_s % 60:02d}"
            yield msgspec.structs.replace(base, id=f"{trip_id}@{clock}", calls=moved), service_id


def _frequencies(archive: Archive, trips: dict[str, Row], report: Report) -> dict[str, list[int]]:
    """Departures of trips that run every so many seconds."""
    name = "frequencies.txt"
    found: dict[str, set[int]] = {}
    for line, row in archive.rows(name):
        trip_id = row.get("trip_id", "")
        start, end = seconds(row.get("start_time", "")), seconds(row.get("end_time", ""))
        headway = whole(row.get("headway_secs", ""))
        if trip_id not in trips or start is None or end is None or not headway or headway < 1 or end <= start:
            report.add(name, line, "row", f"frequency of trip {trip_id!r} is not sound", "this row is ignored")
        elif (end - start) // headway > FREQUENT_MAX:
            report.add(
                name, line, "often", f"trip {trip_id} would run over {FREQUENT_MAX} times", "this row is ignored"
            )
        else:
            found.setdefault(trip_id, set()).update(range(start, end, headway))
    return {trip_id: sorted(starts) for trip_id, starts in found.items()}


def _stop_times(archive: Archive, trips: dict[str, Row], stops: Stops, report: Report) -> dict[str, list[_Stop]]:
    name = "stop_times.txt"
    found: dict[str, list[_Stop]] = {}
    for line, row in archive.rows(name):
        trip_id, stop_id = row.get("trip_id", ""), row.get("stop_id", "")
        if trip_id not in trips:
            report.add(name, line, "trip", f"unknown trip {trip_id!r}", "this call is not imported")
            continue
        if not stop_id:
            report.add(
                name, line, "no stop", f"trip {trip_id} calls at an area or on demand", "this call is not imported"
            )
            continue
        if stop_id not in stops.place_of:
            report.add(
                name, line, "stop", f"trip {trip_id} calls at unknown stop {stop_id}", "this call is not imported"
            )
            continue
        sequence = whole(row.get("stop_sequence", ""))
        if sequence is None:
            report.add(
                name, line, "sequence", f"trip {trip_id} has no sound stop_sequence", "this call is not imported"
            )
            continue
        arrival, departure = seconds(row.get("arrival_time", "")), seconds(row.get("departure_time", ""))
        for text, value in ((row.get("arrival_time"), arrival), (row.get("departure_time"), departure)):
            if text and value is None:
                report.add(name, line, "time", f"trip {trip_id}: {text!r} is not a time", "it counts as not given")
        found.setdefault(trip_id, []).append(
            _Stop(
                sequence,
                departure if arrival is None else arrival,
                arrival if departure is None else departure,
                sys.intern(stop_id),
                row.get("pickup_type", "") != "1",
                row.get("drop_off_type", "") != "1",
            )
        )
    return found


def _calls(trip_id: str, rows: list[_Stop], stops: Stops, report: Report) -> tuple[Call, ...] | None:
    """The calls in order, with times everywhere; None (and a finding) when they make no journey."""
    name, ordered = "stop_times.txt", sorted(rows, key=lambda each: each.sequence)
    unique = [each for n, each in enumerate(ordered) if n == 0 or each.sequence != ordered[n - 1].sequence]
    if len(unique) != len(ordered):
        report.add(name, 0, "sequence twice", f"trip {trip_id} has a stop_sequence twice", "the first call holds")
    fault = ""
    if len(unique) < 2:
        fault = "has fewer than two calls"
    elif len(unique) > CALLS_MAX:
        fault = f"has more than {CALLS_MAX} calls"
    elif not _fill_times(unique):
        fault = "has no time at its first or last call"
    elif any(
        a.departure_s > b.arrival_s or b.arrival_s > b.departure_s  # type: ignore[operator]
        for a, b in itertools.pairwise(unique)
    ):
        fault = "goes back in time"
    if fault:
        report.add(name, 0, fault, f"trip {trip_id} {fault}", "it is not imported")
        return None
    return tuple(
        Call(
            stops.place_of[each.stop_id],
            each.stop_id if each.stop_id in stops.quays else "",
            each.arrival_s or 0,
            each.departure_s or 0,
            each.board,
            each.alight,
        )
        for each in unique
    )


def _fill_times(calls: list[_Stop]) -> bool:
    """Calls without a time get one between their neighbours; False when an end has none."""
    if calls[0].departure_s is None or calls[-1].arrival_s is None:
        return False
    known = 0
    for number in range(1, len(calls)):
        here = calls[number].arrival_s
        if here is None:
            continue
        start = calls[known].departure_s
        assert start is not None
        for between in range(known + 1, number):
            at = start + (here - start) * (between - known) // (number - known)
            calls[between].arrival_s = calls[between].departure_s = at
        known = number
    return True
