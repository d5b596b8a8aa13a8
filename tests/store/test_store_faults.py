"""A full disk, a failing disk, a broken file, a wrong key: what a person is told, and that nothing is lost."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlite

from kiosk.domain.errors import StoreDamaged, StoreFault, StoreFull
from kiosk.domain.events import PlacesHeld
from kiosk.domain.items import SaleItem
from kiosk.ports import ChargeRequest, PaymentOutcome, Tell, untold
from kiosk.store import database
from kiosk.store.selling import check_may_sell, why_not_selling
from tests.conftest import SettableClock
from tests.power.world import NOW, Acquirer, Mains, Paper, Terminal, granted, quote
from tests.store.conftest import Open

ITEM = SaleItem(77, 0, 2, None, (), "", "single", "adult", 300)


def begun(number: int, text: str = "") -> PlacesHeld:
    return PlacesHeld(sale_id=f"s{number}", items=(ITEM,), currency="EUR", language=text or "en")


@contextmanager
def disk_full(folder: Path) -> Iterator[None]:
    """No file can grow any further: every write beyond its present end fails, for real."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((folder / "journal.db-wal").stat().st_size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_disk_that_takes_no_more_stops_selling_and_loses_nothing(opened: Open, folder: Path) -> None:
    store = opened()
    store.journal.append(begun(1))
    before, tables = store.journal.records(0, 10), store.tables()
    with disk_full(folder):
        with pytest.raises(StoreFault, match=r"journal\.db: .*Selling stops"):
            store.journal.append(begun(2, "x" * 5000))
        assert not store.healthy
        with pytest.raises(StoreFault, match="Nothing is sold until the disk works again"):
            check_may_sell(store)
    assert store.journal.records(0, 10) == before and store.tables() == tables and store.sale("s2") is None
    assert store.heal(), "the disk works again"
    check_may_sell(store)
    store.journal.append(begun(2))
    assert store.journal.verify()[0] == 3


def test_a_file_that_may_not_grow_is_a_full_store(opened: Open) -> None:
    store = opened()
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    with pytest.raises(StoreFull, match=r"no room, or not writable.*make room and restart"):
        for number in range(100):
            store.journal.append(begun(number, "x" * 2000))
    assert not store.healthy and store.heal()
    assert store.examine() == [] and store.journal.verify() == store.journal.head()


def test_little_room_is_told_before_a_sale_begins(folder: Path, tmp_path: Path) -> None:
    terminal = Terminal(folder, Acquirer(), Paper(), Mains())
    terminal.store.free_min_bytes = 1 << 62
    with pytest.raises(StoreFull, match=r"MB are needed to sell. Make room; nothing is lost"):
        terminal.desk.hold(quote())
    assert terminal.store.free(77) == [0xFF, 0xFF]
    assert "MB are needed to sell" in why_not_selling(terminal.store), "the screen does not offer what the desk refuses"
    terminal.store.free_min_bytes = 0
    assert why_not_selling(terminal.store) == ""
    terminal.close()


def test_a_disk_that_works_again_may_still_be_nearly_full(opened: Open, folder: Path) -> None:
    store = opened()
    store.free_min_bytes = 1 << 62
    with disk_full(folder), pytest.raises(StoreFault):
        store.journal.append(begun(1, "x" * 5000))
    assert "MB are needed to sell" in why_not_selling(store) and store.healthy
    store.free_min_bytes = 0
    assert why_not_selling(store) == ""
    store.journal.append(begun(2))


