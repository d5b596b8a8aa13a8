"""Prices of trips of several rides: transfer rules of Fares v2 in all their forms, transfers of Fares v1."""

from __future__ import annotations

import pytest

from kiosk.domain.fares import FareProduct, FareRuleV1, LegRule, Pricer, Tariff, TransferRule
from kiosk.domain.network import Line, StopPlace
from kiosk.domain.trip_fares import Ride, TripFare, price_trip

DAY = "2026-11-23"
BUS, TRAIN, BOAT = (Line(each, each.title(), network_ids=(each,)) for each in ("bus", "train", "boat"))


def ride(line: Line, start: str, end: str, departs: int = 480, arrives: int = 500, day: str = DAY) -> Ride:
    """Times in minutes; zones are named like the stops."""
    return Ride(
        line=line,
        origin=StopPlace(start, start, zone_id=start),
        destination=StopPlace(end, end, zone_id=end),
        departs_s=departs * 60,
        arrives_s=arrives * 60,
        operating_day=day,
        crossed_zones=frozenset({start, end}),
    )


def v2(*transfers: TransferRule, products: tuple[FareProduct, ...] = ()) -> Tariff:
    return Tariff(
        version=2,
        products=(
            FareProduct("b", "Bus", 200, "EUR"),
            FareProduct("t", "Train", 500, "EUR"),
            FareProduct("s", "Boat", 900, "EUR"),
            FareProduct("up", "Upgrade", 150, "EUR"),
            FareProduct("off", "Transfer discount", -100, "EUR"),
            FareProduct("day", "Day ticket", 600, "EUR"),
            *products,
        ),
        leg_rules=(LegRule("B", "b", "bus"), LegRule("T", "t", "train"), LegRule("S", "s", "boat")),
        transfer_rules=transfers,
    )


def priced(tariff: Tariff, *rides: Ride) -> tuple[TripFare, ...]:
    return price_trip(Pricer(tariff), tariff, rides)


def total(tariff: Tariff, *rides: Ride) -> int:
    [fare] = priced(tariff, *rides)
    assert fare.amount_minor == sum(part.amount_minor for part in fare.parts)
    covered = [n for part in fare.parts for n in range(part.first_ride, part.last_ride + 1)]
    assert set(covered) == set(range(len(rides)))
    return fare.amount_minor


BUS_TRAIN = (ride(BUS, "x", "y"), ride(TRAIN, "y", "z", 510, 540))


def test_without_rules_every_ride_is_paid_for() -> None:
    assert total(v2(), *BUS_TRAIN) == 700
    assert priced(v2()) == ()
    [fare] = priced(v2(), *BUS_TRAIN)
    assert [(part.product_id, part.first_ride, part.last_ride) for part in fare.parts] == [("b", 0, 0), ("t", 1, 1)]
    assert (fare.category_id, fare.currency) == ("", "EUR")


@pytest.mark.parametrize(
    ("kind", "product", "amount"),
    [
        (0, "", 200),  # A + AB: the bus ticket is valid in the train
        (0, "up", 350),
        (1, "off", 600),  # A + AB + B with a discount
        (1, "", 700),
        (2, "day", 600),  # AB alone covers both
        (2, "", 700),  # without a product in their place, nothing says what the rides cost
        (1, "up", 700),  # dearer than two tickets: nobody has to use the rule
    ],
)
def test_the_three_types_of_transfer(kind: int, product: str, amount: int) -> None:
    rule = TransferRule("B", "T", fare_transfer_type=kind, product_id=product)
    assert total(v2(rule), *BUS_TRAIN) == amount


def test_rules_have_a_direction() -> None:
    rule = TransferRule("B", "T", fare_transfer_type=0)
    assert total(v2(rule), ride(TRAIN, "z", "y"), ride(BUS, "y", "x", 510, 540)) == 700


