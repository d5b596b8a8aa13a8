"""Prices of single rides under GTFS Fares v2: areas, networks, priorities, times of day."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.fares import LegRule, Tariff, Timeframe
from kiosk.domain.network import Line
from tests.unit.tariffs import DAY, products, sold, v2


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
