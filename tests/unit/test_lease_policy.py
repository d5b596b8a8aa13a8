"""The newsvendor's lease, the plan of a journey, and what it asks of terminals."""

from __future__ import annotations

import math

import pytest

from central.inventory.contact import USUAL, Contact, heard, is_dark, link
from central.inventory.demand import curve, lead_counts, party, riders, usual_riders
from central.inventory.forecast import USUAL_CURVE, USUAL_TERMS, Link, margins, sells_out, still_to_come
from central.inventory.policy import Plan, Seller, Stock, leave, most, plan, recalls, reserve, wish
from sync.wire import Recall

BARE = USUAL_TERMS._replace(holding=0.0, choice=0.0, unsold=0.0)


def poisson(most: int, mean: float) -> float:
    return sum(math.exp(-mean) * mean**n / math.factorial(n) for n in range(most + 1))


@pytest.mark.parametrize("expected", [0.5, 2.0, 8.0, 30.0])
@pytest.mark.parametrize("sell_out", [0.1, 0.5, 1.0])
def test_an_outage_to_the_departure_is_the_textbooks_newsvendor(expected: float, sell_out: float) -> None:
    """Smallest q with P(N <= q) >= c_u / (c_u + c_s x P(sell-out))."""
    forever = Link(0.05, 1e6)
    worth = margins(expected, 24.0, USUAL_CURVE, forever, sell_out, BARE)
    ratio = 1 / (1 + sell_out)
    about = [expected * 1.06, expected / 1.06]  # answers are remembered on a grid
    found = [next(q for q in range(400) if poisson(q, mean) >= ratio) for mean in about]
    assert found[1] <= len(worth) <= found[0]


def test_the_next_place_is_worth_less_and_a_busier_terminal_more() -> None:
    few = margins(3.0, 12.0, USUAL_CURVE, Link(0.05, 6), 0.0)
    many = margins(12.0, 12.0, USUAL_CURVE, Link(0.05, 6), 0.0)
    assert list(few) == sorted(few, reverse=True)
    assert all(b >= a for a, b in zip(few, many, strict=False))
    assert len(margins(12.0, 12.0, USUAL_CURVE, Link(0.05, 6), 1.0)) < len(many)
    assert margins(0.0, 12.0, USUAL_CURVE, Link(0.05, 6), 0.0) == margins(3.0, 0.0, USUAL_CURVE, USUAL, 0.0) == ()


def test_far_from_the_departure_an_outage_ends_before_it_and_little_is_lost_by_holding() -> None:
    sold_out = [len(margins(5.0, hours, USUAL_CURVE, Link(0.05, 6), 1.0)) for hours in (1.0, 6.0, 48.0)]
    assert sold_out == sorted(sold_out)


def test_parties_need_more_than_as_many_single_passengers() -> None:
    alone = margins(6.0, 6.0, USUAL_CURVE, Link(0.05, 6), 0.3, BARE)
    together = margins(6.0, 6.0, USUAL_CURVE, Link(0.05, 6), 0.3, BARE._replace(party=2.5))
    assert len(together) > len(alone)


def test_selling_out() -> None:
    assert sells_out(100, 400) < 0.001
    assert sells_out(400, 400) == pytest.approx(0.5, abs=0.02)
    assert sells_out(600, 400) > 0.95
    assert sells_out(0, 0) == 0


def test_the_booking_curve_rises_and_ends_at_one() -> None:
    shares = [still_to_come(USUAL_CURVE, hours) for hours in (-1, 0, 0.5, 1, 5, 30, 336, 900)]
    assert shares == sorted(shares)
    assert (shares[0], shares[1], shares[-1]) == (0, 0, 1)


# the plan


def seller(
    key: int, *, first: int = 0, hours: float = 10.0, demand: float = 5.0, segments: int = 3, **more: object
) -> Seller:
    count = segments - first
    base = Seller(
        key,
        "kiosk",
        first,
        hours,
        tuple(demand / (i + 1) for i in range(count)),
        Link(0.05, 6),
        (0,) * count,
        (0,) * count,
    )
    return base._replace(**more)  # type: ignore[arg-type]


def stock(pool: int = 100, *, segments: int = 3, expected: float = 20.0, keep: int = 0, **more: object) -> Stock:
    base = Stock(7, "second", (pool,) * segments, (expected,) * segments, (keep,) * segments)
    return base._replace(**more)  # type: ignore[arg-type]


def test_where_there_is_plenty_each_gets_what_it_is_worth_and_fewer_along_the_run() -> None:
    made = plan(stock(), [seller(1), seller(2, first=1)], USUAL_CURVE)
    assert set(made.targets) == {1, 2}
    assert list(made.targets[1]) == sorted(made.targets[1], reverse=True)
    assert len(made.targets[2]) == 2
    assert made.tight == (False, False, False)