def test_an_empty_group_means_those_no_rule_lists() -> None:
    tariff = v2(
        TransferRule("", "T", fare_transfer_type=0), TransferRule("B", "S", fare_transfer_type=1, product_id="off")
    )
    assert total(tariff, *BUS_TRAIN) == 700  # "B" is listed
    assert total(tariff, ride(BOAT, "x", "y"), ride(TRAIN, "y", "z", 510, 540)) == 900
    assert total(v2(TransferRule("B", "", fare_transfer_type=0)), *BUS_TRAIN) == 200


@pytest.mark.parametrize(("count", "amount"), [(1, 400), (2, 400), (3, 200), (-1, 200)])
def test_transfers_within_a_group_are_counted(count: int, amount: int) -> None:
    rides = [ride(BUS, f"x{n}", f"x{n + 1}", 480 + 10 * n, 485 + 10 * n) for n in range(4)]
    tariff = v2(TransferRule("B", "B", transfer_count=count, fare_transfer_type=0))
    assert total(tariff, *rides) == amount


@pytest.mark.parametrize(
    ("kind", "limit_min", "allowed"),
    [(kind, lasts + extra, extra == 0) for kind, lasts in enumerate((60, 30, 10, 40)) for extra in (0, -1)],
)
def test_the_time_limit_is_measured_as_the_rule_says(kind: int, limit_min: int, allowed: bool) -> None:
    """Bus 8:00 to 8:20, train 8:30 to 9:00."""
    rule = TransferRule("B", "T", duration_limit_s=limit_min * 60, duration_limit_type=kind, fare_transfer_type=0)
    assert total(v2(rule), *BUS_TRAIN) == (200 if allowed else 700)


def test_a_ticket_valid_for_an_hour_is_valid_from_its_first_ride() -> None:
    tariff = v2(TransferRule("B", "B", transfer_count=-1, duration_limit_s=3600, duration_limit_type=1))
    rides = [ride(BUS, f"x{n}", f"x{n + 1}", 480 + 40 * n, 500 + 40 * n) for n in range(3)]
    assert total(tariff, *rides[:2]) == 200
    assert total(tariff, *rides) == 400


def test_times_run_on_over_midnight() -> None:
    tariff = v2(TransferRule("B", "T", duration_limit_s=1800, duration_limit_type=2, fare_transfer_type=0))
    late = ride(BUS, "x", "y", 1430, 1450)  # arrives at 24:10 of Monday
    early = ride(TRAIN, "y", "z", 30, 60, "2026-11-24")  # leaves at 0:30 of Tuesday
    assert total(tariff, late, early) == 200


def test_a_rule_can_ask_for_the_product_before() -> None:
    rule = TransferRule("B", "T", fare_transfer_type=0, from_product="day")
    assert total(v2(rule), *BUS_TRAIN) == 700
    assert total(v2(TransferRule("B", "T", fare_transfer_type=0, from_product="b")), *BUS_TRAIN) == 200


def test_one_product_in_place_of_a_whole_chain() -> None:
    tariff = v2(
        TransferRule("B", "T", fare_transfer_type=0, product_id="up"),
        TransferRule("T", "S", fare_transfer_type=2, product_id="day"),
    )
    [fare] = priced(tariff, *BUS_TRAIN, ride(BOAT, "z", "w", 550, 600))
    assert [(part.product_id, part.amount_minor, part.first_ride, part.last_ride) for part in fare.parts] == [
        ("day", 600, 0, 2)
    ]


def test_the_cheapest_of_several_products_is_taken() -> None:
    tariff = v2(TransferRule("B", "T", fare_transfer_type=1, product_id="off"))
    more = Tariff(
        version=2,
        products=(*tariff.products, FareProduct("b2", "Bus, all zones", 300, "EUR")),
        leg_rules=(*tariff.leg_rules, LegRule("B2", "b2", "bus")),
        transfer_rules=(*tariff.transfer_rules, TransferRule("B2", "T", fare_transfer_type=0)),
    )
    assert total(more, *BUS_TRAIN) == 300


