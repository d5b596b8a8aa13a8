"""Fares v2: areas, networks, timeframes, rider categories, media, products, leg and transfer rules."""

from __future__ import annotations

from collections.abc import Container, Mapping

from central.catalogue.gtfs.archive import Archive, Row
from central.catalogue.gtfs.fare_names import name_of_id
from central.catalogue.gtfs.fares_v1 import money_of
from central.catalogue.gtfs.translations import Translations
from central.catalogue.gtfs.values import seconds, whole
from central.catalogue.report import Report
from kiosk.domain.fares import (
    SINGLE,
    SINGLE_NAMES,
    FareProduct,
    LegRule,
    RiderCategory,
    Tariff,
    Timeframe,
    TransferRule,
)

_MEDIA = {"0": "none", "1": "paper", "2": "card", "3": "cemv", "4": "app"}


def read_areas(archive: Archive) -> dict[str, set[str]]:
    """stop_id -> area ids."""
    found: dict[str, set[str]] = {}
    for _, row in archive.rows("stop_areas.txt"):
        if row.get("area_id") and row.get("stop_id"):
            found.setdefault(row["stop_id"], set()).add(row["area_id"])
    return found


def read_networks(archive: Archive) -> dict[str, set[str]]:
    """route_id -> network ids of route_networks.txt; routes.network_id is read with the routes."""
    found: dict[str, set[str]] = {}
    for _, row in archive.rows("route_networks.txt"):
        if row.get("network_id") and row.get("route_id"):
            found.setdefault(row["route_id"], set()).add(row["network_id"])
    return found


def read_fares_v2(
    archive: Archive,
    translations: Translations,
    days: Mapping[str, tuple[str, ...]],
    areas: Container[str],
    networks: Container[str],
    report: Report,
) -> Tariff:
    """The tariff of a feed with fare_products.txt and fare_leg_rules.txt; version 0 when nothing in it is sound.

    `days` has the operating days of each service of the feed; `areas` and `networks` those that stops and lines are in.
    """
    if archive.has("fare_leg_join_rules.txt"):
        name = "fare_leg_join_rules.txt"
        report.add(name, 0, "joins", "legs that are priced as one", "only single rides are sold; joins are not used")
    categories = _categories(archive, translations, report)
    products = _products(archive, translations, {each.id for each in categories}, report)
    timeframes = _timeframes(archive, days, report)
    known = {product.id for product in products}
    groups = {frame.group_id for frame in timeframes}
    leg_rules = _leg_rules(archive, known, groups, areas, networks, report)
    return Tariff(
        version=2 if products and leg_rules else 0,
        products=tuple(products),
        categories=tuple(categories),
        leg_rules=tuple(leg_rules),
        has_priority="rule_priority" in archive.columns("fare_leg_rules.txt"),
        transfer_rules=tuple(_transfer_rules(archive, known, report)),
        timeframes=tuple(timeframes),
        service_days={frame.service_id: days.get(frame.service_id, ()) for frame in timeframes},
    )


def _categories(archive: Archive, translations: Translations, report: Report) -> list[RiderCategory]:
    name = "rider_categories.txt"
    found: dict[str, RiderCategory] = {}
    for line, row in archive.rows(name):
        rider_id = row.get("rider_category_id", "")
        if not rider_id or rider_id in found:
            report.add(name, line, "id", f"rider category {rider_id!r} has no id of its own", "this row is ignored")
            continue
        title = row.get("rider_category_name", "") or row.get("rider_category_description", "") or rider_id
        ages = [whole(row.get(column, "")) for column in ("min_age", "max_age")]
        default = row.get("is_default_fare_category", "") == "1" and not any(each.default for each in found.values())
        names = translations.of("rider_categories", "rider_category_name", rider_id, title)
        low, high = (-1 if age is None else age for age in ages)
        found[rider_id] = RiderCategory(rider_id, title, names, default, low, high)
    return list(found.values())


def _products(archive: Archive, translations: Translations, riders: set[str], report: Report) -> list[FareProduct]:
    media = {
        row.get("fare_media_id", ""): _MEDIA.get(row.get("fare_media_type", ""), "")
        for _, row in archive.rows("fare_media.txt")
    }
    name = "fare_products.txt"
    found = []
    for line, row in archive.rows(name):
        product_id, rider = row.get("fare_product_id", ""), row.get("rider_category_id", "")
        money = money_of(row.get("amount", ""), row.get("currency", "").upper())
        if not product_id or money is None:
            report.add(name, line, "price", f"fare product {product_id!r} has no sound price", "it is not sold")
            continue
        if rider and rider not in riders:
            report.add(
                name, line, "rider", f"fare product {product_id} is for unknown riders {rider}", "it is not sold"
            )
            continue
        medium = row.get("fare_media_id", "")
        if medium and medium not in media:
            report.add(name, line, "medium", f"fare product {product_id} is on unknown medium {medium}", "it is sold")
        title = row.get("fare_product_name", "") or name_of_id(product_id)
        names = translations.of("fare_products", "fare_product_name", product_id, title)
        found.append(
            FareProduct(
                id=product_id,
                name=title or SINGLE,
                amount_minor=money.amount_minor,
                currency=money.currency,
                category_id=rider,
                medium=media.get(medium, ""),
                names=names if title else SINGLE_NAMES,
            )
        )
    return found


