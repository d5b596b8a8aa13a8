"""A terminal that sells from the small catalogue, with places in hand."""

from __future__ import annotations

from pathlib import Path

from kiosk.domain.offers import ClassOffer, Departure, Quote, Traveller
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.store.catalogue import CatalogueStore
from tests.small_catalogue import small_catalogue

DAY = "2026-10-24"
ALL = (1 << 10) - 1
T1 = 201  # t1 on that day


class Terminal:
    """Offers over the small catalogue with places in hand."""

    def __init__(self, folder: Path) -> None:
        self.time = 1_792_700_000.0  # 2026-10-22
        self.held: dict[int, list[int]] = {T1: [ALL] * 4, 206: [0b11111]}
        self.store = CatalogueStore(folder, bytes(32))
        self.store.replace(small_catalogue(), "1")
        self.offers = Offers(self.store, self, self)
        self.search = Search(self.store, self.offers, self)

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def free(self, journey_id: int) -> list[int] | None:
        return self.held.get(journey_id)

    def departure(self, service_journey: str = "t1", origin: str = "a", destination: str = "e") -> Departure:
        found = self.search.departures(origin, destination, DAY, 0)
        return next(each for each in found if each.service_journey_id == service_journey)

    def offer(self, departure: Departure, wanted: str) -> ClassOffer:
        return next(each for each in departure.classes if wanted in (each.place_class, each.product_id))

    def quote(self, wanted: str, places: tuple[int, ...] | None = None, **party: int) -> Quote:
        departure = self.departure()
        travellers = [Traveller(category, count) for category, count in party.items()]
        return self.offers.quote(departure, self.offer(departure, wanted), travellers, places)
