"""Which destinations people want from here: by this terminal's own sales, then by the timetable."""

from __future__ import annotations

from kiosk.domain.offers import Destination
from kiosk.services.classes import class_offers
from kiosk.services.prices import Prices
from kiosk.store.catalogue_schema import Stop
from kiosk.store.timetable import Ride, Timetable


def ranked(timetable: Timetable, origin: int) -> list[int]:
    """Numbers of the stop places that can be reached from `origin` without a change, most wanted first.

    Sales of this terminal count first. Then: how many journeys go there, with a half more where they end
    (a terminus is where people go), then how busy the place is altogether.
    """
    network = timetable.network
    score: dict[int, float] = {}
    for number in network.patterns_at.get(origin, ()):
        pattern = network.patterns[number - 1]
        for stop in _reached(pattern.stops, origin):
            ends = pattern.stops[-1].stop_no == stop
            score[stop] = score.get(stop, 0.0) + pattern.journeys * (1.5 if ends else 1.0)
    score.pop(origin, None)
    sales = timetable.destination_use(network.stop_places[origin - 1].id)

    def order(stop: int) -> tuple[float, ...]:
        return -sales.get(network.stop_places[stop - 1].id, 0), -score[stop], -network.weight[stop], stop

    return sorted(score, key=order)


def _reached(stops: tuple[Stop, ...], origin: int) -> set[int]:
    aboard = False
    found = set()
    for stop in stops:
        if aboard and stop.alight:
            found.add(stop.stop_no)
        aboard = aboard or (stop.stop_no == origin and stop.board)
    return found


def tile(pricing: Prices, destination: int, rides: list[tuple[Ride, str]]) -> Destination:
    """The tile of one destination from the rides (with operating day) of one calendar day."""
    network = pricing.network
    cheapest: int | None = None
    priced: set[tuple[int, str]] = set()
    for ride, day in rides:
        options = pricing.options(ride, day)
        key = (id(options), ride.layout_id)
        if key in priced:  # the same tuple for all rides that cost the same
            continue
        layout = network.layouts[ride.layout_id] if ride.layout_id else None
        amounts = [offer.adult_minor for offer in class_offers(pricing, layout, options, 0)]
        cheapest = min((*amounts, cheapest)) if cheapest is not None else min(amounts, default=None)
        priced.add(key)
    return Destination(
        stop_place=network.stop_places[destination - 1],
        fastest_s=min(ride.arrival_s - ride.departure_s for ride, _ in rides),
        price_from_minor=cheapest,
        currency=network.head.currency,
    )
