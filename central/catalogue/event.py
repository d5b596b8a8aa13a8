"""An event from its TOML file: a hall with its places, performances on days, prices by class and rider.

It is sold like a train: the hall is a stop place on a line of mode -1, a performance is a service journey of two
calls (doors to start, end) and so of one segment. assets/demo/hall.toml shows every key.

Prices are written as Fares v1 and v2 both, tied to the event's own line, network and area, so that they hold
beside a feed of either kind. The first rider's price is for everybody who has no price of his own.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from central.catalogue.feed import Feed
from central.catalogue.layout_file import Reader, build_layout, read_toml
from central.catalogue.report import Report
from kiosk.domain.fares import FareProduct, FareRuleV1, LegRule, RiderCategory, Tariff
from kiosk.domain.layout import Layout
from kiosk.domain.money import Money
from kiosk.domain.network import Call, Line, Names, ServiceJourney, StopPlace, days
from kiosk.domain.stations import initials, plain

EVENT_MODE = -1
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATIN = "zh-Latn"  # a way to type a name, not a language of the screen


def read_event(path: Path, *, window_from: str, window_days: int) -> Feed:
    """The event with its performances on the `window_days` days from `window_from` (ISO) on.

    LayoutFault names file, key and the way out.
    """
    reader = Reader(path, read_toml(path))
    reader.only("currency", "timezone", "direction", "named", "hall", "rider", "performance", "class", "coach")
    timezone = _timezone(reader)
    hall = reader.inner("hall")
    hall.only("id", "name", "names", "operator", "latitude", "longitude")
    hall_id = _slug(hall, "id")
    line = Line(
        id=f"event-{hall_id}",
        name=hall.text("name"),
        names=hall.names(),
        mode=EVENT_MODE,
        network_ids=(f"event-{hall_id}",),
        operator=hall.text("operator", hall.text("name")),
    )
    layout = build_layout(_layout_tables(reader, hall_id), hall_id)
    service_journeys: list[ServiceJourney] = []
    on_days: dict[str, tuple[str, ...]] = {}
    for table in reader.tables("performance"):
        performance = _performance(table, line, hall_id, reader.named())
        if performance.id in on_days:
            raise table.fault("id", f"there are two performances {table.text('id')!r}")
        service_journeys.append(performance)
        on_days[performance.id] = _days(table, days(window_from, window_days))
    if not any(on_days.values()):
        raise reader.fault(
            "performance", f"none takes place in the {window_days} days from {window_from}; change days or window"
        )
    return Feed(
        name=hall_id,
        operator=line.operator,
        timezone=timezone,
        currency=reader.text("currency"),
        languages=_languages(line.names, service_journeys, layout),
        stop_places=(_stop_place(hall, hall_id, line.id),),
        lines=(line,),
        service_journeys=tuple(service_journeys),
        layouts=(layout,),
        tariff=_tariff(reader, hall_id, line.id),
        days=on_days,
        quays=(),
        attribution="",
        report=Report(),
    )


def _layout_tables(reader: Reader, hall_id: str) -> Reader:
    """The file as a layout's: the class tables without prices, each tied to its fare product."""
    classes = []
    for table in reader.tables("class"):
        table.only("id", "name", "names", "price")
        kept = {key: value for key, value in table.table.items() if key != "price"}
        classes.append({**kept, "fares": [_product_id(hall_id, _slug(table, "id"))]})
    return Reader(reader.path, {**reader.table, "class": classes, "direction": reader.text("direction", "stage")})


def _performance(table: Reader, line: Line, hall_id: str, usual: str | msgspec.UnsetType) -> ServiceJourney:
    """`usual`: are names asked for where the performance says nothing of it?"""
    table.only("id", "title", "names", "named", "doors", "start", "end", "weekdays", "dates", "first", "last")
    start_s, end_s = _time_s(table, "start"), _time_s(table, "end")
    doors_s = _time_s(table, "doors") if table.has("doors") else start_s
    if not doors_s <= start_s < end_s:
        raise table.fault("end", "doors, start and end must follow one another; after midnight write 24:30 for 00:30")
    return ServiceJourney(
        id=f"{line.id}-{_slug(table, 'id')}",
        line_id=line.id,
        number="",
        headsign=table.text("title"),
        calls=(Call(hall_id, "", doors_s, start_s, True, False), Call(hall_id, "", end_s, end_s, False, True)),
        layout_id=hall_id,
        names=table.names(),
        asked=table.named() if table.has("named") else usual,
    )


