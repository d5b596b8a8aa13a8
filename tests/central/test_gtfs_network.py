"""Stop places, quays, lines, names in languages: what a feed says of them, and what is repaired."""

from __future__ import annotations

from pathlib import Path

from central.catalogue.gtfs.translations import spoken, tag
from tests.central.feeds import SOUND, line_of, place_of, read


def test_stations_with_platforms_and_stops_of_their_own(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed")
    assert {each.id: (each.name, each.code, each.zone_id) for each in feed.stop_places} == {
        "S": ("Süden Hbf", "SH", "za"),  # its platforms' zone
        "M": ("Mitte", "MI", "zb"),
        "N": ("Norden", "NO", "zc"),
    }
    assert {each.id: (each.stop_place_id, each.platform_code) for each in feed.quays} == {
        "S1": ("S", "1"),
        "S2": ("S", "2"),
        "M": ("M", ""),
        "N": ("N", ""),
    }
    [t1] = [each for each in feed.service_journeys if each.id == "t1"]
    assert [(call.stop_place_id, call.quay_id) for call in t1.calls] == [("S", "S1"), ("M", "M"), ("N", "N")]


def test_entrances_nodes_and_boarding_areas_sell_nothing(tmp_path: Path) -> None:
    extra = "E,Eingang,,50.0,8.0,2,S,,\nK,,,50.0,8.0,3,S,,\nB,,,50.0,8.0,4,S1,,\n"
    feed = read(tmp_path / "feed", {"stops": SOUND["stops"] + extra})
    assert feed.report.total == 0
    assert {each.id for each in feed.stop_places} == {"S", "M", "N"}
    odd = SOUND["stop_times"].replace("t2,10:29:00,10:30:00,M", "t2,10:29:00,10:30:00,B")
    report = read(tmp_path / "odd", {"stops": SOUND["stops"] + extra, "stop_times": odd}).report
    assert [(each.file, each.line) for each in report.findings] == [("stop_times.txt", 6)]
    assert "unknown stop B" in report.text()


def test_faults_of_stops_are_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    stops = (
        SOUND["stops"].replace("S2,Süden Hbf,,50.0,8.0,0,S,2,za", "S2,Allein,,91.5,none,0,GHOST,2,za")
        + "N,Doppelt,XX,1,1,0,,,\n,Namenlos,,1,1,0,,,\n"
    )
    feed = read(tmp_path / "feed", {"stops": stops})
    assert [(each.line, each.message, each.consequence) for each in feed.report.findings] == [
        (7, "stop N is defined twice", "the first definition holds"),
        (8, "a stop without stop_id", "it is ignored"),
        (4, "stop S2 belongs to unknown station GHOST", "it stands alone"),
    ]
    assert place_of(feed, "N").name == "Norden"
    alone = place_of(feed, "S2")
    assert (alone.name, alone.latitude, alone.longitude) == ("Allein", 0.0, 0.0)


def test_a_stop_without_a_name_shows_its_id(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", {"stops": SOUND["stops"].replace("M,Mitte,", "M,,")})
    assert place_of(feed, "M").name == "M"
    assert feed.report.findings[0].line == 5


def test_stops_and_lines_nobody_serves_are_left_out(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {"stops": SOUND["stops"] + "X,Ende,,1,1,0,,,\n", "routes": SOUND["routes"] + "r9,N,R9,,2,\n"},
    )
    assert "X" not in {each.id for each in feed.stop_places}
    assert {each.id for each in feed.lines} == {"r1", "r2"}


def test_lines_have_names_operators_colours_and_networks(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {
            "agency": SOUND["agency"] + "X,Express Co,https://x.example,Europe/Berlin,de\n",
            "routes": "route_id,agency_id,route_short_name,route_long_name,route_type,route_color,network_id\n"
            "r1,X,R1,Süd - Nord,109,#ff8800,net1\nr2,N,,Nachtlinie,,blue,\n",
            "route_networks": "network_id,route_id\nnet2,r2\n",
        },
    )
    one, two = line_of(feed, "r1"), line_of(feed, "r2")
    assert (one.name, one.long_name, one.mode, one.colour) == ("R1", "Süd - Nord", 109, "FF8800")
    assert (one.operator, one.network_ids) == ("Express Co", ("net1",))
    assert (two.name, two.mode, two.colour, two.network_ids) == ("Nachtlinie", 3, "", ("net2",))
    assert feed.operator == "Northern Railway, Express Co"
    assert "it is shown as a bus" in feed.report.text()


def test_trips_of_unknown_lines_and_services_are_not_imported(tmp_path: Path) -> None:
    trips = SOUND["trips"] + "r9,week,t9,,,\nr1,never,t8,,,\nr1,week,t1,,,\n"
    feed = read(tmp_path / "feed", {"trips": trips})
    assert {each.id for each in feed.service_journeys} == {"t1", "t2", "n1"}
    assert [(each.line, each.message) for each in feed.report.findings] == [
        (5, "trip t9 belongs to unknown route 'r9'"),
        (6, "trip t8 runs on days of unknown service 'never'"),
        (7, "trip 't1' has no id of its own"),
    ]


def test_train_numbers_and_headsigns(tmp_path: Path) -> None:
    trips = "route_id,service_id,trip_id,direction_id\nr1,week,G 101,1\nr1,week,t2,\nr2,night,123,0\n"
    times = SOUND["stop_times"].replace("t1,", "G 101,").replace("n1,", "123,")
    feed = read(tmp_path / "feed", {"trips": trips, "stop_times": times})
    # The id is the train's number only where it looks like one, and only on rails.
    assert {each.id: (each.number, each.headsign, each.direction) for each in feed.service_journeys} == {
        "G 101": ("G 101", "Norden", 1),
        "t2": ("", "Norden", 0),
        "123": ("", "Süden Hbf", 0),
    }


TRANSLATIONS = """
table_name,field_name,language,translation,record_id,record_sub_id,field_value
stops,stop_name,EN,South Central,S,,
stops,stop_name,zh_hans,南站,S,,
stops,stop_name,zh-Latn-pinyin,Nán Zhàn,S,,
stops,stop_name,en,Centre,,,Mitte
routes,route_long_name,en,Night line,r2,,
trips,trip_headsign,en,To the North,t1,,
stops,stop_name,,lost,N,,
stops,stop_name,en,,N,,
"""


def test_translations_by_record_and_by_text(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", {"translations": TRANSLATIONS})
    south = place_of(feed, "S")
    assert south.name == "Süden Hbf"
    assert south.names == {"en": "South Central", "zh-Hans": "南站", "zh-Latn-pinyin": "Nán Zhàn"}
    assert {"nanzhan", "nz"} <= set(south.spellings)
    assert place_of(feed, "M").names == {"en": "Centre"}
    assert line_of(feed, "r2").names == {"en": "Night line"}
    headsigns = {each.id: (each.headsign, each.names) for each in feed.service_journeys}
    assert headsigns["t1"] == ("Norden", {"en": "To the North"})
    assert headsigns["n1"][0] == "Süden Hbf"
    assert headsigns["n1"][1]["en"] == "South Central"  # of its last stop
    assert feed.languages == ("de", "en", "zh-Hans")


def test_the_old_form_of_translations(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", {"translations": "trans_id,lang,translation\nMitte,en,Centre\n"})
    assert place_of(feed, "M").names == {"en": "Centre"}


def test_language_tags_as_usually_written() -> None:
    assert [tag(each) for each in ("EN", "zh_hans", "fr-ca", "zh-Latn-pinyin", "")] == [
        "en",
        "zh-Hans",
        "fr-CA",
        "zh-Latn-pinyin",
        "",
    ]
    assert [each for each in ("en", "mul", "zh-Latn-pinyin", "", "zh-Hans") if spoken(each)] == ["en", "zh-Hans"]


def test_the_feeds_own_language_comes_from_feed_info_first(tmp_path: Path) -> None:
    info = "feed_publisher_name,feed_publisher_url,feed_lang,default_lang\nPub,https://p.example,mul,{}\n"
    assert read(tmp_path / "a", {"feed_info": info.format("fr")}).languages == ("fr",)
    assert read(tmp_path / "b", {"feed_info": info.format("")}).languages == ("de",)  # "mul" is no language
    assert read(tmp_path / "c").languages == ("de",)


def test_attribution_names_organisations_and_publisher(tmp_path: Path) -> None:
    feed = read(
        tmp_path / "feed",
        {
            "attributions": "organization_name,is_producer\nCity Data,1\nCity Data,0\n",
            "feed_info": "feed_publisher_name,feed_publisher_url,feed_lang\nOpen Feeds,https://o.example,de\n",
        },
    )
    assert feed.attribution == "Timetable: City Data, Open Feeds"
    assert read(tmp_path / "none").attribution == ""


def test_several_time_zones_are_named(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", {"agency": SOUND["agency"] + "E,East,https://e.example,Europe/Kyiv,uk\n"})
    assert feed.timezone == "Europe/Berlin"
    assert "its times are taken as Europe/Berlin" in feed.report.text()


def test_areas_of_a_station_cover_its_platforms_but_not_the_other_way_round(tmp_path: Path) -> None:
    feed = read(tmp_path / "feed", {"stop_areas": "area_id,stop_id\nwhole,S\nfirst,S1\nboth,S1\nboth,S2\nmid,M\n"})
    quays = {each.id: each.area_ids for each in feed.quays}
    assert quays == {"S1": ("both", "first", "whole"), "S2": ("both", "whole"), "M": ("mid",), "N": ()}
    assert {each.id: each.area_ids for each in feed.stop_places} == {"S": ("both", "whole"), "M": ("mid",), "N": ()}
