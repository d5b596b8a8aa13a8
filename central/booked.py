"""Whose the tickets are, as gates are told: a row for each ticket of the days around now; gone when it is voided.

There may be a million, so what is to be told is found by the database: nothing comes here but what differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from central.context import Context
from central.gate import OVER_S, Row, window

BATCH = 5000  # rows that are here at a time

_NOW = (
    "SELECT feed_ticket_id(t.terminal_id, t.incarnation, t.seq) AS key, "
    "feed_booked(t) AS body, j.ends_at + :over AS until "
    "FROM {0} ticket t {1} JOIN journey j ON j.id = t.journey_id "
    "WHERE j.operating_day BETWEEN :first AND :last AND NOT EXISTS (SELECT FROM void v "
    "WHERE (v.terminal_id, v.incarnation, v.seq) = (t.terminal_id, t.incarnation, t.seq))"
)
_ASKED = (
    "unnest(CAST(:terminals AS int[]), CAST(:incarnations AS int[]), CAST(:seqs AS bigint[])) "
    "AS asked (terminal_id, incarnation, seq) JOIN"
)
_DIFFERENT = (
    "WITH now AS MATERIALIZED ({0}), told AS (SELECT key, body, until FROM feed WHERE topic = 'booked' "
    "AND body IS NOT NULL {1}) SELECT coalesce(now.key, told.key) AS key, now.body, "
    "coalesce(now.until, told.until) AS until FROM now FULL JOIN told ON told.key = now.key "
    "WHERE now.body IS DISTINCT FROM told.body OR now.until IS DISTINCT FROM told.until ORDER BY 1"
)


class Told(NamedTuple):
    """A change that gates have not heard of."""

    topic: str
    key: str
    row: Row


def booked(connection: Connection, context: Context, keys: list[str] | None) -> Iterator[Told]:
    """What became of these tickets (their ids), or of all, as far as it was not told."""
    parts: dict[str, Any] = {**window(context), "over": OVER_S}
    if keys is None:
        question = _DIFFERENT.format(_NOW.format("", ""), "")
    else:
        keys = sorted(set(keys))
        parts |= {
            "keys": keys,
            "terminals": [int(key[:4], 16) for key in keys],
            "incarnations": [int(key[4:6], 16) for key in keys],
            "seqs": [int(key[6:], 16) for key in keys],
        }
        now = _NOW.format(_ASKED, "USING (terminal_id, incarnation, seq)")
        question = _DIFFERENT.format(now, "AND key = ANY(:keys)")
    rows = connection.execute(text(question), parts, execution_options={"yield_per": BATCH})
    for row in rows:
        yield Told("booked", row.key, Row(row.body, row.until))
