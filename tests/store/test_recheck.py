"""At the start the tables are compared with the journal, and the counter with both."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.domain.errors import StoreDamaged
from kiosk.store import recheck
from tests.power.world import Acquirer, Mains, Paper, Terminal, granted, quote
from tests.store.test_journal import sabotage


def terminal(folder: Path) -> Terminal:
    return Terminal(folder, Acquirer(), Paper(), Mains())


@pytest.fixture
def sold(folder: Path) -> Path:
    """Two sales, one of them not printed yet, and the program ended."""
    life = terminal(folder)
    life.desk.deliver(life.desk.pay(life.desk.hold(quote()).sale_id).sale_id)
    life.desk.pay(life.desk.hold(quote((4, 5))).sale_id)
    life.store.journal.append(granted(2, 78))
    life.close()
    return folder


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE holding SET state = x'0000000000000000000000000000000000'",
        "DELETE FROM holding",
        "UPDATE sale SET stage = 'held' WHERE stage = 'done'",
        "DELETE FROM sale WHERE stage = 'issued'",
        "DELETE FROM ticket WHERE item_no = 1",
        "UPDATE takings SET amount_minor = amount_minor - 1",
        "INSERT INTO admitted VALUES ('x', 1, 'north', 5)",
        "DELETE FROM cursor WHERE name = 'epoch'; UPDATE holding SET epoch = 2",
    ],
)
def test_a_table_that_is_not_what_the_journal_says_is_folded_anew(sold: Path, change: str) -> None:
    life = terminal(sold)
    right, free = life.store.tables(), life.store.free(77)
    assert recheck.repair_tables(life.store) == []
    life.close()
    sabotage(sold, *change.split(";"))
    life = terminal(sold)
    assert life.store.tables() == right and life.store.free(77) == free and life.store.epoch == 1
    assert recheck.repair_tables(life.store) == []
    life.close()


def test_nothing_is_folded_from_a_record_that_was_edited(sold: Path) -> None:
    terminal(sold).close()
    sabotage(sold, "UPDATE journal SET body = replace(body, '6000', '1') WHERE kind = 'PaymentRequested'")
    with pytest.raises(StoreDamaged, match=r"record \d+ does not fit the chain"):
        terminal(sold)


def test_an_edited_record_that_cannot_be_read_is_named(sold: Path) -> None:
    terminal(sold).close()
    sabotage(sold, "UPDATE journal SET body = '{}' WHERE seq = 1")
    with pytest.raises(StoreDamaged, match="record 1 does not fit the chain"):
        terminal(sold)


def test_a_journal_that_is_too_long_to_fold_is_left_to_the_doctor(sold: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recheck, "FOLDED_MAX", 3)
    sabotage(sold, "DELETE FROM ticket WHERE item_no = 1")
    life = terminal(sold)
    assert life.store.examine() == ["table ticket was not what the journal says"]
    life.close()


def test_a_counter_that_is_gone_or_old_is_missed(sold: Path) -> None:
    path = sold / "counter-5.1"
    right = path.read_bytes()
    path.unlink()
    with pytest.raises(StoreDamaged, match="counter is missing or an older one was put back"):
        terminal(sold)
    path.write_bytes(b"")
    with pytest.raises(StoreDamaged, match="counter is missing or an older one was put back"):
        terminal(sold)
    path.write_bytes(right)
    life = terminal(sold)
    assert life.store.counter.value == life.store.journal.head()[0], "what was read at a start will be missed"
    life.close()
    path.write_bytes(right)
    with pytest.raises(StoreDamaged, match="counter is missing or an older one was put back"):
        terminal(sold)


def test_a_counter_that_never_moved_is_not_missed(folder: Path) -> None:
    life = terminal(folder)
    life.store.journal.append(granted(2, 78))
    life.close()
    (folder / "counter-5.1").unlink()
    life = terminal(folder)
    assert life.store.journal.head()[0] > 0
    life.close()
