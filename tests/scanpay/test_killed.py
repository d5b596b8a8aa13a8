"""Central is killed (SIGKILL) at each of its writes about a payment, before it and after it; then another one runs.

Whatever the terminal was told, in the end it and the gateway's ledger say the same, and nothing was taken twice. A few
cases here; KIOSK_EVERY_KILL=1 does all of them, both ways, both providers (some minutes).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from central.context import Context
from central.database import connect
from central.keys import Keys
from central.postgres import SUPERUSER, EmbeddedPostgres
from kiosk.app.children import Child
from kiosk.ports import Approved, Declined, PaymentOutcome
from tests.central.world import loopback
from tests.scanpay.world import CODES, Gateway, Payer, World, contracts

WRITES = 7  # of a payment, a refund and all between; more find nothing to kill
ALL = [
    (kind, provider, number, when)
    for kind in ("qr", "scan")
    for provider in ("wechat", "alipay")
    for number in range(1, WRITES + 1)
    for when in ("before", "after")
]
FEW = [
    ("qr", "wechat", 2, "after"), ("scan", "alipay", 3, "before")
]  # fmt: skip
_numbers = count(1)


class Killed:
    """Central as a process on a database that outlives it."""

    def __init__(self, server: EmbeddedPostgres, folder: Path, gateways: dict[str, Gateway]) -> None:
        name = f"killed_{next(_numbers)}"
        where = f"host={server.socket_folder} user={SUPERUSER} dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE central")
        self._url, self._folder = server.url(name), folder
        with loopback() as listener:
            self._port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._contracts = contracts(gateways["wechat"].folder.parent, gateways, self.url)
        engine = connect(self._url)
        keys = Keys(folder / "keys", time.time())
        keys.bind(engine)
        self.world = World(Context(engine, keys), self.url, gateways, [0.0])
        self.world.ending_s = 1.0  # central is dead then
        self._engine = engine
        self.child: Child | None = None

    def serve(self, *dying: str, offset_s: float = 0.0) -> None:
        program = ["tests.scanpay.dying", *dying] if dying else ["central"]
        self.child = Child(
            "central", *program, "serve", "--port", str(self._port), "--data", str(self._folder), "--database",
            self._url, "--payments", str(self._contracts), "--clock-offset-s", str(offset_s),
            log=self._folder / "central.log",
        )  # fmt: skip
        self.child.wait_ready(60)

    def close(self) -> None:
        self.world.close()
        if self.child is not None:
            self.child.kill()
        self._engine.dispose()


@pytest.fixture
def killed(server: EmbeddedPostgres, tmp_path: Path, gateways: dict[str, Gateway]) -> Iterator[Killed]:
    for gateway in gateways.values():
        gateway.order("new_day")
    made = Killed(server, tmp_path, gateways)
    yield made
    made.close()


@pytest.mark.parametrize(("kind", "provider", "number", "when"), ALL if os.environ.get("KIOSK_EVERY_KILL") else FEW)
def test_whenever_central_is_killed_the_books_agree(
    killed: Killed, kind: str, provider: str, number: int, when: str
) -> None:
    world, gateway = killed.world, killed.world.gateways[provider]
    payment = world.qr(provider, 3.0) if kind == "qr" else world.scan(CODES[provider], 3.0)
    killed.serve(str(number), when)
    request = world.request()
    paid: PaymentOutcome = payment.charge(request, Payer(gateway))
    back = world.request(request.amount_minor, refund_of=paid.reference) if isinstance(paid, Approved) else None
    if back is not None:
        payment.refund(back, back.refund_of)
    assert killed.child is not None
    killed.child.kill()  # most are dead by now
    killed.serve(offset_s=60.0)
    paid = world.until(request, payment, (Approved, Declined), 60)  # type: ignore[arg-type]
    booked = request.attempt_id.replace("-", "")
    assert gateway.charges().count(booked) <= 1
    if isinstance(paid, Declined):
        assert gateway.net() == {}
        return
    assert gateway.charges() == [booked]
    back = back or world.request(request.amount_minor, refund_of=paid.reference)
    if payment.outcome_of(back) == Declined("not_started"):
        payment.refund(back, paid.reference)
    assert isinstance(world.until(back, payment, (Approved, Declined), 60), Approved)  # type: ignore[arg-type]
    assert gateway.net() == {} and [line["do"] for line in gateway.ledger()].count("refund") == 1
