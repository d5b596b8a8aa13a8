"""The drawer at the counter: recorded once, opened by the receipt printer, and added up."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.cash.drawer import Drawer
from kiosk.app.cash import drawer_of
from kiosk.app.config import load
from kiosk.domain.errors import PrinterFault
from kiosk.ports import Approved, ChargeRequest, Declined, Prompt

from .conftest import Start

SALE = ChargeRequest("attempt-1", 55_300, "CNY", presented="60000")


def kicks() -> None:
    raise PrinterFault("the drawer was not opened")


def test_it_opens_once_and_the_sum_is_known(start: Start, tmp_path: Path) -> None:
    printer = start("printer")
    config = tmp_path / "terminal.toml"
    config.write_text(
        f'[terminal]\nfolder = "{tmp_path / "own"}"\n[printer]\naddress = "127.0.0.1:{printer.port}"\n'
        '[cash]\ncurrency = "CNY"\ndrawer = true\n'
    )
    drawer = drawer_of(load(config))
    drawer.begin(20_000)
    told: list[Prompt] = []
    said = drawer.charge(SALE, told.append)
    assert isinstance(said, Approved) and told == [Prompt("change", left_minor=4700)]
    assert drawer.charge(SALE, told.append) == said == drawer.outcome_of(SALE)
    assert printer.order("state")["drawer"] == [0] and printer.ledger("printed.jsonl") == []
    back = ChargeRequest("refund-1", 55_300, "CNY", refund_of=said.reference)
    assert drawer.outcome_of(back) == Declined("not_started")
    assert isinstance(drawer.refund(back, said.reference), Approved)
    assert printer.order("state")["drawer"] == [0, 0] and drawer.expected_minor == 20_000
    drawer.close()


def test_too_little_leaves_it_shut(tmp_path: Path) -> None:
    drawer = Drawer(tmp_path / "drawer.jsonl", "CNY", kicks)
    for presented in ("55299", "much", "-1"):
        assert drawer.charge(ChargeRequest("a", 55_300, "CNY", presented=presented)) == Declined("amount")
    assert drawer.charge(ChargeRequest("a", 1, "EUR")) == Declined("currency")
    assert drawer.expected_minor == 0


def test_a_drawer_that_sticks_is_a_sale_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    drawer = Drawer(tmp_path / "drawer.jsonl", "CNY", kicks)
    assert isinstance(drawer.charge(SALE), Approved) and "was not opened" in caplog.text
    drawer.close()
    with (tmp_path / "drawer.jsonl").open("a") as record:
        record.write('{"what": "sale", "att')  # the power went in the next one
    again = Drawer(tmp_path / "drawer.jsonl", "CNY", kicks)
    assert again.expected_minor == 55_300 and isinstance(again.outcome_of(SALE), Approved)


def test_what_was_asked_about_can_no_longer_happen(tmp_path: Path) -> None:
    drawer = Drawer(tmp_path / "drawer.jsonl", "CNY", kicks)
    assert drawer.outcome_of(SALE) == Declined("not_started") == drawer.charge(SALE)
    assert drawer.expected_minor == 0
