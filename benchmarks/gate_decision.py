"""The gate's decision alone, with a million tickets that passed here, records of a million, and a hundred thousand
revocations.

    python -m benchmarks.gate_decision

A scan is put into words, its look-ups are made in the real store, and the rules decide; one of four tickets was let
in before, one of eight is revoked, the others are good. The floor is what no gate can do without: the signature checked
and the ticket looked up in the same table. The durable record is a figure of its own: it waits for the disk. The
million that passed are written into the store's table, not through its journal, which would take longer than the
benchmark; the records are taken as central tells them.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.figure import figure
from benchmarks.gate import CALLS, SEATS, _Bench
from kiosk.domain import ticket as tickets
from kiosk.domain.gate.grounds import decided
from kiosk.domain.gate.words import Word
from kiosk.services.gaterecord import plain_scan, without_taken_place
from sync.wire import BookedRow, Change

TICKETS, REVOKED, N, WARM_UP = 1_000_000, 100_000, 2_000, 100
GOAL_MS = 10.0


def run() -> list[dict[str, Any]]:
    """The figures for the table of benchmarks."""
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-", dir=Path.cwd()) as name, _Bench(Path(name)) as bench:
        shown = _filled(bench)
        return [_decision(bench, shown), _recorded(bench)]


def _filled(bench: _Bench) -> list[tuple[str, Word]]:
    """Fill the tables; the tickets that will be held up, each with its verdict."""
    shown = list(bench.tickets(N + WARM_UP, first=10_000_000))
    ids = [tickets.read(text)[0].ticket_id for text in shown]
    used = [each for number, each in enumerate(ids) if number % 4 == 1]
    revoked = [each for number, each in enumerate(ids) if number % 8 == 2]
    now = int(time.time())
    others = (f"{number:016x}" for number in range(1 << 40, (1 << 40) + TICKETS - len(used)))
    rows = ((n - TICKETS, each, 1, "Gate 3", now - 3600, "entry", 1, "") for n, each in enumerate(_both(used, others)))
    connection = bench.store._db.conn
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO passing VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'flex')", rows)
    connection.execute("COMMIT")
    fill = tuple(f"{number:016x}" for number in range(1 << 41, (1 << 41) + REVOKED - len(revoked)))
    bench.gate.take_manifest(bench.manifest(2, tuple(sorted((*revoked, *fill)))), "2")
    bench.store.gate_records.take(_booked(shown, frozenset(revoked), now), anew=True, cursor="1.2", now=now)
    words = {**dict.fromkeys(used, Word.USED), **dict.fromkeys(revoked, Word.REVOKED)}
    return [(text, words.get(id_, Word.ADMIT)) for text, id_ in zip(shown, ids, strict=True)]


def _booked(shown: list[str], revoked: frozenset[str], now: int) -> Iterator[Change]:
    """Those that will be held up, on the train of the benchmark, and the others on trains of their own."""
    yield from (each for each in _on_the_train(shown, now) if each.key not in revoked)
    for number in range(TICKETS - len(shown)):
        ticket_id = tickets.ticket_id(4 + number % 200, 1, number)
        yield _row(ticket_id, 2 + number // 640, number % 640, number, now)


def _on_the_train(shown: list[str], now: int) -> Iterator[Change]:
    for ticket in (tickets.read(text)[0] for text in shown):
        place = (ticket.coach - 1) * SEATS + ticket.seat - 1
        yield _row(ticket.ticket_id, ticket.journey_id, place, ticket.seq, now)


def _row(ticket_id: str, journey_id: int, place: int, number: int, now: int) -> Change:
    name = f"Passenger {number % 5000} Li" if number % 3 == 0 else ""
    row = BookedRow(f"sale-{number // 2}", journey_id, place, 0, CALLS // 2, "second", "flex", "adult", 1, name)
    return Change("booked", ticket_id, msgspec.json.encode(row).decode(), now + 86400)


def _both(some: list[str], more: Iterator[str]) -> Iterator[str]:
    yield from some
    yield from more


def _decision(bench: _Bench, shown: list[tuple[str, Word]]) -> dict[str, Any]:
    gate, ours, floor = bench.gate, list[float](), list[float]()
    key = next(iter(gate.trust().certificates.values())).key
    for number, (text, word) in enumerate(shown):
        for which in (0, 1) if number % 2 else (1, 0):
            begin = time.perf_counter()
            if which:
                gate.plan.follow()
                presented = gate._presenter.present(text, gate._trust, gate.checked_at())
                presented = without_taken_place(bench.store, presented)
                judged = decided(gate.grounds_of(presented, plain_scan(gate.name, presented.code or text, None)))
                ours.append((time.perf_counter() - begin) * 1000)
                if judged.decision.word is not word:
                    raise AssertionError(f"scan {number}: {judged.decision.word}, not {word}")
            else:
                ticket, payload, signature = tickets.read(text)
                if not tickets.verified(payload, signature, key):
                    raise AssertionError("a ticket is not signed")
                bench.store.passings(ticket.ticket_id)
                floor.append((time.perf_counter() - begin) * 1000)
    return _figure(
        "gate decision, 1,000,000 tickets and records",
        ours[WARM_UP:],
        floor[WARM_UP:],
        f"p99 <= {GOAL_MS:.0f} ms",
        GOAL_MS,
    )


def _recorded(bench: _Bench) -> dict[str, Any]:
    """The same with its record on the disk, of tickets that come in; the floor is one durable write."""
    ours, floor = list[float](), list[float]()
    shown = list(bench.tickets(N // 4, first=20_000_000))  # each place once: a second ticket for it is not let in
    bench.store.gate_records.take(_on_the_train(shown, int(time.time())), anew=False)
    for text in shown:
        begin = time.perf_counter()
        verdict = bench.gate.scan(text)
        ours.append((time.perf_counter() - begin) * 1000)
        if not verdict.admitted:
            raise AssertionError(f"refused: {verdict.reason}")
        begin = time.perf_counter()
        bench.store.set_cursor("bench", text * 8)
        floor.append((time.perf_counter() - begin) * 1000)
    return _figure("gate decision and its record", ours, floor, "none: the disk's", float("inf"))


def _figure(name: str, ours: list[float], floor: list[float], goal: str, limit_ms: float) -> dict[str, Any]:
    p99 = statistics.quantiles(ours, n=100)[-1]
    return figure(name, floor, ours, f"{goal} (p99 {p99:.2f} ms)", ok=p99 <= limit_ms, p99=p99)
