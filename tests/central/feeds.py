"""Small GTFS feeds written by tests: a sound one of two lines, and any table replaced, added or left out."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from central.catalogue.feed import Feed
from central.catalogue.gtfs import read_feed
from kiosk.domain.network import Line, StopPlace

MONDAY = date(2026, 11, 23)

SOUND: dict[str, str] = {
    "agency": """
agency_id,agency_name,agency_url,agency_timezone,agency_lang
N,Northern Railway,https://north.example,Europe/Berlin,de
""",
    "stops": """
stop_id,stop_name,stop_code,stop_lat,stop_lon,location_type,parent_station,platform_code,zone_id
S,Süden Hbf,SH,50.0,8.0,1,,,
S1,Süden Hbf,,50.0,8.0,0,S,1,za
S2,Süden Hbf,,50.0,8.0,0,S,2,za
M,Mitte,MI,50.5,8.0,,,,zb
N,Norden,NO,51.0,8.0,0,,,zc
""",
    "routes": """
route_id,agency_id,route_short_name,route_long_name,route_type,route_color
r1,N,R1,Süd - Nord,2,ff8800
r2,N,,Nachtlinie,3,
""",
    "trips": """
route_id,service_id,trip_id,trip_headsign,trip_short_name,direction_id
r1,week,t1,Norden,R 101,0
r1,week,t2,Norden,R 103,0
r2,night,n1,,,1
""",
    "stop_times": """
trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type
t1,08:00:00,08:00:00,S1,1,,1
t1,08:29:00,08:30:00,M,2,,
t1,09:00:00,09:00:00,N,3,1,
t2,10:00:00,10:00:00,S2,1,,
t2,10:29:00,10:30:00,M,2,,
t2,11:00:00,11:00:00,N,3,,
n1,23:50:00,23:50:00,N,1,,
n1,24:40:00,24:40:00,S2,2,,
""",
    "calendar": """
service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
week,1,1,1,1,1,0,0,20261102,20261231
night,0,0,0,0,0,1,1,20261102,20261231
""",
    "fare_attributes": """
fare_id,price,currency_type,payment_method,transfers
single,5.50,EUR,1,0
""",
}


def write_feed(folder: Path, tables: Mapping[str, str | None] | None = None) -> Path:
    """The sound feed as a folder, with these tables instead; None leaves a table out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**SOUND, **(tables or {})}.items():
        if text is not None:
            (folder / f"{name}.txt").write_text(text.lstrip("\n"), encoding="utf-8")
    return folder


def zipped(folder: Path, path: Path, prefix: str = "") -> Path:
    """A folder's feed as a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(folder.glob("*.txt")):
            archive.write(each, prefix + each.name)
    return path


def read(folder: Path, tables: Mapping[str, str | None] | None = None, *, today: date = MONDAY) -> Feed:
    """The sound feed with these tables instead, read by the product."""
    return read_feed(write_feed(folder, tables), today=today)


def line_of(feed: Feed, line_id: str) -> Line:
    return next(line for line in feed.lines if line.id == line_id)


def place_of(feed: Feed, place_id: str) -> StopPlace:
    return next(place for place in feed.stop_places if place.id == place_id)
