"""A terminal comes back with a backlog of 10,000 sales: how long until central has acknowledged every record.

The terminal's own `Push` through its own client to a real central process (PostgreSQL, signatures, chain, all of it
applied to the ledger): over loopback, and over a line with 50 ms round trip and 1 Mbit/s each way. The floors: the
same records by bare COPY into the same table, a commit for each batch; and the line itself, the bytes sent at its
speed and one round trip for each batch.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from benchmarks.backlog import Scene
from central.status import look
from sync.client import CentralClient
from sync.push import MAX_RECORDS, Push
from sync.wire import Record
from tests.sync.proxy import Proxy

SALES = 10_000
ROUND_TRIP_S, BITS_PER_S = 0.05, 1_000_000
GOAL_S, GOAL_SLOW_S = 10.0, 60.0
COLUMNS = "terminal_id, incarnation, seq, event_id, kind, version, body, recorded_at_ms, previous_hash, hash"


def run() -> list[dict[str, Any]]:
    near, records, _ = _drained(slow=False)
    far, _, sent = _drained(slow=True)
    batches = -(-records // MAX_RECORDS)
    line_s = sent * 8 / BITS_PER_S + batches * ROUND_TRIP_S
    return [
        _row(f"{SALES} sales drained, loopback", near[1], near[0], records, f"< {GOAL_S:g} s", GOAL_S),
        _row(f"{SALES} sales drained, 1 Mbit/s", line_s, far[0], records, f"< {GOAL_SLOW_S:g} s", GOAL_SLOW_S),
    ]


def _drained(*, slow: bool) -> tuple[tuple[float, float], int, int]:
    """((seconds, seconds of bare COPY), records, bytes sent)."""
    with Scene() as scene:
        scene.sell(SALES)
        scene.settle()
        link = Proxy(int(scene.url.rpartition(":")[2]), scene.folder) if slow else None
        try:
            if link is not None:
                link.order("delay_ms", n=ROUND_TRIP_S * 500)
                link.order("bits_per_s", n=BITS_PER_S)
            client = scene.client(link.url if link else scene.url)
            sent = _counting(client)
            push = Push(client, scene.store, *scene.who)
            first, records = push.accepted_seq, push.backlog
            start = time.perf_counter()
            push.run()
            took = time.perf_counter() - start
        finally:
            if link is not None:
                link.close()
        assert push.backlog == 0
        _check(scene, records)
        return (took, 0.0 if slow else _copied(scene, first)), records, sum(sent)


def _counting(client: CentralClient) -> list[int]:
    """Sizes of the bodies as they go over the line."""
    sizes: list[int] = []
    send = client._session.request

    def request(*arguments: Any, **named: Any) -> Any:
        sizes.append(len(named.get("data") or b""))
        return send(*arguments, **named)

    client._session.request = request  # type: ignore[method-assign]
    return sizes


def _check(scene: Scene, records: int) -> None:
    with scene.database.connect() as connection:
        found = look(connection)
    assert found.records >= records and found.sales == SALES, found
    assert found.sound and not found.unapplied and not found.uncovered, found


def _copied(scene: Scene, after: int) -> float:
    """Seconds for the same records into a table like central's."""
    with scene.database.begin() as connection:
        connection.execute(text("CREATE TABLE bare (LIKE raw_journal INCLUDING ALL)"))
    bare = scene.database.raw_connection()
    driver = bare.driver_connection
    assert isinstance(driver, psycopg.Connection)
    took = 0.0
    while records := scene.store.journal.records(after, MAX_RECORDS):
        start = time.perf_counter()
        _copy(driver, scene.who, records)
        took += time.perf_counter() - start
        after = records[-1].seq
    bare.close()
    return took


def _copy(driver: psycopg.Connection[Any], who: tuple[int, int], records: Sequence[Record]) -> None:
    with driver.cursor() as cursor, cursor.copy(f"COPY bare ({COLUMNS}, received_at) FROM STDIN") as copy:
        for each in records:
            copy.write_row((*who, *(getattr(each, name) for name in Record.__struct_fields__), "now"))
    driver.commit()


def _row(name: str, floor_s: float, ours_s: float, records: int, goal: str, most_s: float) -> dict[str, Any]:
    return {
        "name": name,
        "floor_ms": floor_s * 1000,
        "ours_ms": ours_s * 1000,
        "ratio": ours_s / floor_s,
        "n": records,
        "median": ours_s * 1000,
        "p95": ours_s * 1000,
        "goal": f"{goal} ({records / ours_s:,.0f} records/s)",
        "ok": ours_s < most_s,
    }


if __name__ == "__main__":
    Path("build").mkdir(exist_ok=True)
    for each in run():
        print(each)
