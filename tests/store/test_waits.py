"""A way to pay that must wait for an earlier answer is known before anybody chooses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.power.world import Acquirer, Mains, Paper, Terminal, quote


@pytest.mark.parametrize("exclusive", [True, False])
def test_what_waits_for_an_answer_is_not_offered(folder: Path, exclusive: bool) -> None:
    acquirer = Acquirer("silence")
    acquirer.exclusive = exclusive
    acquirer.reachable_later = False
    terminal = Terminal(folder, acquirer, Paper(), Mains(), means={"cash": acquirer})
    desk = terminal.desk
    sale = desk.hold(quote())
    assert not desk.waits("cash") and not desk.waits("card")
    assert desk.pay(sale.sale_id, "cash").stage == "unresolved"
    assert desk.waits("cash") is exclusive and not desk.waits("card")
    acquirer.reachable_later = True
    desk.resolve_unresolved()
    assert not desk.waits("cash")
    terminal.close()
