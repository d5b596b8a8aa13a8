"""Attempts and refunds in the database. What a function writes is durable when it returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, text

from central.payments.rules import Attempt

_NAMES = [each.name for each in fields(Attempt)]
_FIXED = {
    "attempt_id",
    "number",
    "kind",
    "provider",
    "amount_minor",
    "currency",
    "terminal_id",
    "begun_at",
    "cancelled",
}


@dataclass(frozen=True)
class Refund:
    """A refund as it stands."""

    refund_id: str
    number: str
    attempt_id: str
    amount_minor: int
    terminal_id: int
    begun_at: float
    state: Literal["asked", "done", "refused"] = "asked"
    reference: str = ""
    reason: str = ""
    next_at: float = 0.0
    tries: int = 0


_REFUND = [each.name for each in fields(Refund)]


@contextmanager
def committing(engine: Engine) -> Iterator[Connection]:
    """Each statement is durable when it returns."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def alone(engine: Engine, key: str) -> Iterator[Connection | None]:
    """Nobody else, in this central or another of the same database, works on `key` meanwhile; None = somebody does.

    The lock ends with the connection, so a central that is killed leaves none behind.
    """
    with committing(engine) as connection:
        lock = {"key": f"scan {key}"}
        if not connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), lock):
            yield None
            return
        try:
            yield connection
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), lock)


def insert(connection: Connection, attempt: Attempt) -> bool:
    """The intent; False when the attempt, or its number, is there already."""
    names, marks = ", ".join(_NAMES), ", ".join(f":{name}" for name in _NAMES)
    done = connection.execute(
        text(f"INSERT INTO scan_attempt ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"), asdict(attempt)
    )
    return done.rowcount == 1


def attempt(connection: Connection, attempt_id: str) -> Attempt | None:
    return _attempt(connection, "attempt_id = :value", attempt_id)


def by_number(connection: Connection, number: str) -> Attempt | None:
    return _attempt(connection, "number = :value", number)


def by_reference(connection: Connection, provider: str, reference: str) -> Attempt | None:
    """An approved attempt by the provider's own number."""
    where = "provider = :provider AND reference = :value AND state = 'approved'"
    return _attempt(connection, where, reference, provider=provider)


def _attempt(connection: Connection, where: str, value: str, **more: str) -> Attempt | None:
    names = ", ".join(_NAMES)
    row = connection.execute(
        text(f"SELECT {names} FROM scan_attempt WHERE {where}"), {"value": value, **more}
    ).one_or_none()
    return None if row is None else Attempt(**row._mapping)


def save(connection: Connection, after: Attempt) -> None:
    """What a step made of it. That the terminal gave up meanwhile is not overwritten."""
    changing = [name for name in _NAMES if name not in _FIXED and name not in ("cancelled", "next_at")]
    sets = ", ".join(f"{name} = :{name}" for name in changing)
    due = "next_at = CASE WHEN cancelled AND NOT :cancelled THEN least(next_at, :next_at) ELSE :next_at END"
    connection.execute(text(f"UPDATE scan_attempt SET {sets}, {due} WHERE attempt_id = :attempt_id"), asdict(after))


def give_up(connection: Connection, attempt_id: str, now: float) -> None:
    """The terminal wants no more of it."""
    connection.execute(
        text(
            "UPDATE scan_attempt SET cancelled = true, next_at = least(next_at, :now) "
            "WHERE attempt_id = :id AND state NOT IN ('approved', 'declined')"
        ),
        {"id": attempt_id, "now": now},
    )


def insert_refund(engine: Engine, refund: Refund) -> bool:
    """The intent, unless it is there already or more would go back than was paid; one refund of an attempt at a
    time."""
    names, marks = ", ".join(_REFUND), ", ".join(f":{name}" for name in _REFUND)
    with engine.begin() as connection:
        paid = connection.scalar(
            text("SELECT amount_minor FROM scan_attempt WHERE attempt_id = :id AND state = 'approved' FOR UPDATE"),
            {"id": refund.attempt_id},
        )
        back = connection.scalar(
            text(
                "SELECT coalesce(sum(amount_minor), 0) FROM scan_refund WHERE attempt_id = :id AND state <> 'refused'"
            ),
            {"id": refund.attempt_id},
        )
        if paid is None or back + refund.amount_minor > paid:
            return False
        done = connection.execute(
            text(f"INSERT INTO scan_refund ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"), asdict(refund)
        )
        return done.rowcount == 1


def refund(connection: Connection, refund_id: str) -> Refund | None:
    names = ", ".join(_REFUND)
    row = connection.execute(
        text(f"SELECT {names} FROM scan_refund WHERE refund_id = :id"), {"id": refund_id}
    ).one_or_none()
    return None if row is None else Refund(**row._mapping)


def save_refund(connection: Connection, after: Refund) -> None:
    names = ("state", "reference", "reason", "next_at", "tries")
    sets = ", ".join(f"{name} = :{name}" for name in names)
    connection.execute(text(f"UPDATE scan_refund SET {sets} WHERE refund_id = :refund_id"), asdict(after))


def due(connection: Connection, now: float, limit: int = 100) -> tuple[Sequence[str], Sequence[str]]:
    """(attempts, refunds) somebody must be asked about now, the longest waiting first."""
    where = {"now": now, "limit": limit}
    attempts = connection.scalars(
        text(
            "SELECT attempt_id FROM scan_attempt WHERE (state NOT IN ('approved', 'declined') OR watch_until > 0) "
            "AND next_at <= :now ORDER BY next_at LIMIT :limit"
        ),
        where,
    ).all()
    refunds = connection.scalars(
        text(
            "SELECT refund_id FROM scan_refund WHERE state = 'asked' AND next_at <= :now ORDER BY next_at LIMIT :limit"
        ),
        where,
    ).all()
    return attempts, refunds


def unsettled(connection: Connection) -> Sequence[Row[Any]]:
    """What is not final, and approvals that no terminal's journal knows of: for the staff's list."""
    return connection.execute(
        text(
            "SELECT a.attempt_id, a.provider, a.kind, a.amount_minor, a.currency, a.state, a.reason, a.reference, "
            "a.begun_at, t.name AS terminal, p.state AS journal FROM scan_attempt a "
            "LEFT JOIN terminal t ON t.id = a.terminal_id "
            "LEFT JOIN payment p ON p.attempt_id = a.attempt_id AND p.terminal_id = a.terminal_id "
            "WHERE a.state NOT IN ('approved', 'declined') OR (a.state = 'approved' AND "
            "(p.state IS NULL OR p.state NOT IN ('approved', 'reversing', 'reversed'))) ORDER BY a.begun_at"
        )
    ).all()
