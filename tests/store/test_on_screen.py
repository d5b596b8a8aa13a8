"""Tickets on a phone: what is on record before a code is shown, and what becomes of the sale when the power goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.domain.errors import WrongState
from kiosk.domain.sale import Sale
from tests.power.world import Acquirer, Mains, Paper, Terminal, quote


@pytest.fixture
def paper() -> Paper:
    return Paper()


def paid(terminal: Terminal) -> Sale:
    return terminal.desk.pay(terminal.desk.hold(quote()).sale_id)


def start(folder: Path, paper: Paper) -> Terminal:
    return Terminal(folder, Acquirer(), paper, Mains())


def test_shown_tickets_are_on_record_first_are_not_printed_and_are_delivered_by_the_passengers_word(
    folder: Path, paper: Paper
) -> None:
    terminal = start(folder, paper)
    sale = terminal.desk.show(paid(terminal).sale_id, "chosen")
    assert (sale.stage, sale.shown) == ("issued", "chosen")
    last = list(terminal.store.journal.records(0, 100))[-1]
    assert last.kind == "TicketsShown" and terminal.store.counter.value == last.seq
    assert terminal.desk.show(sale.sale_id, "chosen") == sale, "a second tap changes nothing"
    assert terminal.desk.deliver(sale.sale_id).stage == "issued" and terminal.desk.recover() == []
    assert terminal.desk.taken(sale.sale_id, said=True).stage == "done"
    assert terminal.desk.taken(sale.sale_id, said=False).stage == "done"
    assert paper.pages == []
    terminal.close()


@pytest.mark.parametrize("left", ["walked away", "power"])
def test_without_the_passengers_word_the_sale_waits_for_staff_and_paper_of_it_is_a_marked_copy(
    folder: Path, paper: Paper, left: str
) -> None:
    terminal = start(folder, paper)
    sale = terminal.desk.show(paid(terminal).sale_id, "no_paper")
    if left == "power":
        terminal.close()
        terminal = start(folder, paper)
        [sale] = terminal.desk.recover()
    else:
        sale = terminal.desk.taken(sale.sale_id, said=False)
    assert sale.stage == "undelivered" and paper.pages == [], "nobody is there to take paper"
    terminal.desk.reprint(sale.tickets[0].code)
    assert [page[:3] for page in paper.pages] == [("ticket", 0, 1)]
    sale = terminal.desk.deliver(sale.sale_id)
    assert sale.stage == "done" and [page[:3] for page in paper.pages][1:] == [("ticket", 1, 1), ("receipt", 0, 0)]
    terminal.close()


def test_what_is_printed_or_not_paid_is_not_shown_instead(folder: Path, paper: Paper) -> None:
    terminal = start(folder, paper)
    held = terminal.desk.hold(quote())
    with pytest.raises(WrongState, match="held"):
        terminal.desk.show(held.sale_id, "chosen")
    done = terminal.desk.deliver(terminal.desk.pay(held.sale_id).sale_id)
    with pytest.raises(WrongState, match="done"):
        terminal.desk.show(done.sale_id, "chosen")
    terminal.close()
