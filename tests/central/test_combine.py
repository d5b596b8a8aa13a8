"""The tariffs of several sources as one: who pays the full fare is one category on the screen."""

from __future__ import annotations

import msgspec
import pytest

from central.publish.combine import combine
from central.publish.source import Source
from kiosk.domain.fares import FareProduct, FareRuleV1, Pricer, RiderCategory, Tariff
from kiosk.domain.network import Line
from kiosk.services.prices import rider_categories
from tests.central.world import railway

REGULAR = RiderCategory("regular", "Regular", default=True)
CHILD = RiderCategory("child", "Child", max_age=13)
ADULT = RiderCategory("adult", "Adult", default=True)
FERRY = Line("ferry", "Ferry", mode=4)


def with_riders(source: Source, *riders: RiderCategory) -> Source:
    """The full fare is for the first of the riders."""
    products = tuple(msgspec.structs.replace(each, category_id=riders[0].id) for each in source.tariff.products)
    return msgspec.structs.replace(
        source, tariff=msgspec.structs.replace(source.tariff, categories=riders, products=products)
    )


def ferry(*riders: RiderCategory) -> Source:
    """Another operator's source: one product, priced for each of its riders."""
    nothing = railway()
    products = tuple(FareProduct("boat", "Boat", 900 - n, "EUR", each.id) for n, each in enumerate(riders))
    return Source(
        name="ferry", operator="Ferry", timezone="UTC", currency="EUR", languages=(), attribution="",
        stop_places=nothing.stop_places, quays=(), lines=(FERRY,), service_journeys=(), layouts=(),
        tariff=Tariff(1, products, riders, rules_v1=(FareRuleV1("boat", "ferry"),)), patterns=(), pattern_of={},
    )  # fmt: skip


def boat_fares(tariff: Tariff) -> dict[str, int]:
    a, b = railway().stop_places[:2]
    options = Pricer(tariff).options(
        line=FERRY, origin=a, destination=b, crossed_zones=frozenset(), departs_s=0, arrives_s=60, operating_day=""
    )
    return {each.category_id: each.amount_minor for each in options if each.product_id == "boat"}


def test_the_full_fare_of_two_sources_is_one_category() -> None:
    senior = RiderCategory("senior", "Senior", min_age=60)
    network = with_riders(railway(), REGULAR, CHILD)
    tariff = combine([network, ferry(ADULT, msgspec.structs.replace(CHILD, name="Kid"), senior)]).tariff
    assert rider_categories(tariff) == (REGULAR, CHILD, senior), "not Regular and Adult side by side"
    assert boat_fares(tariff) == {"regular": 900, "child": 899, "senior": 898}, "still for who pays the full fare"


def test_a_default_that_is_only_called_adult_counts_as_one() -> None:
    named = RiderCategory("1", "Adult")
    tariff = combine([with_riders(railway(), named, CHILD), ferry(ADULT)]).tariff
    assert rider_categories(tariff) == (named, CHILD)
    assert boat_fares(tariff) == {"1": 900}


def test_the_first_sources_default_holds_where_both_know_the_riders() -> None:
    tariff = combine([railway(), ferry(ADULT, CHILD)]).tariff
    assert rider_categories(tariff) == (ADULT, CHILD)
    assert boat_fares(tariff) == {"adult": 900, "child": 899}


def test_a_third_source_finds_the_same_default() -> None:
    boats = ferry(ADULT)
    other = msgspec.structs.replace(
        boats,
        name="bus",
        lines=(),
        tariff=Tariff(
            1, (FareProduct("coach", "Coach", 500, "EUR", "full"),), (RiderCategory("full", "Full", {}, True),)
        ),
    )
    tariff = combine([with_riders(railway(), REGULAR), boats, other]).tariff
    assert rider_categories(tariff) == (REGULAR,)
    assert {each.category_id for each in tariff.products} == {"regular"}


@pytest.mark.parametrize("ours", [(), (CHILD,)], ids=["no riders", "reduced riders only"])
def test_a_source_without_a_default_takes_the_other_ones(ours: tuple[RiderCategory, ...]) -> None:
    network = railway()
    network = msgspec.structs.replace(network, tariff=msgspec.structs.replace(network.tariff, categories=ours))
    assert rider_categories(combine([network, ferry(REGULAR)]).tariff) == (REGULAR, *ours)


def test_full_fares_for_other_ages_stay_apart() -> None:
    grown, senior = msgspec.structs.replace(ADULT, max_age=59), RiderCategory("senior", "Senior", {}, True, min_age=60)
    tariff = combine([with_riders(railway(), grown), ferry(senior)]).tariff
    assert [each.id for each in rider_categories(tariff)] == ["adult", "senior"]
    assert [each.default for each in rider_categories(tariff)] == [True, False], "one default"
    assert boat_fares(tariff) == {"senior": 900}
