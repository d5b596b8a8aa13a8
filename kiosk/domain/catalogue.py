"""The catalogue: everything a terminal needs to sell and admit without a link, as one frozen value."""

from __future__ import annotations

import msgspec

from kiosk.domain.fares import Tariff
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Line, Quay, ServiceJourney, StopPlace


class Catalogue(msgspec.Struct, frozen=True):
    """One version of what is on sale. Terminals replace it whole, never merge it."""

    version: int  # grows with every change
    operator: str
    tenant: int  # 16-bit operator id in every ticket
    timezone: str  # IANA name
    languages: tuple[str, ...]
    window_from: str  # ISO date, first operating day on sale
    window_days: int
    stop_places: tuple[StopPlace, ...] = ()
    quays: tuple[Quay, ...] = ()
    lines: tuple[Line, ...] = ()
    service_journeys: tuple[ServiceJourney, ...] = ()
    journeys: tuple[Journey, ...] = ()
    layouts: tuple[Layout, ...] = ()
    tariff: Tariff = Tariff()
    currency: str = "EUR"
    attribution: str = ""  # what the feed's licence asks to be shown
