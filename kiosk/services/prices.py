"""Fare options of rides, worked out once for all rides that cost the same, and who can travel.

Two rides have the same options when line, both ends, the zones crossed between them and the fare timeframes
of departure and arrival are the same. That leaves a handful of prices for hundreds of departures.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

import msgspec

from kiosk.domain.fares import FareOption, FareProduct, Pricer, RiderCategory, Tariff
from kiosk.domain.network import StopPlace
from kiosk.domain.offers import ClassOffer
from kiosk.store.timetable import Network, Ride

_DAY_S = 86_400
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
        self._pricer = Pricer(self.tariff)
        self.riders = rider_categories(self.tariff)
        self._pricer = Pricer(self.tariff)
        self._options: dict[tuple[object, ...], tuple[FareOption, ...]] = {}
        self.offered: dict[tuple[int, str], tuple[ClassOffer, ...]] = {}  # by identity of options, layout id
        self._crossed: dict[tuple[int, int, int], frozenset[str]] = {}
        self._needs_zones = any(rule.contains for rule in self.tariff.rules_v1)

    @property
    def default_rider(self) -> RiderCategory:
        return self.riders[0]

    @cached_property
    def products(self) -> dict[str, FareProduct]:
        """First row of each product, by the id options carry: its name and translations."""
        found: dict[str, FareProduct] = {}
        for product in self.tariff.products:
            found.setdefault(product.kind or product.id, product)
        return found

    @cached_property
    def _timeframe_bounds(self) -> list[int]:
        return sorted({bound for each in self.tariff.timeframes for bound in (each.start_s, each.end_s)})

    def options(self, ride: Ride, operating_day: str) -> tuple[FareOption, ...]:
        """What one traveller can buy for this ride; () = the fare is unknown."""
        stops = self.network.patterns[ride.pattern_no - 1].stops
        origin, destination = stops[ride.from_call], stops[ride.to_call]
        crossed = self._crossed_zones(ride) if self._needs_zones else frozenset()
        key = (
            ride.line_no,
            origin.stop_no,
            origin.quay_no,
            destination.stop_no,
            destination.quay_no,
            crossed,
            self._when(ride, operating_day) if self._timeframe_bounds else (),
        )
        known = self._options.get(key)
        if known is None:
            known = self._options[key] = self._pricer.options(
                line=self.network.lines[ride.line_no - 1],
                origin=self._at(origin.stop_no, origin.quay_no),
                destination=self._at(destination.stop_no, destination.quay_no),
                crossed_zones=crossed,
                departs_s=ride.departure_s,
                arrives_s=ride.arrival_s,
                operating_day=operating_day,
            )
        return known

    def _when(self, ride: Ride, operating_day: str) -> tuple[object, ...]:
        """Rides with the same value begin and end within the same timeframes."""
        bounds = self._timeframe_bounds
        days_on, of_day_s = divmod(ride.departure_s, _DAY_S)
        arrival_days_on, arrival_of_day_s = divmod(ride.arrival_s, _DAY_S)
        return (
            operating_day,
            days_on,
            bisect_right(bounds, of_day_s),
            arrival_days_on,
            bisect_right(bounds, arrival_of_day_s),
        )

    def _at(self, stop_no: int, quay_no: int) -> StopPlace:
        """The stop place with the zone and areas of the quay in use."""
        stop_place = self.network.stop_places[stop_no - 1]
        quay = self.network.quays[quay_no - 1] if quay_no else None
        if quay is None or not (quay.zone_id or quay.area_ids):
            return stop_place
        areas = tuple(dict.fromkeys((*quay.area_ids, *stop_place.area_ids)))
        return msgspec.structs.replace(stop_place, zone_id=quay.zone_id or stop_place.zone_id, area_ids=areas)

    def _crossed_zones(self, ride: Ride) -> frozenset[str]:
        """Zones of all stops of the ride, both ends included."""
        key = (ride.pattern_no, ride.from_call, ride.to_call)
        known = self._crossed.get(key)
        if known is None:
            stops = self.network.patterns[ride.pattern_no - 1].stops[ride.from_call : ride.to_call + 1]
            zones = {self._at(stop.stop_no, stop.quay_no).zone_id for stop in stops}
            known = self._crossed[key] = frozenset(zones - {""})
        return known
