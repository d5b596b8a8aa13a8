"""The feed of changes: what gates and other terminals must know, as differences with numbers that have no gap.

Numbers are given by one writer at a time, under a lock held until its commit, for marks that others committed before.
A transaction that commits late is seen late and gets a later number, so no reader passes it by. Of each thing the feed
keeps the newest state only; reading from the beginning is a snapshot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection, text

from central.booked import Told, booked
from central.context import Context
from central.gate import (
    Row,
    State,
    certificates,
    issuers,
    leases,
    revocations,
    revoked_incarnations,
    revoked_tickets,
)
from central.guests import told
from central.publish import published
from central.refusal import Refusal
from central.voiding import gate_has
from sync.pages import GENESIS, advanced
from sync.wire import Change, Changes

FEED_LOCK = 7_226_105_121
PAGE = 2000  # changes of one answer
CHECK_S = 3600.0  # everything is compared this often: what only time changes, and what nobody marked
TOLD_S = 7 * 86400  # how long it is told that something is gone
BATCH = 5000  # changes of one statement
FOR_GATES = ("booked", "guest", "medium", "plan")  # nobody else gets to know names
_CURSOR = re.compile(r"(\d{1,9})\.(\d{1,18})")


def changes(context: Context, held: str, begin: str = "", gate_id: int = 0) -> Changes:
    """A page of what changed after `begin` (or `held`). Refusal must_refetch for a cursor that leads nowhere.

    `held`: the cursor of what the caller has durably; a gate that holds the newest revocations then counts as knowing.
    """
    epoch, seq = cursor_of(held)
    with context.engine.begin() as connection:
        if _due(connection, context):
            sequence(connection, context)
    with context.engine.begin() as connection:
        head = connection.execute(text("SELECT seq, floor FROM feed_head")).one()
        for of_epoch, at in ((epoch, seq), cursor_of(begin or held)):
            if at and (of_epoch != context.keys.epoch or not head.floor <= at <= head.seq):
                raise Refusal(
                    409,
                    "must_refetch",
                    f"central cannot say what changed since {of_epoch}.{at}: throw away what was downloaded "
                    "(never the journal) and ask from 0.0 on",
                )
        if gate_id and seq:
            _acknowledge(connection, context, gate_id, seq)
        after = cursor_of(begin or held)[1]
        rows = connection.execute(
            text(
                "SELECT topic, key, seq, body, until FROM feed WHERE seq > :after "
                + ("" if gate_id else "AND topic <> ALL(:for_gates) ")
                + "ORDER BY seq LIMIT :page"
            ),
            {"after": after, "page": PAGE, "for_gates": list(FOR_GATES)},
        ).all()
        more = len(rows) == PAGE
        # Rows may be newer than the head that was read before them; the head may be newer than the rows one is told.
        last = rows[-1].seq if more else max(after, head.seq, *(row.seq for row in rows[-1:]))
        before, chain = _chain(connection, after), _chain(connection, last)
    return Changes(
        cursor=f"{context.keys.epoch}.{last}",
        more=more,
        changes=tuple(Change(row.topic, row.key, row.body, row.until) for row in rows),
        begin=f"{context.keys.epoch if after else 0}.{after}",
        chain_before=before,
        chain="" if more else chain,
        signed_at=int(context.now()),
    )


def _chain(connection: Connection, seq: int) -> str:
    """The hash of everything that led to a state; "" = not known (any more)."""
    if seq == 0:
        return GENESIS
    return connection.scalar(text("SELECT chain FROM feed_mark WHERE seq = :seq"), {"seq": seq}) or ""


def cursor_of(words: str) -> tuple[int, int]:
    """(epoch, seq)."""
    match = _CURSOR.fullmatch(words)
    if match is None:
        raise Refusal(400, "bad_cursor", "a cursor looks like 1.4711; 0.0 is the beginning")
    return int(match[1]), int(match[2])


def bring_up(context: Context) -> None:
    """At start and now and then: compare everything, whoever asks."""
    with context.engine.begin() as connection:
        sequence(connection, context, everything=True)


def _due(connection: Connection, context: Context) -> bool:
    return bool(
        connection.scalar(
            text("SELECT checked_at < :since OR EXISTS (SELECT 1 FROM feed_touched) FROM feed_head"),
            {"since": _check_since(context)},
        )
    )


def _check_since(context: Context) -> float:
    """An hour ago, or midnight: days of the lease map come and go then."""
    midnight = context.now() // 86400 * 86400
    return max(context.now() - CHECK_S, midnight)


def sequence(connection: Connection, context: Context, *, everything: bool = False) -> None:
    """Give numbers to what was committed; the lock is held until the end of the caller's transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FEED_LOCK})
    head = connection.execute(text("SELECT seq, checked_at FROM feed_head")).one()
    everything = everything or head.checked_at < _check_since(context)
    # In this order: a version that is seen here has left its marks, so the list told with it is complete.
    version = revocations(connection)
    touched: dict[str, list[str]] = {}
    for topic, key in connection.execute(text("DELETE FROM feed_touched RETURNING topic, key")):
        touched.setdefault(topic, []).append(key)
    state = _state(connection, context, None if everything else touched)
    if everything or touched:
        state["revocations"] = {"": Row(str(version))}  # the last one, after all it speaks of
    wanted = None if everything else touched
    seq = _write(connection, context, _told(connection, context, wanted, state), head.seq)
    if everything:
        _forget(connection, context)
        connection.execute(text("UPDATE feed_head SET checked_at = :now"), {"now": context.now()})
    connection.execute(text("UPDATE feed_head SET seq = :seq"), {"seq": seq})