def test_a_leg_only_for_transfers_needs_one() -> None:
    tariff = Tariff(
        version=2,
        products=(FareProduct("b", "Bus", 200, "EUR"), FareProduct("t", "Train", 0, "EUR")),
        leg_rules=(LegRule("B", "b", "bus"), LegRule("T", "t", "train", transfer_only=True)),
        transfer_rules=(TransferRule("B", "T", fare_transfer_type=0),),
    )
    assert total(tariff, *BUS_TRAIN) == 200
    assert priced(tariff, BUS_TRAIN[1]) == ()


def test_riders_pay_their_own_price_also_for_the_transfer() -> None:
    tariff = v2(
        TransferRule("B", "T", fare_transfer_type=0, product_id="up"),
        products=(FareProduct("b", "Bus", 100, "EUR", "child"), FareProduct("up", "Upgrade", 70, "EUR", "child")),
    )
    assert {fare.category_id: fare.amount_minor for fare in priced(tariff, *BUS_TRAIN)} == {"": 350, "child": 170}


def test_a_ride_of_unknown_fare_leaves_the_trip_unknown() -> None:
    assert priced(v2(), *BUS_TRAIN, ride(Line("tram", "Tram", network_ids=("tram",)), "z", "w")) == ()


def v1(transfers: int = -1, duration_s: int | None = None) -> Tariff:
    return Tariff(
        version=1,
        products=(
            FareProduct("one", "Zone", 300, "EUR", kind="zone"),
            FareProduct("far", "Far", 500, "EUR", kind="far"),
            FareProduct("far", "Far", 250, "EUR", "child", kind="far"),
        ),
        rules_v1=(
            FareRuleV1("one", "", "x", "y"),
            FareRuleV1("one", "", "y", "z"),
            FareRuleV1("far", "", "x", "z"),
        ),
        transfers_v1={"one": 0, "far": transfers},
        transfer_durations_v1={} if duration_s is None else {"far": duration_s},
    )


@pytest.mark.parametrize(
    ("tariff", "amount"),
    [(v1(), 500), (v1(1), 500), (v1(0), 600), (v1(-1, 3600), 500), (v1(-1, 3599), 600)],
)
def test_one_v1_fare_covers_rides_as_far_as_it_allows_transfers(tariff: Tariff, amount: int) -> None:
    fares = {fare.category_id: fare for fare in priced(tariff, *BUS_TRAIN)}
    assert fares[""].amount_minor == amount
    if amount == 500:
        assert fares["child"].amount_minor == 250
        assert [(part.product_id, part.first_ride, part.last_ride) for part in fares[""].parts] == [("far", 0, 1)]
    else:
        assert [part.product_id for part in fares[""].parts] == ["zone", "zone"]


def test_a_v1_fare_of_one_line_covers_no_other() -> None:
    tariff = Tariff(
        version=1,
        products=(FareProduct("bus", "Bus", 200, "EUR"), FareProduct("train", "Train", 500, "EUR")),
        rules_v1=(FareRuleV1("bus", "bus"), FareRuleV1("train", "train")),
        transfers_v1={"bus": -1, "train": -1},
    )
    assert total(tariff, *BUS_TRAIN) == 700
    assert total(tariff, ride(BUS, "x", "y"), ride(BUS, "y", "z", 510, 540)) == 200


def test_v1_zones_are_those_of_the_whole_trip() -> None:
    tariff = Tariff(
        version=1,
        products=(FareProduct("two", "Two", 200, "EUR"), FareProduct("three", "Three", 300, "EUR")),
        rules_v1=(
            FareRuleV1("two", contains=("x", "y")),
            FareRuleV1("two", contains=("y", "z")),
            FareRuleV1("three", contains=("x", "y", "z")),
        ),
        transfers_v1={"two": -1, "three": -1},
    )
    assert total(tariff, *BUS_TRAIN) == 300
