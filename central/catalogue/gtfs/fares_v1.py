"""Fares v1: fare_attributes, fare_rules, and the rider categories some operators add."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import msgspec

from central.catalogue.gtfs.archive import Archive, Row
from central.catalogue.gtfs.fare_names import kinds, readable
from central.catalogue.gtfs.values import whole
from central.catalogue.report import Report
from kiosk.domain.fares import SINGLE, SINGLE_NAMES, FareProduct, FareRuleV1, RiderCategory, Tariff
from kiosk.domain.money import Money

_ADULT = RiderCategory("adult", "Adult", default=True)


def read_fares_v1(
    archive: Archive, agency_of: dict[str, str], default_currency: Callable[[], str], report: Report
) -> Tariff:
    """The tariff of a feed with fare_attributes.txt; version 0 when nothing in it is sound."""
    attributes = _attributes(archive, default_currency, report)
    rules = _rules(archive, attributes, agency_of, report)
    full = _named({fare_id: money for fare_id, (money, _) in attributes.items()}, rules)
    categories, further = _riders(archive, full, report)
    transfers, durations = {}, {}
    for fare_id, (_, row) in attributes.items():
        allowed, lasts_s = whole(row.get("transfers", "")), whole(row.get("transfer_duration", ""))
        transfers[fare_id] = -1 if allowed is None or allowed < 0 else allowed
        if lasts_s is not None and lasts_s > 0:
            durations[fare_id] = lasts_s
    if any(allowed > 0 for allowed in transfers.values()):
        report.add(
            "fare_attributes.txt", 0, "changes", "fares that allow changes",
            "only single rides are sold: a ticket is not valid after a change",
        )  # fmt: skip
    return Tariff(
        version=1 if full else 0,
        products=(*full.values(), *further),
        categories=categories,
        rules_v1=tuple(rules),
        transfers_v1=transfers,
        transfer_durations_v1=durations,
    )


def _named(prices: dict[str, Money], rules: list[FareRuleV1]) -> dict[str, FareProduct]:
    """The full fares with the kind a passenger chooses by, and its name."""
    tokens = kinds(prices, rules)
    distinct = set(tokens.values())
    products: dict[str, FareProduct] = {}
    translated: set[str] = set()  # the names of a kind are needed once
    for fare_id, money in prices.items():
        its_tokens = tokens[fare_id]
        name = readable(its_tokens, distinct)
        # A lone kind needs no name to be told apart, and an abbreviation is none.
        if len(distinct) == 1 and name.replace(" ", "").isupper():
            name = ""
        kind = "-".join(its_tokens).lower() or "single"
        products[fare_id] = FareProduct(
            id=fare_id,
            name=name or SINGLE,
            amount_minor=money.amount_minor,
            currency=money.currency,
            names={} if name or kind in translated else SINGLE_NAMES,
            kind=kind,
        )
        translated.add(kind)
    return products


def money_of(text: str, currency: str) -> Money | None:
    """A price; digits beyond the currency's are cut when they are zeros; None when it is no price."""
    try:
        value = Decimal(text)
        if not value.is_finite() or abs(value) > 10**12 or not re.fullmatch(r"[A-Z]{3}", currency):
            return None
        return Money.parse(str(value.normalize() if value else Decimal(0)), currency)
    except (ArithmeticError, ValueError):
        return None


def _attributes(archive: Archive, default_currency: Callable[[], str], report: Report) -> dict[str, tuple[Money, Row]]:
    name = "fare_attributes.txt"
    found: dict[str, tuple[Money, Row]] = {}
    for line, row in archive.rows(name):
        fare_id, currency = row.get("fare_id", ""), row.get("currency_type", "").upper() or default_currency()
        money = money_of(row.get("price", ""), currency)
        if not fare_id or fare_id in found or money is None or money.amount_minor < 0:
            report.add(name, line, "fare", f"fare {fare_id!r} has no id of its own or no sound price", "it is not sold")
            continue
        found[fare_id] = (money, row)
    return found


