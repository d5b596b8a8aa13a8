"""Small tariffs for the tests of fares, and what one can buy under them."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.domain.fares import FareOption, FareProduct, FareRuleV1, LegRule, Tariff, Timeframe, fare_options
from kiosk.domain.network import Line, StopPlace

DAY = "2026-11-23"


def products(*ids: str) -> tuple[FareProduct, ...]:
    return tuple(FareProduct(each, each.title(), 100 * (number + 1), "EUR") for number, each in enumerate(ids))


def sold(
    tariff: Tariff,
    *,
    zones: tuple[str, str] = ("", ""),
    areas: tuple[Sequence[str], Sequence[str]] = ((), ()),
    line: Line | None = None,
    crossed: frozenset[str] = frozenset(),
    departs_s: int = 0,
    arrives_s: int | None = None,
    day: str = DAY,
) -> set[str]:
    """Ids of the products one can buy."""
    found = fare_options(
        tariff,
        line=line or Line("l", "L"),
        origin=StopPlace("o", "O", zone_id=zones[0], area_ids=tuple(areas[0])),
        destination=StopPlace("d", "D", zone_id=zones[1], area_ids=tuple(areas[1])),
        crossed_zones=crossed,
        departs_s=departs_s,
        arrives_s=arrives_s,
        operating_day=day,
    )
    return {each.product_id for each in found}


def bought(tariff: Tariff) -> tuple[FareOption, ...]:
    """What one can buy for a ride of which the rules know nothing."""
    here, there = StopPlace("o", "O"), StopPlace("d", "D")
    return fare_options(tariff, line=Line("l", "L"), origin=here, destination=there, departs_s=0, operating_day=DAY)


def v1(*rules: FareRuleV1) -> Tariff:
    ids = dict.fromkeys(rule.product_id for rule in rules)
    return Tariff(version=1, products=products(*ids), rules_v1=rules)


def v2(*rules: LegRule, priority: bool = False, timeframes: tuple[Timeframe, ...] = ()) -> Tariff:
    return Tariff(
        version=2,
        products=products(*dict.fromkeys(rule.product_id for rule in rules)),
        leg_rules=rules,
        has_priority=priority,
        timeframes=timeframes,
        service_days={"work": (DAY, "2026-11-24"), "sat": ("2026-11-28",)},
    )
