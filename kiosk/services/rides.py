"""Journeys of the catalogue as the gate asks for them: put together once, kept while the catalogue stays the same."""

from __future__ import annotations

from typing import Protocol

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.gate.held import Ride
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Line, ServiceJourney, StopPlace, service_day_start

KEPT_MAX = 512


class GateCatalogue(Protocol):
    """What the gate asks of the catalogue; `kiosk.store.catalogue.CatalogueStore`."""

    def etag(self) -> str: ...

    def info(self) -> Catalogue | None: ...

    def journey(self, id_: int, /) -> Journey | None: ...

    def service_journey(self, id_: str, /) -> ServiceJourney | None: ...

    def layout(self, id_: str, /) -> Layout | None: ...

    def line(self, id_: str, /) -> Line | None: ...

    def stop_place(self, id_: str, /) -> StopPlace | None: ...


class Rides:
    """`ride(journey_id)` answers from memory after the first passenger of a journey. One thread at a time."""

    def __init__(self, catalogue: GateCatalogue) -> None:
        self._catalogue = catalogue
        self._etag = ""
        self._kept: dict[int, Ride | None] = {}

    def ride(self, journey_id: int) -> Ride | None:
        """None: not in the catalogue."""
        etag = self._catalogue.etag()
        if etag != self._etag or not etag or len(self._kept) >= KEPT_MAX:
            self._kept, self._etag = {}, etag
        if journey_id not in self._kept:
            self._kept[journey_id] = self._look_up(journey_id)
        return self._kept[journey_id]

    def _look_up(self, journey_id: int) -> Ride | None:
        catalogue = self._catalogue
        info = catalogue.info()
        journey = catalogue.journey(journey_id)
        service = catalogue.service_journey(journey.service_journey_id) if journey else None
        if info is None or journey is None or service is None:
            return None
        stop_places = tuple(
            catalogue.stop_place(call.stop_place_id) or StopPlace(call.stop_place_id, call.stop_place_id)
            for call in service.calls
        )
        line = catalogue.line(service.line_id)
        return Ride(
            journey=journey,
            service=service,
            day_start=service_day_start(journey.operating_day, info.timezone),
            timezone=info.timezone,
            stop_places=stop_places,
            mode=line.mode if line else 3,
            line_name=line.name if line else "",
            layout=catalogue.layout(service.layout_id) if service.layout_id else None,
            categories=tuple({"": each.name, **each.names} for each in info.tariff.categories),
            products=tuple(each.id for each in info.tariff.categories),
        )
