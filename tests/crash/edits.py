"""A journal that somebody edited who has the disk and its key: `kiosk journal verify` finds every edit.

Two kinds of people. A hand changes rows and hopes. A forger chains everything anew from the edit on, has the tables
folded from it, and writes marks and counter to match; only central's signed word stays out of reach, so a forger is
found as far as that reaches. Both put the file's guards back.

What no witness on the disk can tell: a forged tail behind central's last word, and a whole older disk with an older
word. `kiosk journal verify --ask` finds the second, and the first once central has its records.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kiosk.app.clock import TimeOrderedIds
from kiosk.store import database
from kiosk.store.counter import _text as counter_text
from kiosk.store.recheck import ACTED
from kiosk.store.selling import ACCEPTED
from kiosk.store.store import VERIFIED, Store
from kiosk.store.verify import TRIGGERS, verify
from sync.chain import GENESIS, record_hash
from sync.client import CentralClient
from sync.push import Push
from sync.wire import JournalBatch, Record
from tests.crash.harness import Options, Result, keep_evidence, spread, workshop
from tests.crash.outside import Listed
from tests.crash.shop import Shop
from tests.power.world import FixedClock
from tests.sync.scripted import ScriptedCentral

EDITS, EDITS_QUICK = 10_000, 400
FILES = ("journal.db", "store.key", "counter-5.1")

Rows = list[Record]


@dataclass(frozen=True)
class Reference:
    """A terminal's folder as it should be, with records central signed for and some it has not seen."""

    folder: Path
    root_key: str
    records: Rows
    acknowledged: int


def run(options: Options) -> Result:
    """10,000 edits, each on a copy of its own; all must be found, and the untouched journal must be whole."""
    with workshop() as folder:
        reference = make(folder / "right", options.seed)
        clean = verify(reference.folder / "journal.db", reference.root_key)
        count = EDITS_QUICK if options.quick else EDITS
        jobs = [(reference, folder / str(n), options.seed * 1_000_003 + n) for n in range(count)]
        result = spread("edits", one, jobs, options)
    result["records_per_s"] = round(result["records"] / result.pop("verify_s"))  # chain, tables and opening
    result["wrong"] += [f"the untouched journal: {fault.what}" for fault in clean.faults]
    return result


def make(folder: Path, seed: int) -> Reference:
    """Sales that central has, by a real upload with real signatures, and sales it does not have yet."""
    central = ScriptedCentral()
    chance = random.Random(seed)
    try:
        reply = msgspec.structs.replace(central.enrolment(), terminal_id=5)
        shop = Shop(folder, Listed([]))
        client = CentralClient(central.url, reply=reply, sign=central.terminal_key.sign)
        central.answer = lambda method, path, body: central.acknowledge(msgspec.json.decode(body, type=JournalBatch))
        for _ in range(12):
            shop.sell(chance)
        Push(client, shop.store, 5, 1).run()
        client.close()
        acknowledged = shop.store.journal.head()[0]
        shop.close()
        shop = Shop(folder, Listed([]))  # so that the mark of what a start verified has something to say
        for _ in range(4):
            shop.sell(chance)
        records = shop.store.journal._records_after(0, 1_000_000)
        shop.close()
    finally:
        central.close()
    return Reference(folder, reply.root_key, records, acknowledged)


def one(job: tuple[Reference, Path, int]) -> Result:
    """Edit a copy and look at it."""
    reference, folder, seed = job
    folder.mkdir()
    for name in FILES:
        shutil.copyfile(reference.folder / name, folder / name)
    kind = tamper(reference, folder, random.Random(seed))
    begun = time.perf_counter()
    verdict = verify(folder / "journal.db", reference.root_key)
    spent = time.perf_counter() - begun
    wrong = []
    if not verdict.faults:
        wrong = [f"seed {seed}: {kind}: not found"]
        keep_evidence(f"edits-{seed}", folder, [])
    shutil.rmtree(folder)
    alone = bool(verdict.faults) and all("central signed" in fault.what for fault in verdict.faults)
    result = {"edits": 1, "kinds": {kind: 1}, "verify_s": spent, "records": verdict.records, "wrong": wrong}
    return {**result, "only_central_knew": int(alone)}


def tamper(reference: Reference, folder: Path, chance: random.Random) -> str:
    """One edit; returns it in words."""
    forger = chance.random() < 0.5
    known = reference.acknowledged if forger else len(reference.records)
    while True:
        kind = chance.choice(list(KINDS))
        at = chance.randrange(known)
        rows = KINDS[kind](list(reference.records), at, chance)
        if rows != reference.records:  # a row may be swapped with itself
            break
    if forger:
        rows = chained(rows)
        if rows == reference.records[: len(rows)] and len(rows) >= reference.acknowledged:
            return tamper(reference, folder, chance)  # nothing was forged that central signed for
    write(folder, rows)
    if forger:
        cover_up(folder, rows, reference.acknowledged)
    return f"{'forger' if forger else 'hand'}: {kind}"


