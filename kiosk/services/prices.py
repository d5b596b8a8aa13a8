"""Fare options of rides, worked out once for all rides that cost the same, and who can travel.

Two rides have the same options when line, both ends, the zones crossed between them and the fare timeframes
of departure and arrival are the same. That leaves a handful of prices for hundreds of departures.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from kiosk.domain.fares import FareOption, FareProduct, RiderCategory, Tariff, fare_options
from kiosk.domain.offers import ClassOffer
from kiosk.store.timetable import Network, Ride

ADULT = RiderCategory("adult", "Adult", default=True)


def rider_categories(tariff: Tariff) -> tuple[RiderCategory, ...]:
    """Who can travel, the default first; "adult" is added where the tariff names no full one."""
    known = tuple({each.id: each for each in tariff.categories if each.id}.values())
    default = next((each for each in known if each.default), None)
    if default is None:
        default = next((each for each in known if "adult" in (each.id.lower(), each.name.lower())), None)
    if default is None:
        default = ADULT
    return (default, *(each for each in known if each.id != default.id))


class Prices:
    """Options by ride, for one version of the catalogue."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.tariff = network.head.tariff
        self.riders = rider_categories(self.tariff)
        self._options: dict[tuple[object, ...], tuple[FareOption, ...]] = {}
        self.offered: dict[tuple[int, str], tuple[ClassOffer, ...]] = {}  # by identity of options, layout id
        self._crossed: dict[tuple[int, int, int], frozenset[str]] = {}
        self._needs_zones = any(rule.contains for rule in self.tariff.rules_v1)

    @property
    def default_rider(self) -> RiderCategory:
        return self.riders[0]

    @cached_property
    def products(self) -> dict[str, FareProduct]:
        """First row of each product: its name and translations."""
        found: dict[str, FareProduct] = {}
        for product in self.tariff.products:
            found.setdefault(product.id, product)
        return found

    @cached_property
    def _timeframe_bounds(self) -> list[int]:
        return sorted({bound for each in self.tariff.timeframes for bound in (each.start_s, each.end_s)})

    def options(self, ride: Ride, operating_day: str) -> tuple[FareOption, ...]:
        """What one traveller can buy for this ride; () = the fare is unknown."""
        bounds = self._timeframe_bounds
        pattern = self.network.patterns[ride.pattern_no - 1]
        origin = pattern.stops[ride.from_call]
        destination = pattern.stops[ride.to_call]
        crossed = self._crossed_zones(ride) if self._needs_zones else frozenset()
        key = (
            ride.line_no,
            (origin.stop_no, origin.quay_no),
            (destination.stop_no, destination.quay_no),
            crossed,
            (bisect_right(bounds, ride.departure_s), bisect_right(bounds, ride.arrival_s), operating_day)
            if bounds
            else (),
        )
        known = self._options.get(key)
        if known is None:
            known = self._options[key] = self._ask(ride, operating_day, crossed)
        return known

    def _ask(self, ride: Ride, operating_day: str, crossed: frozenset[str]) -> tuple[FareOption, ...]:
        network = self.network
        stops = network.patterns[ride.pattern_no - 1].stops
        origin, destination = stops[ride.from_call], stops[ride.to_call]
        return fare_options(
            self.tariff,
            line=network.lines[ride.line_no - 1],
            origin=network.stop_places[origin.stop_no - 1],
            destination=network.stop_places[destination.stop_no - 1],
            crossed_zones=crossed,
            departs_s=ride.departure_s,
            operating_day=operating_day,
        )

    def _crossed_zones(self, ride: Ride) -> frozenset[str]:
        """Zones of all stops of the ride, both ends included."""
        key = (ride.pattern_no, ride.from_call, ride.to_call)
        known = self._crossed.get(key)
        if known is None:
            stops = self.network.patterns[ride.pattern_no - 1].stops[ride.from_call : ride.to_call + 1]
            zones = (
                (self.network.quays[stop.quay_no - 1].zone_id if stop.quay_no else "")
                or self.network.stop_places[stop.stop_no - 1].zone_id
                for stop in stops
            )
            known = self._crossed[key] = frozenset(zone for zone in zones if zone)
        return known
