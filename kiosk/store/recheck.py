"""At the start: is what the tables say what the journal says, and does the counter fit both?

Every page has its HMAC, so a damaged page is found when `quick_check` reads it. What that cannot find is a page that
is whole and old: a disk that said "written" and did not. In the journal's own table the chain tells; in a projection
only the journal can. A wrong holding could sell a place twice, so all of it is folded again, in memory, before anything
is sold: 1.5 s for 100,000 records on two cores. Longer journals leave it to the doctor (`Store.examine`), for a
terminal that does not come up sells nothing at all.
"""

from __future__ import annotations

import logging
from collections import Counter as Count
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
from sqlite_utils import Database

from kiosk.domain.errors import StoreDamaged
from kiosk.domain.sale import Sale
from kiosk.store.codec import decode
from kiosk.store.database import durable_write, errors
from kiosk.store.holding_bytes import holding_state
from kiosk.store.network import Row
from kiosk.store.projections import Changes, Projections, decode_sale
from kiosk.store.projections import _encode as encode_sale
from sync.wire import Record

if TYPE_CHECKING:
    from kiosk.store.store import Store

log = logging.getLogger(__name__)

FOLDED_MAX = 250_000  # records; more are not folded at a start
REFUSED_LOG = "-wal.refused"  # behind the name of the journal
ACTED = "acted"  # the counter at the last start

Rows = dict[str, list[tuple[Any, ...]]]


def check_files(path: Path) -> None:
    """StoreDamaged for a journal that is gone beside its log: SQLite would begin a new one and drop the log."""
    log_file = path.with_name(path.name + "-wal")
    if _size(log_file) and not _size(path):
        raise StoreDamaged(f"{path} is empty or gone, but its log is there. Selling stops; call the operator.")


@contextmanager
def log_kept_if_refused(path: Path) -> Iterator[None]:
    """When the start is refused, closing folds what SQLite takes for whole into the file and drops the rest of the log:
    `kiosk.store.salvage` may find records there. A few megabytes at most."""
    log_file = path.with_name(path.name + "-wal")
    kept = path.with_name(path.name + REFUSED_LOG)
    with errors(log_file):
        content = log_file.read_bytes() if _size(log_file) and not kept.exists() else b""
    try:
        yield
    except StoreDamaged:
        if content:
            durable_write(kept, content)
        raise


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def check_counter(store: Store) -> None:
    """StoreDamaged when the counter is gone, older than at the last start, or ahead of the journal.

    Afterwards it covers everything that is there: what was read at a start will not be missed at the next one.
    """
    counter, (head, _) = store.counter, store.journal.head()
    counter.check(head)
    known = int(store.cursor(ACTED, "0"))
    if counter.value < known or (counter.fresh and _acted(store, head)):
        raise StoreDamaged(
            f"{counter.path}: the counter is missing or an older one was put back (it says {counter.value}). "
            "Put the right file back, or enrol this terminal again."
        )
    counter.cover(head)
    if known != head:
        store.set_cursor(ACTED, str(head))


def repair_tables(store: Store) -> list[str]:
    """Fold the journal in memory and compare; wrong tables are folded anew on disk. Returns what was wrong."""
    if store.journal.head()[0] > FOLDED_MAX:
        return []
    folded = Folded()
    try:
        fold(_records(store), folded)
        expected, found = folded.rows(), store.tables()
    except StoreDamaged:
        store.journal.verify()  # says so if the record was edited
        raise
    wrong = [name for name in found if found[name] != expected[name]]
    if store.epoch < folded.epoch:
        wrong.append("epoch")
    if wrong:
        store.journal.verify()  # nothing is folded from records that do not fit the chain
        log.warning("%s: not what the journal says: %s. Folded anew.", store.folder, ", ".join(wrong))
        store.journal.rebuild()
    return wrong


def fold(records: Iterable[Record], folded: Folded) -> None:
    """What the records say, into an empty fold."""
    for record in records:
        folded.publish(folded.stage([record], [decode(record.body)]))


def _records(store: Store) -> Iterator[Record]:
    after = 0
    while records := store.journal._records_after(after, 1000):  # `records` would count as sending
        yield from records
        after = records[-1].seq


def _acted(store: Store, head: int) -> bool:
    """Did anything follow an intent to charge? Then the counter had moved before it."""
    with store.lock:
        query = "SELECT 1 FROM journal WHERE kind = 'PaymentRequested' AND seq < ? LIMIT 1"
        return store._db.execute(query, [head]).fetchone() is not None


class Folded(Projections):
    """The same fold without a disk. Sales at rest are kept as they are stored, for there may be many."""

    def __init__(self) -> None:
        super().__init__(cast(Database, None))
        self._sales: dict[str, tuple[str, int, bytes]] = {}
        self._tickets: list[tuple[int, str, str, int]] = []
        self._takings: Count[tuple[str, str, str]] = Count()
        self._amounts: Count[tuple[str, str, str]] = Count()
        self._first_admissions: dict[str, tuple[str, int, str, int]] = {}
        self._passings: dict[int, Row] = {}
        self._network: list[Row] = []
        self._contests: dict[tuple[int, ...], Row] = {}

    def sale(self, sale_id: str) -> Sale | None:
        if sale_id in self.sales:
            return self.sales[sale_id]
        stored = self._sales.get(sale_id)
        return decode_sale(stored[2]) if stored else None

    def publish(self, changes: Changes) -> None:
        for sale_id, sale in changes.sales.items():
            opened = changes.opened.get(sale_id) or self._sales[sale_id][1]
            self._sales[sale_id] = (sale.stage, opened, encode_sale(sale) if sale.resting else b"")
        for (journey_id, gid), holding in changes.holdings.items():
            self.holdings.setdefault(journey_id, {})[gid] = holding
        self._tickets += changes.tickets
        for day, means, currency, count, amount_minor in changes.takings:
            self._takings[day, means, currency] += count
            self._amounts[day, means, currency] += amount_minor
        for admitted in changes.admitted:
            self._first_admissions.setdefault(admitted[0], admitted)
        self._passings |= {passing[0]: passing for passing in changes.passings}
        for seq in changes.annulled:
            self._passings.pop(seq, None)
        self._network += changes.network.rows
        for row in changes.network.contested:
            self._contests.setdefault(row[:3], row)
        super().publish(msgspec.structs.replace(changes, holdings={}))

    def rows(self) -> Rows:
        """What `Store.tables` must say."""
        sales = [
            (sale_id, stage, opened, state or encode_sale(self.sales[sale_id]))
            for sale_id, (stage, opened, state) in self._sales.items()
        ]
        holdings = [
            (journey_id, gid.epoch, gid.n, holding_state(holding))
            for journey_id, grants in self.holdings.items()
            for gid, holding in grants.items()
        ]
        takings = [(*key, count, self._amounts[key]) for key, count in self._takings.items()]
        return {
            "sale": sorted(sales),
            "ticket": sorted(self._tickets),
            "holding": sorted(holdings),
            "takings": sorted(takings),
            "stored_payment": list(self.outstanding.rows()),
            "admitted": sorted(self._first_admissions.values()),
            "passing": sorted(self._passings.values()),
            "network_fact": sorted(self._network),
            "network_head": sorted((*author, seq) for author, seq in self.network.heads.items()),
            "contested": sorted(self._contests.values()),
        }
