"""The power goes at every step of a sale, and again at every step of the recovery: nothing lost, nothing doubled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kiosk.domain.errors import KioskError
from kiosk.domain.sale import Sale
from tests.power.world import Acquirer, Mains, Paper, PowerCut, Terminal, sales_in_journal, sell

# Every fourth first cut, with all second ones; KIOSK_EVERY_CUT=1 takes the other three quarters too (a minute more).
PARTS = range(4) if os.environ.get("KIOSK_EVERY_CUT") else (0,)
SCENARIOS = {
    "approved": ("approve", ()),
    "declined twice": ("decline", ()),
    "no answer": ("silence", ()),
    "cover open once": ("approve", ("refuse",)),
    "torn page": ("approve", ("tear",)),
    "printer dead": ("approve", ("refuse", "refuse", "refuse", "refuse", "refuse", "refuse")),
}


def live(folder: Path, acquirer: Acquirer, paper: Paper, mains: Mains) -> None:
    """One life: recover what is there, or sell when nothing ever was."""
    terminal = None
    try:
        terminal = Terminal(folder, acquirer, paper, mains)
        if sales_in_journal(terminal.store):
            terminal.desk.recover()
        else:
            sell(terminal)
    finally:
        if terminal is not None:
            terminal.close()


def steps(tmp_path: Path, scenario: str) -> int:
    mood, pages = SCENARIOS[scenario]
    mains = Mains()
    live(tmp_path / "count", Acquirer(mood), Paper(pages), mains)
    return mains.step


def last_word(folder: Path, acquirer: Acquirer, paper: Paper) -> tuple[list[Sale], Terminal]:
    terminal = Terminal(folder, acquirer, paper, Mains())
    sales = [terminal.desk.sale(sale_id) for sale_id in sales_in_journal(terminal.store)]
    return sales, terminal


def check(folder: Path, acquirer: Acquirer, paper: Paper) -> str:
    """The oracle: the acquirer's book and the paper against the journal, after one more ordinary restart."""
    live(folder, acquirer, paper, Mains())
    sales, terminal = last_word(folder, acquirer, paper)
    try:
        assert len(acquirer.charged) <= 1, "charged twice"
        assert len(sales) <= 1
        for item_no in (0, 1):
            assert paper.originals(item_no) <= 1, "two unmarked tickets"
        if not sales:
            assert not acquirer.charged and not paper.pages
            return "nothing happened"
        (sale,) = sales
        if acquirer.charged:
            assert sale.paid and len(sale.tickets) == 2, "money without tickets"
            assert sale.stage in ("done", "undelivered"), sale.stage
            if sale.stage == "done":
                for item_no in (0, 1):
                    assert any(p[:2] == ("ticket", item_no) and not p[3] for p in paper.pages), "done without paper"
        else:
            assert sale.stage == "freed" and not paper.pages, "paper without money"
            assert terminal.store.free(77) == [0xFF, 0xFF], "places lost"
        before = {t: terminal.store._db.execute(f"SELECT * FROM {t}").fetchall() for t in ("sale", "ticket", "holding")}
        terminal.store.journal.rebuild()
        after = {t: terminal.store._db.execute(f"SELECT * FROM {t}").fetchall() for t in ("sale", "ticket", "holding")}
        assert before == after, "the projections are not the journal's"
        terminal.store.journal.verify()
        return sale.stage
    finally:
        terminal.close()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_one_cut_at_every_step(tmp_path: Path, scenario: str) -> None:
    mood, pages = SCENARIOS[scenario]
    total = steps(tmp_path, scenario)
    assert total >= 8
    ends = set()
    for cut in range(1, total + 1):
        folder, acquirer, paper = tmp_path / str(cut), Acquirer(mood), Paper(pages)
        with pytest.raises(PowerCut):
            live(folder, acquirer, paper, Mains(cut))
        live(folder, acquirer, paper, Mains())
        ends.add(check(folder, acquirer, paper))
    assert ends <= {"nothing happened", "freed", "done", "undelivered"}


@pytest.mark.parametrize("scenario", ["approved", "no answer", "torn page"])
@pytest.mark.parametrize("part", PARTS)
def test_a_second_cut_at_every_step_of_the_recovery(tmp_path: Path, scenario: str, part: int) -> None:
    mood, pages = SCENARIOS[scenario]
    total = steps(tmp_path, scenario)
    histories = 0
    for first in range(1 + part, total + 1, 4):
        second = 0
        while True:
            second += 1
            folder, acquirer, paper = tmp_path / f"{first}-{second}", Acquirer(mood), Paper(pages)
            with pytest.raises(PowerCut):
                live(folder, acquirer, paper, Mains(first))
            try:
                live(folder, acquirer, paper, Mains(second))
            except PowerCut:
                live(folder, acquirer, paper, Mains())
                check(folder, acquirer, paper)
                histories += 1
            else:
                check(folder, acquirer, paper)
                break
    assert histories > total // 2


def test_a_terminal_that_cannot_be_reached_leaves_the_sale_unresolved(tmp_path: Path) -> None:
    acquirer, paper = Acquirer("silence"), Paper()
    acquirer.reachable_later = False
    live(tmp_path / "s", acquirer, paper, Mains())
    live(tmp_path / "s", acquirer, paper, Mains())
    sales, terminal = last_word(tmp_path / "s", acquirer, paper)
    assert [sale.stage for sale in sales] == ["unresolved"] and not paper.pages
    with pytest.raises(KioskError, match="unresolved, not held"):
        terminal.desk.pay(sales[0].sale_id)
    assert terminal.store.free(77) == [0xF3, 0xF3], "the places stay held"
    acquirer.reachable_later = True
    (settled,) = terminal.desk.resolve_unresolved()
    assert settled.stage == "undelivered" and len(settled.tickets) == 2 and len(acquirer.charged) == 1
    assert terminal.desk.find_by_code(settled.tickets[0].code.lower().replace("-", " ")) == [settled]
    terminal.close()


def test_a_dead_printer_leaves_valid_tickets_and_a_later_reprint(tmp_path: Path) -> None:
    acquirer, paper = Acquirer(), Paper(("tear", "refuse", "refuse"))
    live(tmp_path / "s", acquirer, paper, Mains())
    sales, terminal = last_word(tmp_path / "s", acquirer, paper)
    assert sales[0].stage == "undelivered" and len(sales[0].tickets) == 2
    after = terminal.desk.deliver(sales[0].sale_id)
    assert after.stage == "done"
    assert paper.pages == [
        ("ticket", 0, 0, True),
        ("ticket", 0, 1, False),
        ("ticket", 1, 0, False),
        ("receipt", 0, 0, False),
    ]
    terminal.desk.reprint(after.tickets[1].code)
    assert paper.pages[-1] == ("ticket", 1, 1, False), "a reprint of a printed ticket is a marked copy"
    terminal.close()
