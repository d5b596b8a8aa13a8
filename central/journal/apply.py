"""From raw records to the ledger: in order, once each, and never stopped by a bad one.

A record of an unknown kind stays raw (UNKNOWN) until a program that knows it starts. A record that cannot be applied
is marked POISON with an incident and passed by. Both were acknowledged long before.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import DBAPIError, OperationalError

from central.context import Context
from central.incidents import note_all
from central.journal.effects import Effects
from kiosk.domain.errors import KioskError
from kiosk.domain.events import AnyEvent, Event

BATCH = 1000  # more than one upload brings, so that it is done in one go
KNOWN_KINDS = {kind.__name__ for kind in Event.__subclasses__()}
_DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
log = logging.getLogger(__name__)


def apply_all(context: Context) -> None:
    """At start: everything left over, and records of kinds that an older program did not know."""
    with context.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT terminal_id, incarnation FROM incarnation WHERE applied_seq < head_seq "
                "UNION SELECT terminal_id, incarnation FROM raw_journal WHERE state = 'UNKNOWN'"
            )
        ).all()
    for row in rows:
        apply_pending(context, row.terminal_id, row.incarnation)
        _retry_unknown(context, row.terminal_id, row.incarnation)


def apply_pending(context: Context, terminal_id: int, incarnation: int) -> None:
    """Apply what is stored of one incarnation and not applied yet."""
    limit = BATCH
    while True:
        try:
            with context.engine.begin() as connection:
                done = _apply_next(connection, context, terminal_id, incarnation, limit)
        except OperationalError:
            raise  # the database is away: nothing is wrong with the records
        except DBAPIError as error:
            # One of them does not fit the tables: find it one by one.
            if limit == 1:
                with context.engine.begin() as connection:
                    _pass_by(connection, terminal_id, incarnation, str(error.orig))
            limit = 1
            continue
        if done < limit:
            return


def _apply_next(connection: Connection, context: Context, terminal_id: int, incarnation: int, limit: int) -> int:
    """Apply up to `limit` records; returns how many there were."""
    who = {"terminal": terminal_id, "incarnation": incarnation, "limit": limit}
    # The lock keeps two workers off the same journal and orders this before the journeys' locks.
    applied = connection.scalar(
        text(
            "SELECT applied_seq FROM incarnation WHERE terminal_id = :terminal AND incarnation = :incarnation "
            "FOR NO KEY UPDATE"
        ),
        who,
    )
    # From a number, not joined: then the index leads there, whatever the database believes of a table that grows.
    rows = connection.execute(
        text(
            "SELECT seq, kind, body FROM raw_journal WHERE terminal_id = :terminal AND incarnation = :incarnation "
            "AND seq > :applied ORDER BY seq LIMIT :limit"
        ),
        {**who, "applied": applied},
    ).all()
    if rows:
        _apply_rows(connection, context, terminal_id, incarnation, rows)
        connection.execute(
            text(
                "UPDATE incarnation SET applied_seq = :seq WHERE terminal_id = :terminal AND incarnation = :incarnation"
            ),
            {**who, "seq": rows[-1].seq},
        )
    return len(rows)


def _apply_rows(
    connection: Connection, context: Context, terminal_id: int, incarnation: int, rows: Sequence[Row[Any]]
) -> None:
    states: dict[int, str] = {}  # what is the matter with a record
    incidents: list[tuple[str, str, int, int, int]] = []
    events: list[tuple[int, AnyEvent]] = []
    for row in rows:
        if row.kind not in KNOWN_KINDS:
            states[row.seq] = "UNKNOWN"
            incidents.append(("unknown_kind", f"{row.kind}: a newer terminal", terminal_id, incarnation, row.seq))
            continue
        try:
            event = _DECODER.decode(row.body)
            if type(event).__name__ != row.kind:
                raise ValueError(f"the record says {row.kind}, its body {type(event).__name__}")
            events.append((row.seq, event))
        except (msgspec.DecodeError, ValueError) as error:
            states[row.seq] = "POISON"
            incidents.append(("poison", str(error), terminal_id, incarnation, row.seq))
    effects = Effects(connection, context.keys, terminal_id, incarnation, events)
    for seq, event in events:
        try:
            effects.apply(seq, event)
        except (KioskError, ValueError, LookupError) as error:
            states[seq] = "POISON"
            incidents.append(("poison", f"{type(event).__name__}: {error}", terminal_id, incarnation, seq))
    effects.write()
    note_all(connection, incidents)
    _mark(connection, terminal_id, incarnation, states)


def _mark(connection: Connection, terminal_id: int, incarnation: int, states: Mapping[int, str | None]) -> None:
    if states:
        connection.execute(
            text(
                "UPDATE raw_journal r SET state = fresh.state "
                "FROM unnest(CAST(:seqs AS bigint[]), CAST(:states AS text[])) AS fresh (seq, state) "
                "WHERE r.terminal_id = :terminal AND r.incarnation = :incarnation AND r.seq = fresh.seq"
            ),
            {
                "seqs": list(states),
                "states": list(states.values()),
                "terminal": terminal_id,
                "incarnation": incarnation,
            },
        )


def _pass_by(connection: Connection, terminal_id: int, incarnation: int, reason: str) -> None:
    """Mark the next record as poison and go on behind it."""
    row = connection.execute(
        text(
            "UPDATE incarnation SET applied_seq = applied_seq + 1 "
            "WHERE terminal_id = :terminal AND incarnation = :incarnation RETURNING applied_seq"
        ),
        {"terminal": terminal_id, "incarnation": incarnation},
    ).one()
    _mark(connection, terminal_id, incarnation, {row.applied_seq: "POISON"})
    note_all(connection, [("poison", reason, terminal_id, incarnation, row.applied_seq)])
    log.warning("record %s of terminal %s.%s cannot be applied: %s", row.applied_seq, terminal_id, incarnation, reason)


def _retry_unknown(context: Context, terminal_id: int, incarnation: int) -> None:
    with context.engine.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT seq, kind, body FROM raw_journal WHERE terminal_id = :terminal "
                "AND incarnation = :incarnation AND state = 'UNKNOWN' AND kind = ANY(:kinds) ORDER BY seq FOR UPDATE"
            ),
            {"terminal": terminal_id, "incarnation": incarnation, "kinds": sorted(KNOWN_KINDS)},
        ).all()
        if rows:
            _mark(connection, terminal_id, incarnation, {row.seq: None for row in rows})
            _apply_rows(connection, context, terminal_id, incarnation, rows)
