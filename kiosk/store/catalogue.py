"""The catalogue on the terminal's disk: replaced whole, read by any thread, never merged.

`catalogue.db` is a cache of central's; it can always be fetched again. Readers take connections from a pool
and see one snapshot for a whole question (`reading`); a replacement writes beside them (WAL) and never waits
for them, nor they for it.
"""

from __future__ import annotations

import logging
import threading
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from sqlite_utils import Database

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import CatalogueRefused, StoreDamaged
from kiosk.domain.fares import Tariff
from kiosk.domain.layout import Layout
from kiosk.domain.network import Journey, Line, Quay, ServiceJourney, StopPlace
from kiosk.store import catalogue_schema as schema
from kiosk.store import sold_journeys
from kiosk.store.catalogue_guard import SHRINK, refuse_emptying
from kiosk.store.database import connect, errors, move_aside
from kiosk.store.download import Download
from kiosk.store.sold_journeys import SoldJourney
from kiosk.store.timetable import Network, Timetable, load_network
from sync.wire import CataloguePieces

log = logging.getLogger(__name__)

_DOUBT = "catalogue.db.doubt"  # there when something in the file could not be read


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_HasId)


class KeptAside(msgspec.Struct, frozen=True):
    """A catalogue that was refused and waits for staff."""

    version: int
    etag: str
    reason: str