def _days(table: Reader, window: list[str]) -> tuple[str, ...]:
    """Days of the window: on these weekdays (all, if none are named) between first and last, and the named dates."""
    named = [_date(table, "dates", text) for text in table.texts("dates")]
    weekdays = table.texts("weekdays")
    for weekday in weekdays:
        if weekday not in WEEKDAYS:
            raise table.fault("weekdays", f"{weekday!r} is not one of {', '.join(WEEKDAYS)}")
    first = _date(table, "first", table.text("first", window[0]))
    last = _date(table, "last", table.text("last", window[-1]))
    if not weekdays and not named:
        weekdays = WEEKDAYS
    return tuple(
        day
        for day in window
        if day in named or (first <= day <= last and WEEKDAYS[date.fromisoformat(day).weekday()] in weekdays)
    )


def _tariff(reader: Reader, hall_id: str, line_id: str) -> Tariff:
    riders = _riders(reader)
    products: list[FareProduct] = []
    rules: list[FareRuleV1] = []
    leg_rules: list[LegRule] = []
    for table in reader.tables("class"):
        product_id = _product_id(hall_id, table.text("id"))
        price = table.inner("price")
        price.only(*(rider.id for rider in riders))
        for rider in riders:
            if not price.has(rider.id) and rider is not riders[0]:
                continue
            money = _money(price, rider.id, reader.text("currency"))
            products.append(
                FareProduct(
                    id=product_id,
                    name=table.text("name"),
                    amount_minor=money.amount_minor,
                    currency=money.currency,
                    category_id="" if rider is riders[0] else rider.id,
                    names=table.names(),
                )
            )
        rules.append(FareRuleV1(product_id, line_id=line_id))
        leg_rules.append(LegRule("", product_id, network_id=line_id, from_area=line_id, to_area=line_id))
    return Tariff(
        version=1,  # a feed with Fares v2 beside it lifts this to 2, then the leg rules hold
        products=tuple(products),
        categories=riders,
        rules_v1=tuple(rules),
        leg_rules=tuple(leg_rules),
    )


def _riders(reader: Reader) -> tuple[RiderCategory, ...]:
    if not reader.has("rider"):
        return (RiderCategory("adult", "Adult", default=True),)
    riders = []
    for number, table in enumerate(reader.tables("rider")):
        table.only("id", "name", "names", "min_age", "max_age")
        low = table.number("min_age", 0, 150) if table.has("min_age") else -1
        high = table.number("max_age", max(low, 0), 150) if table.has("max_age") else -1
        riders.append(
            RiderCategory(_slug(table, "id"), table.text("name"), table.names(), number == 0, min_age=low, max_age=high)
        )
    return tuple(riders)


def _stop_place(hall: Reader, hall_id: str, area_id: str) -> StopPlace:
    names = hall.names()
    pinyin = names.get(LATIN, "")
    return StopPlace(
        id=hall_id,
        name=hall.text("name"),
        names=names,
        spellings=(plain(pinyin).replace(" ", ""), initials(pinyin)) if pinyin else (),
        latitude=_degrees(hall, "latitude", 90),
        longitude=_degrees(hall, "longitude", 180),
        area_ids=(area_id,),
    )


def _languages(hall: Names, performances: list[ServiceJourney], layout: Layout) -> tuple[str, ...]:
    named = [hall, *(each.names for each in performances), *(each.names for each in layout.classes)]
    found = dict.fromkeys(language for names in named for language in names if language != LATIN)
    return ("en", *(language for language in found if language != "en"))


def _product_id(hall_id: str, class_id: str) -> str:
    return f"{hall_id}-{class_id}"


def _slug(table: Reader, key: str) -> str:
    text = table.text(key)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise table.fault(key, f"{text!r}: an id is made of letters, digits, '.', '_' and '-'")
    return text


def _timezone(reader: Reader) -> str:
    name = reader.text("timezone")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise reader.fault("timezone", f"{name!r} is not a time zone such as Asia/Shanghai") from None
    return name


def _time_s(table: Reader, key: str) -> int:
    text = table.text(key)
    found = re.fullmatch(r"(\d\d):([0-5]\d)", text)
    if not found or int(found[1]) > 47:
        raise table.fault(key, f"{text!r} is not a time such as 19:30")
    return int(found[1]) * 3600 + int(found[2]) * 60


def _date(table: Reader, key: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise table.fault(key, f"{text!r} is not a date such as 2026-12-24") from None


def _money(price: Reader, rider: str, currency: str) -> Money:
    text = price.text(rider)
    try:
        money = Money.parse(text, currency)
    except (ValueError, ArithmeticError):
        raise price.fault(rider, f"{text!r} is not an amount of {currency} such as 120 or 99.50") from None
    if money.amount_minor < 0:
        raise price.fault(rider, f"{text!r}: a price cannot be negative")
    return money


def _degrees(table: Reader, key: str, limit: int) -> float:
    value = table.table.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
        raise table.fault(key, f"degrees from -{limit} to {limit} are needed, not {value!r}")
    return float(value)