def _state(connection: Connection, context: Context, touched: dict[str, list[str]] | None) -> State:
    """What is there now, of all topics or of what was touched."""
    state: State = {}
    for topic, look in (
        ("issuer", issuers),
        ("certificate", certificates),
        ("revoked_incarnation", revoked_incarnations),
        ("lease", leases),
        ("catalogue", _catalogue),
        ("guest", told.guests),
        ("medium", told.media),
        ("plan", told.plan),
        ("revoked_ticket", revoked_tickets),
    ):
        if touched is None:
            state[topic] = look(connection, context, None)
        elif topic in touched:
            state[topic] = look(connection, context, touched[topic])
    return state


def _catalogue(connection: Connection, context: Context, keys: list[str] | None) -> dict[str, Row]:
    words = published.newest_words(connection)
    return {"": Row(words)} if words else {}


def _told(
    connection: Connection, context: Context, touched: dict[str, list[str]] | None, state: State
) -> Iterator[Told]:
    """What differs from what was told before; the version of the revocations comes last."""
    if touched is None or "booked" in touched:
        yield from booked(connection, context, None if touched is None else touched["booked"])
    for topic, fresh in state.items():
        told = _known(connection, topic, None if touched is None else touched.get(topic, [""]))
        for key in sorted(told.keys() | fresh.keys()):
            before, now = told.get(key), fresh.get(key)
            if now is None and before is not None:
                now = Row(None, before.until)
            if now is not None and now != before:
                yield Told(topic, key, now)


def _write(connection: Connection, context: Context, changes: Iterable[Told], seq: int) -> int:
    """Store these changes under the next numbers, and carry the hash on over them; returns the last number."""
    last = text("SELECT chain FROM feed_mark ORDER BY seq DESC LIMIT 1")
    first, chain = seq, str(connection.scalar(last) or GENESIS)
    for batch in _batches(changes):
        numbers = range(seq + 1, seq + len(batch) + 1)
        for number, (topic, key, row) in zip(numbers, batch, strict=True):
            chain = advanced(chain, number, topic, key, row.body, row.until)
        seq = numbers[-1]
        connection.execute(
            text(
                "INSERT INTO feed (topic, key, seq, body, until, changed_at) "
                "SELECT t, k, s, b, u, to_timestamp(:now) FROM unnest(CAST(:topics AS text[]), CAST(:keys AS text[]), "
                "CAST(:seqs AS bigint[]), CAST(:bodies AS text[]), CAST(:untils AS bigint[])) AS fresh (t, k, s, b, u) "
                "ON CONFLICT (topic, key) DO UPDATE SET seq = EXCLUDED.seq, body = EXCLUDED.body, "
                "until = EXCLUDED.until, changed_at = EXCLUDED.changed_at"
            ),
            {
                "topics": [each.topic for each in batch],
                "keys": [each.key for each in batch],
                "seqs": list(numbers),
                "bodies": [each.row.body for each in batch],
                "untils": [each.row.until for each in batch],
                "now": context.now(),
            },
        )
    if seq != first:
        mark = text("INSERT INTO feed_mark (seq, chain) VALUES (:seq, :chain)")
        connection.execute(mark, {"seq": seq, "chain": chain})
    return seq


def _batches(changes: Iterable[Told]) -> Iterator[list[Told]]:
    rest = iter(changes)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _known(connection: Connection, topic: str, keys: list[str] | None) -> dict[str, Row]:
    """What the feed says of these keys; a lease is touched by its journey. What is gone already is not there."""
    where = "topic = :topic"
    if keys is not None:
        where += " AND split_part(key, '.', 1) = ANY(:keys)" if topic == "lease" else " AND key = ANY(:keys)"
    rows = connection.execute(
        text(f"SELECT key, body, until FROM feed WHERE {where} AND body IS NOT NULL"), {"topic": topic, "keys": keys}
    )
    return {row.key: Row(row.body, row.until) for row in rows}


def _forget(connection: Connection, context: Context) -> None:
    """What is gone for long is no longer told; whoever was away for longer fetches everything."""
    connection.execute(
        text(
            "WITH forgotten AS (DELETE FROM feed WHERE body IS NULL AND changed_at < :since RETURNING seq) "
            "UPDATE feed_head SET floor = greatest(floor, (SELECT coalesce(max(seq), 0) FROM forgotten))"
        ),
        {"since": datetime.fromtimestamp(context.now() - TOLD_S, UTC)},
    )
    connection.execute(text("DELETE FROM feed_mark WHERE seq < (SELECT floor FROM feed_head)"))


def _acknowledge(connection: Connection, context: Context, gate_id: int, held: int) -> None:
    """P12: a gate that holds the change of the newest revocations holds all before it."""
    version = connection.scalar(
        text("SELECT body FROM feed WHERE topic = 'revocations' AND key = '' AND seq <= :held"), {"held": held}
    )
    if version is not None:
        gate_has(connection, context, gate_id, int(version))
