"""From what the readers bring (feeds, events) to a source that can be published."""

from __future__ import annotations

import msgspec

from central.catalogue.feed import Feed
from central.catalogue.layouts import LayoutBook
from central.publish.combine import PublishRefused
from central.publish.source import Source, patterns_of
from kiosk.domain.fares import FareProduct, FareRuleV1, RiderCategory, Tariff
from kiosk.domain.layout import Layout
from kiosk.domain.money import Money
from kiosk.domain.network import ServiceJourney

NETWORK = "network"


def from_feed(feed: Feed, book: LayoutBook, *, flat_fare: Money | None = None) -> Source:
    """A railway's feed, its service journeys tied to layouts; `flat_fare` where the feed knows no fares."""
    lines = {line.id: line for line in feed.lines}
    ties = (book.tie_for(lines[each.line_id], each.number, each.id) for each in feed.service_journeys)
    tied = tuple(
        msgspec.structs.replace(each, layout_id=tie.layout_id, asked=tie.named)
        for each, tie in zip(feed.service_journeys, ties, strict=True)
    )
    tariff, currency = feed.tariff, feed.currency
    if flat_fare is not None:
        if tariff.version:
            raise PublishRefused("the feed has fares of its own; leave --flat-fare out")
        tariff, currency = flat_tariff(flat_fare), flat_fare.currency
    used = {each.layout_id for each in tied}
    layouts = tuple(each for each in book.layouts if each.id in used)
    return _source(NETWORK, feed, service_journeys=tied, layouts=layouts, tariff=tariff, currency=currency)


def from_event(feed: Feed) -> Source:
    """An event, beside the network."""
    layouts, service_journeys = feed.layouts, feed.service_journeys
    name = f"event {feed.name}"
    return _source(name, feed, service_journeys, layouts, feed.tariff, feed.currency)


def _source(
    name: str,
    feed: Feed,
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
