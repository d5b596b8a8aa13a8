"""A source: what one import brought, kept whole, so that the window can roll without the original file."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import msgspec

from kiosk.domain.fares import Tariff
from kiosk.domain.layout import Layout
from kiosk.domain.network import Line, Quay, ServiceJourney, StopPlace


class Source(msgspec.Struct, frozen=True):
    """A railway's feed, or an event; several sources make one catalogue."""

    name: str  # a new import under the same name replaces the old one
    operator: str
    timezone: str
    currency: str
    languages: tuple[str, ...]
    attribution: str
    stop_places: tuple[StopPlace, ...]
    quays: tuple[Quay, ...]
    lines: tuple[Line, ...]
    service_journeys: tuple[ServiceJourney, ...]  # with layout ids
    layouts: tuple[Layout, ...]
    tariff: Tariff
    patterns: tuple[tuple[str, ...], ...]  # sets of operating days, ISO
    pattern_of: dict[str, int]  # service journey id -> index into patterns


def patterns_of(days: Mapping[str, tuple[str, ...]]) -> tuple[tuple[tuple[str, ...], ...], dict[str, int]]:
    """(patterns, pattern_of): thousands of service journeys share a few sets of days."""
    known: dict[tuple[str, ...], int] = {}
    pattern_of = {each: known.setdefault(tuple(dates), len(known)) for each, dates in days.items()}
    return tuple(known), pattern_of


def encode(source: Source) -> bytes:
    return gzip.compress(msgspec.json.encode(source), 6, mtime=0)


def decode(body: bytes) -> Source:
    return msgspec.json.decode(gzip.decompress(body), type=Source)
