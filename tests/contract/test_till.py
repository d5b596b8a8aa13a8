"""Cash as a way to pay: the till on simulated devices, whose ledgers of pieces are the truth about money."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.cash.book import Book
from kiosk.domain.errors import DeviceFault
from kiosk.ports import Approved, ChargeRequest, Declined, Unresolved

from .cash_world import Died, Shop, die, until
from .conftest import Start


def test_coins_and_notes_come_in_and_change_goes_out(shop: Shop) -> None:
    assert shop.till.ready() and not shop.till.exact_only()
    outcome = shop.charge(shop.request(1650))
    shop.put_in(100, 50, 2000)
    said = outcome()
    assert isinstance(said, Approved) and said.short_minor == 0
    assert sum(value * count for value, count in said.pieces) == 1650 == shop.net()
    assert said.pieces == shop.truth()
    assert [p.left_minor for p in shop.prompts] == [1650, 1550, 1500, 500]
    assert shop.prompts[-1].what == "change"


def test_a_stop_gives_everything_back(shop: Shop) -> None:
    outcome = shop.charge(shop.request(2000))
    shop.put_in(100, 1000)
    shop.till.cancel("attempt-1")
    said = outcome()
    assert isinstance(said, Declined) and said.reason == "cancelled" and shop.net() == 0
    assert said.pieces == shop.truth()


def test_a_note_whose_change_cannot_be_given_goes_back(shop: Shop) -> None:
    outcome = shop.charge(shop.request(500))
    until(lambda: shop.prompts)
    assert 10000 not in shop.prompts[0].accepts and 5000 in shop.prompts[0].accepts
    until(lambda: shop.notes.order("state")["accepts"])
    shop.notes.order("insert", value=10000)
    until(lambda: shop.notes.ledger("notes.jsonl"))
    assert shop.notes.ledger("notes.jsonl")[-1]["event"] == "returned"
    shop.put_in(500)
    assert outcome() == Approved("cash-ttempt-1", pieces=((500, 1),))


def test_a_second_life_asks_the_counts(shop: Shop) -> None:
    request = shop.request(1000)
    outcome = shop.charge(request)
    shop.put_in(1000)
    said = outcome()
    shop.till.close()
    again = shop.begin()
    assert again.outcome_of(request) == said
    assert isinstance(again.outcome_of(shop.request(1, "attempt-9")), Declined)


def test_a_refund_goes_out_once(shop: Shop) -> None:
    back = shop.request(700, "refund-1", refund_of="cash-1")
    assert shop.till.outcome_of(back) == Declined("not_started")
    said = shop.till.refund(back, "cash-1")
    assert isinstance(said, Approved) and said.pieces == shop.truth() and shop.net() == -700
    assert shop.till.outcome_of(back) == said and shop.net() == -700


def test_what_cannot_be_paid_back_whole_is_not_begun(shop: Shop) -> None:
    back = shop.request(99_900, "refund-1", refund_of="cash-1")
    assert shop.till.refund(back, "cash-1") == Declined("no_change")  # a person pays it back, and cash goes on
    assert shop.net() == 0


def test_a_note_told_of_twice_counts_once(shop: Shop) -> None:
    """The program dies after it wrote the note down, and before it said so to the validator."""
    request = shop.request(2000)
    device = shop.till._notes._device  # type: ignore[union-attr]
    device.acknowledge = lambda: die() if device._owed else None  # type: ignore[method-assign]
    with pytest.raises(Died):
        shop.charge_here(request, 2000)
    shop.die()
    assert shop.begin().outcome_of(request) == Approved("cash-ttempt-1", pieces=((2000, 1),))


def test_the_power_goes_in_the_change_and_the_rest_comes_later(shop: Shop) -> None:
    request = shop.request(500)
    shop.coins.order("power_cut", address=3, after=2)
    outcome = shop.charge(request)
    shop.put_in(1000)
    assert isinstance(outcome(), Unresolved) and shop.net() == 800
    assert isinstance(shop.till.outcome_of(request), Unresolved)  # still dark
    shop.coins.order("power", on=True)
    shop.die()
    said = shop.begin().outcome_of(request)
    assert said == Approved("cash-ttempt-1", pieces=((1000, 1), (100, -5))) and shop.net() == 500
    assert shop.till.outcome_of(request) == said and shop.net() == 500


def test_nobody_is_there_any_more_after_a_while(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    request = shop.request(500)
    shop.coins.order("power_cut", address=3, after=2)
    outcome = shop.charge(request)
    shop.put_in(1000)
    assert isinstance(outcome(), Unresolved)
    shop.coins.order("power", on=True)
    monkeypatch.setattr("devices.cash.till.GIVE_BACK_S", 0.0)
    said = shop.till.outcome_of(request)
    assert isinstance(said, Approved) and said.short_minor == 300 and shop.net() == 800


def test_what_a_jammed_hopper_cannot_give_another_does_and_the_rest_is_owed(shop: Shop) -> None:
    shop.coins.order("jam", address=3, after=1)
    outcome = shop.charge(shop.request(500))
    shop.put_in(2000)
    said = outcome()
    assert isinstance(said, Approved) and said.short_minor == 400
    assert shop.net() == 900 and set(said.pieces) == set(shop.truth()) == {(2000, 1), (50, -20), (100, -1)}
    assert not shop.till.ready() or [payer.trouble for payer in shop.payers.all] == ["exit blocked during a payout", ""]


def test_coins_nobody_heard_of_are_for_staff(shop: Shop) -> None:
    request = shop.request(2000)
    outcome = shop.charge(request)
    shop.put_in(100)
    shop.coins.order("fault", kind="silent", command=229, times=3)
    shop.coins.order("insert", value=100, count=7)
    said = outcome()
    assert isinstance(said, Unresolved) and "2 coins were taken that nobody heard of" in said.reason


def test_pulled_out_and_back_in_time(shop: Shop) -> None:
    request = shop.request(2000)
    outcome = shop.charge(request)
    shop.put_in(100)
    shop.notes.order("unplug")
    until(lambda: not shop.coins.order("state")["accepts"])
    shop.notes.order("replug")
    said = outcome()
    assert isinstance(said, Declined) and shop.net() == 0


def test_exact_money_only_is_said_before_and_keeps_what_is_put_in(shared: Start, tmp_path: Path) -> None:
    shop = Shop(shared, tmp_path, timeout_s=0.5)
    for payer in shop.payers.all:
        shop.book.filled(payer.hopper.address, payer.serial, 0, payer.total)
    assert shop.till.ready() and shop.till.exact_only()
    outcome = shop.charge(shop.request(1500))
    until(lambda: shop.prompts)
    assert shop.prompts[0].kept and max(shop.prompts[0].accepts) == 1000
    shop.put_in(1000)
    assert shop.prompts[-1].accepts == (10, 50, 100, 500)
    said = outcome()
    assert isinstance(said, Unresolved) and "1000 is in the cash machine" in said.reason


def test_a_full_and_a_missing_cash_box_close_the_notes(shop: Shop) -> None:
    for order, back in (({"do": "full"}, {"do": "box", "out": False}), ({"do": "box"}, {"do": "box", "out": False})):
        shop.notes.order(**order)
        assert shop.till.ready() and shop.till._notes is not None and not shop.till._notes.values
        shop.notes.order("full", on=False)
        shop.notes.order(**back)
        assert shop.till.ready() and shop.till._notes.values


def test_nothing_there_is_not_ready_and_takes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devices.cash.till.SETTLE_TRIES_S", 0.0)
    request = shop.request(500)
    for device in (shop.coins, shop.notes):
        device.order("power", on=False)
    assert not shop.till.ready()
    with pytest.raises(DeviceFault, match="does not answer"):
        shop.till.mark()
    assert isinstance(shop.till.charge(request), Unresolved)
    for device in (shop.coins, shop.notes):
        device.order("power", on=True)
    assert shop.till.outcome_of(request) == Declined("not_started") and shop.net() == 0


def test_a_mark_that_is_none_of_ours_and_another_currency(shop: Shop) -> None:
    assert isinstance(shop.till.outcome_of(ChargeRequest("a", 100, "CNY", "{}")), Unresolved)
    assert shop.till.charge(ChargeRequest("a", 100, "EUR", shop.till.mark())) == Declined("currency")


def test_a_count_that_cannot_be_right_is_no_payment(shop: Shop) -> None:
    request = shop.request(500)
    shop.coins.order("count_off", address=3, by=7)
    said = shop.till.outcome_of(request)
    assert isinstance(said, Unresolved) and "counts 7 coins where at most 0 were asked for" in said.reason


def test_the_book_is_read_again_whatever_became_of_its_end(shop: Shop) -> None:
    outcome = shop.charge(shop.request(500))
    shop.put_in(500)
    outcome()
    shop.till.close()
    path = tmp = shop.folder / "cash.jsonl"
    with path.open("ab") as file:
        file.write(b'{"what": "in", "val')
    again = Book(path)
    assert again.state == shop.book.state and tmp.read_bytes().endswith(b"\n")
    with pytest.raises(DeviceFault, match="another program"):
        Book(path)
    again.close()


def test_a_long_book_begins_anew(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = shop.charge(shop.request(500))
    shop.put_in(500)
    outcome()
    shop.till.close()
    monkeypatch.setattr("devices.cash.book.LONG", 10)
    again = Book(shop.folder / "cash.jsonl")
    assert again.state == shop.book.state and len((shop.folder / "cash.jsonl").read_text().splitlines()) == 1
    again.asked(3, 1)
    again.close()
    again = Book(shop.folder / "cash.jsonl")
    assert again.state.asked[3] == shop.book.state.asked.get(3, 0) + 1
    again.close()


def test_recycled_coins_can_be_paid_out_again(shared: Start, tmp_path: Path) -> None:
    shop = Shop(shared, tmp_path, "--recycle", recycle=True)
    level = shop.payers.level(shop.payers.all[0])
    outcome = shop.charge(shop.request(200))
    shop.put_in(100, 100)
    assert isinstance(outcome(), Approved)
    assert shop.payers.level(shop.payers.all[0]) == level + 2
    assert shop.coins.order("state")["hoppers"]["3"] == level + 2 and shop.coins.order("state")["box"] == {}
