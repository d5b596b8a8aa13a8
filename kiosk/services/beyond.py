"""What it costs to ride on: the fare from a ticket's end to where its holder wants out, or from where they got in."""

from __future__ import annotations

from kiosk.domain.fares import Pricer
from kiosk.domain.gate.held import EVENT_MODE, Ride
from kiosk.services.rides import GateCatalogue


class Beyond:
    """Fares by the tariff of the catalogue in use. One thread at a time."""

    def __init__(self, catalogue: GateCatalogue) -> None:
        self._catalogue = catalogue
        self._etag = ""
        self._pricer: Pricer | None = None

    def fare(self, ride: Ride, from_call: int, to_call: int, category: str, place_class: str) -> int | None:
        """Minor units for a rider of this category, in their class where a product is named after it, else of the
        cheapest product; None = the tariff does not say."""
        line, info = self._catalogue.line(ride.service.line_id), self._catalogue.info()
        if line is None or info is None or ride.mode == EVENT_MODE or not from_call < to_call:
            return None
        etag = self._catalogue.etag()
        if self._pricer is None or etag != self._etag:
            self._pricer, self._etag = Pricer(info.tariff), etag
        options = self._pricer.options(
            line=line,
            origin=ride.stop_places[from_call],
            destination=ride.stop_places[to_call],
            crossed_zones=frozenset(each.zone_id for each in ride.stop_places[from_call : to_call + 1]),
            departs_s=ride.service.calls[from_call].departure_s,
            arrives_s=ride.service.calls[to_call].arrival_s,
            operating_day=ride.journey.operating_day,
        )
        fitting = [each for each in options if each.category_id in ("", category)]
        fitting = [each for each in fitting if each.product_id == place_class] or fitting
        return min((each.amount_minor for each in fitting), default=None)
