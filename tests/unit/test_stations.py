"""Finding stations by what people type."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.network import StopPlace
from kiosk.domain.offers import StationHit
from kiosk.domain.stations import StationIndex, initials, plain

BEIJING = StopPlace(
    "BJN",
    "Beijing South",
    {"zh-Hans": "北京南", "zh-Latn": "Bei Jing Nan"},
    ("beijingnan", "bjn"),
    "VNP",
)
PLACES = (
    BEIJING,
    StopPlace("XA", "Xi'an North", {"zh-Hans": "西安北"}, ("xianbei", "xab"), "EAY"),
    StopPlace("ZH", "Zürich HB", {}, (), "ZRH"),
    StopPlace("LO", "Łódź Fabryczna", {}, (), ""),
    StopPlace("SJ", "St. John's Park", {}, (), "12"),
    StopPlace("OE", "Østerport", {}, (), ""),
    StopPlace("VN", "Vnoukovo", {}, (), ""),
    StopPlace("NJ", "南京南", {}, ("nanjingnan", "njn"), "NKH"),
    StopPlace("TA", "Tai'an", {"zh-Hans": "泰安"}, ("taian",), "TMK"),
    StopPlace("BU", "부산역"),
    StopPlace("KT", "กรุงเทพอภิวัฒน์"),
    StopPlace("MO", "Москва Казанская"),
)
INDEX = StationIndex(PLACES)


def first(text: str) -> StationHit:
    return INDEX.find(text)[0]


@pytest.mark.parametrize(
    ("typed", "place", "matched", "spelling"),
    [
        ("Beijing", "BJN", "name", "Beijing South"),
        ("BEIJING S", "BJN", "name", "Beijing South"),
        ("south", "BJN", "name", "South"),
        ("bs", "BJN", "initials", "bs"),
        ("bjn", "BJN", "initials", "bjn"),
        ("beijingn", "BJN", "pinyin", "Bei Jing Nan"),
        ("bei jing n", "BJN", "pinyin", "Bei Jing Nan"),
        ("nanj", "NJ", "pinyin", "nanjingnan"),
        ("njn", "NJ", "initials", "njn"),
        ("VNP", "BJN", "code", "VNP"),
        ("vnp", "BJN", "code", "VNP"),
        ("vn", "VN", "name", "Vnoukovo"),  # the beginning of a name counts more than that of a code
        ("北京", "BJN", "name", "北京南"),
        ("京南", "NJ", "name", "南京南"),
        ("京 南", "NJ", "name", "南京南"),
        ("南 京", "NJ", "name", "南京南"),
        ("부산", "BU", "name", "부산역"),
        ("산역", "BU", "name", "부산역"),  # Korean, from the middle
        ("อภิวัฒน์", "KT", "name", "กรุงเทพอภิวัฒน์"),  # Thai is written without spaces
        ("каз", "MO", "name", "Казанская"),
        ("taian", "TA", "name", "Tai'an"),
        ("tai an", "TA", "name", "Tai'an"),
        ("Tai’an", "TA", "name", "Tai'an"),
        ("TMK", "TA", "code", "TMK"),
        ("zurich", "ZH", "name", "Zürich HB"),
        ("Zürich", "ZH", "name", "Zürich HB"),
        ("zuerich", "ZH", "name", "Zürich HB"),
        ("hb", "ZH", "name", "HB"),
        ("lodz", "LO", "name", "Łódź Fabryczna"),
        ("osterport", "OE", "name", "Østerport"),
        ("oesterport", "OE", "name", "Østerport"),
        ("xian", "XA", "name", "Xi'an North"),
        ("xi an", "XA", "name", "Xi'an North"),
        ("stjohns", "SJ", "name", "St. John's Park"),
        ("st john", "SJ", "name", "St. John's Park"),
        ("12", "SJ", "code", "12"),
    ],
)
def test_every_way_to_write_a_station(typed: str, place: str, matched: str, spelling: str) -> None:
    hit = first(typed)
    assert (hit.stop_place.id, hit.matched, hit.spelling) == (place, matched, spelling)


@pytest.mark.parametrize(
    ("typed", "marked"),
    [("zur", "Zür"), ("xian", "Xi'an"), ("stj", "St. J"), ("beijingn", "Bei Jing N"), ("sou", "Sou"), ("北", "北")],
)
def test_what_was_typed_is_marked_in_the_spelling(typed: str, marked: str) -> None:
    hit = first(typed)
    assert hit.spelling[: hit.matched_length] == marked


@pytest.mark.parametrize(
    "typed", ["beijng", "beiijng", "bejing", "beijings", "zurihc", "xurich", "fabriczna", "osterprt"]
)
def test_one_slip_still_finds_a_station_and_says_so(typed: str) -> None:
    hits = INDEX.find(typed)
    assert hits, typed
    if typed not in ("beijings",):
        assert {hit.matched for hit in hits} == {"similar"}


@pytest.mark.parametrize("typed", ["", " ", "...", "qqqq", "atlantis", "vnpp", "纽约", "zz"])
def test_nothing_is_found_where_nothing_is_alike(typed: str) -> None:
    assert INDEX.find(typed) == []


def test_better_kinds_of_match_come_first_then_shorter_names() -> None:
    index = StationIndex(
        [
            StopPlace("1", "Oldtown Main", code="mai"),
            StopPlace("2", "Maitown"),
            StopPlace("3", "Main"),
            StopPlace("4", "Mid Abbey Inn"),
            StopPlace("5", "East Maiden", code="m"),
        ]
    )
    assert [hit.stop_place.id for hit in index.find("mai")] == ["1", "3", "2", "4", "5"]
    assert [hit.stop_place.id for hit in index.find("mai", limit=2)] == ["1", "3"]


def test_a_station_is_found_once() -> None:
    hits = INDEX.find("b")
    assert [hit.stop_place.id for hit in hits] == ["BJN"]


def test_plain_text_and_initials() -> None:
    assert [plain(each) for each in ("Tai'an", "Zürich HB", "ÎLE-DE-FRANCE", "ﬁ", "北京 南")] == [
        "tai an",
        "zurich hb",
        "ile de france",
        "fi",
        "北京 南",
    ]
    assert [initials(each) for each in ("Beijing South", "Norden", "北京 南", "")] == ["bs", "", "", ""]


@given(st.text(max_size=30))
def test_any_text_is_an_answer(text: str) -> None:
    for hit in INDEX.find(text):
        assert hit.stop_place in PLACES
        assert 0 <= hit.matched_length <= len(hit.spelling)


@given(st.sampled_from(PLACES), st.integers(1, 20), st.booleans())
def test_the_beginning_of_a_name_finds_it(place: StopPlace, length: int, shout: bool) -> None:
    typed = place.name[:length]
    if plain(typed):
        found = INDEX.find(typed.upper() if shout else typed, limit=len(PLACES))
        assert place.id in [hit.stop_place.id for hit in found]


def test_all_stations_of_a_country_by_pinyin_initials_code_and_characters(data: Path) -> None:
    text = (data / "rail-cn" / "station_name-2026.js").read_text(encoding="utf-8")
    rows = [row.split("|") for row in re.findall(r"@([^@']+)", text)]
    assert len(rows) > 3000
    places = [StopPlace(row[2], row[1], {}, (row[3], row[4]), row[2]) for row in rows]
    index = StationIndex(places)
    same_initials: dict[str, int] = {}
    for place in places:
        same_initials[place.spellings[1]] = same_initials.get(place.spellings[1], 0) + 1
    for place in places[::7]:
        for typed in (place.name, place.spellings[0], place.code):
            assert place.id in [hit.stop_place.id for hit in index.find(typed, limit=40)], typed
        short = place.spellings[1]
        if same_initials[short] == 1 and len(short) > 2:
            # Only the code of another station may be the same letters.
            assert place.id in [hit.stop_place.id for hit in index.find(short) if hit.matched != "code"][:1], short