class FillsTheDisk(Acquirer):
    """While the card is read, the disk becomes full."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.limit = disk_full(folder)

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        self.limit.__enter__()
        return super().charge(request, tell)


def test_a_disk_that_fills_while_the_card_is_read_neither_loses_nor_doubles_the_money(folder: Path) -> None:
    acquirer, paper = FillsTheDisk(folder), Paper()
    terminal = Terminal(folder, acquirer, paper, Mains())
    sale = terminal.desk.hold(quote())
    try:
        with pytest.raises(StoreFault, match=r"asked again as soon as the disk works, and never charged twice"):
            terminal.desk.pay(sale.sale_id)
        assert not terminal.store.healthy
        assert terminal.store.free(77) == [0xF3, 0xF3], "the places stay in the cart"
    finally:
        acquirer.limit.__exit__(None, None, None)
    assert [each.sale_id for each in terminal.desk.unresolved()] == [sale.sale_id]
    assert terminal.store.heal()
    (carried,) = terminal.desk.recover()
    assert carried.stage == "done" and len(carried.tickets) == 2 and len(acquirer.charged) == 1
    assert paper.originals(0) == paper.originals(1) == 1 and terminal.store.examine() == []
    terminal.close()


def test_a_commit_that_failed_but_reached_the_disk_counts(opened: Open) -> None:
    """The answer to an I/O error at commit is on the disk, not in the exception."""
    store = opened()

    class CutsTheAnswer:
        """A connection whose COMMIT succeeds and then reports an I/O error."""

        def __init__(self, real: sqlite.Connection) -> None:
            self._real = real

        def execute(self, sql: str, *parameters: object) -> sqlite.Cursor:
            cursor = self._real.execute(sql, *parameters)
            if sql == "COMMIT":
                raise sqlite.OperationalError("disk I/O error")
            return cursor

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    store._db.conn = CutsTheAnswer(store._db.conn)
    (record,) = store.journal.append(begun(1))
    assert store.journal.head() == (2, record.hash) and store.sale("s1") is not None
    assert not store.healthy, "a disk that reports errors sells nothing"
    assert store.heal() and store.journal.verify()[0] == 2


def test_a_store_that_cannot_be_read_back_says_so_and_heals_later(opened: Open, folder: Path) -> None:
    store = opened()
    store.journal.append(begun(1))
    with disk_full(folder):
        for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
            (folder / name).rename(folder / f"{name}.away")
        (folder / "journal.db").mkdir()
        with pytest.raises(StoreFault):
            store.journal.append(begun(2, "x" * 5000))
        with pytest.raises(StoreFault):
            store.journal.append(begun(3))
        assert not store.healthy and not store.heal()
        assert "Nothing is sold until the disk works again" in why_not_selling(store)
    (folder / "journal.db").rmdir()
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        if (folder / f"{name}.away").exists():
            (folder / f"{name}.away").rename(folder / name)
    assert store.heal() and store.journal.head()[0] == 2 and store.sale("s1") is not None


def test_a_read_only_file_is_told_as_such(opened: Open, folder: Path) -> None:
    store = opened()
    key = store.key
    store.close()
    readonly = sqlite.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True, isolation_level=None)
    readonly.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    with pytest.raises(StoreFull, match="no room, or not writable"), database.errors(folder / "journal.db"):
        readonly.execute("INSERT INTO cursor VALUES ('a', 'b')")
    readonly.close()


@pytest.mark.parametrize("at", [0.3, 0.6, 0.9])
def test_a_damaged_file_is_refused_at_the_start(opened: Open, folder: Path, at: float) -> None:
    store = opened()
    store.journal.append(*(begun(number) for number in range(50)))
    store.close()
    path = folder / "journal.db"
    raw = bytearray(path.read_bytes())
    raw[int(len(raw) * at)] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(StoreDamaged, match=r"journal\.db.*[Cc]all the operator"):
        opened()


def test_the_key_is_a_private_file_and_the_database_says_nothing_without_it(opened: Open, folder: Path) -> None:
    store = opened()
    store.journal.append(begun(1, "Fahrgast"))
    store.close()
    key = folder / "store.key"
    assert key.stat().st_mode & 0o777 == 0o600 and len(key.read_bytes()) == 32
    assert not any(b"Fahrgast" in path.read_bytes() for path in folder.iterdir() if path.is_file())
    right = key.read_bytes()
    key.write_bytes(bytes(32))
    with pytest.raises(StoreDamaged, match="cannot be read with this key"):
        opened()
    key.write_bytes(b"short")
    with pytest.raises(StoreDamaged, match="a key has 32 bytes, this has 5"):
        opened()
    key.unlink()
    with pytest.raises(StoreDamaged, match=r"store.key is missing.*Put the key file back"):
        opened()
    key.write_bytes(right)
    assert opened().sale("s1") is not None


def test_a_counter_that_cannot_be_read_is_told(opened: Open, folder: Path) -> None:
    opened().close()
    (folder / "counter-5.1").write_text("twenty")
    with pytest.raises(StoreDamaged, match=r"counter-5.1: the counter cannot be read"):
        opened()


def test_an_expired_lease_is_not_sold(opened: Open, clock: SettableClock) -> None:
    store = opened()
    store.journal.append(granted())
    clock.time = NOW + 86400
    assert store.free(77) in ([], [0, 0])
