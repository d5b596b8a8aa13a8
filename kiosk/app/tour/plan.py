"""What the tour buys: a pair of stop places, a day, a departure and a product that exist in the feed at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from kiosk.app.clock import SystemClock
from kiosk.app.ways import DEFAULT
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import KioskError
from kiosk.domain.network import ServiceJourney, StopPlace
from kiosk.domain.offers import ClassOffer, Departure
from kiosk.domain.stations import plain
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.store.catalogue import CatalogueStore

JOURNEYS_TRIED = 400
RESULTS_SHOWN = 5  # on the kiosk's list, at the least
_RAIL = (2, 100, 101, 102, 103, 1, 0)


@dataclass(frozen=True)
class Wishes:
    """What the caller asked for; None = the tour chooses."""

    feed: Path | None = None
    origin: str | None = None
    destination: str | None = None
    product: str | None = None
    flat_fare: str | None = None
    ties: Path | None = None
    pay: str = DEFAULT


@dataclass(frozen=True)
class Plan:
    """A purchase that can be made."""

    origin: StopPlace
    destination: StopPlace
    day: str
    departure: Departure
    offer: ClassOffer
    reserved: bool


class _Nothing:
    """No terminal holds places yet; prices do not depend on them."""

    def free(self, journey_id: int) -> list[int] | None:
        return None


def make_plan(catalogue: Catalogue, wishes: Wishes, folder: Path) -> Plan:
    """Find something to buy on tomorrow's or a later operating day; KioskError says what is missing."""
    store = CatalogueStore(folder, bytes(32))
    try:
        store.replace(catalogue, "plan")
        clock = SystemClock()
        search = Search(store, Offers(store, _Nothing(), clock), clock)
        for day in search.days()[1:8]:
            for origin, destination in _pairs(catalogue, search, wishes):
                if (plan := _buyable(search, origin, destination, day, wishes)) is not None:
                    return plan
    finally:
        store.close()
    raise KioskError(
        "the tour found nothing to buy: no departure of the coming week has a fare"
        + (f" from {wishes.origin} to {wishes.destination}" if wishes.origin else "")
        + ". Name a pair with --from and --to, or give a feed without fares a --flat-fare."
    )


def _pairs(catalogue: Catalogue, search: Search, wishes: Wishes) -> Iterator[tuple[StopPlace, StopPlace]]:
    places = {place.id: place for place in catalogue.stop_places}
    origin = _place(catalogue, search, wishes.origin)
    destination = _place(catalogue, search, wishes.destination)
    if origin and destination:
        yield origin, destination
        return
    seen = set()
    for journey in _journeys(catalogue):
        calls = journey.calls
        last = len(calls) - 1
        for a, b in ((0, last), (0, last // 2), (last // 2, last), (0, 1), (last - 1, last)):
            pair = (calls[a].stop_place_id, calls[b].stop_place_id)
            if a >= b or pair in seen or pair[0] == pair[1] or not (calls[a].board and calls[b].alight):
                continue
            seen.add(pair)
            if destination is None and not _findable(search, places[pair[1]]):
                continue
            if (origin is None or pair[0] == origin.id) and (destination is None or pair[1] == destination.id):
                yield places[pair[0]], places[pair[1]]


def typed(place: StopPlace) -> str:
    """What a passenger types for this stop place on a Latin keyboard; "" when there is nothing."""
    known = (plain(place.name), *(plain(name) for name in place.names.values()), *place.spellings, plain(place.code))
    return next((each for each in known if each and each.isascii()), "")


def _findable(search: Search, place: StopPlace) -> bool:
    """Typing its name brings it up among the first results, also where many stops share a name."""
    text = typed(place)
    return bool(text) and any(hit.stop_place.id == place.id for hit in search.stations(text, RESULTS_SHOWN))


def _journeys(catalogue: Catalogue) -> list[ServiceJourney]:
    """Trains first, those with seats before the rest, long runs before short ones; no events."""
    mode = {line.id: line.mode for line in catalogue.lines}
    rides = [each for each in catalogue.service_journeys if mode.get(each.line_id, -1) >= 0]
    rides.sort(key=lambda each: (not each.layout_id, mode[each.line_id] not in _RAIL, -len(each.calls)))
    step = max(1, len(rides) // JOURNEYS_TRIED)
    return rides[::step]


def _place(catalogue: Catalogue, search: Search, text: str | None) -> StopPlace | None:
    if text is None:
        return None
    for place in catalogue.stop_places:
        if text in (place.id, place.code, place.name):
            return place
    hits = search.stations(text, 1)
    if not hits:
        raise KioskError(f"the feed has no stop place {text!r}")
    return hits[0].stop_place


def _buyable(search: Search, origin: StopPlace, destination: StopPlace, day: str, wishes: Wishes) -> Plan | None:
    found = [each for each in search.departures(origin.id, destination.id, day, 0) if each.classes]
    # Daytime, so that the gate opens on the same day.
    found.sort(key=lambda each: not "07:00" <= each.departs <= "20:00")
    for departure in found:
        for offer in departure.classes:
            if wishes.product is None or _is(offer, wishes.product):
                return Plan(origin, destination, day, departure, offer, bool(offer.place_class))
    return None


def _is(offer: ClassOffer, wish: str) -> bool:
    return any(
        fnmatch(text.lower(), f"*{wish.lower()}*") for text in (offer.place_class, offer.product_id, offer.name) if text
    )
