"""A made-up city as big as the largest timetable we know (Washington: some 350,000 calls, 16,500 trips).

120 lines in two directions; every eighth runs along one trunk, where a thousand departures serve one pair.
A third of the trips do not run at weekends. Tariff: zones of Fares v1 with three rider categories.
"""

from __future__ import annotations

from datetime import date

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.fares import FareProduct, FareRuleV1, RiderCategory, Tariff
from kiosk.domain.network import Call, Journey, Line, Quay, ServiceJourney, StopPlace, days

LINES = 120
STOPS_A_LINE = 21
TRIPS_A_DIRECTION = 70
TRUNK = 6
ZONES = 8


def big_city(window_from: str = "2026-09-21", window_days: int = 14) -> Catalogue:
    """The same catalogue for the same arguments."""
    stop_places: dict[str, StopPlace] = {}
    service_journeys = []
    for line in range(LINES):
        stops = _stops(line)
        for stop in stops:
            zone = str(int(stop.rpartition("-")[2]) % ZONES)
            stop_places.setdefault(stop, StopPlace(id=stop, name=f"Stop {stop}", zone_id=zone))
        for direction in (0, 1):
            way = stops if direction == 0 else stops[::-1]
            for trip in range(TRIPS_A_DIRECTION):
                service_journeys.append(_trip(line, direction, trip, way))
    journeys: list[Journey] = []
    for day in days(window_from, window_days):
        weekend = date.fromisoformat(day).weekday() >= 5
        for number, each in enumerate(service_journeys):
            if not (weekend and number % 3 == 0):
                journeys.append(Journey(len(journeys) + 1, each.id, day))
    return Catalogue(
        version=1,
        operator="Big City",
        tenant=1,
        timezone="America/New_York",
        languages=("en",),
        window_from=window_from,
        window_days=window_days,
        stop_places=tuple(stop_places.values()),
        quays=tuple(Quay(id=f"q-{each}", stop_place_id=each, platform_code="1") for each in stop_places),
        lines=tuple(Line(id=f"line-{line}", name=str(line)) for line in range(LINES)),
        service_journeys=tuple(service_journeys),
        journeys=tuple(journeys),
        tariff=_tariff(),
        currency="USD",
    )


def _stops(line: int) -> list[str]:
    own = [f"{line}-{n}" for n in range(STOPS_A_LINE)]
    if line % 8 == 0:
        own[8 : 8 + TRUNK] = [f"trunk-{n}" for n in range(TRUNK)]
    return own


def _trip(line: int, direction: int, trip: int, stops: list[str]) -> ServiceJourney:
    start = 4 * 3600 + trip * 1020 + line * 60  # from 04:00 until past midnight
    return ServiceJourney(
        id=f"trip-{line}-{direction}-{trip}",
        line_id=f"line-{line}",
        number="",
        headsign=f"Stop {stops[-1]}",
        calls=tuple(
            Call(stop, f"q-{stop}", start + 150 * n, start + 150 * n + 30, n < len(stops) - 1, n > 0)
            for n, stop in enumerate(stops)
        ),
        direction=direction,
    )


def _tariff() -> Tariff:
    categories = (
        RiderCategory("adult", "Adult", default=True),
        RiderCategory("child", "Child", max_age=12),
        RiderCategory("senior", "Senior", min_age=65),
    )
    products, rules = [], []
    for a in range(ZONES):
        for b in range(ZONES):
            product = f"zone-{a}-{b}"
            amount = 200 + 50 * abs(a - b)
            products.append(FareProduct(product, product, amount, "USD"))
            products.append(FareProduct(product, product, amount // 2, "USD", category_id="child"))
            rules.append(FareRuleV1(product, origin_zone=str(a), destination_zone=str(b)))
    return Tariff(version=1, products=tuple(products), categories=categories, rules_v1=tuple(rules))