def _rules(
    archive: Archive, attributes: dict[str, tuple[Money, Row]], agency_of: dict[str, str], report: Report
) -> list[FareRuleV1]:
    """Rows of one fare that differ only in contains_id are one rule; a fare without rules holds everywhere."""
    name = "fare_rules.txt"
    grouped: dict[tuple[str, str, str, str], dict[str, None]] = {}
    ruled: set[str] = set()
    for line, row in archive.rows(name):
        fare_id, route_id = row.get("fare_id", ""), row.get("route_id", "")
        if fare_id not in attributes:
            report.add(name, line, "fare", f"rule of unknown fare {fare_id!r}", "this row is ignored")
            continue
        ruled.add(fare_id)
        if route_id and route_id not in agency_of:
            report.add(name, line, "route", f"rule of fare {fare_id} for unknown route {route_id}", "it is ignored")
            continue
        key = (fare_id, route_id, row.get("origin_id", ""), row.get("destination_id", ""))
        contains = grouped.setdefault(key, {})
        if row.get("contains_id"):
            contains[row["contains_id"]] = None
    rules = []
    for (fare_id, route_id, origin, destination), contains in grouped.items():
        for line_id in _lines_of(fare_id, route_id, attributes, agency_of):
            rules.append(FareRuleV1(fare_id, line_id, origin, destination, tuple(contains)))
    for fare_id in attributes.keys() - ruled:
        rules += [FareRuleV1(fare_id, line_id) for line_id in _lines_of(fare_id, "", attributes, agency_of)]
    if _one_way_only(rules):
        report.add(
            name, 0, "one way", "every pair of zones has its fares in one direction only",
            "the same fares hold for the way back",
        )  # fmt: skip
        rules += [
            FareRuleV1(rule.product_id, rule.line_id, rule.destination_zone, rule.origin_zone)
            for rule in rules
            if _pair(rule)
        ]
    return sorted(rules, key=lambda rule: (rule.product_id, rule.line_id, rule.origin_zone, rule.destination_zone))


def _pair(rule: FareRuleV1) -> tuple[str, str] | None:
    """The two zones of a fare between two different zones and nothing else."""
    ends = (rule.origin_zone, rule.destination_zone)
    return ends if all(ends) and ends[0] != ends[1] and not rule.contains else None


def _one_way_only(rules: list[FareRuleV1]) -> bool:
    """Is this the half of a fare table, as it hangs in stations: every pair of zones, each once?"""
    pairs = {pair for pair in map(_pair, rules) if pair}
    count = len({zone for pair in pairs for zone in pair})
    return count > 2 and len(pairs) == count * (count - 1) // 2 and not any((b, a) in pairs for a, b in pairs)


def _lines_of(
    fare_id: str, route_id: str, attributes: dict[str, tuple[Money, Row]], agency_of: dict[str, str]
) -> list[str]:
    """A fare of one agency of several holds on that agency's lines only."""
    agency = attributes[fare_id][1].get("agency_id", "")
    if route_id or not agency or len(set(agency_of.values())) < 2:
        return [route_id]
    return [line_id for line_id, its_agency in agency_of.items() if its_agency == agency]


def _riders(
    archive: Archive, full: dict[str, FareProduct], report: Report
) -> tuple[tuple[RiderCategory, ...], list[FareProduct]]:
    """rider_categories and fare_rider_categories, an extension of the Bay Area's operators."""
    name = "fare_rider_categories.txt"
    if not archive.has(name):
        return (), []
    known = {each.id: each for each in _categories(archive)}
    products = []
    for line, row in archive.rows(name):
        fare, rider_id = full.get(row.get("fare_id", "")), row.get("rider_category_id", "")
        money = money_of(row.get("price", ""), fare.currency) if fare else None
        if fare is None or money is None or money.amount_minor < 0 or rider_id not in known:
            report.add(
                name, line, "row", f"price of fare {row.get('fare_id', '')!r} for riders {rider_id!r} is not sound",
                "this row is ignored",
            )  # fmt: skip
            continue
        products.append(msgspec.structs.replace(fare, amount_minor=money.amount_minor, category_id=rider_id))
    return tuple(known.values()), products


def _categories(archive: Archive) -> list[RiderCategory]:
    """The feed's riders, after the adult who pays the full fare where the feed does not name one."""
    found: dict[str, RiderCategory] = {}
    for _, row in archive.rows("rider_categories.txt"):
        rider_id = row.get("rider_category_id", "")
        title = row.get("rider_category_name", "") or row.get("rider_category_description", "") or rider_id
        low, high = whole(row.get("min_age", "")), whole(row.get("max_age", ""))
        if rider_id:
            found.setdefault(
                rider_id,
                RiderCategory(
                    rider_id,
                    title,
                    default="adult" in (rider_id.lower(), title.lower()),
                    min_age=-1 if low is None else low,
                    max_age=-1 if high is None else high,
                ),
            )
    if any(each.default for each in found.values()):
        return list(found.values())
    return [_ADULT, *found.values()]
