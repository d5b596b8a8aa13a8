"""A damaged journal is brought back up to its last good record, or the terminal stays locked and says why."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.errors import StoreDamaged, StoreFault
from kiosk.domain.events import PlacesHeld
from kiosk.domain.items import SaleItem
from kiosk.store.histories import history
from kiosk.store.pages import PAGE
from kiosk.store.salvage import Salvaged, salvage
from sync.chain import record_hash
from sync.wire import Record
from tests.conftest import SettableClock
from tests.power.world import Acquirer, Mains, Paper, Terminal, granted, quote
from tests.store.conftest import Open

ITEM = SaleItem(77, 0, 2, None, (), "", "single", "adult", 300)


@pytest.fixture
def sold(folder: Path) -> list[Record]:
    """Twelve sales of a terminal that was closed; its journal's records."""
    terminal = Terminal(folder, Acquirer(), Paper(), Mains())
    for n in range(2, 5):
        terminal.store.journal.append(granted(n, 1000 + n))
        for first in (0, 2, 4, 6):
            sale = terminal.desk.pay(terminal.desk.hold(quote((first, first + 1), 1000 + n)).sale_id)
            terminal.desk.deliver(sale.sale_id)
    records = terminal.store.journal.records(0, 10_000)
    terminal.store.set_cursor("push.accepted_seq", "17")
    terminal.close()
    return records


def bring_back(folder: Path) -> Salvaged:
    return salvage(folder, 5, 1, SettableClock(), TimeOrderedIds())


def test_a_whole_journal_comes_back_whole_and_may_sell(folder: Path, sold: list[Record], opened: Open) -> None:
    before = (folder / "journal.db").read_bytes()
    result = bring_back(folder)
    assert (result.head, result.locked, result.unplaced) == (len(sold), "", 0)
    assert (result.kept / "journal.db").read_bytes() == before
    store = opened()
    assert store.journal.records(0, 10_000) == sold and store.cursor("push.accepted_seq") == "17"
    assert store.examine() == [] and len(store.sales_in("done")) == 12


def test_a_damaged_first_sector_which_sqlite_refuses_loses_no_record(folder: Path, sold: list[Record]) -> None:
    path = folder / "journal.db"
    raw = bytearray(path.read_bytes())
    raw[3] ^= 1  # the salt: now no page has the right HMAC
    path.write_bytes(raw)
    result = bring_back(folder)
    assert result.head == len(sold) and "What central last said" in result.locked


