"""Faults of feeds as found in the wild: what the finding says (file, line, consequence), or why it is refused."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from central.catalogue.feed import FeedRefused
from central.catalogue.gtfs import read_feed
from tests.central.feeds import MONDAY, SOUND, place_of, read, write_feed, zipped

V2: dict[str, str | None] = {
    "fare_attributes": None,
    "fare_products": "fare_product_id,fare_product_name,amount,currency\np,Ride,1.00,EUR\n",
    "areas": "area_id\ncity\n",
    "stop_areas": "area_id,stop_id\ncity,S1\ncity,N\n",
    "route_networks": "network_id,route_id\nregio,r1\n",
}
UNUSABLE_PRICE = "has no id of its own or no sound price"


@pytest.mark.parametrize(
    ("table", "rows", "line", "says", "consequence"),
    [
        ("stops", ",Nowhere,,,,,,,\n", 7, "a stop without stop_id", "it is ignored"),
        ("stops", "N,Norden again,,,,,,,\n", 7, "stop N is defined twice", "the first definition holds"),
        ("stops", "L,Lost,,,,0,GHOST,,\n", 7, "belongs to unknown station GHOST", "it stands alone"),
        (
            "agency",
            "E,East,,,de\n",
            3,
            "agency East: its time zone (agency_timezone) is blank",
            "taken as Europe/Berlin",
        ),
        ("agency", "E,,,MEZ+1,de\n", 3, "agency E: 'MEZ+1' is not a time zone", "taken as Europe/Berlin"),
        ("agency", "E,East,,Asia/Tokyo,\n", 3, "agency East: its time zone is Asia/Tokyo", "taken as Europe/Berlin"),
        ("routes", "r1,N,Again,,3,\n", 4, "route 'r1' has no id of its own", "this row is ignored"),
        ("routes", "r3,N,New,,tram,\n", 4, "route r3 has no sound route_type", "it is shown as a bus"),
        ("routes", "r3,X,New,,0,\n", 4, "route r3 is of unknown agency X", "no operator is shown"),
        ("trips", "r1,week,t1,Again,,0\n", 5, "trip 't1' has no id of its own", "this row is ignored"),
        ("trips", "r9,week,t9,Away,,0\n", 5, "trip t9 belongs to unknown route 'r9'", "it is not imported"),
        ("trips", "r1,never,t9,Away,,0\n", 5, "unknown service 'never'", "it is not imported"),
        ("stop_times", "t9,08:00:00,08:00:00,N,1,,\n", 10, "unknown trip 't9'", "this call is not imported"),
        ("stop_times", "t1,08:45:00,08:45:00,X,9,,\n", 10, "calls at unknown stop X", "this call is not imported"),
        ("stop_times", "t1,09:3O:00,09:30:00,S2,9,,\n", 10, "'09:3O:00' is not a time", "it counts as not given"),
        ("stop_times", "t1,08:10:00,08:10:00,S2,9,,\n", 10, "trip t1 goes back in time", "it is not imported"),
        ("calendar", "odd,1,1,1,1,1,1,1,20261131,20261231\n", 4, "'odd' has no sound dates", "this row is ignored"),
        ("calendar_dates", "service_id,date,exception_type\nweek,2026-11-24,2\n", 2, "not readable", "row is ignored"),
        ("fare_attributes", "b,free,EUR,1,0\n", 3, f"fare 'b' {UNUSABLE_PRICE}", "it is not sold"),
        ("fare_attributes", "b,-1,EUR,1,0\n", 3, f"fare 'b' {UNUSABLE_PRICE}", "it is not sold"),
        ("fare_attributes", "b,1.005,EUR,1,0\n", 3, f"fare 'b' {UNUSABLE_PRICE}", "it is not sold"),
        ("fare_attributes", "b,2,euros,1,0\n", 3, f"fare 'b' {UNUSABLE_PRICE}", "it is not sold"),
        ("fare_rules", "fare_id,route_id\nghost,r1\n", 2, "rule of unknown fare 'ghost'", "this row is ignored"),
        ("fare_rules", "fare_id,route_id\nsingle,r9\n", 2, "for unknown route r9", "it is ignored"),
    ],
)
def test_a_fault_is_named_with_its_line_and_the_rest_is_kept(
    tmp_path: Path, table: str, rows: str, line: int, says: str, consequence: str
) -> None:
    feed = read(tmp_path, {table: SOUND.get(table, "") + rows})
    [finding] = feed.report.findings
    assert (finding.file, finding.line) == (f"{table}.txt", line)
    assert says in finding.message
    assert finding.consequence.endswith(consequence)
    assert {"t2", "n1"} <= {each.id for each in feed.service_journeys}
    assert place_of(feed, "N").name == "Norden"


def test_a_time_without_seconds_is_a_time(tmp_path: Path) -> None:
    feed = read(tmp_path, {"stop_times": SOUND["stop_times"].replace("08:29:00,08:30:00", "8:29,8:30")})
    assert feed.report.findings == []
    [journey] = [each for each in feed.service_journeys if each.id == "t1"]
    assert (journey.calls[1].arrival_s, journey.calls[1].departure_s) == (30_540, 30_600)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("network_id", "metro", "leg rule for p names network metro, which no line is in"),
        ("from_area_id", "county", "leg rule for p names area county, which no stop is in"),
        ("to_area_id", "county", "leg rule for p names area county, which no stop is in"),
    ],
)
def test_a_fare_for_nowhere_is_named(tmp_path: Path, column: str, value: str, says: str) -> None:
    sound = "network_id,from_area_id,to_area_id,fare_product_id\nregio,city,city,p\n"
    row = {"network_id": "regio", "from_area_id": "city", "to_area_id": "city", column: value}
    assert read(tmp_path / "sound", {**V2, "fare_leg_rules": sound}).report.findings == []
    report = read(tmp_path / "lost", {**V2, "fare_leg_rules": sound + ",".join(row.values()) + ",p\n"}).report
    assert [(each.file, each.line, each.message, each.consequence) for each in report.findings] == [
        ("fare_leg_rules.txt", 3, says, "it prices no ride")
    ]


def test_a_timeframe_on_days_nobody_defined_is_named(tmp_path: Path) -> None:
    tables = {
        **V2,
        "timeframes": "timeframe_group_id,start_time,end_time,service_id\npeak,06:00:00,09:00:00,ghost\n",
        "fare_leg_rules": "from_timeframe_group_id,fare_product_id\npeak,p\n",
    }
    [finding] = read(tmp_path, tables).report.findings
    assert (finding.file, finding.line, finding.consequence) == ("timeframes.txt", 2, "no fare holds by this row")
    assert "unknown service 'ghost'" in finding.message


@pytest.mark.parametrize("prefix", ["", "feed/", "a/b/", "feed\\", "a\\b\\"])
def test_folders_in_a_zip_parted_as_any_program_does(tmp_path: Path, prefix: str) -> None:
    path = zipped(write_feed(tmp_path / "feed"), tmp_path / "feed.zip", prefix)
    feed = read_feed(path, today=MONDAY)
    assert (len(feed.service_journeys), feed.report.findings) == (3, [])


@pytest.mark.parametrize("name", ["..\\stops.txt", "a\\..\\..\\stops.txt", "\\stops.txt"])
def test_a_way_out_of_the_zip_by_backslashes_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(write_feed(tmp_path / "feed"), tmp_path / "feed.zip")
    with zipfile.ZipFile(path, "a") as opened:
        opened.writestr(name, "stop_id\n")
    with pytest.raises(FeedRefused, match="outside of itself"):
        read_feed(path, today=MONDAY)


def _in_directory(offset: int, value: bytes, of: bytes = b"") -> Callable[[bytearray], None]:
    """Overwrites a field of the zip's directory, of one member or of all."""

    def edit(content: bytearray) -> None:
        at = content.find(b"PK\x01\x02")
        while at >= 0:
            if content[at + 46 :].startswith(of):
                content[at + offset : at + offset + len(value)] = value
            at = content.find(b"PK\x01\x02", at + 4)

    return edit


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (_in_directory(24, struct.pack("<I", 0xFFFFFFF0)), r"agency\.txt unpacks to 4294 MB from 0 kB"),
        (_in_directory(10, struct.pack("<H", 99)), r"agency\.txt cannot be unpacked: That compression method"),
        (_in_directory(8, struct.pack("<H", 1)), r"agency\.txt cannot be unpacked: .*encrypted"),
        (_in_directory(16, b"\0\0\0\0", b"agency.txt"), r"(?s)agency\.txt is missing or empty.*the file is damaged"),
        (lambda content: content.clear(), "not a zip file"),
    ],
    ids=["huge size claimed", "unknown method", "encrypted", "agency damaged", "nothing at all"],
)
def test_a_zip_that_cannot_be_unpacked_is_refused_with_the_reason(
    tmp_path: Path, edit: Callable[[bytearray], None], says: str
) -> None:
    path = zipped(write_feed(tmp_path / "feed"), tmp_path / "feed.zip")
    content = bytearray(path.read_bytes())
    edit(content)
    path.write_bytes(content)
    with pytest.raises(FeedRefused, match=says):
        read_feed(path, today=MONDAY)


def test_more_than_any_feed_holds_is_refused_by_the_sum_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(write_feed(tmp_path / "feed"), tmp_path / "feed.zip")
    monkeypatch.setattr("central.catalogue.gtfs.archive.TOTAL_BYTES_MAX", 1000)
    with pytest.raises(FeedRefused, match="unpacks to more than"):
        read_feed(path, today=MONDAY)