@pytest.mark.parametrize("pool", [0, 12, 100, 1000])
@pytest.mark.parametrize("expected", [1.0, 90.0, 1000.0])
def test_no_plan_gives_more_than_the_most(pool: int, expected: float) -> None:
    sellers = [seller(1, demand=9.0), seller(2, first=1, demand=30.0), seller(3, hours=-1.0)]
    made = plan(stock(pool, expected=expected), sellers, USUAL_CURVE)
    risk = sells_out(expected, pool)
    for each in sellers:
        for less in (0.0, risk / 2, risk):
            bound = most(each, [less] * len(each.expected), USUAL_CURVE)
            assert all(target <= limit for target, limit in zip(made.targets[each.key], bound, strict=True))
    alone = plan(stock(1000, expected=0.0), sellers[:1], USUAL_CURVE).targets[1]
    assert alone == most(sellers[0], [0.0] * 3, USUAL_CURVE)


def test_short_places_go_to_where_they_are_worth_most_and_the_reserve_stays() -> None:
    made = plan(stock(12, keep=4), [seller(1, demand=9.0), seller(2, demand=3.0)], USUAL_CURVE)
    assert sum(targets[0] for targets in made.targets.values()) == 8
    assert made.targets[1][0] > made.targets[2][0] > 0


def test_what_others_hold_free_is_shared_again_but_not_what_is_dark() -> None:
    holding = seller(2, held=(20, 20, 20), spare=(20, 20, 20), demand=0.2)
    asking = seller(1, demand=9.0)
    made = plan(stock(0), [asking, holding], USUAL_CURVE)
    assert made.targets[1][0] > 0
    assert sum(targets[0] for targets in made.targets.values()) <= 20
    made = plan(stock(0), [asking, holding._replace(dark=True)], USUAL_CURVE)
    assert made.targets == {1: (0, 0, 0), 2: (20, 20, 20)}


def test_a_quota_not_yet_released_is_not_given_to_others() -> None:
    kiosk, counter = seller(1, demand=30.0), seller(2, demand=1.0, channel="counter")
    made = plan(stock(10, quotas={"counter": (6, 6, 6)}), [kiosk, counter], USUAL_CURVE)
    assert made.targets[1][0] == 4
    assert made.targets[2][0] <= 6
    counters = stock(10, quotas={"counter": (6, 6, 6)}, keep=1)
    assert leave(counters, [kiosk, counter._replace(spare=(4, 0, 9))], "kiosk") == (3, 7, 1)
    assert leave(counters, [kiosk, counter], "counter") == (1, 1, 1)
    freed = plan(stock(10), [kiosk, counter], USUAL_CURVE)
    assert freed.targets[1][0] > 4
    assert plan(stock(10, quotas={"agency": (10, 10, 10)}), [kiosk], USUAL_CURVE).targets[1][0] == 0


def test_a_terminal_that_sells_no_more_gives_all_back() -> None:
    left = seller(1, hours=-0.1, held=(3, 3, 3), spare=(4, 3, 3))
    made = plan(stock(), [left], USUAL_CURVE)
    assert recalls(stock(), left, made) == (Recall(7, "second", 0, 3, 0),)


def test_recalls_name_stretches_and_leave_a_little_where_nobody_is_short() -> None:
    made = Plan({1: (8, 8, 2)}, (False, False, True))
    assert recalls(stock(), seller(1, spare=(10, 10, 3)), made) == (Recall(7, "second", 2, 3, 2),)
    assert recalls(stock(), seller(1, spare=(11, 11, 2)), made) == (Recall(7, "second", 0, 2, 8),)
    assert recalls(stock(), seller(1, spare=(8, 8, 2)), made) == ()


def test_a_wish_is_made_when_a_quarter_is_missing() -> None:
    assert wish((8, 4), (6, 3)) == ()
    assert wish((8, 4), (5, 4)) == (8, 4)
    assert wish((8, 1), (9, 0)) == (9, 1)
    assert wish((), ()) == ()


def test_central_keeps_its_part_of_what_is_unsold() -> None:
    assert reserve((40.0, 0.0), (10.0, 0.0), (100, 50)) == (20, 0)


# what is learned


def test_a_record_of_calls_is_a_link() -> None:
    record: Contact | None = None
    assert link(None, 0) == USUAL
    for day in range(200):
        for at in (0, 3600):  # an hour of silence every day, and calls close together otherwise
            record = heard(record, day * 86_400 + at)
        for step in range(3600, 86_400, 240):
            record = heard(record, day * 86_400 + step)
    assert record is not None
    found = link(record, record.last_at)
    assert found.share == pytest.approx(1 / 24, rel=0.15)
    assert found.outage_h == pytest.approx(1.0, rel=0.5)
    assert not is_dark(record, record.last_at + 100)
    assert is_dark(record, record.last_at + 1000)
    assert link(record, record.last_at + 30 * 86_400).share > 0.3, "the present silence counts"
    assert heard(record, record.last_at - 500).last_at == record.last_at


def test_sales_bend_the_curve_and_riders_follow_what_was_sold() -> None:
    late = curve(lead_counts([0.2] * 5000))
    assert still_to_come(late, 1.0) > 0.9
    assert curve(lead_counts([]))[-1][1] == pytest.approx(1.0)
    assert riders((30.0, 10.0), 3.0, (5.0, 5.0), weight=2.0) == (8.0, 4.0)
    usual = usual_riders(100, 4, 5)
    assert list(usual) == sorted(usual, reverse=True)
    assert party([1] * 1000) == 1.0
    assert party([4] * 5000) > 3.5