def _field(rows: Rows, at: int, chance: random.Random) -> Rows:
    name = chance.choice(["event_id", "kind", "version", "body", "recorded_at_ms", "previous_hash", "hash"])
    value = getattr(rows[at], name)
    rows[at] = msgspec.structs.replace(rows[at], **{name: _other(value, chance)})
    return rows


def _other(value: int | str, chance: random.Random) -> int | str:
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 60_000))
    where = chance.randrange(len(value))
    return value[:where] + chance.choice("0123456789abcdef".replace(value[where], "")) + value[where + 1 :]


def _deleted(rows: Rows, at: int, chance: random.Random) -> Rows:
    return rows[:at] + rows[at + chance.randint(1, 5) :]


def _closed_up(rows: Rows, at: int, chance: random.Random) -> Rows:
    """Deleted, and the records behind it numbered anew."""
    return _numbered(_deleted(rows, at, chance))


def _cut(rows: Rows, at: int, chance: random.Random) -> Rows:
    return rows[:at]


def _swapped(rows: Rows, at: int, chance: random.Random) -> Rows:
    """Two records change places; the numbers stay in order."""
    other = chance.randrange(len(rows))
    rows[at], rows[other] = rows[other], rows[at]
    return _numbered(rows)


def _inserted(rows: Rows, at: int, chance: random.Random) -> Rows:
    """A record comes a second time, with an id of its own."""
    again = msgspec.structs.replace(chance.choice(rows), event_id=f"{chance.getrandbits(64):016x}")
    return _numbered([*rows[:at], again, *rows[at:]])


def _bodies(rows: Rows, at: int, chance: random.Random) -> Rows:
    """Two records of a kind change what they say."""
    same = [n for n, row in enumerate(rows) if row.kind == rows[at].kind]
    other = chance.choice(same)
    a, b = rows[at].body, rows[other].body
    rows[at], rows[other] = (
        msgspec.structs.replace(rows[at], body=b),
        msgspec.structs.replace(rows[other], body=a),
    )
    return rows


KINDS: dict[str, Callable[[Rows, int, random.Random], Rows]] = {
    "a field": _field,
    "deleted": _deleted,
    "deleted and closed up": _closed_up,
    "cut off": _cut,
    "swapped": _swapped,
    "inserted": _inserted,
    "bodies exchanged": _bodies,
}


def _numbered(rows: Rows) -> Rows:
    return [msgspec.structs.replace(row, seq=number) for number, row in enumerate(rows, 1)]


def chained(rows: Rows) -> Rows:
    """Numbered and hashed anew, as the program itself would have done."""
    done: Rows = []
    previous = GENESIS
    for r in _numbered(rows):
        hash_ = record_hash(previous, 5, 1, r.seq, r.event_id, r.kind, r.version, r.body, r.recorded_at_ms)
        done.append(msgspec.structs.replace(r, previous_hash=previous, hash=hash_))
        previous = hash_
    return done


def write(folder: Path, rows: Rows) -> None:
    """Put other rows into the journal, and its guards back."""
    db = database.connect(folder / "journal.db", (folder / "store.key").read_bytes())
    guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    assert {name for name, _ in guards} == TRIGGERS
    with db.atomic():
        for name, _ in guards:
            db.conn.execute(f"DROP TRIGGER {name}")
        db.conn.execute("DELETE FROM journal")
        values = [[getattr(row, name) for name in Record.__struct_fields__] for row in rows]
        db.conn.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        for _, sql in guards:
            db.conn.execute(sql)
    db.close()


def cover_up(folder: Path, rows: Rows, acknowledged: int) -> None:
    """A counter to match, marks as far as the file goes, and the product's own start folds the tables anew."""
    (folder / "counter-5.1").write_bytes(counter_text(len(rows), len(rows)))
    db = database.connect(folder / "journal.db", (folder / "store.key").read_bytes())
    db.conn.execute("DELETE FROM cursor WHERE name IN (?, ?)", (VERIFIED, ACTED))
    db.conn.execute("UPDATE cursor SET value = ? WHERE name = ?", (str(min(acknowledged, len(rows))), ACCEPTED))
    db.close()
    with contextlib.suppress(Exception):  # a history that cannot be folded shows the forger up sooner
        Store(folder, 5, 1, FixedClock(), TimeOrderedIds()).close()
