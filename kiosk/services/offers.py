"""What can be bought for a departure: prices by rider category, quotes with places, the coach plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from kiosk.domain.errors import NoFare, NoPlaces, WrongState
from kiosk.domain.fares import FareOption
from kiosk.domain.layout import Layout
from kiosk.domain.offers import CategoryPrice, ClassOffer, Departure, PlaceView, Quote, Traveller
from kiosk.domain.segments import choose_places, free_mask, is_adjacent
from kiosk.ports import Clock
from kiosk.services.classes import price_for
from kiosk.services.live import Live
from kiosk.services.prices import Prices
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.timetable import Network

LARGEST_PARTY = 9


class FreeCells(Protocol):
    """What this terminal holds: `kiosk.store.cells`."""

    def free(self, journey_id: int) -> list[int] | None:
        """One integer for each segment, bit i = place i is free in hand; None = nothing held."""
        ...


class CoachView(msgspec.Struct, frozen=True):
    """A coach or a block of a hall, as the plan's tabs show it."""

    coach: int  # ordinal, 0-based
    number: str  # as printed
    names: dict[str, str]
    place_class: str
    counted: bool  # no plan to draw
    free: int  # places in this terminal's hands for the whole ride
    total: int
    direction: str  # where the front is: "up" or "stage"


