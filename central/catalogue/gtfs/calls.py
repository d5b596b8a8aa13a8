"""stop_times.txt: the calls of each trip, in order and with times everywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Container, Iterator

import msgspec

from central.catalogue.gtfs.archive import Archive, Row
from central.catalogue.gtfs.stops import Stops
from central.catalogue.gtfs.values import seconds, whole
from central.catalogue.report import Report
from kiosk.domain.network import Call

CALLS_MAX = 255  # a ticket names calls by one byte
_FILE = "stop_times.txt"
_DAY_S = 86_400
_EACH_ROWS = 100_000  # rows between two words of progress


class _Stop(msgspec.Struct, gc=False):
    """A row of stop_times while a trip is put together; a time of -1 is not given."""

    line: int
    sequence: int
    arrival_s: int
    departure_s: int
    stop_id: str
    board: bool
    alight: bool


def read_calls(
    archive: Archive,
    known: Container[str],
    wanted: Collection[str],
    stops: Stops,
    report: Report,
    progress: Callable[[str], None],
) -> Iterator[tuple[str, tuple[Call, ...]]]:
    """(trip id, calls) of the `wanted` trips that make a journey, in the order of the file."""
    found: dict[str, list[_Stop]] = {}
    wanted = frozenset(wanted)
    for number, (line, row) in enumerate(archive.rows(_FILE), 1):
        if number % _EACH_ROWS == 0:
            progress(f"Reading the timetable: {number:,} calls")
        trip_id = row.get("trip_id", "")
        if trip_id not in known:
            report.add(_FILE, line, "trip", f"unknown trip {trip_id!r}", "this call is not imported")
        elif trip_id in wanted and (stop := _stop(trip_id, line, row, stops, report)) is not None:
            found.setdefault(trip_id, []).append(stop)
    for trip_id in sorted(wanted - found.keys()):
        report.add(_FILE, 0, "no calls", f"trip {trip_id} has no calls", "it is not imported")
    for trip_id in list(found):
        calls = _calls(trip_id, found.pop(trip_id), stops, report)
        if calls is not None:
            yield trip_id, calls


def _stop(trip_id: str, line: int, row: Row, stops: Stops, report: Report) -> _Stop | None:
    stop_id, sequence = row.get("stop_id", ""), whole(row.get("stop_sequence", ""))
    fault = ""
    if not stop_id:
        fault = "calls at an area or on demand, not at a stop"
    elif stop_id not in stops.place_of:
        fault = f"calls at unknown stop {stop_id}"
    elif sequence is None:
        fault = f"has no sound stop_sequence ({row.get('stop_sequence', '')!r})"
    if fault or sequence is None:
        kind = "no stop" if not stop_id else "sequence" if stop_id in stops.place_of else "stop"
        report.add(_FILE, line, kind, f"trip {trip_id} {fault}", "this call is not imported")
        return None
    times = []
    for column in ("arrival_time", "departure_time"):
        text = row.get(column, "")
        value = seconds(text) if text else None
        if text and value is None:
            report.add(_FILE, line, "time", f"trip {trip_id}: {text!r} is not a time", "it counts as not given")
        times.append(-1 if value is None else value)
    arrival, departure = times
    return _Stop(
        line,
        sequence,
        departure if arrival < 0 else arrival,
        arrival if departure < 0 else departure,
        sys.intern(stop_id),
        row.get("pickup_type", "") != "1",
        row.get("drop_off_type", "") != "1",
    )


def _calls(trip_id: str, rows: list[_Stop], stops: Stops, report: Report) -> tuple[Call, ...] | None:
    """The calls in order, with times everywhere; None (and a finding) when they make no journey."""
    rows.sort(key=lambda each: each.sequence)
    unique: list[_Stop] = []
    for each in rows:
        if unique and each.sequence == unique[-1].sequence:
            report.add(
                _FILE, each.line, "sequence twice", f"trip {trip_id} has stop_sequence {each.sequence} twice",
                "the first call holds",
            )  # fmt: skip
        else:
            unique.append(each)
    _past_midnight(trip_id, unique, report)
    line, fault = rows[0].line, ""
    if len(unique) < 2:
        fault = "has fewer than two calls"
    elif len(unique) > CALLS_MAX:
        fault = f"has more than {CALLS_MAX} calls"
    elif unique[0].departure_s < 0 or unique[-1].arrival_s < 0:
        fault = "has no time at its first or last call"
    else:
        _fill_times(unique)
        back = _goes_back(unique)
        if back is not None:
            line, fault = back.line, "goes back in time"
    if fault:
        report.add(_FILE, line, fault, f"trip {trip_id} {fault}", "it is not imported")
        return None
    return tuple(
        Call(
            stops.place_of[each.stop_id],
            each.stop_id if each.stop_id in stops.quays else "",
            each.arrival_s,
            each.departure_s,
            each.board,
            each.alight,
        )
        for each in unique
    )


def _past_midnight(trip_id: str, calls: list[_Stop], report: Report) -> None:
    """23:50 followed by 00:10: some feeds start again at 00:00 where 24:10 is meant."""
    days_s, before = 0, -1
    for each in calls:
        for field in ("arrival_s", "departure_s"):
            at = getattr(each, field)
            if at < 0:
                continue
            if before - (at + days_s) > _DAY_S // 2:
                report.add(
                    _FILE, each.line, "midnight", f"trip {trip_id} starts again at 00:00 after midnight",
                    "the times count as those of the next day",
                )  # fmt: skip
                days_s += _DAY_S
            before = at + days_s
            setattr(each, field, before)


def _fill_times(calls: list[_Stop]) -> None:
    """Calls without a time get one between their neighbours; the ends have one."""
    known = 0
    for number in range(1, len(calls)):
        here, start = calls[number].arrival_s, calls[known].departure_s
        if here < 0:
            continue
        for between in range(known + 1, number):
            at = start + (here - start) * (between - known) // (number - known)
            calls[between].arrival_s = calls[between].departure_s = at
        known = number


def _goes_back(calls: list[_Stop]) -> _Stop | None:
    """The first call that is left before it is reached, or reached before the one before it is left."""
    before = 0
    for each in calls:
        if not before <= each.arrival_s <= each.departure_s:
            return each
        before = each.departure_s
    return None
