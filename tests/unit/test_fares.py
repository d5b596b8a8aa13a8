"""Prices of single rides: which rule of a tariff matches, in both versions of GTFS fares."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.fares import (
    FareOption,
    FareProduct,
    FareRuleV1,
    LegRule,
    Pricer,
    RiderCategory,
    Tariff,
    Timeframe,
    fare_options,
)
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


def test_v1_rules_match_by_everything_they_name() -> None:
    tariff = v1(
        FareRuleV1("any"),
        FareRuleV1("line", line_id="l"),
        FareRuleV1("from", origin_zone="1"),
        FareRuleV1("to", destination_zone="2"),
        FareRuleV1("pair", "", "1", "2"),
        FareRuleV1("other", "m", "1", "2"),
        FareRuleV1("way", contains=("1", "2", "3")),
        FareRuleV1("short", contains=("1", "2")),
    )
    assert sold(tariff) == {"any", "line"}
    assert sold(tariff, zones=("1", "2")) == {"any", "line", "from", "to", "pair"}
    assert sold(tariff, zones=("2", "1")) == {"any", "line"}
    assert sold(tariff, zones=("1", "2"), line=Line("m", "M")) == {"any", "from", "to", "pair", "other"}
    assert "way" in sold(tariff, crossed=frozenset("123"))
    assert {"way", "short"}.isdisjoint(sold(tariff, crossed=frozenset("1234")))


_zone = st.sampled_from(["", "a", "b"])
_rule = st.builds(
    FareRuleV1,
    st.sampled_from(["p", "q", "r"]),
    st.sampled_from(["", "l", "m"]),
    _zone,
    _zone,
    st.lists(st.sampled_from("ab"), max_size=2).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(rules=st.lists(_rule, max_size=12), zones=st.tuples(_zone, _zone), crossed=st.frozensets(st.sampled_from("ab")))
def test_v1_is_what_a_plain_reading_of_the_rules_says(
    rules: list[FareRuleV1], zones: tuple[str, str], crossed: frozenset[str]
) -> None:
    expected = {
        rule.product_id
        for rule in rules
        if rule.line_id in ("", "l")
        and rule.origin_zone in ("", zones[0])
        and rule.destination_zone in ("", zones[1])
        and (not rule.contains or set(rule.contains) == crossed)
    }
    tariff = Tariff(version=1, products=products("p", "q", "r"), rules_v1=tuple(rules))
    assert sold(tariff, zones=zones, crossed=crossed) == expected


def test_fares_of_one_kind_are_one_product_at_the_lowest_price() -> None:
    tariff = Tariff(
        version=1,
        products=(
            FareProduct("x-1", "Second", 500, "EUR", kind="second"),
            FareProduct("x-2", "Second", 400, "EUR", kind="second"),
            FareProduct("y-1", "First", 900, "EUR", kind="first"),
            FareProduct("x-2", "Second", 200, "EUR", kind="second", category_id="child"),
        ),
        rules_v1=(FareRuleV1("x-1"), FareRuleV1("x-2"), FareRuleV1("y-1")),
    )
    found = bought(tariff)
    assert [(each.product_id, each.category_id, each.amount_minor) for each in found] == [
        ("second", "", 400),
        ("second", "child", 200),
        ("first", "", 900),
    ]


def test_without_priorities_an_empty_field_means_all_that_no_rule_lists() -> None:
    tariff = v2(
        LegRule("", "city", "n", "a", "a"),
        LegRule("", "out", "n", "a", ""),
        LegRule("", "elsewhere", "", "", ""),
    )
    net = Line("l", "L", network_ids=("n",))
    assert sold(tariff, line=net, areas=(["a"], ["a"])) == {"city"}  # "a" is listed: "" is not "a"
    assert sold(tariff, line=net, areas=(["a"], ["b"])) == {"out"}
    assert sold(tariff, line=net, areas=(["a"], [])) == {"out"}
    assert sold(tariff, line=net, areas=(["b"], ["b"])) == set()  # unknown, not free
    assert sold(tariff, areas=(["b"], ["b"])) == {"elsewhere"}
    assert sold(tariff, areas=(["a"], ["b"])) == set()


def test_with_priorities_an_empty_field_does_not_matter_and_the_highest_rule_holds() -> None:
    tariff = v2(
        LegRule("", "base"),
        LegRule("", "net", "n", priority=1),
        LegRule("", "pair", "", "a", "b", priority=2),
        LegRule("", "pair-day", "", "a", "b", priority=2),
        priority=True,
    )
    net = Line("l", "L", network_ids=("n",))
    assert sold(tariff) == sold(tariff, areas=(["a"], ["c"])) == {"base"}
    assert sold(tariff, line=net, areas=(["b"], ["a"])) == {"net"}
    assert sold(tariff, line=net, areas=(["a"], ["b"])) == {"pair", "pair-day"}
    assert sold(tariff, line=net, areas=(["x", "a"], ["y", "b"])) == {"pair", "pair-day"}  # a stop in several areas


_field = st.sampled_from(["", "a", "b"])
_leg = st.builds(
    LegRule,
    st.just(""),
    st.sampled_from(["p", "q", "r"]),
    st.sampled_from(["", "n", "m"]),
    _field,
    _field,
    priority=st.integers(0, 2),
)


@settings(max_examples=200, deadline=None)
@given(rules=st.lists(_leg, max_size=8), ends=st.tuples(_field, _field), priority=st.booleans())
def test_v2_is_what_a_plain_reading_of_the_reference_says(
    rules: list[LegRule], ends: tuple[str, str], priority: bool
) -> None:
    """One area a stop, one network a line: the reference's words, rule by rule."""

    def fits(rule_value: str, own: str, listed: set[str]) -> bool:
        if rule_value:
            return rule_value == own
        return priority or own not in listed

    listed = [{getattr(rule, name) for rule in rules} - {""} for name in ("network_id", "from_area", "to_area")]
    matching = [
        rule
        for rule in rules
        if all(
            fits(value, own, names)
            for value, own, names in zip(
                (rule.network_id, rule.from_area, rule.to_area), ("n", *ends), listed, strict=True
            )
        )
    ]
    if priority and matching:
        top = max(rule.priority for rule in matching)
        matching = [rule for rule in matching if rule.priority == top]
    tariff = Tariff(version=2, products=products("p", "q", "r"), leg_rules=tuple(rules), has_priority=priority)
    areas = tuple([each] if each else [] for each in ends)
    found = sold(tariff, line=Line("l", "L", network_ids=("n",)), areas=(areas[0], areas[1]))
    assert found == {rule.product_id for rule in matching}


