"""The tariff: fare products and rules (GTFS Fares v1 and v2), and the price of a journey.

A feed may carry both versions; one is used: v2 where present. No matching rule means the fare is
unknown, never free. Source of the rules: GTFS Schedule reference, revision of April 2026.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import msgspec

from kiosk.domain.network import Line, Names, StopPlace

EVENT_MODE = -1
SINGLE = "Single ticket"  # what a fare is called that has no name of its own
SINGLE_NAMES = {"zh-Hans": "单程票", "zh-Hant": "單程票", "fr": "Billet simple", "de": "Einzelfahrschein"}
_MEDIA_RANK = {"": 0, "none": 0, "paper": 0, "cemv": 1, "card": 2, "app": 3}


class RiderCategory(msgspec.Struct, frozen=True):
    """Adult, child, senior ... (UserProfile)."""

    id: str
    name: str
    names: Names = {}
    default: bool = False
    min_age: int = -1  # -1 = not stated
    max_age: int = -1


class FareProduct(msgspec.Struct, frozen=True):
    """A price: one product for one rider category ("" = any) on one medium ("" = any)."""

    id: str
    name: str
    amount_minor: int
    currency: str
    category_id: str = ""
    medium: str = ""  # fare_media_type as text: "", none, paper, card, cemv, app
    names: Names = {}
    kind: str = ""  # what a passenger chooses, the same for every origin and destination; "" = the id itself


class FareRuleV1(msgspec.Struct, frozen=True, array_like=True):
    """One fare of Fares v1 with one of its rules merged; all `contains` must be crossed, and no others."""

    product_id: str
    line_id: str = ""
    origin_zone: str = ""
    destination_zone: str = ""
    contains: tuple[str, ...] = ()


class Timeframe(msgspec.Struct, frozen=True, array_like=True):
    """Half-open local time window [start_s, end_s) on the days of a service."""

    group_id: str
    start_s: int
    end_s: int
    service_id: str


class LegRule(msgspec.Struct, frozen=True):
    """Row of fare_leg_rules. "" = empty; its meaning depends on `Tariff.has_priority`."""

    leg_group_id: str
    product_id: str
    network_id: str = ""
    from_area: str = ""
    to_area: str = ""
    from_timeframe: str = ""
    to_timeframe: str = ""
    priority: int = 0
    transfer_only: bool = False  # never sold alone, only after another leg


class TransferRule(msgspec.Struct, frozen=True):
    """Row of fare_transfer_rules, directional: A is the leg before, B the leg after, AB this rule's product.

    Read and carried, not applied: a ticket is for one ride.
    """

    from_leg_group: str = ""
    to_leg_group: str = ""
    transfer_count: int = -1  # consecutive transfers within one leg group; -1 = no limit
    duration_limit_s: int = -1
    duration_limit_type: int = 0  # from departure (0, 1) or arrival (2, 3) to departure (1, 2) or arrival (0, 3)
    fare_transfer_type: int = 0  # 0 = A + AB, 1 = A + AB + B, 2 = AB
    product_id: str = ""
    from_product: str = ""  # holds only after this product; "" = after any


class Tariff(msgspec.Struct, frozen=True):
    """Everything needed to price a journey without a link."""

    version: int = 0  # 0 = the feed has no fares; 1 = v1; 2 = v2
    products: tuple[FareProduct, ...] = ()
    categories: tuple[RiderCategory, ...] = ()
    rules_v1: tuple[FareRuleV1, ...] = ()
    leg_rules: tuple[LegRule, ...] = ()
    has_priority: bool = False  # fare_leg_rules.txt has the rule_priority column
    transfer_rules: tuple[TransferRule, ...] = ()
    timeframes: tuple[Timeframe, ...] = ()
    service_days: dict[str, tuple[str, ...]] = {}  # timeframe service_id -> ISO dates in the window
    transfers_v1: dict[str, int] = {}  # fare id -> transfers allowed (-1 unlimited)
    transfer_durations_v1: dict[str, int] = {}  # fare id -> s from the first departure to the last arrival


class FareOption(msgspec.Struct, frozen=True):
    """One thing a traveller of one category can buy for one ride."""

    product_id: str  # stable over origin-destination pairs: "second", "hsr-std-rsv-adu"
    product_name: str
    category_id: str
    amount_minor: int
    currency: str


class Pricer:
    """Finds the fare options of single rides; indexes are built once for each tariff."""

    def __init__(self, tariff: Tariff) -> None:
        self._tariff = tariff
        self._products: dict[str, list[FareProduct]] = {}
        for product in tariff.products:
            self._products.setdefault(product.id, []).append(product)
        self._v1: dict[tuple[str, str, str], list[FareRuleV1]] = {}
        for rule in tariff.rules_v1:
            self._v1.setdefault((rule.line_id, rule.origin_zone, rule.destination_zone), []).append(rule)
        self._v2: dict[tuple[str, str, str], list[LegRule]] = {}
        for leg_rule in tariff.leg_rules:
            self._v2.setdefault((leg_rule.network_id, leg_rule.from_area, leg_rule.to_area), []).append(leg_rule)
        # "" in a feed without priorities means "all except those listed" (GTFS reference, fare_leg_rules).
        self._listed_networks = {rule.network_id for rule in tariff.leg_rules} - {""}
        self._listed_from = {rule.from_area for rule in tariff.leg_rules} - {""}
        self._listed_to = {rule.to_area for rule in tariff.leg_rules} - {""}
        self._timeframes: dict[str, list[Timeframe]] = {}
        for timeframe in tariff.timeframes:
            self._timeframes.setdefault(timeframe.group_id, []).append(timeframe)
        self._days = {service: frozenset(dates) for service, dates in tariff.service_days.items()}

    def options(
        self,
        *,
        line: Line,
        origin: StopPlace,
        destination: StopPlace,
        crossed_zones: frozenset[str],
        departs_s: int,
        arrives_s: int,
        operating_day: str,
    ) -> tuple[FareOption, ...]:
        """What can be bought for one ride, every product in every rider category; () = the fare is unknown.

        Times are seconds of the operating day and may pass 86,400. `crossed_zones` holds the zones of all stops of the
        ride, both ends included.
        """
        rules = self._leg_rules(line, origin, destination, departs_s, arrives_s, operating_day)
        product_ids = [rule.product_id for rule in rules if not rule.transfer_only]
        if not product_ids:
            product_ids = self._chosen_v1(self._products_v1(line, origin, destination, crossed_zones))
        return self._offers(product_ids)

    def _leg_rules(
        self, line: Line, origin: StopPlace, destination: StopPlace, departs_s: int, arrives_s: int, operating_day: str
    ) -> list[LegRule]:
        """The rules of Fares v2 that match one leg; several are alternatives."""
        # An event's rules stand beside a railway's in one catalogue; a railway's leg rules never price an event.
        if not self._v2 or line.mode == EVENT_MODE:
            return []
        strict = not self._tariff.has_priority
        rules = [
            rule
            for network in _or_empty(line.network_ids, self._listed_networks if strict else None)
            for start in _or_empty(origin.area_ids, self._listed_from if strict else None)
            for end in _or_empty(destination.area_ids, self._listed_to if strict else None)
            for rule in self._v2.get((network, start, end), ())
            if self._in_time(rule.from_timeframe, departs_s, operating_day)
            and self._in_time(rule.to_timeframe, arrives_s, operating_day)
        ]
        if self._tariff.has_priority and rules:
            highest = max(rule.priority for rule in rules)
            rules = [rule for rule in rules if rule.priority == highest]
        return rules

    def _in_time(self, group: str, at_s: int, operating_day: str) -> bool:
        """Timeframes are of the local calendar day, not of the operating day."""
        if not group:
            return True
        day, of_day_s = _calendar_day(operating_day, at_s // 86_400), at_s % 86_400
        return any(
            frame.start_s <= of_day_s < frame.end_s and day in self._days.get(frame.service_id, ())
            for frame in self._timeframes.get(group, ())
        )

    def _products_v1(
        self, line: Line, origin: StopPlace, destination: StopPlace, crossed_zones: frozenset[str]
    ) -> set[str]:
        """Fares v1 with a rule that matches; an event's door opens only to fares that name its line."""
        return {
            rule.product_id
            for line_id in ({line.id} if line.mode == EVENT_MODE else {line.id, ""})
            for start in {origin.zone_id, ""}
            for end in {destination.zone_id, ""}
            for rule in self._v1.get((line_id, start, end), ())
            if not rule.contains or frozenset(rule.contains) == crossed_zones
        }

    def _chosen_v1(self, product_ids: set[str]) -> list[str]:
        """Of fares that differ in nothing a passenger could choose by, the cheapest."""
        cheapest: dict[str, tuple[int, str]] = {}
        for product_id in product_ids:
            for row in self._products.get(product_id, ())[:1]:
                kind = row.kind or row.name or row.id
                candidate = (row.amount_minor, product_id)
                cheapest[kind] = min(cheapest.get(kind, candidate), candidate)
        return [product_id for _, product_id in sorted(cheapest.values())]

    def _offers(self, product_ids: list[str]) -> tuple[FareOption, ...]:
        rows = [
            row
            for product_id in dict.fromkeys(product_ids)
            for row in self._products.get(product_id, ())
            if row.amount_minor >= 0  # a discount on top of another fare is nothing to buy
        ]
        # A kiosk hands out paper; what exists only on a card or in an app is offered when nothing else is.
        best = min((_medium_rank(row) for row in rows), default=0)
        chosen: dict[tuple[str, str], FareProduct] = {}
        for row in rows:
            if _medium_rank(row) != best:
                continue
            known = chosen.get((row.id, row.category_id))
            if known is None or row.amount_minor < known.amount_minor:
                chosen[row.id, row.category_id] = row
        return tuple(
            FareOption(row.kind or row.id, row.name or row.id, row.category_id, row.amount_minor, row.currency)
            for row in chosen.values()
        )