def test_any_damaged_page_is_cut_out_or_locks(folder: Path, sold: list[Record], tmp_path: Path) -> None:
    raw = (folder / "journal.db").read_bytes()
    heads, behind_a_gap = set(), 0
    for page in range(len(raw) // PAGE):
        copy = tmp_path / f"page-{page}"
        shutil.copytree(folder, copy)
        damaged = bytearray(raw)
        damaged[page * PAGE : (page + 1) * PAGE] = random.Random(page).randbytes(PAGE)
        (copy / "journal.db").write_bytes(damaged)
        result = bring_back(copy)
        assert (result.kept / "journal.db").read_bytes() == damaged
        heads.add(result.head)
        behind_a_gap += result.unplaced > 0
        if result.locked:
            assert result.head < len(sold) or "What central last said" in result.locked
            with pytest.raises(StoreDamaged, match="enrol this terminal again"):
                Terminal(copy, Acquirer(), Paper(), Mains())
        else:
            terminal = Terminal(copy, Acquirer(), Paper(), Mains())
            assert terminal.store.journal.records(0, 10_000) == sold[: result.head]
            terminal.close()
    assert {0, len(sold)} < heads and behind_a_gap, "some page held the first record, and some none at all"


def test_records_that_are_only_in_the_log_come_back(folder: Path, tmp_path: Path) -> None:
    terminal = Terminal(folder, Acquirer(), Paper(), Mains())
    sale = terminal.desk.pay(terminal.desk.hold(quote()).sale_id)
    terminal.desk.deliver(sale.sale_id)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    records = terminal.store.journal.records(0, 100)
    terminal.close()
    raw = bytearray((copy / "journal.db-wal").read_bytes())
    raw[len(raw) // 2] ^= 0xFF  # SQLite leaves out everything from this frame on
    (copy / "journal.db-wal").write_bytes(raw)
    with pytest.raises(StoreDamaged, match="already acted on record"):
        Terminal(copy, Acquirer(), Paper(), Mains(), TimeOrderedIds())
    assert (copy / "journal.db-wal.refused").read_bytes() == raw, "a refused start drops no evidence"
    result = bring_back(copy)
    assert result.head == len(records) and not result.locked
    assert sorted(path.name for path in copy.glob("journal.db*")) == ["journal.db"]
    again = Terminal(copy, Acquirer(), Paper(), Mains(), TimeOrderedIds())
    assert again.store.journal.records(0, 100) == records and again.store.examine() == []
    again.close()


@pytest.mark.parametrize("harm", ["emptied", "gone"])
def test_a_log_without_its_file_is_not_dropped(folder: Path, tmp_path: Path, harm: str) -> None:
    terminal = Terminal(folder, Acquirer(), Paper(), Mains())
    sale = terminal.desk.pay(terminal.desk.hold(quote()).sale_id)
    terminal.desk.deliver(sale.sale_id)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    head = terminal.store.journal.head()[0]
    terminal.close()
    (copy / "journal.db").unlink()
    if harm == "emptied":
        (copy / "journal.db").touch()
    with pytest.raises(StoreDamaged, match="is empty or gone, but its log is there"):
        Terminal(copy, Acquirer(), Paper(), Mains(), TimeOrderedIds())
    result = bring_back(copy)
    assert result.head == head and "What central last said" in result.locked


def test_long_records_over_several_pages_come_back(opened: Open, folder: Path) -> None:
    store = opened()
    for number, length in enumerate((10, 3900, 4100, 9000, 30_000)):
        store.journal.append(PlacesHeld(sale_id=f"s{number}", items=(ITEM,), currency="EUR", language="x" * length))
    records = store.journal.records(0, 100)
    store.close()
    assert bring_back(folder).head == len(records) == 6
    assert opened().journal.records(0, 100) == records


def test_without_its_counter_nobody_knows_so_it_stays_locked(folder: Path, sold: list[Record], opened: Open) -> None:
    (folder / "counter-5.1").write_text("twenty")
    result = bring_back(folder)
    assert result.head == len(sold) and "The counter is missing, old or unreadable" in result.locked
    with pytest.raises(StoreDamaged, match="enrol this terminal again"):
        opened()
    again = bring_back(folder)
    assert again.locked and again.kept != result.kept, "it stays locked, however often it is salvaged"
    store = opened(incarnation=2)
    assert store.journal.head()[0] == 1 and (folder / "journal-5.1.db").exists()


def test_with_the_wrong_key_everything_stays_as_it_was(folder: Path, sold: list[Record]) -> None:
    before = (folder / "journal.db").read_bytes()
    (folder / "store.key").write_bytes(bytes(32))
    with pytest.raises(StoreDamaged, match=r"not one record of terminal 5\.1 can be read"):
        bring_back(folder)
    assert (folder / "journal.db").read_bytes() == before


def test_it_does_not_work_beside_a_running_terminal(opened: Open, folder: Path) -> None:
    opened()
    with pytest.raises(StoreFault, match="in use by another program"):
        bring_back(folder)


def chained(previous: str, seq: int, body: str) -> Record:
    hash_ = record_hash(previous, 5, 1, seq, f"e{seq}{body}", "Kind", 1, body, 0)
    return Record(seq, f"e{seq}{body}", "Kind", 1, body, 0, previous, hash_)


def test_of_two_histories_the_longer_is_taken_and_named_in_doubt() -> None:
    first = chained("0" * 64, 1, "a")
    left, right = chained(first.hash, 2, "left"), chained(first.hash, 2, "right")
    longer = chained(right.hash, 3, "more")
    strange = chained("0" * 64, 4, "alone")
    forged = Record(2, "x", "Kind", 1, "{}", 0, first.hash, "00" * 32)
    past = history([strange, forged, longer, left, right, first], 5, 1)
    assert past.records == [first, right, longer] and past.forked_at == 2 and past.unplaced == 1
    assert history([first, left], 5, 2).records == [], "another incarnation's records never fit"