@pytest.mark.parametrize(
    ("clock_s", "expected"),
    [(0, "off"), (6 * 3600 - 1, "off"), (6 * 3600, "peak"), (9 * 3600 - 1, "peak"), (9 * 3600, "off"), (86_399, "off")],
)
def test_timeframes_are_half_open(clock_s: int, expected: str) -> None:
    assert sold(PEAK, departs_s=clock_s) == {expected}


PEAK = v2(
    LegRule("", "peak", from_timeframe="p"),
    LegRule("", "off", from_timeframe="o"),
    timeframes=(
        Timeframe("p", 6 * 3600, 9 * 3600, "work"),
        Timeframe("o", 0, 6 * 3600, "work"),
        Timeframe("o", 9 * 3600, 86_400, "work"),
        Timeframe("p", 0, 86_400, "sat"),
    ),
)


def test_after_midnight_the_calendar_day_counts_not_the_operating_day() -> None:
    assert sold(PEAK, day="2026-11-27", departs_s=23 * 3600) == set()  # Friday has no service
    assert sold(PEAK, day="2026-11-27", departs_s=25 * 3600) == {"peak"}  # Saturday, 01:00
    assert sold(PEAK, day=DAY, departs_s=30 * 3600) == {"peak"}  # Tuesday, 06:00
    assert sold(PEAK, day="2026-11-24", departs_s=25 * 3600) == set()


def test_the_arrival_can_matter_too() -> None:
    tariff = v2(LegRule("", "early", to_timeframe="m"), timeframes=(Timeframe("m", 0, 43_200, "work"),))
    assert sold(tariff, departs_s=40_000, arrives_s=43_199) == {"early"}
    assert sold(tariff, departs_s=40_000, arrives_s=43_200) == set()