def _medium_rank(row: FareProduct) -> int:
    """0 = on paper or on nothing; higher = less at home at a kiosk."""
    return _MEDIA_RANK.get(row.medium, 3)


@lru_cache(maxsize=1024)
def _calendar_day(operating_day: str, days_on: int) -> str:
    return (date.fromisoformat(operating_day) + timedelta(days=days_on)).isoformat()


def _or_empty(ids: tuple[str, ...], listed: set[str] | None) -> tuple[str, ...]:
    """The ids, and "" where an empty field of a rule matches too."""
    if listed is None:
        return (*ids, "")
    return tuple(each for each in ids if each in listed) or ("",)


def fare_options(
    tariff: Tariff,
    *,
    line: Line,
    origin: StopPlace,
    destination: StopPlace,
    crossed_zones: frozenset[str] = frozenset(),
    departs_s: int,
    arrives_s: int | None = None,
    operating_day: str,
) -> tuple[FareOption, ...]:
    """`Pricer.options` for a single question; who asks many keeps a Pricer."""
    return Pricer(tariff).options(
        line=line,
        origin=origin,
        destination=destination,
        crossed_zones=crossed_zones,
        departs_s=departs_s,
        arrives_s=departs_s if arrives_s is None else arrives_s,
        operating_day=operating_day,
    )
