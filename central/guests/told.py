"""Guests, media and the plan as the feed tells them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from central.context import Context
from central.gate import Row

_WANTED = "(until = 0 OR until > :now)"


def guests(connection: Connection, context: Context, keys: list[str] | None = None) -> dict[str, Row]:
    """By the code that is held up. What was cancelled here is told so, whatever the file says."""
    rows = connection.execute(
        text(f"SELECT code, body, until, cancelled_at FROM guest WHERE {_WANTED}" + _those(keys)),
        _values(context, keys),
    )
    return {row.code: Row(row.body if row.cancelled_at is None else _cancelled(row.body), row.until) for row in rows}


def media(connection: Connection, context: Context, keys: list[str] | None = None) -> dict[str, Row]:
    """By their code, with the tickets they were handed out for at a gate."""
    handed: dict[str, list[str]] = defaultdict(list)
    which = "" if keys is None else "WHERE medium = ANY(:keys) "
    for row in connection.execute(
        text(f"SELECT medium, ticket_id FROM medium_handed {which}ORDER BY terminal_id, incarnation, seq"),
        _values(context, keys),
    ):
        handed[row.medium].append(row.ticket_id)
    rows = connection.execute(
        text(f"SELECT code, body, until FROM medium WHERE {_WANTED}" + _those(keys)), _values(context, keys)
    )
    return {row.code: Row(_linked(row.body, handed.get(row.code, ())), row.until) for row in rows}


def plan(connection: Connection, context: Context, keys: list[str] | None = None) -> dict[str, Row]:
    body = connection.scalar(text("SELECT body FROM gate_plan"))
    return {} if body is None else {"": Row(str(body))}


def _those(keys: list[str] | None) -> str:
    return "" if keys is None else " AND code = ANY(:keys)"


def _values(context: Context, keys: list[str] | None) -> dict[str, Any]:
    return {"now": int(context.now()), "keys": keys}


def _cancelled(body: str) -> str:
    raw: dict[str, Any] = msgspec.json.decode(body)
    return msgspec.json.encode({**raw, "status": "cancelled"}).decode()


def _linked(body: str, tickets: Any) -> str:
    if not tickets:
        return body
    raw: dict[str, Any] = msgspec.json.decode(body)
    raw["tickets"] = list(dict.fromkeys([*raw.get("tickets", ()), *tickets]))
    return msgspec.json.encode(raw).decode()
