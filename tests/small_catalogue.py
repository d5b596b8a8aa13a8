"""A small network with everything search and offers must know: reserved trains, a bus, a loop, a night, an event.

Stations a .. e in Europe/Berlin; operating days from 2026-10-23 on (summer time ends on 2026-10-25).
"""

from __future__ import annotations

from typing import Any

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.fares import FareProduct, FareRuleV1, RiderCategory, Tariff
from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from kiosk.domain.network import Call, Journey, Line, Quay, ServiceJourney, StopPlace, days

FIRST_DAY = "2026-10-23"
DAYS = 5

STOPS = tuple(
    StopPlace(id=each, name=name, code=each.upper(), zone_id=zone)
    for each, name, zone in (
        ("a", "Altdorf", "1"),
        ("b", "Bergen", "1"),
        ("c", "Celle", "2"),
        ("d", "Dorum", "2"),
        ("e", "Emden", "3"),
        ("hall", "City Hall", "9"),
    )
)


def calls(*stops: tuple[str, int], quay: str = "") -> tuple[Call, ...]:
    """(stop place, seconds of the service day); a minute of halt."""
    return tuple(Call(stop, quay and f"{stop}{quay}", at - 60, at) for stop, at in stops)


def coach_layout() -> Layout:
    """Coach 1 first class (1A 1C), coach 2 second class (2 rows of 4; 2D is for a wheelchair)."""
    first = [Place(0, "1A", 1, 1), Place(0, "1C", 1, 3)]
    second = [
        Place(1, f"{row}{letter}", row, column, ("wheelchair",) if (row, letter) == (2, "D") else ())
        for row in (1, 2)
        for column, letter in ((1, "A"), (2, "B"), (4, "C"), (5, "D"))
    ]
    return Layout(
        id="train",
        classes=(
            PlaceClass("first", "First class", fares=("first*",)),
            PlaceClass("second", "Second class", fares=("second*",)),
        ),
        coaches=(Coach("1", "first"), Coach("2", "second")),
        places=(*first, *second),
    )


def hall_layout() -> Layout:
    return Layout(
        id="hall",
        classes=(PlaceClass("standing", "Standing", fares=("concert",)),),
        coaches=(Coach("Floor", "standing", counted=True),),
        places=tuple(Place(0, str(n)) for n in range(1, 6)),
        direction="stage",
    )


def tariff() -> Tariff:
    """Trains: first and second class; bus: single by zones, a child product of its own, a day ticket."""
    products = (
        FareProduct("first", "First", 5000, "EUR"),
        FareProduct("second", "Second", 3000, "EUR"),
        FareProduct("second", "Second", 1500, "EUR", category_id="child"),
        FareProduct("single", "Single", 300, "EUR", category_id="adult"),
        FareProduct("day", "Day ticket", 900, "EUR", category_id="adult"),
        FareProduct("child-single", "Child single", 140, "EUR", category_id="child"),
        FareProduct("concert", "Concert", 2500, "EUR"),
    )
    return Tariff(
        version=1,
        products=products,
        categories=(RiderCategory("child", "Child", max_age=14), RiderCategory("adult", "Adult", default=True)),
        rules_v1=(
            FareRuleV1("first", line_id="rail"),
            FareRuleV1("second", line_id="rail"),
            FareRuleV1("single", line_id="bus", origin_zone="1", destination_zone="2"),
            FareRuleV1("day", line_id="bus", origin_zone="1", destination_zone="2"),
            FareRuleV1("child-single", line_id="bus", origin_zone="1", destination_zone="2"),
            FareRuleV1("concert", line_id="show"),
        ),
    )


def service_journeys() -> tuple[ServiceJourney, ...]:
    hour = 3600
    return (
        ServiceJourney(
            "t1",
            "rail",
            "IC 1",
            "Emden",
            calls(*((stop, 8 * hour + n * hour) for n, stop in enumerate("abcde")), quay="-1"),
            "train",
        ),
        ServiceJourney(
            "t2", "rail", "IC 2", "Emden", calls(("a", 12 * hour), ("c", 13 * hour), ("e", 14 * hour)), "train"
        ),
        # leaves c at 00:30 of the next calendar day
        ServiceJourney(
            "night",
            "rail",
            "NJ 9",
            "Emden",
            calls(("a", 23 * hour), ("c", 24 * hour + 1800), ("e", 26 * hour)),
            "train",
        ),
        # a loop: b is visited twice
        ServiceJourney(
            "loop",
            "bus",
            "",
            "Ring",
            calls(
                ("b", 9 * hour),
                ("c", 9 * hour + 600),
                ("d", 9 * hour + 1200),
                ("b", 9 * hour + 1800),
                ("c", 9 * hour + 2400),
            ),
        ),
        # nobody may board at b or alight at c
        ServiceJourney(
            "flags",
            "bus",
            "",
            "Dorum",
            (
                Call("a", "", 10 * hour, 10 * hour),
                Call("b", "", 10 * hour + 300, 10 * hour + 300, board=False),
                Call("c", "", 10 * hour + 600, 10 * hour + 600, alight=False),
                Call("d", "", 10 * hour + 900, 10 * hour + 900),
            ),
        ),
        ServiceJourney(
            "show-1", "show", "", "Night of Strings", calls(("hall", 20 * hour), ("hall", 22 * hour)), "hall"
        ),
    )


def small_catalogue(version: int = 1, **changes: Any) -> Catalogue:
    """Every service journey on every day; journey id = 100 x day number + its number, both from 1."""
    runs = service_journeys()
    values: dict[str, Any] = {
        "version": version,
        "operator": "Small Railway",
        "tenant": 7,
        "timezone": "Europe/Berlin",
        "languages": ("en", "de"),
        "window_from": FIRST_DAY,
        "window_days": DAYS,
        "stop_places": STOPS,
        "quays": tuple(Quay(f"{stop.id}-1", stop.id, platform_code="1") for stop in STOPS),
        "lines": (
            Line("rail", "InterCity", mode=2),
            Line("bus", "10", mode=3),
            Line("show", "City Hall", mode=-1),
        ),
        "service_journeys": runs,
        "journeys": tuple(
            Journey(100 * day_no + no, run.id, day)
            for day_no, day in enumerate(days(FIRST_DAY, DAYS), 1)
            for no, run in enumerate(runs, 1)
        ),
        "layouts": (coach_layout(), hall_layout()),
        "tariff": tariff(),
    }
    return Catalogue(**{**values, **changes})
