"""The power goes at every step of a sale whose tickets go to a phone: one charge, no second unmarked ticket."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.power.world import Acquirer, Mains, Paper, PowerCut, Terminal, quote, sales_in_journal


def life(folder: Path, acquirer: Acquirer, paper: Paper, mains: Mains) -> None:
    """Sell to a phone when nothing was ever sold here, else recover."""
    terminal = None
    try:
        terminal = Terminal(folder, acquirer, paper, mains)
        if sales_in_journal(terminal.store):
            terminal.desk.recover()
            return
        sale = terminal.desk.pay(terminal.desk.hold(quote()).sale_id)
        terminal.desk.taken(terminal.desk.show(sale.sale_id, "chosen").sale_id, said=True)
    finally:
        if terminal is not None:
            terminal.close()


def steps(folder: Path) -> int:
    mains = Mains()
    life(folder, Acquirer(), Paper(), mains)
    return mains.step


def test_at_every_step(tmp_path: Path) -> None:
    seen = set()
    for cut_at in range(1, steps(tmp_path / "count") + 1):
        folder, acquirer, paper = tmp_path / str(cut_at), Acquirer(), Paper()
        with pytest.raises(PowerCut):
            life(folder, acquirer, paper, Mains(cut_at))
        life(folder, acquirer, paper, Mains())
        terminal = Terminal(folder, acquirer, paper, Mains())
        with contextlib.closing(terminal):
            sales = [terminal.desk.sale(sale_id) for sale_id in sales_in_journal(terminal.store)]
            assert len(acquirer.charged) <= 1 and all(sale.resting for sale in sales)
            for sale in sales:
                seen.add((sale.stage, bool(sale.shown)))
                assert bool(sale.tickets) == bool(acquirer.charged), "paid without tickets, or tickets without money"
                if sale.shown:  # the code may be on a phone: paper of it would be a second ticket
                    assert paper.pages == []
                elif sale.tickets:
                    assert [paper.originals(item_no) for item_no in (0, 1)] == [1, 1]
    assert {("freed", False), ("done", False), ("undelivered", True), ("done", True)} <= seen
