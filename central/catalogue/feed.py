"""What one import brings: a railway's feed or an event, sound as far as it goes, with the report of what is not."""

from __future__ import annotations

import msgspec

from central.catalogue.report import Report
from kiosk.domain.errors import KioskError
from kiosk.domain.fares import Tariff
from kiosk.domain.layout import Layout
from kiosk.domain.network import Line, Quay, ServiceJourney, StopPlace


class FeedRefused(KioskError):
    """The feed cannot be used at all; nothing was changed."""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A network with its days and prices."""

    name: str
    operator: str
    timezone: str
    currency: str
    languages: tuple[str, ...]
    attribution: str
    stop_places: tuple[StopPlace, ...]
    quays: tuple[Quay, ...]
    lines: tuple[Line, ...]
    service_journeys: tuple[ServiceJourney, ...]
    days: dict[str, tuple[str, ...]]  # service journey id -> operating days, ISO
    tariff: Tariff
    layouts: tuple[Layout, ...] = ()
    report: Report
