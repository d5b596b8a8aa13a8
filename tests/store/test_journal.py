"""The journal keeps every fact, in order, unalterable; what does not fit its chain is found."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlite

from kiosk.domain.errors import KioskError, StoreDamaged, StoreFault
from kiosk.domain.events import PlacesHeld, TicketIssued
from kiosk.domain.items import SaleItem
from kiosk.store import database
from kiosk.store.codec import decode
from kiosk.store.store import Store
from sync.chain import GENESIS, record_hash
from tests.power.world import granted
from tests.store.conftest import Open

ITEM = SaleItem(77, 0, 2, None, (), "", "single", "adult", 300)


def begun(number: int) -> PlacesHeld:
    return PlacesHeld(sale_id=f"s{number}", items=(ITEM,), currency="EUR")


def sabotage(folder: Path, *statements: str) -> None:
    """Change the file behind the program's back, with its key but without its triggers."""
    db = database.connect(folder / "journal.db", (folder / "store.key").read_bytes())
    for trigger in ("journal_is_not_edited", "journal_is_not_cut", "journal_has_no_gap"):
        db.conn.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        db.conn.execute(statement)
    db.close()


def test_a_fresh_store_begins_with_the_enrolment_and_chains_what_follows(opened: Open) -> None:
    store = opened()
    store.journal.append(begun(1), begun(2))
    first, second, third = store.journal.records(0, 10)
    assert [r.seq for r in (first, second, third)] == [1, 2, 3]
    assert (first.kind, first.previous_hash) == ("TerminalEnrolled", GENESIS)
    assert second.previous_hash == first.hash and third.previous_hash == second.hash
    assert third.hash == record_hash(
        second.hash, 5, 1, 3, third.event_id, third.kind, third.version, third.body, third.recorded_at_ms
    )
    assert decode(second.body) == begun(1)
    assert store.journal.verify() == store.journal.head() == (3, third.hash)
    assert store.journal.records(2, 10) == [third] and store.journal.records(0, 1) == [first]


def test_everything_is_there_after_closing_and_opening(opened: Open) -> None:
    store = opened()
    store.journal.append(granted(), begun(1))
    before, tables = store.journal.records(0, 10), store.tables()
    store.close()
    again = opened()
    assert again.journal.records(0, 10) == before and again.tables() == tables
    assert again.free(77) == [0xFF, 0xFF] and again.sale("s1") is not None
    assert again.examine() == []


def test_facts_that_contain_their_own_seq_are_built_with_it(opened: Open) -> None:
    store = opened()
    store.journal.append(begun(1))

    def build(seq: int) -> list[TicketIssued]:
        return [TicketIssued(sale_id="s1", item_no=0, payload=f"{seq:02x}", code="C")]

    (record,) = store.journal.append_built(build)
    assert (record.seq, store.sale("s1").tickets[0].seq) == (3, 3)  # type: ignore[union-attr]
    assert store.sale_by_code("C") == [store.sale("s1")]


def test_a_refused_build_leaves_nothing_behind(opened: Open) -> None:
    store = opened()
    head, tables = store.journal.head(), store.tables()
    with pytest.raises(KioskError, match="never began"):
        store.journal.append(begun(1), TicketIssued(sale_id="unknown", item_no=0, payload="", code=""))
    assert (store.journal.head(), store.tables()) == (head, tables)
    assert store.healthy and store.sale("s1") is None


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE journal SET body = '{}' WHERE seq = 1", "append only"),
        ("DELETE FROM journal WHERE seq = 2", "append only"),
        ("INSERT OR REPLACE INTO journal SELECT seq, event_id, kind, 9, body, 0, hash, hash FROM journal", "no gap"),
        ("INSERT INTO journal VALUES (9, 'x', 'k', 1, '', 0, '', '')", "no gap"),
        ("INSERT INTO journal VALUES ('three', 'x', 'k', 1, '', 0, '', '')", "datatype mismatch|no gap"),
    ],
)
def test_the_journal_cannot_be_edited_in_place(opened: Open, statement: str, words: str) -> None:
    store = opened()
    store.journal.append(begun(1))
    with pytest.raises(sqlite.Error, match=words):
        store._db.conn.execute(statement)
    assert store.journal.verify()[0] == 2


