"""Brings changes of central's feed into a file of records, and keeps what central took away at once by mistake.

A ticket of our own proves itself, so taking its record away turns nobody away and lets nobody in more. A guest or a
wristband is known by its record alone: without it a thousand people stand before a gate that knows none of them. So
of these more than a fifth at once, and more than twenty, stay in force until staff confirm that they go.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from kiosk.domain.gate.plan import BadPlan, kept_plan
from kiosk.store import gate_record_rows as rows
from kiosk.store.gate_search import letters, runs
from kiosk.store.manifest import FREE, HELD_S, RECENT_S, SHARE, Held
from sync.wire import Change

log = logging.getLogger(__name__)

BATCH = 5000
GUARDED = ("guest", "medium")
_PUT_GUEST = (
    "INSERT INTO guest (code, body, short, until, addon_of) VALUES (?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET "
    "body = excluded.body, short = excluded.short, until = excluded.until, addon_of = excluded.addon_of, held = 0"
)
_FORGET = 10_000  # rows of one statement


def apply(db: Any, changes: Iterable[Change], now: int) -> list[Held]:
    """Inside the caller's transaction; what now waits for staff and did not before."""
    before = {topic: _count(db, topic) for topic in GUARDED}
    gone: dict[tuple[str, str], int] = {}
    for batch in _batches(changes):
        gone = {each: until for each, until in gone.items() if each not in batch}
        gone |= _put(db, batch)
    held: list[Held] = []
    for topic in GUARDED:
        there = _there(db, topic, (key for of, key in gone if of == topic))
        missed = [key for key in there if not 0 < gone[topic, key] <= now]
        too_much = len(missed) > max(before[topic] * SHARE, FREE)
        waits = {key: gone[topic, key] or now + HELD_S for key in missed} if too_much else {}
        held += [Held(topic, key, until) for key, until in waits.items() if not there[key]]
        db.executemany(f"UPDATE {topic} SET held = ? WHERE code = ? AND held = 0", [(u, k) for k, u in waits.items()])
        _remove(db, topic, [key for key in there if key not in waits])
        _remove(db, topic, [row[0] for row in db.execute(_OVER.format(topic), (now,))])
    return held


def fill(db: Any, changes: Iterable[Change], before: Any, now: int, taken_at: int) -> list[Held]:
    """An empty file with everything there is. `before`: the file that it replaces, last told of at `taken_at`."""
    for batch in _batches(changes):
        _put(db, batch, fresh=True)
    for statement in rows.INDEXES:
        db.execute(statement)
    held: list[Held] = []
    for topic in GUARDED:
        left = [
            row for row in before.execute(f"SELECT code, body, until, held FROM {topic}") if not _has(db, topic, row[0])
        ]
        waits = {row[0]: row[3] for row in left if row[3] > now}
        missed = [row[0] for row in left if not row[3] and not 0 < row[2] <= now] if now - taken_at <= RECENT_S else []
        if _count(db, topic) < _count(before, topic) * (1 - SHARE) and len(missed) > FREE:
            waits |= dict.fromkeys(missed, now + HELD_S)
            held += [Held(topic, key, now + HELD_S) for key in missed]
        _put(db, {(topic, row[0]): Change(topic, row[0], row[1], row[2]) for row in left if row[0] in waits})
        db.executemany(f"UPDATE {topic} SET held = ? WHERE code = ?", [(until, key) for key, until in waits.items()])
    return held


def confirm(db: Any) -> int:
    """Staff say that what waits goes; how much that was."""
    gone = 0
    for topic in GUARDED:
        keys = [row[0] for row in db.execute(f"SELECT code FROM {topic} WHERE held > 0")]
        _remove(db, topic, keys)
        gone += len(keys)
    return gone


def forget(db: Any, since: int) -> int:
    """Drop what nobody misses since that second; until when the last of it was missed, 0 = nothing to drop."""
    newest = db.execute("SELECT max(until) FROM booked WHERE until BETWEEN 1 AND ?", (since,)).fetchone()[0] or 0
    while tickets := db.execute(
        "SELECT ticket FROM booked WHERE until BETWEEN 1 AND ? LIMIT ?", (since, _FORGET)
    ).fetchall():
        _drop(db, tickets)
    for topic in GUARDED:
        over = db.execute(f"SELECT code, until FROM {topic} WHERE until > 0 AND until <= ?", (since,)).fetchall()
        _remove(db, topic, [row[0] for row in over])
        newest = max([newest, *(row[1] for row in over)])
    return int(newest)


def _batches(changes: Iterable[Change]) -> Iterator[dict[tuple[str, str], Change]]:
    """The last of each thing counts."""
    batch: dict[tuple[str, str], Change] = {}
    for change in changes:
        if change.topic in rows.TOPICS:
            batch[change.topic, change.key] = change
            if len(batch) >= BATCH:
                yield batch
                batch = {}
    if batch:
        yield batch


