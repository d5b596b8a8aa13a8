"""Central takes a journal in, beside bare COPY of the same rows in the same run.

Ours is `upload.receive`, batch by batch as a terminal sends them. Two figures, taken in one pass. Taken in: chain
checked, raw records stored, head moved, committed; that is when the terminal gets its acknowledgement, and its floor
is COPY of the same rows of raw_journal and the UPDATE of the incarnation's head in one transaction. Applied: all that
and its effects in the ledger; its floor follows with every row that ours ended up writing, under another terminal's
number, into the same tables with the same indexes and references. The bytes are PostgreSQL's own, made by COPY TO
before the clock starts. The rows of holding are copied once, with the last batch, as they are at the end: that ours
wrote some of them with nearly every batch is its own cost.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import text

from benchmarks.backlog import Scene
from benchmarks.figure import figure
from central.context import Context
from central.enrolment import enrol, make_code
from central.journal import upload
from central.journal.apply import apply_pending
from central.keys import Keys
from central.status import look
from sync.push import MAX_RECORDS, _fitting
from sync.wire import EnrolRequest, JournalBatch

SALES = 3000
WARM_UP = 2  # batches
GOAL = 2.0
ROWS = {
    "raw_journal": "seq BETWEEN %(first)s AND %(last)s",
    "sale": "held_seq BETWEEN %(first)s AND %(last)s",
    "payment": "sale_id IN (SELECT sale_id FROM sale WHERE terminal_id = %(terminal)s AND incarnation = "
    "%(incarnation)s AND held_seq BETWEEN %(first)s AND %(last)s)",
    "ticket": "seq BETWEEN %(first)s AND %(last)s",
}
HOLDINGS = "kind IN ('LEASE', 'SOLD')"


def run() -> list[dict[str, Any]]:
    with Scene() as scene:
        scene.sell(SALES)
        taken, applied, records = _measure(scene)
    per_batch = records / len(taken)
    rate = per_batch / statistics.median(ours for ours, _ in taken)
    return [
        _row(f"central takes in {per_batch:.0f} records", taken, f"<= {GOAL:g} x bare COPY ({rate:.0f} a ms)", GOAL),
        _row(f"the same, applied to the ledger, {per_batch:.0f}", applied, "for comparison", None),
    ]


def _row(name: str, pairs: list[tuple[float, float]], goal: str, most: float | None) -> dict[str, Any]:
    ours, floor = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return figure(name, floor, ours, goal, ok=True if most is None else None, most=most or 0.0)


def _measure(scene: Scene) -> tuple[list[tuple[float, float]], list[tuple[float, float]], int]:
    """Milliseconds (ours, floor) of each batch, taken in and applied; how many records."""
    keys = Keys(scene.central.folder / "keys", time.time())
    context = Context(scene.database, keys, time.time)
    bare = scene.database.raw_connection()
    connection = bare.driver_connection
    assert isinstance(connection, psycopg.Connection)
    others = [_another(context, name) for name in ("K2", "K3")]
    who = {"terminal": scene.who[0], "incarnation": scene.who[1]}
    taken, applied, records = [], [], 0
    batches = list(_batches(scene))
    for number, batch in enumerate(batches):
        start = time.perf_counter()
        ack = upload.take_in(context, *scene.who, batch)
        raw_ms = (time.perf_counter() - start) * 1000
        apply_pending(context, *scene.who)
        all_ms = (time.perf_counter() - start) * 1000
        assert ack.accepted_seq == batch.records[-1].seq
        records += len(batch.records)
        floors = []
        for other, tables in zip(others, (("raw_journal",), tuple(ROWS)), strict=True):
            values = {
                **who,
                "other": other,
                "first": batch.records[0].seq,
                "last": ack.accepted_seq,
                "hash": ack.head_hash,
            }
            rows = {table: _copied(connection, table, ROWS[table], values) for table in tables}
            if number == len(batches) - 1 and len(tables) > 1:
                rows["holding"] = _copied(connection, "holding", HOLDINGS, values)
            connection.commit()
            start = time.perf_counter()
            _copy_in(connection, rows, values)
            floors.append((time.perf_counter() - start) * 1000)
        taken.append((raw_ms, floors[0]))
        applied.append((all_ms, floors[1]))
    bare.close()
    _same(scene, {**who, "other": others[1]})
    kept = slice(WARM_UP, -1)
    return taken[kept], applied[kept], records - (WARM_UP + 1) * MAX_RECORDS


def _another(context: Context, name: str) -> int:
    code, _ = make_code(context, name, "kiosk")
    return enrol(context, EnrolRequest(code, "00" * 32), "127.0.0.1").terminal_id


def _batches(scene: Scene) -> Iterator[JournalBatch]:
    """As `Push` cuts them, from where central waits."""
    with scene.database.connect() as connection:
        after = connection.scalar(text("SELECT max(head_seq) FROM incarnation")) or 0
    while records := _fitting(scene.store.journal.records(after, MAX_RECORDS)):
        yield JournalBatch(*scene.who, tuple(records), head=scene.store.counter.value)
        after = records[-1].seq


def _copied(connection: psycopg.Connection[Any], table: str, where: str, values: dict[str, Any]) -> bytes:
    """The terminal's rows as PostgreSQL writes them, under the other terminal's number."""
    names = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", [table]
    ).fetchall()
    columns = ", ".join("%(other)s" if name == "terminal_id" else name for (name,) in names)
    query = f"COPY (SELECT {columns} FROM {table} WHERE terminal_id = %(terminal)s AND incarnation = %(incarnation)s "
    with connection.cursor() as cursor, cursor.copy(query + f"AND {where} ORDER BY 1, 2, 3) TO STDOUT", values) as out:
        return b"".join(bytes(part) for part in out)


def _copy_in(connection: psycopg.Connection[Any], rows: dict[str, bytes], head: dict[str, Any]) -> None:
    for table, content in rows.items():
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as into:
            into.write(content)
    connection.execute(
        "UPDATE incarnation SET head_seq = %(last)s, head_hash = %(hash)s, applied_seq = %(last)s "
        "WHERE terminal_id = %(other)s",
        head,
    )
    connection.commit()


def _same(scene: Scene, who: dict[str, int]) -> None:
    """Both have the same rows, all applied."""
    with scene.database.connect() as connection:
        for table in (*ROWS, "holding"):
            mine, others = (
                connection.scalar(text(f"SELECT count(*) FROM {table} WHERE terminal_id = {who[each]}"))
                for each in ("terminal", "other")
            )
            assert (mine or 0) - (others or 0) in ((0,) if table == "holding" else range(1000)), (table, mine, others)
        assert look(connection).unapplied == 0