def _timeframes(archive: Archive, services: Container[str], report: Report) -> list[Timeframe]:
    name = "timeframes.txt"
    found = []
    for line, row in archive.rows(name):
        start = seconds(row.get("start_time", "") or "00:00:00")
        end = seconds(row.get("end_time", "") or "24:00:00")
        group, service = row.get("timeframe_group_id", ""), row.get("service_id", "")
        if not group or not service or start is None or end is None or end <= start:
            report.add(name, line, "row", f"timeframe {group!r} is not sound", "this row is ignored")
            continue
        if service not in services:
            report.add(
                name, line, "service", f"timeframe {group} is on days of unknown service {service!r}",
                "no fare holds by this row",
            )  # fmt: skip
        found.append(Timeframe(group, start, end, service))
    return found


def _leg_rules(
    archive: Archive,
    products: set[str],
    timeframes: set[str],
    areas: Container[str],
    networks: Container[str],
    report: Report,
) -> list[LegRule]:
    name = "fare_leg_rules.txt"
    found = []
    for line, row in archive.rows(name):
        product = row.get("fare_product_id", "")
        if product not in products:
            report.add(name, line, "product", f"leg rule for unknown fare product {product!r}", "this row is ignored")
            continue
        if row.get("contains_exactly_area_set_id") or row.get("contains_area_id"):
            report.add(
                name, line, "areas passed", f"leg rule for {product} asks which areas are passed on the way",
                "such rules are not known: it is not sold by this one",
            )  # fmt: skip
            continue
        frames = (row.get("from_timeframe_group_id", ""), row.get("to_timeframe_group_id", ""))
        if any(frame and frame not in timeframes for frame in frames):
            report.add(name, line, "timeframe", f"leg rule for {product} at an unknown time", "this row is ignored")
            continue
        if lost := _lost(row, areas, networks):
            # The rule stays: what it lists takes part in what an empty field of another rule means.
            report.add(name, line, "lost", f"leg rule for {product} names {lost}", "it prices no ride")
        found.append(
            LegRule(
                leg_group_id=row.get("leg_group_id", ""),
                product_id=product,
                network_id=row.get("network_id", ""),
                from_area=row.get("from_area_id", ""),
                to_area=row.get("to_area_id", ""),
                from_timeframe=frames[0],
                to_timeframe=frames[1],
                priority=whole(row.get("rule_priority", "")) or 0,
                transfer_only=row.get("transfer_only", "") == "1",
            )
        )
    return found


def _lost(row: Row, areas: Container[str], networks: Container[str]) -> str:
    """What keeps a leg rule from ever matching; "" = nothing."""
    for column, known, what in (
        ("network_id", networks, "network {}, which no line is in"),
        ("from_area_id", areas, "area {}, which no stop is in"),
        ("to_area_id", areas, "area {}, which no stop is in"),
    ):
        if row.get(column, "") and row[column] not in known:
            return what.format(row[column])
    return ""


def _transfer_rules(archive: Archive, products: set[str], report: Report) -> list[TransferRule]:
    name = "fare_transfer_rules.txt"
    found = []
    for line, row in archive.rows(name):
        product = row.get("fare_product_id", "")
        kind = whole(row.get("fare_transfer_type", ""))
        if (product and product not in products) or kind not in (0, 1, 2) or (kind == 2 and not product):
            report.add(
                name, line, "row", f"transfer rule with type {kind} and product {product!r}", "this row is ignored"
            )
            continue
        count, limit = whole(row.get("transfer_count", "")), whole(row.get("duration_limit", ""))
        found.append(
            TransferRule(
                from_leg_group=row.get("from_leg_group_id", ""),
                to_leg_group=row.get("to_leg_group_id", ""),
                transfer_count=-1 if count is None else count,
                duration_limit_s=-1 if limit is None else limit,
                duration_limit_type=whole(row.get("duration_limit_type", "")) or 0,
                fare_transfer_type=kind,
                product_id=product,
                from_product=row.get("filter_fare_product_id", ""),
            )
        )
    if found:
        report.add(name, 0, "changes", "what a change costs", "only single rides are sold, each at its own price")
    return found
