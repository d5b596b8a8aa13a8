"""The network as it is sold: stop places, lines, service journeys, calls, dated journeys.

Names follow Transmodel/NeTEx. GTFS words: stop place = station (location_type 1, or a stop without a
parent), quay = stop/platform, line = route, service journey = trip, call = row of stop_times,
operating day = service date, journey = trip on one service date.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Named = Literal["no", "optional", "required"]
Names = dict[str, str]  # language tag ("en", "zh-Hans", "fr") -> text; "" holds the feed's own text


class StopPlace(msgspec.Struct, frozen=True):
    """A station or street stop where passengers board. Fares and searches speak of stop places."""

    id: str
    name: str  # in the feed's own language
    names: Names = {}  # translations
    spellings: tuple[str, ...] = ()  # pinyin, initials, codes: further ways to type it, lower case
    code: str = ""  # short public code (telecode, stop_code)
    latitude: float = 0.0
    longitude: float = 0.0
    zone_id: str = ""  # GTFS Fares v1 zone
    area_ids: tuple[str, ...] = ()  # GTFS Fares v2 areas
    timezone: str = ""  # "" = the catalogue's


class Quay(msgspec.Struct, frozen=True):
    """Platform, stance or quayside of a stop place."""

    id: str
    stop_place_id: str
    name: str = ""
    platform_code: str = ""
    zone_id: str = ""  # v1 zone of this quay where it differs from the stop place
    area_ids: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """A group of routes known to the public by one name or number."""

    id: str
    name: str  # short name, else long name
    long_name: str = ""
    names: Names = {}
    mode: int = 3  # GTFS route_type; 2 rail, 3 bus; -1 = event hall
    network_ids: tuple[str, ...] = ()
    operator: str = ""
    colour: str = ""  # "RRGGBB"


class Call(msgspec.Struct, frozen=True, array_like=True):
    """A visit to a stop. Times are seconds of the service day (may pass 86,400)."""

    stop_place_id: str
    quay_id: str
    arrival_s: int
    departure_s: int
    board: bool = True
    alight: bool = True


class ServiceJourney(msgspec.Struct, frozen=True):
    """A passenger journey for one day type; K calls make K-1 segments."""

    id: str
    line_id: str
    number: str  # public train number, "" if none
    headsign: str
    calls: tuple[Call, ...]
    layout_id: str = ""  # "" = unreserved admissions only
    names: Names = {}  # translations of the headsign, or of an event's title
    direction: int = 0
    # Left out where names are not asked for, so that such a catalogue keeps its etag in every version of the program.
    asked: str | msgspec.UnsetType = msgspec.field(name="named", default=msgspec.UNSET)

    @property
    def named(self) -> Named:
        """Are travellers asked for their names? What a newer central may say is asked for, and may be left out."""
        if not isinstance(self.asked, str) or self.asked == "no":
            return "no"
        return "required" if self.asked == "required" else "optional"


class Journey(msgspec.Struct, frozen=True, array_like=True):
    """A service journey on one operating day (DatedServiceJourney); an event's performance likewise."""

    id: int  # 1 .. 2**32-1, given by central, printed in every ticket
    service_journey_id: str
    operating_day: str  # ISO date


def service_day_start(operating_day: str, timezone: str) -> int:
    """Unix second of "noon minus 12 h", the zero of the service day's clock (GTFS reference)."""
    noon = datetime.fromisoformat(operating_day).replace(hour=12, tzinfo=ZoneInfo(timezone))
    return int(noon.timestamp()) - 12 * 3600


def days(first: str, count: int) -> list[str]:
    """`count` ISO dates from `first` on."""
    start = date.fromisoformat(first)
    return [(start + timedelta(days=i)).isoformat() for i in range(count)]