def test_what_is_only_for_transfers_is_not_sold_alone() -> None:
    assert sold(v2(LegRule("", "alone"), LegRule("", "after", transfer_only=True))) == {"alone"}


@pytest.mark.parametrize(
    ("media", "amounts"),
    [
        (("paper", "app"), {100}),
        (("app", "none"), {200}),
        (("card", "cemv"), {200}),
        (("", "paper"), {100, 200}),
        (("app",), {100}),
    ],
)
def test_a_kiosk_sells_on_paper_first(media: tuple[str, ...], amounts: set[int]) -> None:
    rows = tuple(FareProduct(f"p{n}", "P", 100 * (n + 1), "EUR", medium=each) for n, each in enumerate(media))
    tariff = Tariff(version=2, products=rows, leg_rules=tuple(LegRule("", row.id) for row in rows))
    found = bought(tariff)
    assert {each.amount_minor for each in found} == amounts


def test_every_rider_and_no_negative_price() -> None:
    riders = (RiderCategory("adult", "Adult", default=True), RiderCategory("child", "Child"))
    tariff = Tariff(
        version=2,
        categories=riders,
        products=(
            FareProduct("p", "P", 300, "EUR", "adult"),
            FareProduct("p", "P", 150, "EUR", "child"),
            FareProduct("discount", "D", -50, "EUR", "adult"),
            FareProduct("gift", "G", 0, "EUR", "child"),
        ),
        leg_rules=(LegRule("", "p"), LegRule("", "discount"), LegRule("", "gift"), LegRule("", "no such product")),
    )
    found = bought(tariff)
    assert {(each.product_id, each.category_id): each.amount_minor for each in found} == {
        ("p", "adult"): 300,
        ("p", "child"): 150,
        ("gift", "child"): 0,
    }


def test_a_discount_on_paper_does_not_hide_what_is_sold_on_a_card() -> None:
    discount = FareProduct("discount", "D", -50, "EUR", medium="paper")
    card = FareProduct("ride", "R", 300, "EUR", medium="card")
    rules = (LegRule("", "discount"), LegRule("", "ride"))
    assert sold(Tariff(version=2, products=(discount, card), leg_rules=rules)) == {"ride"}
    assert sold(Tariff(version=2, products=(discount,), leg_rules=rules)) == set()


def test_a_railways_rules_never_price_an_event() -> None:
    hall = Line("hall", "Hall", mode=-1)
    assert sold(v2(LegRule("", "ride"), priority=True), line=hall) == set()
    rules = (FareRuleV1("everywhere"), FareRuleV1("from", origin_zone="1"), FareRuleV1("stalls", line_id="hall"))
    assert sold(v1(*rules), line=hall, zones=("1", "1")) == {"stalls"}
    assert sold(v1(*rules[:2]), line=hall, zones=("1", "1")) == set()


def test_no_tariff_no_price_and_one_price_for_every_ride() -> None:
    assert sold(Tariff()) == set()
    assert sold(v1(FareRuleV1("single")), zones=("1", "2")) == {"single"}


def test_a_matrix_of_thousands_of_pairs_has_one_price_for_each() -> None:
    zones = [f"z{n}" for n in range(60)]
    pairs = list(product(zones, zones))
    tariff = Tariff(
        version=1,
        products=tuple(FareProduct(f"{a}-{b}", "S", 100 + n, "EUR", kind="s") for n, (a, b) in enumerate(pairs)),
        rules_v1=tuple(FareRuleV1(f"{a}-{b}", "", a, b) for a, b in pairs),
    )
    pricer, line = Pricer(tariff), Line("l", "L")
    places = {zone: StopPlace(zone, zone, zone_id=zone) for zone in zones}
    for number, (a, b) in enumerate(pairs):
        [option] = pricer.options(
            line=line, origin=places[a], destination=places[b], crossed_zones=frozenset(),
            departs_s=0, arrives_s=0, operating_day=DAY,
        )  # fmt: skip
        assert (option.product_id, option.amount_minor) == ("s", 100 + number)
