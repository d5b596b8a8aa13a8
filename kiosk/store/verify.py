"""Is this journal the one that was written? Asked of a store that may be locked, damaged, in use, or edited on purpose.

Nothing is changed. Four witnesses are heard: the hash chain (each record against the one before), the tables (folded
anew), the counter (how far the terminal acted), and central's last signed word (the hash of the last record it has).
Who holds the store's key can write a new chain, tables and counter, but not that word: what it reaches cannot be cut
off or rewritten unseen. Records behind it are held by the other three alone until central has acknowledged them.
"""

from __future__ import annotations

import time
from collections import Counter as Count
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlcipher3.dbapi2 as sqlite
from sqlite_utils import Database

from kiosk.domain.errors import StoreFault
from kiosk.domain.protocol.terminal import rolled_back
from kiosk.store import database, migrations, recheck
from kiosk.store.counter import stored_numbers
from kiosk.store.keys import KEY_FILE
from kiosk.store.selling import ACCEPTED, FORKED, PROOF
from kiosk.store.store import VERIFIED
from sync import proof
from sync.chain import GENESIS, record_hash
from sync.wire import JournalAck, Record

NAMED_MAX = 20  # faults of one chain that are named; more are counted
JOURNAL = "journal.db"
TRIGGERS = {"journal_is_not_edited", "journal_is_not_cut", "journal_has_no_gap"}

_SELECT = "SELECT seq, event_id, kind, version, body, recorded_at_ms, previous_hash, hash FROM journal ORDER BY seq"
_ANEW = "Leave this folder as it is for whoever looks into it, and enrol this terminal again: kiosk enrol."
_SALVAGE = "kiosk journal salvage brings back what can be read, and keeps the damaged files."
_FOLD = "Open the terminal: it folds its tables anew from the journal before it sells."
_SYNC = "Open the terminal while central can be reached: the next upload brings its word. Then look again."
_COUNTER = "Put the right file back, or enrol this terminal again: kiosk enrol."

