"""A damaged journal brought back up to its last good record; what it was is kept beside it, untouched.

Every record has to fit the hash chain from the first one on, so nothing is taken on trust. The terminal may go on only
when nothing is missing that had an effect outside: then the counter lies within what was read. Otherwise it stays
locked, for its cells may be sold and its tickets printed without a record; its next life begins with an enrolment
(rules P8, P9).
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.errors import StoreDamaged, StoreFault
from kiosk.ports import Clock, Ids
from kiosk.store import database, migrations, recheck
from kiosk.store.counter import Counter
from kiosk.store.histories import History, history
from kiosk.store.keys import KEY_FILE, store_key
from kiosk.store.pages import records_in
from kiosk.store.store import VERIFIED, Store
from sync.wire import Record

log = logging.getLogger(__name__)

_NAME = "journal.db"
_WORK = "salvage.new"
_KEPT = "damaged-"
_ALL = (_NAME, f"{_NAME}-wal", f"{_NAME}{recheck.REFUSED_LOG}")


@dataclass(frozen=True)
class Salvaged:
    """What was brought back. `locked`: why the terminal must not sell before it is enrolled anew; "" = it may."""

    head: int  # seq of the last good record
    unplaced: int  # genuine records after a gap: they are only in the kept files
    acted: int | None  # what the counter says; None = it cannot be read
    locked: str
    kept: Path  # the damaged files as they were found


def salvage(folder: Path, terminal_id: int, incarnation: int, clock: Clock, ids: Ids) -> Salvaged:
    """Put a good journal in the place of a damaged one. The program that sells must not run meanwhile.

    Cut off at any point it can be run again: the kept files of all runs are read. StoreDamaged when not one record can
    be read, StoreFull when there is no room for a copy and a new file; then everything is as it was.
    """
    with database.errors(folder), (folder / "store.lock").open("w") as lock:
        database.lock(lock, folder)
        key = store_key(folder)
        kept = _keep(folder)
        sources = [kept, *(path for path in sorted(folder.glob(f"{_KEPT}*")) if path != kept)]
        found = (record for source in sources for record in records_in(source / _NAME, key))
        past = history(found, terminal_id, incarnation)
        if not past.records and not past.unplaced:
            raise StoreDamaged(
                f"{folder / _NAME}: not one record of terminal {terminal_id}.{incarnation} can be read with this key. "
                f"Put the right {KEY_FILE} back. If the file is lost, move it away and enrol this terminal again."
            )
        cursors = _cursors(folder, key)
        acted = _acted(folder, (terminal_id, incarnation), cursors or {})
        head = len(past.records)
        locked = _reason(past, acted, cursors)
        work = _work_folder(folder)
        _build(work, key, (terminal_id, incarnation), past.records, cursors or {})
        _prove(work, (terminal_id, incarnation), clock, ids)
        # Locked by the counter itself: a lock that lies elsewhere could be lost on its own.
        _set_counter(folder, (terminal_id, incarnation), max(acted or 0, head + 1 if locked else head))
        _exchange(folder, work)
    log.warning("the journal was salvaged up to record %d; locked: %s", head, locked or "no")
    return Salvaged(head, past.unplaced, acted, locked, kept)


def _reason(past: History, acted: int | None, cursors: object | None) -> str:
    head = len(past.records)
    if past.forked_at:
        # A commit that was taken back left its pages, and another came in its place. Which of them had an effect
        # cannot be seen from here.
        return f"There are two histories from record {past.forked_at} on."
    if acted is None:
        return "The counter is missing, old or unreadable: nobody knows on which records this terminal acted."
    if head < max(1, acted):
        return f"This terminal acted on record {acted}; its journal can be read up to record {head} only."
    if cursors is None:
        return "What central last said to this terminal cannot be read."
    return ""


def _keep(folder: Path) -> Path:
    """A copy of everything as it was found, on disk before anything is touched."""
    number = 1 + max((int(path.name[len(_KEPT) :]) for path in folder.glob(f"{_KEPT}*")), default=0)
    unfinished = folder / f"{_WORK}.kept"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for path in [folder / name for name in _ALL] + list(folder.glob("counter-*")):
        if path.exists():
            copy = unfinished / path.name
            shutil.copyfile(path, copy)
            database.flush(copy)
    database.flush(unfinished)
    kept = folder / f"{_KEPT}{number}"
    unfinished.rename(kept)
    database.flush(folder)
    return kept


def _cursors(folder: Path, key: bytes) -> dict[str, str] | None:
    """Where the talk with central stands, read from a copy; None when SQLite cannot read it."""
    copy = folder / f"{_WORK}.copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    try:
        for name in _ALL:
            if (folder / name).exists():
                shutil.copyfile(folder / name, copy / name)
        db = database.connect(copy / _NAME, key)
        try:
            with database.errors(copy):
                return dict(db.execute("SELECT name, value FROM cursor").fetchall())
        finally:
            with contextlib.suppress(*database.ERRORS):
                db.close()
    except StoreFault as fault:
        log.warning("%s", fault)
        return None
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _acted(folder: Path, identity: tuple[int, int], cursors: dict[str, str]) -> int | None:
    """What the counter says; None when it is unreadable, missing or older than at the last start."""
    path = folder / "counter-{}.{}".format(*identity)
    if not path.exists():
        return None
    try:
        counter = Counter(path)
    except StoreFault as fault:
        log.warning("%s", fault)
        return None
    counter.close()
    known = int(cursors.get(recheck.ACTED, "0"))
    return None if counter.fresh or counter.value < known else counter.value


def _set_counter(folder: Path, identity: tuple[int, int], value: int) -> None:
    path = folder / "counter-{}.{}".format(*identity)
    try:
        counter = Counter(path)
    except StoreDamaged:
        path.unlink()  # its copy is kept
        counter = Counter(path)
    try:
        counter.cover(value)
    finally:
        counter.close()


def _work_folder(folder: Path) -> Path:
    work = folder / _WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    shutil.copyfile(folder / KEY_FILE, work / KEY_FILE)
    return work


def _build(work: Path, key: bytes, identity: tuple[int, int], records: list[Record], cursors: dict[str, str]) -> None:
    db = database.connect(work / _NAME, key)
    try:
        migrations.journal.apply(db)
        migrations.projections.apply(db)
        with db.atomic():
            db.conn.execute("INSERT INTO identity VALUES (1, ?, ?)", identity)
            db.conn.executemany(
                "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (r.seq, r.event_id, r.kind, r.version, r.body, r.recorded_at_ms, r.previous_hash, r.hash)
                    for r in records
                ],
            )
            about_central = [each for each in cursors.items() if each[0] not in (VERIFIED, recheck.ACTED)]
            db.conn.executemany("INSERT INTO cursor VALUES (?, ?)", about_central)
    finally:
        db.close()


def _prove(work: Path, identity: tuple[int, int], clock: Clock, ids: Ids) -> None:
    """The new file passes every check of an ordinary start before it takes the place of the old one."""
    _set_counter(work, identity, 0)
    store = Store(work, *identity, clock, ids)
    try:
        store.journal.rebuild()
        found = store.examine()
        if found:
            raise StoreDamaged(f"the salvaged journal is not right: {'; '.join(found)}")
    finally:
        store.close()


def _exchange(folder: Path, work: Path) -> None:
    """The old log must not be applied to the new file, so it goes first; its copy is kept."""
    database.flush(work / _NAME)
    for name in (f"{_NAME}-wal", f"{_NAME}-shm", f"{_NAME}{recheck.REFUSED_LOG}"):
        (folder / name).unlink(missing_ok=True)
    database.flush(folder)
    (work / _NAME).replace(folder / _NAME)
    database.flush(folder)
    shutil.rmtree(work, ignore_errors=True)
