"""The till where devices, coins and notes do what nobody expects: strings, jams, strangers, pulled plugs."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.cash.takers import Notes
from kiosk.ports import Approved, Declined, Unresolved

from .cash_world import Shop, until
from .conftest import Start


def held(shop: Shop) -> Notes:
    """A note waits for a yes."""
    notes = shop.till._notes
    assert notes is not None
    notes.begin()
    notes.accept(frozenset({2000}))
    shop.notes.order("insert", value=2000)
    until(lambda: notes.poll() and notes.held == 2000)
    return notes


@pytest.mark.parametrize("closed", ["stopped", "settled", "begun anew"])
def test_a_note_that_waits_when_a_payment_ends_goes_back(shop: Shop, closed: str) -> None:
    """A poll is a yes, so the no must come before the next one, also in the next life of the program."""
    notes = held(shop)
    if closed == "stopped":
        notes.accept(frozenset())
    elif closed == "begun anew":
        shop.die()
        shop.begin()
    assert shop.till.ready()
    until(lambda: shop.notes.ledger("notes.jsonl"))
    assert [line["event"] for line in shop.notes.ledger("notes.jsonl")] == ["returned"]
    assert shop.book.state.inside == {}


def test_unplugged_in_the_change_and_found_out_when_it_is_back(shared: Start, tmp_path: Path) -> None:
    """The hoppers have power of their own and go on; only the line is gone."""
    shop = Shop(shared, tmp_path, "--coin-s", "0.05")
    request = shop.request(500)
    outcome = shop.charge(request)
    shop.put_in(1000)
    until(lambda: shop.coins.order("state")["paying"])
    shop.coins.order("unplug")
    until(lambda: not shop.coins.order("state")["paying"])
    shop.coins.order("replug")
    said = outcome()
    if isinstance(said, Unresolved):  # it was away for longer than one waits with a passenger in front
        said = shop.till.outcome_of(request)
    assert said == Approved("cash-ttempt-1", pieces=((1000, 1), (100, -5))) and shop.net() == 500


def test_a_refusal_is_not_an_empty_hopper(shop: Shop) -> None:
    shop.coins.order("fault", kind="nak", command=167)
    outcome = shop.charge(shop.request(450))
    shop.put_in(500)
    said = outcome()
    assert isinstance(said, Approved) and said.short_minor == 0 and shop.net() == 450
    assert shop.till.ready() and [shop.payers.level(payer) for payer in shop.payers.all] == [40, 19]


def test_another_device_in_its_place_leaves_a_doubt(shop: Shop) -> None:
    request = shop.request(500)
    shop.book.coins("another", 0, 0)
    shop.die()
    said = shop.begin().outcome_of(request)
    assert isinstance(said, Unresolved) and "another coin acceptor stands there" in said.reason
    assert isinstance(shop.till.outcome_of(shop.request(500, "attempt-2")), Declined)


def test_a_note_the_count_knows_and_nobody_heard_of_is_for_staff(shop: Shop) -> None:
    request = shop.request(500)
    shop.notes.order("count_off", by=1)
    said = shop.till.outcome_of(request)
    assert isinstance(said, Unresolved) and "1 notes fell into the cash box that nobody heard of" in said.reason


def test_a_coin_on_a_string_closes_the_slot_for_this_payment(shop: Shop) -> None:
    outcome = shop.charge(shop.request(1000))
    until(lambda: shop.coins.order("state")["accepts"])
    shop.coins.order("string")
    until(lambda: not shop.coins.order("state")["accepts"])
    shop.put_in(1000)
    assert isinstance(outcome(), Approved)
    outcome = shop.charge(shop.request(100, "attempt-2"))
    shop.put_in(100)
    assert isinstance(outcome(), Approved)


def test_a_note_that_jams_is_left_to_staff_and_coins_go_on(shop: Shop) -> None:
    outcome = shop.charge(shop.request(1000))
    until(lambda: shop.notes.order("state")["accepts"])
    shop.notes.order("jam", on=True)
    shop.notes.order("insert", value=1000)
    until(lambda: shop.notes.order("state")["at"] == "jam")
    for _ in range(10):
        shop.put_in(100)
    assert outcome() == Approved("cash-ttempt-1", pieces=((100, 10),))
    shop.notes.order("jam", on=False)
    assert [line["event"] for line in shop.notes.ledger("notes.jsonl")] == ["returned"]


def test_a_coin_that_falls_between_two_questions_is_not_missing(shop: Shop) -> None:
    coins = shop.till._coins
    assert coins is not None
    coins.begin()
    coins.accept(frozenset({100}))
    ask, left = coins._device.accepted_total, [3]

    def total() -> int | None:
        if left[0]:  # the coin is taken after the events were heard, and counted when the count is asked for
            left[0] -= 1
            shop.coins.order("insert", value=100)
        return ask()

    coins._device.accepted_total = total  # type: ignore[method-assign]
    coins.settle()
    assert shop.book.state.inside == {100: 3} and shop.book.state.doubts == []
