"""Fares v1: fare_attributes, fare_rules, and the rider categories some operators add."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from central.catalogue.gtfs.archive import Archive, Row
from central.catalogue.gtfs.values import whole
from central.catalogue.report import Report
from kiosk.domain.fares import FareProduct, FareRuleV1, RiderCategory, Tariff
from kiosk.domain.money import Money

# Abbreviations that operators use in ids, for a readable name.
_WORDS = {
    "std": "Standard", "bus": "Business", "biz": "Business", "eco": "Economy", "rsv": "reserved", "non": "non-reserved",
    "res": "reserved", "adu": "", "adt": "", "adult": "", "hsr": "", "ow": "One way", "rt": "Return", "fare": "",
    "f": "", "full": "", "reg": "Regular", "exp": "Express", "loc": "Local",
}  # fmt: skip


def read_fares_v1(
    archive: Archive, agency_of: dict[str, str], default_currency: Callable[[], str], report: Report
) -> Tariff:
    """The tariff of a feed with fare_attributes.txt; version 0 when nothing in it is sound."""
    attributes = _attributes(archive, default_currency, report)
    rules = _rules(archive, attributes, agency_of, report)
    zones = {zone.lower() for rule in rules for zone in (rule.origin_zone, rule.destination_zone) if zone}
    kinds = {fare_id: _kind(fare_id, zones) for fare_id in attributes}
    products = [
        FareProduct(fare_id, kinds[fare_id], money.amount_minor, money.currency)
        for fare_id, (money, _) in attributes.items()
    ]
    categories, further = _riders(archive, attributes, kinds, report)
    transfers = {
        fare_id: -1 if row.get("transfers", "") == "" else whole(row["transfers"]) or 0
        for fare_id, (_, row) in attributes.items()
    }
    return Tariff(
        version=1 if products else 0,
        products=(*products, *further),
        categories=categories,
        rules_v1=tuple(rules),
        transfers_v1=transfers,
    )


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
    return sorted(rules, key=lambda rule: (rule.product_id, rule.line_id, rule.origin_zone, rule.destination_zone))


def _lines_of(
    fare_id: str, route_id: str, attributes: dict[str, tuple[Money, Row]], agency_of: dict[str, str]
) -> list[str]:
    """A fare of one agency of several holds on that agency's lines only."""
    agency = attributes[fare_id][1].get("agency_id", "")
    if route_id or not agency or len(set(agency_of.values())) < 2:
        return [route_id]
    return [line_id for line_id, its_agency in agency_of.items() if its_agency == agency]


def _riders(
    archive: Archive, attributes: dict[str, tuple[Money, Row]], kinds: dict[str, str], report: Report
) -> tuple[tuple[RiderCategory, ...], list[FareProduct]]:
    """rider_categories and fare_rider_categories, an extension of the Bay Area's operators."""
    if not archive.has("fare_rider_categories.txt"):
        return (), []
    categories = [RiderCategory("adult", "Adult", default=True)]
    for _, row in archive.rows("rider_categories.txt"):
        rider_id = row.get("rider_category_id", "")
        title = row.get("rider_category_description", "") or row.get("rider_category_name", "") or rider_id
        if rider_id and rider_id not in {each.id for each in categories}:
            ages = (whole(row.get("min_age", "")), whole(row.get("max_age", "")))
            categories.append(
                RiderCategory(
                    rider_id,
                    title,
                    min_age=-1 if ages[0] is None else ages[0],
                    max_age=-1 if ages[1] is None else ages[1],
                )
            )
    products = []
    known = {each.id for each in categories}
    name = "fare_rider_categories.txt"
    for line, row in archive.rows(name):
        fare_id, rider_id = row.get("fare_id", ""), row.get("rider_category_id", "")
        full = attributes.get(fare_id)
        money = money_of(row.get("price", ""), full[0].currency) if full else None
        if money is None or rider_id not in known:
            report.add(name, line, "row", f"price of fare {fare_id!r} for riders {rider_id!r}", "this row is ignored")
            continue
        products.append(FareProduct(fare_id, kinds[fare_id], money.amount_minor, money.currency, category_id=rider_id))
    return tuple(categories), products


def _kind(fare_id: str, zones: set[str]) -> str:
    """What is left of a fare's id without places and numbers, in words: the product a passenger chooses."""
    text = fare_id.lower()
    for zone in sorted(zones, key=len, reverse=True):
        text = re.sub(rf"(?:^|(?<=[^a-z0-9])){re.escape(zone)}(?=$|[^a-z0-9])", " ", text)
    words = [_WORDS.get(word, word) for word in re.findall(r"[^\W\d_]+", text)]
    title = " ".join(word for word in words if word)
    return title[:1].upper() + title[1:]
