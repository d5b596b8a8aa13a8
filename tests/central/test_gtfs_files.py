"""A feed's files: zip or folder, any encoding, damaged, malicious; what cannot be used is refused with its reason."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.catalogue.feed import Feed, FeedRefused
from central.catalogue.gtfs import archive, read_feed
from central.catalogue.gtfs.archive import Archive
from central.catalogue.report import SHOWN_OF_A_KIND, Report
from tests.central.feeds import MONDAY, SOUND, place_of, read, write_feed, zipped


def ids(feed: Feed) -> set[str]:
    return {each.id for each in feed.service_journeys}


def test_folder_zip_and_zip_with_a_folder_inside_are_the_same_feed(tmp_path: Path) -> None:
    folder = write_feed(tmp_path / "feed")
    whole = read_feed(folder, today=MONDAY)
    assert ids(whole) == {"t1", "t2", "n1"}
    assert whole.report.total == 0, whole.report.text()
    for path in (
        zipped(folder, tmp_path / "feed.zip"),
        zipped(folder, tmp_path / "nested.zip", "export/2026/"),
        write_feed(tmp_path / "outer" / "feed").parent,
    ):
        again = read_feed(path, today=MONDAY)
        assert (again.service_journeys, again.stop_places, again.days, again.tariff) == (
            whole.service_journeys,
            whole.stop_places,
            whole.days,
            whole.tariff,
        )


def test_byte_order_mark_windows_line_ends_quotes_spaces_and_capitals_do_not_matter(tmp_path: Path) -> None:
    plain = read(tmp_path / "plain")
    folder = write_feed(tmp_path / "odd")
    for path in folder.glob("*.txt"):
        header, *rows = path.read_text("utf-8").splitlines()
        quoted = [",".join(f'"{cell}"' if cell else "" for cell in row.split(",")) for row in rows]
        odd = "\r\n".join([header.upper().replace(",", " , "), *quoted, "", "  ", ""])
        path.write_bytes(b"\xef\xbb\xbf" + odd.encode())
    (folder / "unknown_extension.txt").write_text("a,b\n1\n")
    (folder / "README.md").write_text("not a table")
    odd_feed = read_feed(folder, today=MONDAY)
    assert odd_feed.report.total == 0, odd_feed.report.text()
    assert (odd_feed.service_journeys, odd_feed.stop_places, odd_feed.tariff) == (
        plain.service_journeys,
        plain.stop_places,
        plain.tariff,
    )


def test_utf16_is_read_and_another_encoding_is_replaced_and_named(tmp_path: Path) -> None:
    folder = write_feed(tmp_path / "feed")
    (folder / "stops.txt").write_bytes((folder / "stops.txt").read_text("utf-8").encode("utf-16"))
    assert place_of(read_feed(folder, today=MONDAY), "S").name == "Süden Hbf"
    (folder / "stops.txt").write_bytes(SOUND["stops"].lstrip("\n").encode("latin-1"))
    feed = read_feed(folder, today=MONDAY)
    assert place_of(feed, "S").name == "S\ufffdden Hbf"
    [finding] = feed.report.findings
    assert (finding.file, finding.line) == ("stops.txt", 2)
    assert "not UTF-8" in feed.report.text()


def test_short_and_long_rows_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {"routes": "route_id,agency_id,route_short_name,route_long_name,route_type\nr1,N,R1,x,2,surplus\nr2,N,R2\n"},
    )
    assert ids(feed) == {"t1", "t2", "n1"}
    assert [(each.file, each.line) for each in feed.report.findings] == [
        ("routes.txt", 2),
        ("routes.txt", 3),
        ("routes.txt", 3),
    ]


@pytest.mark.parametrize("missing", ["stops", "routes", "trips", "stop_times", "agency"])
def test_a_feed_without_a_needed_table_is_refused_and_named(tmp_path: Path, missing: str) -> None:
    with pytest.raises(FeedRefused, match=rf"{missing}\.txt"):
        read(tmp_path / "feed", {missing: None})


@pytest.mark.parametrize("empty", ["stops", "routes", "trips", "agency"])
def test_a_feed_whose_needed_table_is_empty_is_refused(tmp_path: Path, empty: str) -> None:
    with pytest.raises(FeedRefused):
        read(tmp_path / "feed", {empty: SOUND[empty].lstrip("\n").splitlines()[0] + "\n"})


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "feed.zip").write_text("<html>Please log in</html>")
    with pytest.raises(FeedRefused, match="not a zip file"):
        read_feed(tmp_path / "feed.zip", today=MONDAY)
    with pytest.raises(FeedRefused, match="no such file"):
        read_feed(tmp_path / "nothing.zip", today=MONDAY)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FeedRefused, match="Is it a GTFS feed"):
        read_feed(tmp_path / "empty", today=MONDAY)


def test_half_a_download_is_refused_and_a_damaged_table_is_read_up_to_the_damage(tmp_path: Path) -> None:
    folder = write_feed(tmp_path / "feed")
    whole = zipped(folder, tmp_path / "whole.zip").read_bytes()
    (tmp_path / "half.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FeedRefused, match="not a zip file"):
        read_feed(tmp_path / "half.zip", today=MONDAY)
    with zipfile.ZipFile(tmp_path / "whole.zip") as opened:
        info = opened.getinfo("fare_attributes.txt")
    at = info.header_offset + 30 + len("fare_attributes.txt")
    broken = bytearray(whole)
    broken[at : at + info.compress_size] = b"\xff" * info.compress_size
    (tmp_path / "broken.zip").write_bytes(bytes(broken))
    feed = read_feed(tmp_path / "broken.zip", today=MONDAY)
    assert ids(feed) == {"t1", "t2", "n1"}
    assert feed.tariff.version == 0
    assert "fare_attributes.txt" in feed.report.text()
    assert "damaged" in feed.report.text()


@pytest.mark.parametrize("name", ["../../etc/stops.txt", "/stops.txt", "a/../../stops.txt"])
def test_a_zip_that_reaches_outside_of_itself_is_refused_whole(tmp_path: Path, name: str) -> None:
    path = zipped(write_feed(tmp_path / "feed"), tmp_path / "feed.zip")
    with zipfile.ZipFile(path, "a") as opened:
        opened.writestr(name, "stop_id\n")
    with pytest.raises(FeedRefused, match="outside of itself"):
        read_feed(path, today=MONDAY)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zipped(write_feed(tmp_path / "feed", {"stop_times": None}), tmp_path / "feed.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("stop_times.txt", b"\n" * 20_000_000)
    with pytest.raises(FeedRefused, match=r"stop_times\.txt unpacks to 20 MB from"):
        read_feed(path, today=MONDAY)


def test_more_than_the_zip_claims_and_endless_lines_are_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_feed(tmp_path / "feed")
    (folder / "stops.txt").write_text("stop_id,stop_name\n" + "x" * 1_000_001)
    with pytest.raises(FeedRefused, match=r"stops\.txt has a line of more than"):
        read_feed(folder, today=MONDAY)
    monkeypatch.setattr(archive, "FILE_BYTES_MAX", 100)
    with pytest.raises(FeedRefused, match="unpacks to more than"):
        read_feed(write_feed(tmp_path / "other"), today=MONDAY)


def test_thousands_of_files_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as opened:
        for number in range(archive.FILES_MAX + 1):
            opened.writestr(f"{number}.txt", "")
    with pytest.raises(FeedRefused, match="a feed has a few dozen"):
        read_feed(tmp_path / "many.zip", today=MONDAY)


def test_an_unclosed_quote_does_not_swallow_what_was_read_before(tmp_path: Path) -> None:
    rows = SOUND["stop_times"] + 'n9,"' + "a,b\n" * 50_000
    feed = read(tmp_path / "feed", {"stop_times": rows})
    assert ids(feed) == {"t1", "t2", "n1"}
    assert "the rest of it is not read" in feed.report.text()


def test_zero_bytes_never_reach_the_database(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", {"trips": SOUND["trips"].replace("R 101", "R\x00 101")})
    assert {each.number for each in feed.service_journeys} == {"R 101", "R 103", ""}


def test_a_time_zone_is_needed(tmp_path: Path) -> None:
    for wrong in ("", "Europe/Atlantis", "../../etc/passwd", "CET+1"):
        says = f"'{re.escape(wrong)}' is not a time zone" if wrong else r"its time zone \(agency_timezone\) is blank"
        with pytest.raises(FeedRefused, match=rf"agency\.txt, line 2: {says}; write one like"):
            read(tmp_path / "feed", {"agency": SOUND["agency"].replace("Europe/Berlin", wrong)})


def test_findings_of_a_kind_are_shown_a_few_times_and_counted(tmp_path: Path) -> None:
    rows = "".join(f"ghost{n},08:00:00,08:00:00,M,{n},,\n" for n in range(50))
    report = read(tmp_path / "feed", {"stop_times": SOUND["stop_times"] + rows}).report
    assert report.total == 50
    assert len(report.findings) == SHOWN_OF_A_KIND
    assert report.findings[0].line == 10
    assert report.text().splitlines()[-1] == "stop_times.txt: trip: 45 more"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.sampled_from(sorted(SOUND)),
    at=st.integers(0, 400),
    junk=st.one_of(
        st.binary(min_size=1, max_size=12), st.sampled_from([b",", b'"', b"\n", b"-1", b"\xff\xfe", b"99:99"])
    ),
)
def test_any_damage_gives_a_feed_or_a_reason_never_a_crash(tmp_path: Path, table: str, at: int, junk: bytes) -> None:
    folder = write_feed(tmp_path / "feed")
    path = folder / f"{table}.txt"
    content = path.read_bytes()
    path.write_bytes(content[:at] + junk + content[at + len(junk) :])
    try:
        feed = read_feed(folder, today=MONDAY)
    except FeedRefused as refusal:
        assert str(refusal)
    else:
        for journey in feed.service_journeys:
            times = [at for call in journey.calls for at in (call.arrival_s, call.departure_s)]
            assert times == sorted(times)
            assert feed.days[journey.id]
        assert {each.line_id for each in feed.service_journeys} == {each.id for each in feed.lines}


@given(
    cells=st.lists(
        st.tuples(
            st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8),
            st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffd\ufeff"), max_size=20),
        ),
        max_size=8,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_csv_writer_writes_is_what_is_read(tmp_path: Path, cells: list[tuple[str, str]]) -> None:
    folder = write_feed(tmp_path / "feed")
    quoted = "".join('"{}","{}"\r\n'.format(*(each.replace('"', '""') for each in row)) for row in cells)
    (folder / "areas.txt").write_bytes(("area_id,area_name\r\n" + quoted).encode())
    with Archive(folder, Report([], {})) as opened:
        found = [(row["area_id"], row["area_name"]) for _, row in opened.rows("areas.txt")]
    assert found == [(one.strip(), other.strip()) for one, other in cells]