class Offers:
    """Prices and places of departures: from this terminal's hands, and from central's pool while there is `live`."""

    def __init__(self, catalogue: CatalogueStore, cells: FreeCells, clock: Clock, cut_off_s: int = 60) -> None:
        self._catalogue = catalogue
        self._cells = cells
        self._clock = clock
        self.cut_off_s = cut_off_s  # sale ends this long before the departure
        self.live: Live | None = None  # asks central for what is not in hand
        self._prices: Prices | None = None

    def pricing(self, network: Network) -> Prices:
        """Prices of one version of the catalogue, kept while it is on sale."""
        known = self._prices
        if known is None or known.network is not network:
            known = self._prices = Prices(network)
        return known

    def prices(self, departure: Departure, offer: ClassOffer) -> list[CategoryPrice]:
        """What one traveller of each category pays for the offer; the default category first."""
        pricing, layout, options = self._basis(departure)
        return [
            CategoryPrice(rider, price_for(pricing, layout, offer, options, rider).amount_minor, offer.currency)
            for rider in pricing.riders
        ]

    def quote(
        self,
        departure: Departure,
        offer: ClassOffer,
        travellers: Sequence[Traveller],
        places: Sequence[int] | None = None,
    ) -> Quote:
        """Price a party of 1 to 9 and choose its places (best fit), or check the places it chose.

        Places that are not in hand are asked of central, which takes a moment; never on the UI thread.
        NoFare: the price is unknown. NoPlaces: not enough places in hand, or the sale has ended.
        """
        if departure.departs_at - self.cut_off_s <= self._clock.now():
            raise NoPlaces(f"the sale for {departure.number} at {departure.departs} has ended; choose a later one")
        party = [traveller.category_id for traveller in travellers for _ in range(traveller.count)]
        if not 1 <= len(party) <= LARGEST_PARTY:
            raise WrongState(f"a party has 1 to {LARGEST_PARTY} travellers, not {len(party)}; buy in two parts")
        pricing, layout, options = self._basis(departure)
        riders = {rider.id: rider for rider in pricing.riders}
        for category in party:
            if category not in riders:
                raise NoFare(f"the tariff has no rider category {category}; it has {', '.join(riders)}")
        each = [price_for(pricing, layout, offer, options, riders[category]) for category in party]
        chosen = self._choose(departure, offer, layout, len(party), places) if layout else ()
        return Quote(
            departure=departure,
            offer=offer,
            travellers=tuple(traveller for traveller in travellers if traveller.count),
            prices_minor=tuple(option.amount_minor for option in each),
            categories=tuple(party),
            places=chosen,
            adjacent=is_adjacent(layout, chosen) if layout else True,
            total_minor=sum(option.amount_minor for option in each),
            currency=offer.currency,
            product_ids=tuple(option.product_id for option in each),
        )

    def coaches(self, journey_id: int, from_call: int, to_call: int, place_class: str | None = None) -> list[CoachView]:
        """Coaches of a reserved journey (of one class), in train order; [] when unreserved or unknown."""
        layout = self._layout_of(journey_id)
        if layout is None:
            return []
        free = self.free(journey_id, from_call, to_call)
        in_coach = [0] * len(layout.coaches)
        for index, place in enumerate(layout.places):
            in_coach[place.coach] |= 1 << index
        return [
            CoachView(
                coach=ordinal,
                number=coach.number,
                names=coach.names,
                place_class=coach.place_class,
                counted=coach.counted,
                free=(free & in_coach[ordinal]).bit_count(),
                total=in_coach[ordinal].bit_count(),
                direction=layout.direction,
            )
            for ordinal, coach in enumerate(layout.coaches)
            if place_class in (None, coach.place_class)
        ]

    def plan(self, journey_id: int, from_call: int, to_call: int, coach: int) -> list[PlaceView]:
        """Places of one coach (ordinal) and whether they can be had for the whole ride."""
        layout = self._layout_of(journey_id)
        if layout is None:
            return []
        free = self.free(journey_id, from_call, to_call)
        return [
            PlaceView(
                index,
                _state(free >> index & 1, place.features),
                place.number,
                place.row,
                place.column,
                place.features,
            )
            for index, place in enumerate(layout.places)
            if place.coach == coach
        ]

    def more(self, journey_id: int, from_call: int, to_call: int, layout: Layout) -> Collection[str]:
        """Classes of which central may have places that are not in hand."""
        return self.live.more(journey_id, from_call, to_call, layout) if self.live is not None else ()

    def free(self, journey_id: int, from_call: int, to_call: int) -> int:
        """Places free in hand for the whole ride, as bits."""
        segments = self._segments(journey_id, to_call)
        return free_mask(segments, from_call, to_call) if segments else 0

    def _segments(self, journey_id: int, to_call: int) -> list[int]:
        """Holdings; [] also when a changed timetable has more calls than what was granted covers."""
        segments = self._cells.free(journey_id) or []
        return segments if to_call <= len(segments) else []

    def _basis(self, departure: Departure) -> tuple[Prices, Layout | None, tuple[FareOption, ...]]:
        with self._catalogue.reading() as timetable:
            if timetable is None:
                raise NoFare("there is no catalogue yet; connect this terminal to central")
            ride = timetable.ride(departure.journey_id, departure.from_call, departure.to_call)
            if ride is None:
                raise NoFare(f"{departure.number} at {departure.departs} is no longer on sale; search again")
            network = timetable.network
        pricing = self.pricing(network)
        layout = network.layouts[ride.layout_id] if ride.layout_id else None
        return pricing, layout, pricing.options(ride, departure.operating_day)

    def _layout_of(self, journey_id: int) -> Layout | None:
        journey = self._catalogue.journey(journey_id)
        service_journey = self._catalogue.service_journey(journey.service_journey_id) if journey else None
        return self._catalogue.layout(service_journey.layout_id) if service_journey else None

    def _choose(
        self, departure: Departure, offer: ClassOffer, layout: Layout, size: int, places: Sequence[int] | None
    ) -> tuple[int, ...]:
        first, last, place_class = departure.from_call, departure.to_call, offer.place_class
        mask = layout.class_masks.get(place_class, 0)
        free = self.free(departure.journey_id, first, last) & mask
        if places is None:
            chosen = self._best(departure, place_class, layout, size)
            if not _is_good(layout, place_class, size, chosen) and self._fetch(departure, offer, size, free):
                chosen = self._best(departure, place_class, layout, size)
            if len(chosen) != size:
                raise NoPlaces(
                    f"{offer.name} on {departure.number} has {free.bit_count()} places left here, "
                    f"not {size}; choose another class or another train"
                )
            return chosen
        if len(set(places)) != size:
            raise NoPlaces(f"{size} travellers need {size} different places, {len(set(places))} are chosen")
        missing = [place for place in places if 0 <= place < len(layout.places) and not free >> place & 1]
        if missing and self._fetch(departure, offer, len(missing), free, missing):
            free = self.free(departure.journey_id, first, last) & mask
        for place in places:
            if place < 0 or not free >> place & 1:
                number = layout.places[place].number if 0 <= place < len(layout.places) else place
                raise NoPlaces(f"place {number} is not free here; choose another")
        return tuple(places)

    def _best(self, departure: Departure, place_class: str, layout: Layout, size: int) -> tuple[int, ...]:
        segments = self._segments(departure.journey_id, departure.to_call)
        if not segments:
            return ()
        return choose_places(segments, layout, place_class, departure.from_call, departure.to_call, size)

    def _fetch(self, departure: Departure, offer: ClassOffer, size: int, free: int, places: Sequence[int] = ()) -> bool:
        return self.live is not None and self.live.fetch(departure, offer.place_class, size, free.bit_count(), places)


def _is_good(layout: Layout, place_class: str, size: int, chosen: tuple[int, ...]) -> bool:
    """All have a place, and sit together where a party of this size ever can."""
    if len(chosen) != size:
        return False
    if is_adjacent(layout, chosen):
        return True
    return not is_adjacent(layout, choose_places([layout.full_mask], layout, place_class, 0, 1, size))


def _state(free: int, features: tuple[str, ...]) -> str:
    if not free:
        return "taken"
    return "kept" if "wheelchair" in features else "free"
