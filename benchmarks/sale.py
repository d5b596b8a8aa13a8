"""A durable offline sale against the very same statements on a bare connection with the same settings.

Ours: the commit of `PaymentApproved` and two `TicketIssued` through the journal, with hash chain and all projections.
Floor: the statements and parameters of that transaction, recorded from a twin that makes the same sales, replayed on
an encrypted file of its own. Both take turns of a few sales in one run, so that a noisy disk hits both.

Both sign the tickets of a sale right before its commit is timed, as a sale does: how warm the
processor is and how long ago the disk was used depends on that, and a floor that does nothing else has both for free.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figure import figure
from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.domain.allotment import Block, Gid, Grant, SignedGrant
from kiosk.domain.events import GrantAccepted, PaymentApproved, PaymentRequested, PlacesHeld, TicketIssued
from kiosk.domain.items import RideFacts, SaleItem
from kiosk.domain.sale import Sale
from kiosk.domain.ticket import Ticket, pack
from kiosk.services.issuing import Issuer
from kiosk.store import database, migrations
from kiosk.store.store import Store

N, WARM_UP, TURN = 400, 40, 10
JOURNEY, SEGMENTS, PLACES = 7, 10, 1000
GOAL = 1.3
Statement = tuple[str, str, Sequence[Any]]  # (method, SQL, parameters)


class Recorder:
    """A connection that also writes down what it is told."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.statements: list[Statement] = []

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        self.statements.append(("execute", sql, parameters))
        return self._connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Sequence[Any]) -> Any:
        self.statements.append(("executemany", sql, rows))
        return self._connection.executemany(sql, rows)

    def taken(self) -> list[Statement]:
        """What was told since the last time."""
        told, self.statements = self.statements, []
        return told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def run() -> dict[str, Any]:
    """The figure for the table of benchmarks."""
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-", dir=Path.cwd()) as folder_name:
        folder = Path(folder_name)
        store = Store(folder / "ours", 5, 1, SystemClock(), TimeOrderedIds())
        twin = Store(folder / "twin", 5, 1, SystemClock(), TimeOrderedIds())
        bare = database.connect(folder / "bare.db", store.key)
        try:
            migrations.journal.apply(bare)
            migrations.projections.apply(bare)
            ours, floor = _measure(store, twin, bare.conn)
        finally:
            bare.close()
            twin.close()
            store.close()
    return figure("durable offline sale", floor, ours, f"<= {GOAL} x the same statements on bare SQLite", most=GOAL)


def _measure(store: Store, twin: Store, bare: Any) -> tuple[list[float], list[float]]:
    """Milliseconds of each sale, ours and the floor's, in turns of a few sales."""
    issuer = Issuer(5, 1, b"certificate", Ed25519PrivateKey.generate())
    recorder = twin._db.conn = Recorder(twin._db.conn)  # type: ignore[assignment]
    ours: list[float] = []
    floor: list[float] = []
    _grant(store)
    _grant(twin)
    _replay(recorder.taken(), bare)
    for first in range(0, N + WARM_UP, TURN):
        sales = range(first, first + TURN)
        for sale in sales:
            _hold(store, sale)
            ours.append(_issue(store, issuer, sale) * 1000)
        told = []
        for sale in sales:
            _hold(twin, sale)
            before = recorder.taken()
            _issue(twin, issuer, sale)
            told.append((sale, before, recorder.taken()))
        for sale, before, statements in told:
            _replay(before, bare)
            _facts(issuer, sale, _sale(twin, sale).items, 1)
            begin = time.perf_counter()
            _replay(statements, bare)
            floor.append((time.perf_counter() - begin) * 1000)
    return ours[WARM_UP:], floor[WARM_UP:]


def _replay(statements: Sequence[Statement], bare: Any) -> None:
    for method, sql, parameters in statements:
        getattr(bare, method)(sql, parameters)


def _grant(store: Store) -> None:
    grant = Grant(Gid(1, 1), 5, 1, JOURNEY, (Block.of(0, SEGMENTS, (1 << PLACES) - 1),), 1 << 40)
    store.journal.append(GrantAccepted(grant=SignedGrant(msgspec.json.encode(grant).decode(), "")))


def _hold(store: Store, sale: int) -> None:
    """Two places in the cart and the payment asked for: what a sale looks like when the card is accepted."""
    sale_id = f"sale-{sale}"
    draft = Ticket(
        key_id=bytes(4), tenant=1, terminal_id=1, incarnation=1, seq=1, issued=0, journey_id=JOURNEY,
        valid_from_min=-1440, valid_for_min=2000, from_call=0, to_call=SEGMENTS, coach=1, seat=1, product_class=1,
        price_minor=55300, currency="CNY",
    )  # fmt: skip
    facts = RideFacts(
        "G1", 2, "Shanghai", "2026-11-23", {"": "北京南", "en": "Beijing South"}, {"": "上海虹桥", "en": "Hongqiao"},
        1_795_400_000, 1_795_416_000, "Asia/Shanghai", "China Railway",
    )  # fmt: skip
    items = tuple(
        SaleItem(
            JOURNEY, 0, SEGMENTS, (2 * sale + person) % PLACES, ((Gid(1, 1), 0, SEGMENTS),), "second", "second",
            "adult", 55300, pack(draft).hex(), facts,
        )
        for person in range(2)
    )  # fmt: skip
    store.journal.append(PlacesHeld(sale_id=sale_id, items=items, currency="CNY"))
    store.journal.append(
        PaymentRequested(
            sale_id=sale_id, attempt_id=f"attempt-{sale}", amount_minor=110600, currency="CNY", means="card"
        )
    )


def _sale(store: Store, number: int) -> Sale:
    sale = store.sale(f"sale-{number}")
    assert sale is not None
    return sale


def _facts(issuer: Issuer, number: int, items: Sequence[SaleItem], seq: int) -> list[Any]:
    """The money is there, and the tickets, signed."""
    sale_id = f"sale-{number}"
    facts: list[Any] = [PaymentApproved(sale_id=sale_id, attempt_id=f"attempt-{number}", reference="ok")]
    for item_no, item in enumerate(items):
        payload, code = issuer.finish(item.draft, seq + 1 + item_no, 1_795_400_000)
        facts.append(TicketIssued(sale_id=sale_id, item_no=item_no, payload=payload, code=code))
    return facts


def _issue(store: Store, issuer: Issuer, number: int) -> float:
    """What `kiosk.services.payment` does when the card was accepted; seconds of the commit, from the ready facts on."""
    items = _sale(store, number).items

    def build(seq: int) -> list[Any]:
        facts = _facts(issuer, number, items, seq)
        begun.append(time.perf_counter())
        return facts

    begun: list[float] = []
    store.journal.append_built(build)
    return time.perf_counter() - begun[0]
