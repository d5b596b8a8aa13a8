"""Calls, frequencies, calendars, and an old feed played as if it ran now."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.catalogue.feed import Feed, FeedRefused
from central.catalogue.gtfs import calls, journeys, read_feed
from central.catalogue.gtfs.calendar import Service, trips_a_day
from kiosk.domain.network import ServiceJourney
from tests.central.feeds import MONDAY, SOUND, read, write_feed

HEADER = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n"


def journey(feed: Feed, journey_id: str) -> ServiceJourney:
    return next(each for each in feed.service_journeys if each.id == journey_id)


def clock(at_s: int) -> str:
    return f"{at_s // 3600:02d}:{at_s // 60 % 60:02d}"


def times(feed: Feed, journey_id: str) -> list[tuple[str, str]]:
    return [(clock(call.arrival_s), clock(call.departure_s)) for call in journey(feed, journey_id).calls]


def test_times_boarding_and_alighting(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed")
    assert times(feed, "t1") == [("08:00", "08:00"), ("08:29", "08:30"), ("09:00", "09:00")]
    assert [(call.board, call.alight) for call in journey(feed, "t1").calls] == [
        (True, False),
        (True, True),
        (False, True),
    ]
    assert times(feed, "n1") == [("23:50", "23:50"), ("24:40", "24:40")]


def test_rows_in_any_order_give_the_same_journey(tmp_path: Path) -> None:
    rows = SOUND["stop_times"].strip().splitlines()
    shuffled = "\n".join([rows[0], *reversed(rows[1:])]) + "\n"
    assert {each.id: each.calls for each in read(tmp_path / "b", {"stop_times": shuffled}).service_journeys} == {
        each.id: each.calls for each in read(tmp_path / "a").service_journeys
    }


def test_missing_times_lie_evenly_between_their_neighbours(tmp_path: Path) -> None:
    rows = "t1,8:00:00,8:00:00,S1,1,,\nt1,,,M,5,,\nt1,,,S2,6,,\nt1,09:00:00,,N,90,,\n"
    feed = read(tmp_path / "feed", {"stop_times": HEADER + rows})
    assert times(feed, "t1") == [("08:00", "08:00"), ("08:20", "08:20"), ("08:40", "08:40"), ("09:00", "09:00")]


def test_a_train_that_starts_again_at_midnight_runs_on(tmp_path: Path) -> None:
    rows = "n1,23:30:00,23:30:00,N,1,,\nn1,23:59:00,00:02:00,M,2,,\nn1,00:40:00,00:40:00,S1,3,,\n"
    feed = read(tmp_path / "feed", {"stop_times": HEADER + rows})
    assert times(feed, "n1") == [("23:30", "23:30"), ("23:59", "24:02"), ("24:40", "24:40")]
    [finding] = [each for each in feed.report.findings if "midnight" in each.message]
    assert finding.line == 3


@pytest.mark.parametrize(
    ("rows", "line", "fault"),
    [  # t1 is on lines 2 to 4
        ("t1,8:00:00,8:00:00,S1,1,,\nt1,8:30:00,8:30:00,M,2,,\nt1,8:10:00,8:10:00,N,3,,\n", 4, "goes back in time"),
        ("t1,8:00:00,8:00:00,S1,1,,\nt1,8:30:00,8:20:00,M,2,,\nt1,9:10:00,9:10:00,N,3,,\n", 3, "goes back in time"),
        ("t1,08:00:00,08:00:00,S1,1,,\n", 2, "has fewer than two calls"),
        ("t1,,,S1,1,,\nt1,09:00:00,09:00:00,N,2,,\n", 2, "has no time at its first or last call"),
        ("t1,08:00:00,08:00:00,S1,1,,\nt1,soon,later,N,2,,\n", 2, "has no time at its first or last call"),
    ],
)  # fmt: skip
def test_a_trip_that_makes_no_journey_is_left_out_and_named(tmp_path: Path, rows: str, line: int, fault: str) -> None:
    others = SOUND["stop_times"].strip().splitlines()[4:]
    feed = read(tmp_path / "feed", {"stop_times": HEADER + rows + "\n".join(others) + "\n"})
    assert {each.id for each in feed.service_journeys} == {"t2", "n1"}
    finding = feed.report.findings[-1]
    assert (finding.line, finding.message, finding.consequence) == (line, f"trip t1 {fault}", "it is not imported")


def test_faults_of_single_calls(tmp_path: Path) -> None:
    rows = (
        "t1,08:00:00,08:00:00,S1,1,,\n"
        "t1,08:10:00,08:10:00,GHOST,2,,\n"
        "t1,08:20:00,08:20:00,,3,,\n"
        "t1,08:30:00,08:30:00,M,x,,\n"
        "t1,08:40:00,08:40:00,M,4,,\n"
        "t1,08:45:00,08:45:00,S2,4,,\n"
        "t1,8:99:00,900:00:00,S1,5,,\n"
        "t1,09:00:00,09:00:00,N,6,,\n"
    )
    feed = read(tmp_path / "feed", {"stop_times": HEADER + rows})
    assert [clock(call.departure_s) for call in journey(feed, "t1").calls] == ["08:00", "08:40", "08:50", "09:00"]
    assert [(each.line, each.consequence) for each in feed.report.findings] == [
        (3, "this call is not imported"),
        (4, "this call is not imported"),
        (5, "this call is not imported"),
        (8, "it counts as not given"),
        (8, "it counts as not given"),
        (0, "it is not imported"),  # n1 and t2 have no calls
        (0, "it is not imported"),
        (7, "the first call holds"),
    ]


def test_a_ticket_can_name_no_more_than_255_calls(tmp_path: Path) -> None:
    def rows(count: int) -> str:
        return HEADER + "".join(f"t1,{8 + n // 60}:{n % 60:02d}:00,,{('S1', 'M')[n % 2]},{n},,\n" for n in range(count))

    assert len(journey(read(tmp_path / "a", {"stop_times": rows(calls.CALLS_MAX)}), "t1").calls) == 255
    with pytest.raises(FeedRefused, match="more than 255 calls"):
        read(tmp_path / "b", {"stop_times": rows(calls.CALLS_MAX + 1)})


def test_frequencies_become_runs_with_ids_of_their_own(tmp_path: Path) -> None:
    rows = "t1,6:00:00,6:40:00,1200,\nt1,6:20:00,7:00:00,1200,1\nghost,6:00:00,7:00:00,60,\nt2,7:00:00,6:00:00,60,\n"
    feed = read(tmp_path / "feed", {"frequencies": "trip_id,start_time,end_time,headway_secs,exact_times\n" + rows})
    runs = [each for each in feed.service_journeys if each.id.startswith("t1")]
    assert [each.id for each in runs] == ["t1@060000", "t1@062000", "t1@064000"]
    assert times(feed, "t1@062000") == [("06:20", "06:20"), ("06:49", "06:50"), ("07:20", "07:20")]
    assert feed.days["t1@062000"] == feed.days["t2"]
    assert {each.line_id for each in runs} == {"r1"}
    assert [(each.line, each.consequence) for each in feed.report.findings] == [
        (4, "this row is ignored"),
        (5, "this row is ignored"),
    ]


def test_a_frequency_that_never_ends_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = "trip_id,start_time,end_time,headway_secs\nt1,00:00:00,99:00:00,1\nt2,06:00:00,08:00:00,600\n"
    feed = read(tmp_path / "a", {"frequencies": table})
    assert len([each for each in feed.service_journeys if each.id.startswith("t2@")]) == 12
    assert journey(feed, "t1").calls
    assert "would run over 2,000 times" in feed.report.text()
    monkeypatch.setattr(journeys, "RUNS_OF_ALL_MAX", 5)
    more = table.replace("t1,00:00:00,99:00:00,1\n", "") + "t1,06:00:00,08:00:00,600\n"
    assert "the feed would run over 5 times" in read(tmp_path / "b", {"frequencies": more}).report.text()


def test_calendar_with_exceptions_and_either_table_alone(tmp_path: Path) -> None:
    exceptions = "service_id,date,exception_type\nweek,20261124,2\nweek,20261128,1\nnight,bad,1\nnight,20261129,7\n"
    feed = read(tmp_path / "both", {"calendar_dates": exceptions})
    november = [day for day in feed.days["t1"] if "2026-11-23" <= day <= "2026-11-30"]
    assert november == ["2026-11-23", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-30"]
    assert [(each.file, each.line) for each in feed.report.findings] == [
        ("calendar_dates.txt", 4),
        ("calendar_dates.txt", 5),
    ]
    assert read(tmp_path / "regular").days["n1"][:2] == ("2026-11-21", "2026-11-22")
    dates = "service_id,date,exception_type\nweek,20261201,1\nnight,20261202,1\n"
    only = read(tmp_path / "only", {"calendar": None, "calendar_dates": dates})
    assert (only.days["t1"], only.days["n1"]) == (("2026-12-01",), ("2026-12-02",))


def test_faults_of_calendars(tmp_path: Path) -> None:
    calendar = SOUND["calendar"] + "week,1,1,1,1,1,1,1,20261102,20261231\nbad,1,1,1,1,1,1,1,20261331,20270101\n"
    feed = read(tmp_path / "feed", {"calendar": calendar + "back,1,1,1,1,1,1,1,20270101,20260101\n"})
    assert [(each.line, each.consequence) for each in feed.report.findings] == [
        (4, "the first definition holds"),
        (5, "this row is ignored"),
        (6, "this row is ignored"),
    ]
    assert "2026-11-28" not in feed.days["t1"]


def test_a_feed_of_the_past_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(FeedRefused, match=r"ended on 2026-12-31.*--shift-to-today"):
        read(tmp_path / "feed", today=date(2030, 1, 1))
    with pytest.raises(FeedRefused, match="no service runs on any day"):
        read(tmp_path / "none", {"calendar": SOUND["calendar"].replace(",1", ",0")})


def shifted(folder: Path, tables: dict[str, str | None], to: date) -> Feed:
    return read_feed(write_feed(folder, tables), shift_to=to)


def test_an_old_feed_is_played_weekday_on_weekday(tmp_path: Path) -> None:
    for number in range(7):
        to = date(2031, 5, 5) + timedelta(days=number)
        feed = shifted(tmp_path / str(number), {}, to)
        for day_type, weekdays in (("t1", {0, 1, 2, 3, 4}), ("n1", {5, 6})):
            played = [date.fromisoformat(day) for day in feed.days[day_type]]
            assert {each.weekday() for each in played} == weekdays
            window = [each for each in played if to <= each < to + timedelta(days=28)]
            assert len(window) == 4 * len(weekdays)


def test_a_feed_of_three_days_repeats_every_week(tmp_path: Path) -> None:
    dates = "".join(f"week,202611{day},1\n" for day in (24, 25, 26))
    feed = shifted(
        tmp_path / "feed",
        {"calendar": None, "calendar_dates": "service_id,date,exception_type\n" + dates + "night,20261125,1\n"},
        date(2031, 5, 9),
    )
    first, end = date(2031, 5, 9), date(2031, 6, 6)
    days = [each for each in map(date.fromisoformat, feed.days["t1"]) if first <= each < end]
    assert Counter(each.weekday() for each in days) == {1: 4, 2: 4, 3: 4}
    assert {date.fromisoformat(day).weekday() for day in feed.days["n1"]} == {2}


def test_the_busiest_weeks_are_played_and_their_exceptions_with_them(tmp_path: Path) -> None:
    calendar = """
