"""Prices of single rides: GTFS Fares v1, and what both versions have in common."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.fares import FareProduct, FareRuleV1, LegRule, Pricer, RiderCategory, Tariff
from kiosk.domain.network import Line, StopPlace
from tests.unit.tariffs import DAY, bought, products, sold, v1, v2


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
