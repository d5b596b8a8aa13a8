"""Where to, when, which train: stations by text, popular destinations, departures of a day, the board."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.network import StopPlace, service_day_start
from kiosk.domain.offers import Departure, Destination, StationHit
from kiosk.domain.stations import StationIndex
from kiosk.ports import Clock
from kiosk.services import popular
from kiosk.services.classes import class_offers
from kiosk.services.offers import Offers
from kiosk.services.prices import Prices
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.timetable import Network, Ride, Timetable

EVENT = -1  # mode of an event hall's line
_DAY_S = 86_400
_TILE_DAYS = 7  # a destination without a train for a week has no tile


class Search:
    """Questions about the catalogue on sale; every method may be called from any thread."""

    def __init__(self, catalogue: CatalogueStore, offers: Offers, clock: Clock) -> None:
        self._catalogue = catalogue
        self._offers = offers
        self._clock = clock
        self._stations: tuple[Network, StationIndex] | None = None
        self._tiles: tuple[tuple[int, str], dict[tuple[int, int], Destination | None]] = ((0, ""), {})

    def stations(self, text: str, limit: int = 8) -> list[StationHit]:
        """Stop places by name, initials, pinyin or code."""
        network = self._catalogue.network()
        if network is None:
            return []
        known = self._stations
        if known is None or known[0] is not network:
            known = self._stations = (network, StationIndex(network.stop_places))
        return known[1].find(text, limit)

    def popular(self, origin_id: str, limit: int = 6) -> list[Destination]:
        """Most used destinations from here, with the fastest ride and the lowest price on the next day."""
        days = self.days()
        with self._catalogue.reading() as timetable:
            if timetable is None or origin_id not in timetable.network.stop_no:
                return []
            network = timetable.network
            origin, pricing = network.stop_no[origin_id], self._offers.pricing(network)
            version = (network.generation, days[0] if days else "")
            if self._tiles[0] != version:
                self._tiles = (version, {})
            known, tiles = self._tiles[1], []
            for destination in popular.ranked(timetable, origin)[: limit * 2]:
                key = (origin, destination)
                if key not in known:
                    known[key] = self._tile(timetable, pricing, origin, destination, days)
                if (tile := known[key]) is not None:
                    tiles.append(tile)
                if len(tiles) == limit:
                    break
        return tiles

    def _tile(
        self, timetable: Timetable, pricing: Prices, origin: int, destination: int, days: list[str]
    ) -> Destination | None:
        for calendar_day in days[:_TILE_DAYS]:
            rides = [
                (ride, day)
                for day, _, low, high in _service_days(timetable.network, calendar_day, origin)
                for ride in timetable.rides(origin, destination, timetable.network.day_no[day], low, high)
            ]
            if rides:
                return popular.tile(pricing, destination, rides)
        return None

    def days(self) -> list[str]:
        """Calendar days on sale, today first."""
        info = self._catalogue.info()
        if info is None:
            return []
        today = datetime.fromtimestamp(self._clock.now(), ZoneInfo(info.timezone)).date()
        first = date.fromisoformat(info.window_from)
        window = (first + timedelta(days=n) for n in range(info.window_days))
        return [day.isoformat() for day in window if day >= today]

    def departures(self, origin_id: str, destination_id: str, operating_day: str, now: float) -> list[Departure]:
        """Departures on a calendar day of the origin, by time; those gone or past the cut-off are left out.

        A train after midnight that belongs to the service day before is found on the date it leaves.
        """
        with self._catalogue.reading() as timetable:
            if timetable is None:
                return []
            network = timetable.network
            pricing = self._offers.pricing(network)
            origin, destination = network.stop_no.get(origin_id), network.stop_no.get(destination_id)
            if not origin or not destination:
                return []
            earliest = now + self._offers.cut_off_s
            found: list[Departure] = []
            for day, zero, low, high in _service_days(network, operating_day, origin):
                low = max(low, int(earliest) + 1 - zero)
                rides = timetable.rides(origin, destination, network.day_no[day], low, high) if low < high else []
                found += (self._departure(network, pricing, ride, day, zero) for ride in rides)
        if origin == destination:
            found = [each for each in found if each.mode == EVENT]
        return sorted(found, key=_by_time)

    def board(self, origin_id: str, now: float, limit: int = 10) -> list[Departure]:
        """Next departures from here within a day, each to the end of its run."""
        with self._catalogue.reading() as timetable:
            if timetable is None or origin_id not in timetable.network.stop_no:
                return []
            network = timetable.network
            origin, pricing = network.stop_no[origin_id], self._offers.pricing(network)
            found = []
            for day, number in network.day_no.items():
                zero = service_day_start(day, network.head.timezone)
                low, high = max(int(now) + 1 - zero, 0), int(now) + _DAY_S - zero
                if low < high and low <= network.latest_s:
                    rides = timetable.leaving(origin, number, low, high, limit)
                    found += [(zero + ride.departure_s, ride, day, zero) for ride in rides]
            found.sort(key=lambda each: each[0])
            return [
                self._departure(network, pricing, _to_the_end(timetable, ride), day, zero)
                for _, ride, day, zero in found[:limit]
            ]

    def events(self, now: float | None = None) -> list[Departure]:
        """Performances on sale, by time; each is a departure with one segment."""
        earliest = (self._clock.now() if now is None else now) + self._offers.cut_off_s
        found = []
        with self._catalogue.reading() as timetable:
            if timetable is None:
                return []
            network = timetable.network
            pricing = self._offers.pricing(network)
            for line_no, line in enumerate(network.lines, 1):
                runs = timetable.journeys_of_line(line_no) if line.mode == EVENT else []
                for service_journey, journey in runs:
                    ride = timetable.ride(journey.id, 0, len(service_journey.calls) - 1)
                    zero = service_day_start(journey.operating_day, network.head.timezone)
                    if ride and zero + ride.departure_s > earliest:
                        found.append(self._departure(network, pricing, ride, journey.operating_day, zero))
        return sorted(found, key=_by_time)

    def _departure(self, network: Network, pricing: Prices, ride: Ride, day: str, zero: int) -> Departure:
        stops = network.patterns[ride.pattern_no - 1].stops
        origin = network.stop_places[stops[ride.from_call].stop_no - 1]
        destination = network.stop_places[stops[ride.to_call].stop_no - 1]
        line = network.lines[ride.line_no - 1]
        layout = network.layouts[ride.layout_id] if ride.layout_id else None
        free = self._offers.free(ride.journey_id, ride.from_call, ride.to_call) if layout else 0
        more = self._offers.more(ride.journey_id, ride.from_call, ride.to_call, layout) if layout else ()
        departs_at, arrives_at = zero + ride.departure_s, zero + ride.arrival_s
        quay = network.quays[ride.from_quay_no - 1] if ride.from_quay_no else None
        return Departure(
            journey_id=ride.journey_id,
            service_journey_id=ride.service_journey_id,
            operating_day=day,
            line_name=line.name,
            number=ride.number or line.name,
            headsign=ride.headsign,
            mode=line.mode,
            from_call=ride.from_call,
            to_call=ride.to_call,
            origin=origin,
            destination=destination,
            platform=quay.platform_code if quay else "",
            departs_at=departs_at,
            arrives_at=arrives_at,
            departs=_clock_text(departs_at, network, origin),
            arrives=_clock_text(arrives_at, network, destination),
            duration_s=arrives_at - departs_at,
            stops_between=ride.to_call - ride.from_call - 1,
            layout_id=ride.layout_id,
            classes=class_offers(pricing, layout, pricing.options(ride, day), free, more),
        )


def _by_time(departure: Departure) -> tuple[int, int, str]:
    return departure.departs_at, departure.arrives_at, departure.number


def _zone(network: Network, stop_place: StopPlace) -> ZoneInfo:
    return ZoneInfo(stop_place.timezone or network.head.timezone)


def _clock_text(at: int, network: Network, stop_place: StopPlace) -> str:
    local = datetime.fromtimestamp(at, _zone(network, stop_place))
    return f"{local.hour:02}:{local.minute:02}"


def _service_days(network: Network, calendar_day: str, origin: int) -> Iterable[tuple[str, int, int, int]]:
    """(operating day, its zero as unix s, low_s, high_s): service times that fall on a calendar day there."""
    zone = _zone(network, network.stop_places[origin - 1])
    midnight = datetime.fromisoformat(calendar_day).replace(tzinfo=zone)
    start, end = int(midnight.timestamp()), int((midnight + timedelta(days=1)).timestamp())
    back = network.latest_s // _DAY_S + 1
    for offset in range(-back, 2):
        day = (midnight.date() + timedelta(days=offset)).isoformat()
        if day in network.day_no:
            zero = service_day_start(day, network.head.timezone)
            low, high = start - zero, end - zero
            if low <= network.latest_s and high > 0:
                yield day, zero, max(low, 0), high


def _to_the_end(timetable: Timetable, ride: Ride) -> Ride:
    whole = timetable.ride(ride.journey_id, ride.from_call, ride.last_call)
    return whole or ride
