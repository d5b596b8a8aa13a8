"""When nothing new may be sold, the desk itself refuses: before places are taken and before money moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.domain.errors import StoreDamaged, StoreFull
from kiosk.store.selling import ACCEPTED, FORKED, why_not_selling
from tests.power.world import Acquirer, Mains, Paper, Terminal, quote

WHY = "central has other records than this terminal: this disk is a copy. Enrol this terminal again."


def test_a_second_history_of_this_journal_ends_selling_at_once(folder: Path) -> None:
    acquirer = Acquirer()
    terminal = Terminal(folder, acquirer, Paper(), Mains())
    held = terminal.desk.hold(quote((2, 3)))
    assert why_not_selling(terminal.store) == ""
    terminal.store.set_cursor(FORKED, WHY)
    with pytest.raises(StoreDamaged, match="this disk is a copy"):
        terminal.desk.hold(quote((4, 5)))
    with pytest.raises(StoreDamaged, match="this disk is a copy"):
        terminal.desk.pay(held.sale_id)
    assert not acquirer.charged and why_not_selling(terminal.store) == WHY
    assert terminal.desk.free(held.sale_id).resting
    assert terminal.store.free(77) == [0xFF, 0xFF], "what was held is free again, nothing new was taken"
    terminal.close()


def test_a_backlog_beyond_all_measure_ends_selling_until_central_has_it(folder: Path) -> None:
    acquirer = Acquirer()
    terminal = Terminal(folder, acquirer, Paper(), Mains())
    held = terminal.desk.hold(quote((2, 3)))
    terminal.store.unsent_max = terminal.store.journal.head()[0] - 1
    with pytest.raises(StoreFull, match="records are not with central"):
        terminal.desk.pay(held.sale_id)
    assert not acquirer.charged and "Bring the link back" in why_not_selling(terminal.store)
    terminal.store.set_cursor(ACCEPTED, "1")
    assert why_not_selling(terminal.store) == ""
    terminal.desk.pay(held.sale_id)
    assert len(acquirer.charged) == 1
    terminal.close()
