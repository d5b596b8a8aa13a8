"""From what the readers bring (feeds, events) to a source that can be published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from central.catalogue.layouts import LayoutBook
from central.publish.combine import PublishRefused
from central.publish.source import Source, patterns_of
from kiosk.domain.fares import FareProduct, FareRuleV1, RiderCategory, Tariff
from kiosk.domain.layout import Layout
from kiosk.domain.money import Money
from kiosk.domain.network import Line, Quay, ServiceJourney, StopPlace

NETWORK = "network"


class Readable(Protocol):
    """What every reader gives."""

    @property
    def operator(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def languages(self) -> tuple[str, ...]: ...
    @property
    def attribution(self) -> str: ...
    @property
    def stop_places(self) -> tuple[StopPlace, ...]: ...
    @property
    def quays(self) -> tuple[Quay, ...]: ...
    @property
    def lines(self) -> tuple[Line, ...]: ...
    @property
    def service_journeys(self) -> tuple[ServiceJourney, ...]: ...
    @property
    def tariff(self) -> Tariff: ...
    @property
    def days(self) -> Mapping[str, tuple[str, ...]]: ...


def from_feed(feed: Readable, book: LayoutBook, *, flat_fare: Money | None = None) -> Source:
    """A railway's feed, its service journeys tied to layouts; `flat_fare` where the feed knows no fares."""
    lines = {line.id: line for line in feed.lines}
    tied = tuple(
        msgspec.structs.replace(each, layout_id=book.layout_for(lines[each.line_id], each.number, each.id))
        for each in feed.service_journeys
    )
    tariff, currency = feed.tariff, feed.currency
    if flat_fare is not None:
        if tariff.version:
            raise PublishRefused("the feed has fares of its own; leave --flat-fare out")
        tariff, currency = flat_tariff(flat_fare), flat_fare.currency
    used = {each.layout_id for each in tied}
    return source_of(NETWORK, feed, tied, tuple(each for each in book.layouts if each.id in used), tariff, currency)


def source_of(
    name: str,
    feed: Readable,
    service_journeys: tuple[ServiceJourney, ...],
    layouts: tuple[Layout, ...],
    tariff: Tariff,
    currency: str,
) -> Source:
    patterns, pattern_of = patterns_of(feed.days)
    return Source(
        name=name,
        operator=feed.operator,
        timezone=feed.timezone,
        currency=currency,
        languages=feed.languages,
        attribution=feed.attribution,
        stop_places=feed.stop_places,
        quays=feed.quays,
        lines=feed.lines,
        service_journeys=service_journeys,
        layouts=layouts,
        tariff=tariff,
        patterns=patterns,
        pattern_of=pattern_of,
    )


def flat_tariff(fare: Money) -> Tariff:
    """One price for every ride."""
    return Tariff(
        version=1,
        products=(FareProduct("flat", "Single ride", fare.amount_minor, fare.currency, category_id="adult"),),
        categories=(RiderCategory("adult", "Adult", default=True),),
        rules_v1=(FareRuleV1("flat"),),
    )
