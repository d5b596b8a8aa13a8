"""A terminal's store: one folder, one process, one journal; opened with every check, or not at all.

Order at the start: lock, key, version of SQLite, quick_check, migrations, hash chain, counter, projections.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from pathlib import Path
from typing import Any

from kiosk.domain import cells
from kiosk.domain.allotment import Gid
from kiosk.domain.cells import Holdings
from kiosk.domain.errors import StoreDamaged, StoreFault
from kiosk.domain.events import EpochAdopted, TerminalEnrolled
from kiosk.domain.offline import Stored
from kiosk.domain.passages import Author
from kiosk.domain.sale import Sale
from kiosk.ports import Clock, Ids
from kiosk.store import database, migrations, recheck
from kiosk.store.counter import Counter
from kiosk.store.journal import Journal
from kiosk.store.keys import store_key
from kiosk.store.network import first_use
from kiosk.store.passings import Passings
from kiosk.store.sales import Sales
from sync.chain import GENESIS

log = logging.getLogger(__name__)

FREE_MIN_BYTES = 200_000_000  # below this, selling stops while the open sale can still be finished
VERIFIED = "verified"


def open_store(
    folder: Path,
    *,
    terminal_id: int,
    incarnation: int,
    epoch: int,
    clock: Clock,
    ids: Ids,
) -> Store:
    """The store of one terminal incarnation; a fresh one begins with TerminalEnrolled (P0).

    A journal of an earlier life of this machine is set aside under its own name, never deleted.
    """
    store = Store(folder, terminal_id, incarnation, clock, ids)
    if store.journal.head()[0] == 0:
        try:
            store.journal.append(TerminalEnrolled(terminal_id=terminal_id, incarnation=incarnation, epoch=epoch))
        except BaseException:
            store.close()
            raise
    return store


class Store(Sales, Passings):
    """Journal, sales, cells, cursors of one terminal incarnation. Safe for several threads."""

    unsent_max = 250_000  # records central does not have: two weeks of a busy kiosk; then somebody must look

    def __init__(
        self,
        folder: Path,
        terminal_id: int,
        incarnation: int,
        clock: Clock,
        ids: Ids,
        *,
        free_min_bytes: int = FREE_MIN_BYTES,
    ) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self._path = folder / "journal.db"
        self._identity = (terminal_id, incarnation)
        self._clock = clock
        self.free_min_bytes = free_min_bytes
        self._closing = contextlib.ExitStack()
        try:
            self._open(clock, ids)
        except BaseException:
            self._closing.close()
            raise

    def _open(self, clock: Clock, ids: Ids) -> None:
        with database.errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock_file = self._closing.enter_context((self.folder / "store.lock").open("w"))
        database.lock(lock_file, self.folder)
        self.key = store_key(self.folder)
        recheck.check_files(self._path)
        with recheck.log_kept_if_refused(self._path):
            self._start(clock, ids)

    def _start(self, clock: Clock, ids: Ids) -> None:
        self._db = database.connect(self._path, self.key)
        self._closing.callback(lambda: self._db.close())
        with database.errors(self._path):
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                words = " ".join(found.split())
                raise StoreDamaged(f"{self._path} is damaged ({words}). Selling stops; call the operator.")
            database.settle(self._db, self._path)  # what an earlier life left in the log may be only in memory
            stale = self._migrate()
            if self._held_identity() != self._identity:
                self._set_aside(*self._held_identity())
                stale = self._migrate()
        self.counter = Counter(self.folder / "counter-{}.{}".format(*self._identity))
        self._closing.callback(self.counter.close)
        self.journal = Journal(self._path, self._db, self.lock, self._identity, clock, ids, self.counter, self._reopen)
        self._verify_chain()
        recheck.check_counter(self)
        if stale:
            self.journal.rebuild()
        else:
            recheck.repair_tables(self)

    def _migrate(self) -> bool:
        """Apply migrations; True when the projections must be folded anew."""
        migrations.journal.apply(self._db)
        stale = bool(migrations.projections.applied(self._db)) and bool(migrations.projections.pending(self._db))
        migrations.projections.apply(self._db)
        self._db.conn.execute("INSERT OR IGNORE INTO identity VALUES (1, ?, ?)", self._identity)
        return stale

    def _held_identity(self) -> tuple[int, int]:
        row = self._db.execute("SELECT terminal_id, incarnation FROM identity").fetchone()
        return int(row[0]), int(row[1])

    def _set_aside(self, terminal_id: int, incarnation: int) -> None:
        """The machine was enrolled anew: its earlier journal stays for the books, under its own name."""
        if terminal_id == self._identity[0] and incarnation > self._identity[1]:
            raise StoreDamaged(
                f"{self._path} belongs to terminal {terminal_id}.{incarnation}, but the identity beside it is the "
                f"older {terminal_id}.{self._identity[1]}. Enrol this terminal again."
            )
        kept = self._path.with_name(f"journal-{terminal_id}.{incarnation}.db")
        if kept.exists():
            raise StoreDamaged(f"{kept} exists already: two journals of one life. Call the operator.")
        self._db.close()  # the last connection folds the log into the file
        self._path.rename(kept)
        log.warning("the journal of terminal %d.%d was set aside as %s", terminal_id, incarnation, kept)
        self._reopen()

    def _reopen(self) -> None:
        with contextlib.suppress(Exception), database.errors(self._path):
            self._db.conn.close()
        self._db.conn = database.connect(self._path, self.key).conn

    def _verify_chain(self) -> None:
        """From the last verified record on; `examine` walks all of it."""
        mark = self.cursor(VERIFIED, f"0 {GENESIS}")
        seq, _, hash_ = mark.partition(" ")
        head, head_hash = self.journal.verify(int(seq), hash_)
        if (head, head_hash) != self.journal.head():
            raise StoreDamaged(
                f"{self.folder}: the journal is shorter than what was verified before. Call the operator."
            )
        if mark != f"{head} {head_hash}":
            self.set_cursor(VERIFIED, f"{head} {head_hash}")

    # state

    @property
    def healthy(self) -> bool:
        """False after a failed write, until `heal` saw one succeed: nothing new is sold."""
        return self.journal.healthy

    def heal(self) -> bool:
        """After a failed write: does the disk work again? Then selling may go on."""
        if self.healthy:
            return True
        with self.lock:
            if not self.journal.heal():
                return False
            try:
                self.set_cursor("probe", str(int(self._clock.now())))
                self.counter.check(self.journal.head()[0])
            except StoreFault as fault:
                log.warning("the store is still not usable: %s", fault)
                return False
            self.journal.healthy = True
        return True

    def examine(self) -> list[str]:
        """Every check there is, for a doctor; what was found, in words. Wrong projections are repaired."""
        with self.lock, database.errors(self._path):
            found = [row[0] for row in self._db.execute("PRAGMA integrity_check(10)").fetchall() if row[0] != "ok"]
            try:
                self.journal.verify()
            except StoreDamaged as damage:
                return [*found, str(damage)]
            before = self.tables()
            self.journal.rebuild()
            after = self.tables()
            return found + [
                f"table {name} was not what the journal says" for name in after if before[name] != after[name]
            ]

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all projections, in the order of their keys."""
        with self.lock, database.errors(self._path):
            return {
                name: self._db.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3").fetchall()
                for name in migrations.PROJECTION_TABLES
            }

    # sales

    def sale(self, sale_id: str) -> Sale | None:
        with self.lock, database.errors(self._path):
            return self.journal.projections.sale(sale_id)

    def open_sales(self) -> list[Sale]:
        """Sales that are not at rest."""
        with self.lock:
            return list(self.journal.projections.sales.values())

    def takings(self) -> list[tuple[str, str, str, int, int]]:
        """(UTC day, means, currency, sales, amount_minor)."""
        with self.lock, database.errors(self._path):
            rows = self._db.execute("SELECT day, means, currency, sales, amount_minor FROM takings ORDER BY 1, 2, 3")
            return list(rows.fetchall())

    def stored_payments(self) -> dict[str, Stored]:
        """By attempt: approved without the bank, and not known to have reached it."""
        return self.journal.projections.outstanding.payments

    def admitted(self, ticket_id: str) -> tuple[str, int] | None:
        """(gate, unix s) of the first admission that is known, here or at another gate."""
        used = first_use(self, ticket_id)
        return (used.fact.gate, used.fact.at) if used else None

    @property
    def author(self) -> Author:
        """This life of this terminal, as other gates name it."""
        return Author(*self._identity)

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

    @property
    def epoch(self) -> int:
        """Highest epoch of central this terminal has adopted; never goes down."""
        return self.journal.projections.epoch

    def adopt_epoch(self, epoch: int) -> None:
        """P11: on record, so that central knows what was released under which epoch."""
        with self.lock:
            if epoch > self.epoch:
                self.journal.append(EpochAdopted(epoch=epoch))

    # cursors

    def cursor(self, name: str, default: str = "") -> str:
        with self.lock, database.errors(self._path):
            row = self._db.execute("SELECT value FROM cursor WHERE name = ?", [name]).fetchone()
        return row[0] if row else default

    def set_cursor(self, name: str, value: str) -> None:
        self.set_cursors({name: value})

    def set_cursors(self, values: dict[str, str]) -> None:
        """All or none: one statement is one transaction."""
        put = "INSERT OR REPLACE INTO cursor VALUES " + ", ".join(["(?, ?)"] * len(values))
        with self.lock, database.errors(self._path):
            self._db.conn.execute(put, [text for pair in values.items() for text in pair])

    def close(self) -> None:
        self._closing.close()
