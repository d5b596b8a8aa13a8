"""A terminal's store: one folder, one process, one journal; opened with every check, or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import secrets
import shutil
import threading
from pathlib import Path
from typing import IO

from kiosk.domain import cells
from kiosk.domain.allotment import Gid
from kiosk.domain.cells import Holdings
from kiosk.domain.errors import StoreDamaged, StoreFault, StoreFull
from kiosk.domain.sale import Sale
from kiosk.ports import Clock, Ids
from kiosk.store import database, migrations
from kiosk.store.counter import Counter
from kiosk.store.journal import Journal
from kiosk.store.projections import _sale

FREE_MIN_BYTES = 200_000_000  # below this, selling stops while the open sale can still be finished


class Store:
    """Journal, sales, cells, cursors of one terminal incarnation."""

    def __init__(self, folder: Path, terminal_id: int, incarnation: int, clock: Clock, ids: Ids) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self._clock = clock
        self._closing = contextlib.ExitStack()
        try:
            self._open(folder, (terminal_id, incarnation), clock, ids)
        except BaseException:
            self._closing.close()
            raise

    def _open(self, folder: Path, identity: tuple[int, int], clock: Clock, ids: Ids) -> None:
        with database.errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock_file = self._closing.enter_context((folder / "store.lock").open("w"))
        _lock(lock_file, folder)
        self.key = store_key(folder)
        path = folder / "journal.db"
        self._db = database.connect(path, self.key)
        self._closing.callback(self._db.close)
        with database.errors(path):
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise StoreDamaged(f"{path} is damaged ({found}). Selling stops; call the operator.")
            rebuild = self._migrate(identity, path)
        self.journal = Journal(path, self._db, self.lock, identity, clock, ids)
        self._verify_chain()
        self.counter = Counter(folder / "counter")
        self._closing.callback(self.counter.close)
        self.counter.check(self.journal.head()[0])
        if rebuild:
            self.journal.rebuild()

    def _migrate(self, identity: tuple[int, int], path: Path) -> bool:
        """Apply migrations; True when the projections must be folded anew."""
        migrations.journal.apply(self._db)
        stale = bool(migrations.projections.applied(self._db)) and bool(migrations.projections.pending(self._db))
        migrations.projections.apply(self._db)
        self._db.conn.execute("INSERT OR IGNORE INTO identity VALUES (1, ?, ?)", identity)
        held = self._db.execute("SELECT terminal_id, incarnation FROM identity").fetchone()
        if held != identity:
            raise StoreDamaged(
                f"{path} belongs to terminal {held[0]}.{held[1]}, this is {identity[0]}.{identity[1]}. "
                "Move it aside; its records are needed for the books."
            )
        return stale

    def _verify_chain(self) -> None:
        """From the last verified record on; `Journal.verify()` alone walks all of it."""
        seq, _, hash_ = self.cursor("verified", "0 ").partition(" ")
        head, head_hash = self.journal.verify(int(seq), hash_ or "0" * 64)
        if (head, head_hash) != self.journal.head():
            raise StoreDamaged(
                f"{self.folder}: the journal is shorter than what was verified before. Call the operator."
            )
        self.set_cursor("verified", f"{head} {head_hash}")

    # state

    @property
    def healthy(self) -> bool:
        """False after a write whose result could not even be read back."""
        return self.journal.healthy

    def check_room(self) -> None:
        """StoreFull when the disk is nearly full: told before a sale, not in the middle of one."""
        free = shutil.disk_usage(self.folder).free
        if free < FREE_MIN_BYTES:
            raise StoreFull(
                f"{self.folder}: {free // 1_000_000} MB free, {FREE_MIN_BYTES // 1_000_000} MB are needed to sell. "
                "Make room; nothing is lost."
            )

    def sale(self, sale_id: str) -> Sale | None:
        with self.lock, database.errors(self.folder):
            return self.journal.projections.sale(sale_id)

    def open_sales(self) -> list[Sale]:
        """Sales that are not at rest."""
        with self.lock:
            return list(self.journal.projections.sales.values())

    def sales_in(self, stage: str) -> list[Sale]:
        """Sales in one stage, oldest first: "undelivered" is the staff's list."""
        with self.lock, database.errors(self.folder):
            rows = self._db.execute("SELECT state FROM sale WHERE stage = ? ORDER BY opened_seq", [stage]).fetchall()
        return [_sale.decode(row[0]) for row in rows]

    def sale_by_code(self, code: str) -> list[Sale]:
        """Sales with a ticket of this human code; nearly always one."""
        with self.lock, database.errors(self.folder):
            rows = self._db.execute(
                "SELECT DISTINCT state FROM ticket JOIN sale USING (sale_id) WHERE code = ?", [code]
            ).fetchall()
        return [_sale.decode(row[0]) for row in rows]

    def admitted(self, ticket_id: str) -> tuple[str, int] | None:
        """(gate, unix s) of the first admission here."""
        with self.lock, database.errors(self.folder):
            row = self._db.execute("SELECT gate, at FROM admitted WHERE ticket_id = ?", [ticket_id]).fetchone()
        return (row[0], row[1]) if row else None

    # cells

    def holdings(self, journey_id: int) -> Holdings:
        """All grants of a journey."""
        return self.journal.projections.holdings.get(journey_id, {})

    def journeys_held(self) -> list[int]:
        return list(self.journal.projections.holdings)

    def free(self, journey_id: int) -> list[int] | None:
        """Cells that may be sold now, one integer a segment; None = nothing was ever granted."""
        holdings = self.holdings(journey_id)
        return cells.free(holdings, self._clock.now()) if holdings else None

    @property
    def last_gid(self) -> Gid:
        return self.journal.projections.last_gid

    # cursors

    def cursor(self, name: str, default: str = "") -> str:
        with self.lock, database.errors(self.folder):
            row = self._db.execute("SELECT value FROM cursor WHERE name = ?", [name]).fetchone()
        return row[0] if row else default

    def set_cursor(self, name: str, value: str) -> None:
        with self.lock, database.errors(self.folder):
            self._db.conn.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (name, value))

    def close(self) -> None:
        self._closing.close()


def _lock(file: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreFault(f"{folder} is in use by another program; a terminal runs once") from None


def store_key(folder: Path) -> bytes:
    """The key of the folder's databases, made on first use, in a file of its own (a backup has no key)."""
    path = folder / "store.key"
    with database.errors(path):
        if not path.exists():
            if (folder / "journal.db").exists():
                raise StoreDamaged(f"{path} is missing: the store beside it cannot be read without it")
            database.durable_write(path, secrets.token_bytes(32))
        key = path.read_bytes()
        path.chmod(0o600)
    if len(key) != 32:
        raise StoreDamaged(f"{path} is damaged: a key has 32 bytes, this has {len(key)}")
    return key
