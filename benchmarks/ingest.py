"""Central takes a journal in (chain checked, raw records stored, all of it applied) beside bare COPY of the same rows.

Ours is `upload.receive`, batch by batch as a terminal sends them, up to the signed acknowledgement. The floor follows
each batch in one transaction with every row it ended up writing, under another terminal's number, into the same
tables with the same indexes and references: COPY of its rows of raw_journal (all columns, state APPLIED), sale,
payment and ticket, and one UPDATE of the incarnation's head. The bytes are PostgreSQL's own, made by COPY TO before
the clock starts. The rows of holding are copied once, with the last batch, as they are at the end: that ours wrote
some of them with nearly every batch is its own cost.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import text

from benchmarks.backlog import Scene
from central.context import Context
from central.enrolment import enrol, make_code
from central.journal import upload
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


def run() -> dict[str, Any]:
    with Scene() as scene:
        scene.sell(SALES)
        ours, floor, records = _measure(scene)
    ratio = statistics.median(ours) / statistics.median(floor)
    per_batch = records / len(ours)
    return {
        "name": f"central ingests {per_batch:.0f} records",
        "floor_ms": statistics.median(floor),
        "ours_ms": statistics.median(ours),
        "ratio": ratio,
        "n": len(ours),
        "median": statistics.median(ours),
        "p95": statistics.quantiles(ours, n=20)[-1],
        "goal": f"at most {GOAL:g} x bare COPY of the same rows ({per_batch / statistics.median(ours):.1f} a ms)",
        "ok": ratio <= GOAL,
        "records": records,
        "total_ratio": sum(ours) / sum(floor),
    }


def _measure(scene: Scene) -> tuple[list[float], list[float], int]:
    """Milliseconds of each batch, ours and the floor's, in turns."""
    keys = Keys(scene.central.folder / "keys", time.time())
    context = Context(scene.database, keys, time.time)
    code, _ = make_code(context, "K2", "kiosk")
    other = enrol(context, EnrolRequest(code, "00" * 32), "127.0.0.1")
    who = {"terminal": scene.who[0], "incarnation": scene.who[1], "other": other.terminal_id}
    ours, floor, records = [], [], 0
    bare = scene.database.raw_connection()
    connection = bare.driver_connection
    assert isinstance(connection, psycopg.Connection)
    batches = list(_batches(scene))
    for number, batch in enumerate(batches):
        start = time.perf_counter()
        ack = upload.receive(context, *scene.who, batch)
        ours.append((time.perf_counter() - start) * 1000)
        assert ack.accepted_seq == batch.records[-1].seq
        records += len(batch.records)
        rows = _rows(connection, {**who, "first": batch.records[0].seq, "last": ack.accepted_seq})
        if number == len(batches) - 1:
            rows["holding"] = _copied(connection, "holding", HOLDINGS, who)
        start = time.perf_counter()
        _copy_in(connection, rows, {**who, "seq": ack.accepted_seq, "hash": ack.head_hash})
        floor.append((time.perf_counter() - start) * 1000)
    bare.close()
    _same(scene, who)
    return ours[WARM_UP:-1], floor[WARM_UP:-1], records - (WARM_UP + 1) * MAX_RECORDS


def _batches(scene: Scene) -> Iterator[JournalBatch]:
    """As `Push` cuts them, from where central waits."""
    with scene.database.connect() as connection:
        after = connection.scalar(text("SELECT max(head_seq) FROM incarnation")) or 0
    while records := _fitting(scene.store.journal.records(after, MAX_RECORDS)):
        yield JournalBatch(*scene.who, tuple(records), head=scene.store.counter.value)
        after = records[-1].seq


def _rows(connection: psycopg.Connection[Any], values: dict[str, int]) -> dict[str, bytes]:
    found = {table: _copied(connection, table, where, values) for table, where in ROWS.items()}
    connection.commit()
    return found


def _copied(connection: psycopg.Connection[Any], table: str, where: str, values: dict[str, int]) -> bytes:
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
        "UPDATE incarnation SET head_seq = %(seq)s, head_hash = %(hash)s, applied_seq = %(seq)s "
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