@pytest.mark.parametrize("column", ["body = '{}'", "kind = 'X'", "recorded_at_ms = 1", "event_id = 'e'", "version = 2"])
def test_an_edited_record_is_found_at_the_start(opened: Open, folder: Path, column: str) -> None:
    store = opened()
    store.journal.append(begun(1), begun(2))
    store.close()
    sabotage(folder, f"UPDATE journal SET {column} WHERE seq = 2")
    with pytest.raises(StoreDamaged, match=r"record 2 does not fit the chain. Selling stops; call the operator"):
        opened()


def test_an_edit_before_the_verified_mark_is_found_by_the_full_examination(opened: Open, folder: Path) -> None:
    for _ in range(2):
        store = opened()
        store.journal.append(begun(store.journal.head()[0]))
        store.close()
    sabotage(folder, "UPDATE journal SET recorded_at_ms = 1 WHERE seq = 1")
    (finding,) = opened().examine()
    assert "record 1 does not fit the chain" in finding


def test_a_cut_journal_is_found(opened: Open, folder: Path) -> None:
    opened().close()
    store = opened()
    store.journal.append(begun(1))
    store.close()
    opened().close()
    sabotage(folder, "DELETE FROM journal WHERE seq = 2")
    with pytest.raises(StoreDamaged, match="shorter than what was verified"):
        opened()


def test_a_backup_older_than_what_was_printed_is_locked(opened: Open, folder: Path, tmp_path: Path) -> None:
    store = opened()
    store.close()
    shutil.copy(folder / "journal.db", tmp_path / "backup.db")
    store = opened()
    store.counter.advance(store.journal.append(begun(1))[-1].seq)
    store.close()
    shutil.copy(tmp_path / "backup.db", folder / "journal.db")
    with pytest.raises(StoreDamaged, match=r"ends at record 1, but the terminal already acted on record 2.*enrol"):
        opened()


def test_reading_for_the_outbox_moves_the_counter_first(opened: Open) -> None:
    store = opened()
    store.journal.append(begun(1), begun(2))
    assert (store.counter.value, store.counter.sent) == (0, 0)
    store.journal.records(0, 2)
    # Over the whole journal: what was not voided before this moment is central's to refund (P12).
    assert (store.counter.value, store.counter.sent) == (3, 3)


def test_a_record_of_a_newer_program_is_named(opened: Open) -> None:
    with pytest.raises(StoreDamaged, match="written by a newer program"):
        decode('{"kind":"TicketTeleported","sale_id":"s"}')


def test_a_second_program_on_the_same_folder_is_refused(opened: Open, folder: Path) -> None:
    store = opened()
    code = f"""
import pathlib
from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.store.store import Store
Store(pathlib.Path({str(folder)!r}), 5, 1, SystemClock(), TimeOrderedIds())
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, timeout=60)
    assert done.returncode != 0 and "in use by another program; a terminal runs once" in done.stderr
    store.journal.append(begun(1))
    with pytest.raises(StoreFault, match="in use"):
        opened()


def test_an_earlier_life_is_set_aside_and_kept(opened: Open, folder: Path) -> None:
    store = opened()
    store.counter.advance(store.journal.append(begun(1))[-1].seq)
    store.close()
    new = opened(incarnation=2)
    assert [r.kind for r in new.journal.records(0, 10)] == ["TerminalEnrolled"] and new.sale("s1") is None
    key = new.key
    new.close()
    kept = database.connect(folder / "journal-5.1.db", key)
    assert kept.execute("SELECT count(*) FROM journal").fetchone() == (2,)
    kept.close()
    with pytest.raises(StoreDamaged, match=r"belongs to terminal 5.2, but the identity beside it is the older 5.1"):
        opened(incarnation=1)


def test_projections_of_an_older_program_are_folded_anew(opened: Open, folder: Path) -> None:
    store = opened()
    store.journal.append(granted(), begun(1))
    tables = store.tables()
    store.close()
    sabotage_free = database.connect(folder / "journal.db", (folder / "store.key").read_bytes())
    sabotage_free.conn.execute("DROP TABLE takings")
    sabotage_free.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm002_takings'")
    sabotage_free.conn.execute("DELETE FROM sale")
    sabotage_free.close()
    assert opened().tables() == tables


def test_wrong_projections_are_found_and_repaired(opened: Open) -> None:
    store: Store = opened()
    store.journal.append(granted(), begun(1))
    tables = store.tables()
    store._db.conn.execute("DELETE FROM holding")
    assert store.examine() == ["table holding was not what the journal says"]
    assert store.tables() == tables and store.free(77) == [0xFF, 0xFF] and store.examine() == []
