"""The tariff: fare products and rules (GTFS Fares v1 and v2), and the price of a journey.

A feed may carry both versions; one is used: v2 where present. No matching rule means the fare is
unknown, never free. Source of the rules: GTFS Schedule reference, revision of April 2026.
"""

from __future__ import annotations

import msgspec

from kiosk.domain.network import Names


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


class TransferRule(msgspec.Struct, frozen=True):
    """Row of fare_transfer_rules, directional."""

    from_leg_group: str = ""
    to_leg_group: str = ""
    transfer_count: int = -1
    duration_limit_s: int = -1
    duration_limit_type: int = 0
    fare_transfer_type: int = 0
    product_id: str = ""


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


class FareOption(msgspec.Struct, frozen=True):
    """One thing a traveller of one category can buy for one ride."""

    product_id: str  # stable over origin-destination pairs: "second", "hsr-std-rsv-adu"
    product_name: str
    category_id: str
    amount_minor: int
    currency: str