Numbers = tuple[int, int] | None


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `record`: its seq, 0 = it is not about one record."""

    record: int
    what: str
    way_out: str


@dataclass
class Verdict:
    """What was found in one journal."""

    path: Path
    terminal_id: int = 0
    incarnation: int = 0
    records: int = 0
    acknowledged: int = 0  # central signed for everything up to here; 0 = for nothing
    selling_stopped: str = ""  # a reason that is on record; no fault of the journal
    faults: list[Fault] = field(default_factory=list)
    chain_s: float = 0.0
    tables_s: float = 0.0

    def add(self, record: int, what: str, way_out: str) -> None:
        self.faults.append(Fault(record, what, way_out))


def verify(path: Path, root_key: str, *, asked: str = "") -> Verdict:
    """Hear every witness about the journal at `path`. `root_key`: central's, hex; "" = not known, which is a fault.

    `asked`: what central signs now (see sync.proof), so that a disk put back whole with its older word is found too.
    """
    verdict = Verdict(path)
    try:
        recheck.check_files(path)
        with database.errors(path):
            key = (path.parent / KEY_FILE).read_bytes()
            before = _counters(path.parent)  # it moves after a commit, so it is read first
            with database.reading(path, key) as connection:
                _hear(verdict, connection, (root_key, asked), before, path.parent)
    except StoreFault as fault:
        verdict.add(verdict.records + 1 if verdict.records else 0, str(fault), _SALVAGE)
    return verdict


def _hear(
    verdict: Verdict, connection: sqlite.Connection, central: tuple[str, str], before: dict[str, Numbers], folder: Path
) -> None:
    identity = connection.execute("SELECT terminal_id, incarnation FROM identity").fetchone()
    if identity is None:
        verdict.add(0, f"{verdict.path} does not say whose journal it is.", _ANEW)
        return
    verdict.terminal_id, verdict.incarnation = identity
    cursors = dict(connection.execute("SELECT name, value FROM cursor").fetchall())
    verdict.selling_stopped = cursors.get(FORKED, "")
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()}
    if not found >= TRIGGERS:
        verdict.add(0, "The guards that keep the journal append-only are gone: somebody edited this file.", _ANEW)
    _chain(verdict, connection, cursors, _words_of_central(verdict, cursors, *central))
    name = f"counter-{verdict.terminal_id}.{verdict.incarnation}"
    _counter(verdict, cursors, before.get(name), _counters(folder).get(name))
    damaged = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damaged != "ok":
        verdict.add(0, f"{verdict.path} is damaged ({' '.join(damaged.split())}).", _SALVAGE)
    # A journal set aside has the tables of its time; nothing is sold from them any more.
    if verdict.path.name == JOURNAL and not verdict.faults:
        _tables(verdict, connection, cursors)


def _words_of_central(verdict: Verdict, cursors: dict[str, str], root_key: str, asked: str) -> list[JournalAck]:
    """What central signed: what is kept here, and what it said just now if it was asked."""
    accepted, kept = _number(verdict, ACCEPTED, cursors.get(ACCEPTED, "0")), cursors.get(PROOF, "")
    if accepted and not kept:
        verdict.add(0, f"Central had {accepted} records, but its signed word on that is not here.", _SYNC)
    words = []
    for text in filter(None, (kept, asked)):
        try:
            ack = proof.checked(text, root_key)
        except proof.BadProof as bad:
            verdict.add(0, f"{bad}.", _SYNC if root_key else "Put identity.json back, then look again.")
            continue
        if (ack.terminal_id, ack.incarnation) != (verdict.terminal_id, verdict.incarnation):
            verdict.add(0, f"Central's word here is about terminal {ack.terminal_id}.{ack.incarnation}.", _SYNC)
            continue
        if ack.forked:
            verdict.add(0, "Central has two histories of this terminal: a disk was copied or put back.", _ANEW)
        if text == kept and ack.accepted_seq < accepted:
            verdict.add(0, f"Central's word here ends at record {ack.accepted_seq}, it had {accepted} already.", _SYNC)
        words.append(ack)
    verdict.acknowledged = max((ack.accepted_seq for ack in words), default=0)
    return words


def _chain(verdict: Verdict, connection: sqlite.Connection, cursors: dict[str, str], words: list[JournalAck]) -> None:
    """Walk it all. Behind a fault the walk goes on from what is stored, so that every place is named."""
    begun = time.perf_counter()
    marks = _marks(verdict, cursors, words)
    found: list[Fault] = []
    previous = GENESIS
    for r in _records(connection):
        what = ""
        if r.seq != verdict.records + 1:
            what = f"{_span(verdict.records + 1, r.seq - 1)} missing."
        elif not _fits(r, previous, verdict):
            what = f"Record {r.seq} ({r.kind}) is not as it was written, or not in its place."
        for hash_, whose in marks.get(r.seq, ()):
            if r.hash != hash_:
                what = f"Record {r.seq} is not the one {whose}: it was rewritten, or one before it."
        if what:
            found.append(Fault(r.seq, what, _ANEW))
        verdict.records, previous = r.seq, r.hash
    verdict.chain_s = time.perf_counter() - begun
    for seq, said in marks.items():
        for _, whose in said if seq > verdict.records else ():
            found.append(Fault(verdict.records + 1, f"{_span(verdict.records + 1, seq)} gone, which {whose}.", _ANEW))
    verdict.faults += found[:NAMED_MAX]
    if len(found) > NAMED_MAX:
        verdict.add(0, f"{len(found) - NAMED_MAX} more records do not fit.", _ANEW)


def _marks(verdict: Verdict, cursors: dict[str, str], words: list[JournalAck]) -> dict[int, list[tuple[str, str]]]:
    """By seq: hashes of records that were seen before, and by whom."""
    marks: dict[int, list[tuple[str, str]]] = {}
    seq, _, hash_ = cursors.get(VERIFIED, "0").partition(" ")
    marks.setdefault(_number(verdict, VERIFIED, seq), []).append((hash_, "the last start found whole"))
    for ack in words:
        marks.setdefault(ack.accepted_seq, []).append((ack.head_hash, "central signed for"))
    return marks


def _number(verdict: Verdict, name: str, text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    verdict.add(0, f"The cursor {name!r} is not a number: somebody edited this file.", _ANEW)
    return 0


def _span(first: int, last: int) -> str:
    return f"Record {first} is" if first >= last else f"Records {first} to {last} are"


def _records(connection: sqlite.Connection) -> Iterator[Record]:
    cursor = connection.execute(_SELECT)
    while rows := cursor.fetchmany(1000):
        for row in rows:
            yield Record(*row)


def _fits(r: Record, previous: str, verdict: Verdict) -> bool:
    try:
        expected = record_hash(
            previous, verdict.terminal_id, verdict.incarnation, r.seq, r.event_id, r.kind, r.version, r.body,
            r.recorded_at_ms,
        )  # fmt: skip
    except ValueError:  # the stored hash before it is not one
        return False
    return r.previous_hash == previous and r.hash == expected


def _counters(folder: Path) -> dict[str, Numbers]:
    """(acted, sent) by file name; None = it cannot be read. Nothing is made or written."""
    found: dict[str, Numbers] = {}
    for path in folder.glob("counter-*"):
        with database.errors(path):
            found[path.name] = stored_numbers(path.read_bytes())
    return found


def _counter(verdict: Verdict, cursors: dict[str, str], before: Numbers, after: Numbers) -> None:
    """`before` was read before the journal and must not be ahead of it, `after` after it and must not be behind."""
    if before is not None and rolled_back(verdict.records, before[0]):
        gone = _span(verdict.records + 1, before[0])
        verdict.add(verdict.records + 1, f"{gone} gone: this terminal acted on record {before[0]}.", _ANEW)
    known = _number(verdict, recheck.ACTED, cursors.get(recheck.ACTED, "0"))
    if after is None:
        if known or verdict.acknowledged:
            verdict.add(0, "The counter is missing or cannot be read.", _COUNTER)
    elif after[0] < known or after[1] < verdict.acknowledged:
        at_least = max(known, verdict.acknowledged)
        verdict.add(0, f"The counter is an old one: it says {after[0]}, the terminal was at {at_least}.", _COUNTER)


def _tables(verdict: Verdict, connection: sqlite.Connection, cursors: dict[str, str]) -> None:
    """What is sold from must be what the records say; tables of an earlier program are folded anew at its start."""
    begun = time.perf_counter()
    if migrations.projections.pending(Database(connection)):
        return
    folded = recheck.Folded()
    at = 0

    def records() -> Iterator[Record]:
        nonlocal at
        for record in _records(connection):
            at = record.seq
            yield record

    try:
        recheck.fold(records(), folded)
    except Exception as error:  # a history that cannot have happened fails in ways of its own
        verdict.add(at, f"Record {at} cannot follow what was before it ({type(error).__name__}: {error}).", _ANEW)
        return
    for name, expected in folded.rows().items():
        stored = connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3").fetchall()
        if stored != expected:
            wrong = sum((Count(stored) - Count(expected)).values()) + sum((Count(expected) - Count(stored)).values())
            verdict.add(0, f"Table {name} is not what the records say: {wrong} rows differ.", _FOLD)
    if _number(verdict, "epoch", cursors.get("epoch", "1")) < folded.epoch:
        verdict.add(0, f"Central's epoch here is older than {folded.epoch}, which is on record.", _FOLD)
    verdict.tables_s = time.perf_counter() - begun
