"""Cash as a way to pay: the till on simulated devices, whose ledgers of pieces are the truth about money."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.ports import Approved, Declined, Unresolved

from .cash_world import Shop, until
from .conftest import Start


@pytest.fixture
def shop(start: Start, tmp_path: Path) -> Shop:
    return Shop(start, tmp_path)


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
    assert isinstance(shop.till.refund(back, "cash-1"), Unresolved)
    assert shop.net() == 0