service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
week,1,1,1,1,1,0,0,20260101,20991231
night,1,1,1,0,0,0,0,20260706,20260802
"""
    feed = shifted(
        tmp_path / "feed",
        {"calendar": calendar, "calendar_dates": "service_id,date,exception_type\nweek,20260708,2\n"},
        date(2031, 5, 5),
    )
    month = [date(2031, 5, 5) + timedelta(days=n) for n in range(28)]
    assert feed.days["n1"][:12] == tuple(each.isoformat() for each in month if each.weekday() < 3)
    assert "2031-05-07" not in feed.days["t1"]
    assert "2031-05-14" in feed.days["t1"]


def test_progress_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    read_feed(write_feed(tmp_path / "feed"), today=MONDAY, progress=said.append)
    assert said == ["Reading stops and lines", "Reading the timetable: 3 trips", "Reading fares"]


@settings(max_examples=40, deadline=None)
@given(
    spans=st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.frozensets(st.integers(0, 6))), min_size=1, max_size=4
    ),
    exceptions=st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 70), st.booleans()), max_size=10),
    start=st.integers(0, 6),
)
def test_trips_a_day_are_what_asking_every_service_every_day_gives(
    spans: list[tuple[int, int, frozenset[int]]], exceptions: list[tuple[int, int, bool]], start: int
) -> None:
    origin = date(2026, 3, 2) + timedelta(days=start)
    services: dict[str, Service] = {}
    for number, (first, length, weekdays) in enumerate(spans):
        service = services[str(number)] = Service()
        service.first = origin + timedelta(days=first)
        service.last = service.first + timedelta(days=length)
        service.weekdays = weekdays
    for number, offset, added in exceptions:
        if str(number) in services:
            exceptional = services[str(number)]
            (exceptional.added if added else exceptional.removed).add(origin + timedelta(days=offset))
    trips_of = Counter({service_id: 3 + int(service_id) for service_id in services})
    assert trips_a_day(services, trips_of, origin, 70) == [
        sum(trips_of[each] for each, service in services.items() if service.runs_on(origin + timedelta(days=n)))
        for n in range(70)
    ]