class CatalogueStore:
    """What is on sale, by version."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._path = folder / "catalogue.db"
        self._key = key
        self._write_lock = threading.Lock()
        self._pool_lock = threading.Lock()
        self._idle: list[Database] = []
        self._network: Network | None = None
        self._closed = False
        self._writer = connect(self._path, key)
        try:
            with self._errors():
                self._migrate()
        except BaseException:
            self._writer.close()
            raise

    @classmethod
    def open(cls, folder: Path, key: bytes) -> CatalogueStore:
        """Like the constructor, but a damaged file is moved aside: it is only a copy of what central has.

        Open the journal first: it proves that the key is right. Damage that is met later is remembered until a start.
        """
        try:
            if (folder / _DOUBT).exists():
                raise StoreDamaged(f"{folder / 'catalogue.db'} could not be read.")
            return cls(folder, key)
        except StoreDamaged as damaged:
            log.warning("%s The catalogue will be fetched anew.", damaged)
            move_aside(folder, "catalogue.db*")
            return cls(folder, key)

    def _migrate(self) -> None:
        """A changed schema may miss what the catalogue had: forget the cursor, so that it is fetched anew."""
        db = self._writer
        changed = bool(schema.migrations.applied(db)) and bool(schema.migrations.pending(db))
        with db.atomic():
            schema.migrations.apply(db)
            if changed:
                db.execute("UPDATE head SET etag = ''")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with errors(self._path):
                yield
        except StoreDamaged:
            self._path.with_name(_DOUBT).touch()
            raise

    def close(self) -> None:
        with self._pool_lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()
        with self._write_lock:
            self._writer.close()

    # writing

    def download(self, plan: CataloguePieces) -> Download:
        """Where the body of this plan is gathered; it goes on with what is there from before."""
        return Download(self._path.parent, plan)

    def replace(self, catalogue: Catalogue, etag: str, *, share: float = SHRINK, keep: Collection[int] = ()) -> None:
        """Take over a catalogue with its cursor, or refuse it whole (CatalogueRefused) and keep it aside.

        `share`: of the stop places and journeys before that must be left; 0 = staff have confirmed it. `keep`: ids of
        journeys this terminal has sold; they stay readable for some days after they left.
        """
        with self._write_lock, self._errors():
            try:
                with self._writer.atomic():
                    head = self._writer.execute("SELECT generation, stop_places, journeys FROM head").fetchone()
                    refuse_emptying(catalogue, head[1:] if head else None, share)
                    sold_journeys.keep(self._writer, self._network_of(self._writer), catalogue, keep)
                    schema.write(self._writer, catalogue, etag, head[0] + 1 if head else 1)
                    self._writer.execute("DELETE FROM kept_aside")
            except CatalogueRefused as refused:
                self._keep_aside(catalogue, etag, str(refused))
                raise
            self._shorten_log()

    def _shorten_log(self) -> None:
        """Give the log's disk space back without waiting: a reader at work only postpones it to the next time."""
        timeout_ms = self._writer.execute("PRAGMA busy_timeout").fetchone()[0]
        self._writer.execute("PRAGMA busy_timeout = 0")
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._writer.execute(f"PRAGMA busy_timeout = {timeout_ms}")

    def _keep_aside(self, catalogue: Catalogue, etag: str, reason: str) -> None:
        body = zlib.compress(msgspec.msgpack.encode(catalogue), 1)
        with self._writer.atomic():
            self._writer.execute(
                "INSERT OR REPLACE INTO kept_aside VALUES (1, ?, ?, ?, ?)",
                [catalogue.version, etag, reason, body],
            )

    def kept_aside(self) -> KeptAside | None:
        """The refused catalogue that waits for staff, if any."""
        with self._borrow() as db:
            row = db.execute("SELECT version, etag, reason FROM kept_aside").fetchone()
        return KeptAside(*row) if row else None

    def confirm_kept_aside(self, keep: Collection[int] = ()) -> None:
        """Staff say that the smaller catalogue is meant."""
        with self._borrow() as db:
            row = db.execute("SELECT etag, body FROM kept_aside").fetchone()
        if row is None:
            raise CatalogueRefused("no catalogue is waiting to be confirmed")
        catalogue = msgspec.msgpack.decode(zlib.decompress(row[1]), type=Catalogue)
        self.replace(catalogue, row[0], share=0, keep=keep)

    def note_sale(self, origin_id: str, destination_id: str) -> None:
        """Count a sale, so that the destination comes up earlier; survives every replacement."""
        with self._write_lock, self._errors(), self._writer.atomic():
            self._writer.execute(
                """INSERT INTO destination_use VALUES (?, ?, 1)
                   ON CONFLICT DO UPDATE SET sales = sales + 1""",
                [origin_id, destination_id],
            )

    # reading

    @contextmanager
    def _borrow(self) -> Iterator[Database]:
        """A read connection with one snapshot until the end of the block."""
        with self._pool_lock:
            if self._closed:
                raise RuntimeError("the catalogue store is closed")
            db = self._idle.pop() if self._idle else None
        db = db or connect(self._path, self._key)
        try:
            with self._errors():
                db.execute("BEGIN")
                yield db
        finally:
            db.execute("ROLLBACK")
            self._give_back(db)

    def _give_back(self, db: Database) -> None:
        with self._pool_lock:
            if not self._closed:
                self._idle.append(db)
                return
        db.close()

    @contextmanager
    def reading(self) -> Iterator[Timetable | None]:
        """All questions inside the block see the same version; None when there is no catalogue yet."""
        with self._borrow() as db:
            network = self._network_of(db)
            yield Timetable(db, network) if network else None

    def _network_of(self, db: Database) -> Network | None:
        row = db.execute("SELECT generation FROM head").fetchone()
        if row is None:
            return None
        known = self._network
        if known is None or known.generation != row[0]:
            known = load_network(db)
            # an older snapshot still being read must not displace the newer lists
            if known and (self._network is None or self._network.generation < known.generation):
                self._network = known
        return known

    def network(self) -> Network | None:
        """The small lists of the version on sale."""
        with self._borrow() as db:
            return self._network_of(db)

    def whole(self) -> Catalogue | None:
        """The catalogue on sale as it came, to go on from by a delta."""
        with self._borrow() as db:
            return schema.whole(db)

    def etag(self) -> str:
        """Cursor of the catalogue on sale; "" = fetch anew."""
        with self._borrow() as db:
            row = db.execute("SELECT etag FROM head").fetchone()
        return row[0] if row else ""

    def info(self) -> Catalogue | None:
        """Version, operator, window, languages ...: the catalogue without its lists."""
        network = self.network()
        return network.head if network else None

    def tariff(self) -> Tariff:
        info = self.info()
        return info.tariff if info else Tariff()

    def stop_place(self, id_: str) -> StopPlace | None:
        return self._named(id_, lambda network: network.stop_place_by_id, lambda sold: sold.stop_places)

    def quay(self, id_: str) -> Quay | None:
        return self._named(id_, lambda network: network.quay_by_id, lambda sold: sold.quays)

    def line(self, id_: str) -> Line | None:
        return self._named(id_, lambda network: network.line_by_id, lambda sold: (sold.line,))

    def layout(self, id_: str) -> Layout | None:
        return self._named(id_, lambda network: network.layouts, lambda sold: (sold.layout,) if sold.layout else ())

    def _named(
        self, id_: str, on_sale: Callable[[Network], dict[str, _T]], of: Callable[[SoldJourney], Iterable[_T]]
    ) -> _T | None:
        """From the version on sale, else from a journey that was sold before."""
        with self._borrow() as db:
            network = self._network_of(db)
            found = on_sale(network).get(id_) if network else None
            if found is not None:
                return found
            return next((each for sold in sold_journeys.every(db) for each in of(sold) if each.id == id_), None)

    def journey(self, id_: int) -> Journey | None:
        """Also one that this terminal sold and that has left the catalogue since."""
        with self._borrow() as db:
            network = self._network_of(db)
            found = Timetable(db, network).journey(id_) if network else None
            sold = None if found else sold_journeys.one(db, id_)
        return sold.journey if sold else found

    def service_journey(self, id_: str) -> ServiceJourney | None:
        """Also one whose journeys this terminal sold and that has left the catalogue since."""
        with self._borrow() as db:
            network = self._network_of(db)
            found = Timetable(db, network).service_journey(id_) if network else None
            if found is not None:
                return found
            runs = (sold.service_journey for sold in sold_journeys.every(db))
            return next((run for run in runs if run.id == id_), None)