def _put(db: Any, batch: dict[tuple[str, str], Change], *, fresh: bool = False) -> dict[tuple[str, str], int]:
    """Write what is there; what is gone of the guarded topics comes back, with until when it is missed."""
    gone: dict[tuple[str, str], int] = {}
    booked: list[tuple[Any, ...]] = []
    indexed: list[tuple[int, str]] = []
    dropped: list[tuple[int]] = []
    for (topic, key), change in batch.items():
        try:
            if topic == "booked":
                if change.body is None:
                    dropped.append((rows.number_of(key),))
                else:
                    row, words = rows.booked_row(change)
                    booked.append(row)
                    indexed.append((row[0], words))
            elif change.body is not None:
                _PUT[topic](db, change)
            elif topic == "plan":
                db.execute("DELETE FROM plan")
                db.execute("DELETE FROM mark WHERE name = 'plan_refused'")
            else:
                gone[topic, key] = change.until
        except ValueError as error:
            log.warning("central's record %s %.40s is passed by: %s", topic, key, error)
            if topic == "plan":  # the one before stays, and people should hear why
                db.execute("INSERT OR REPLACE INTO mark VALUES ('plan_refused', ?)", (str(error),))
            if topic in GUARDED:  # what it was before may be wrong by now
                gone[topic, key] = 0
    way = "INSERT" if fresh else "INSERT OR REPLACE"
    db.executemany(f"{way} INTO booked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", booked)
    db.executemany(f"{way} INTO booked_runs (rowid, runs) VALUES (?, ?)", indexed)
    if not fresh:
        _drop(db, dropped)
    return gone


def _put_guest(db: Any, change: Change) -> None:
    guest = rows.guest_of(change.body or "")
    if guest.code != change.key:
        raise ValueError(f"it is of the code {guest.code[:40]!r}")
    short = letters(guest.short_code or guest.code)
    db.execute(_PUT_GUEST, (guest.code, change.body, short, change.until, guest.addon_of))
    row = db.execute("SELECT row FROM guest WHERE code = ?", (guest.code,)).fetchone()[0]
    db.execute("INSERT OR REPLACE INTO guest_runs (rowid, runs) VALUES (?, ?)", (row, runs(rows.texts_of_guest(guest))))


def _put_medium(db: Any, change: Change) -> None:
    medium = rows.medium_of(change.body or "")
    if medium.code != change.key:
        raise ValueError(f"it is of the code {medium.code[:40]!r}")
    db.execute(
        "INSERT OR REPLACE INTO medium (code, body, until) VALUES (?, ?, ?)", (change.key, change.body, change.until)
    )
    db.execute("DELETE FROM medium_ticket WHERE medium = ?", (change.key,))
    db.executemany("INSERT OR IGNORE INTO medium_ticket VALUES (?, ?)", [(each, change.key) for each in medium.tickets])


def _put_plan(db: Any, change: Change) -> None:
    try:
        kept_plan(change.body or "")
    except BadPlan as error:
        raise ValueError(str(error)) from error
    db.execute("INSERT OR REPLACE INTO plan VALUES (1, ?)", (change.body,))
    db.execute("DELETE FROM mark WHERE name = 'plan_refused'")


_PUT = {"guest": _put_guest, "medium": _put_medium, "plan": _put_plan}
_OVER = "SELECT code FROM {} WHERE held > 0 AND held <= ?"


def _drop(db: Any, tickets: list[tuple[int]]) -> None:
    """The index asks no second time: a row that it does not have must not be taken from it."""
    there = [each for each in tickets if db.execute("SELECT 1 FROM booked WHERE ticket = ?", each).fetchone()]
    db.executemany("DELETE FROM booked_runs WHERE rowid = ?", there)
    db.executemany("DELETE FROM booked WHERE ticket = ?", there)


def _remove(db: Any, topic: str, codes: Iterable[str]) -> None:
    for code in codes:
        if topic == "guest":
            db.execute("DELETE FROM guest_runs WHERE rowid IN (SELECT row FROM guest WHERE code = ?)", (code,))
        if topic == "medium":
            db.execute("DELETE FROM medium_ticket WHERE medium = ?", (code,))
        db.execute(f"DELETE FROM {topic} WHERE code = ?", (code,))


def _there(db: Any, topic: str, codes: Iterable[str]) -> dict[str, int]:
    """Of these codes those that are known, with until when they are held."""
    found: dict[str, int] = {}
    for code in codes:
        row = db.execute(f"SELECT held FROM {topic} WHERE code = ?", (code,)).fetchone()
        if row is not None:
            found[code] = row[0]
    return found


def _has(db: Any, topic: str, code: str) -> bool:
    return bool(_there(db, topic, [code]))


def _count(db: Any, topic: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {topic}").fetchone()[0])
