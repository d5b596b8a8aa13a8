"""Live holds a second: eight terminals ask a real central, all at once, for places for party after party.

Central is its own process with its own PostgreSQL (every commit waits for the disk); each terminal has one connection,
signs every request and asks for the next only when it has the answer, so at most eight are under way. Parties of 1 to 4
ask for any stretch of any train of four days. The floor is `/v1/health` asked by the same eight over the same
connections, in turns with the holds: what it costs to be answered at all. Afterwards the database is read: every answer
is a grant of central's, none of their cells was given twice, the inventory is sound and nothing is oversold.
"""

from __future__ import annotations

import random
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, text

from benchmarks.backlog import Scene
from central.context import Context
from central.enrolment import enrol, make_code
from central.inventory.check import inventory_faults, oversold
from central.keys import Keys
from kiosk.domain.allotment import Gid, Grant
from sync.wire import AllotmentReply, EnrolRequest, HoldRequest, signed_bytes

CLIENTS = 8
ROUNDS = 8
HOLDS = 100  # of each client in a round
WARM_UP = 40
GOAL_RATE = 500.0
FROM_DAY, DAYS = 1, 4
PLACE_CLASS = "second"

Work = Callable[["Passengers"], None]


class Passengers:
    """A terminal with parties before it: no more of it than central can see."""

    def __init__(self, context: Context, url: str, number: int, journeys: Sequence[tuple[int, int]]) -> None:
        self._key = Ed25519PrivateKey.generate()
        code, _ = make_code(context, f"H{number}", "kiosk")
        request = EnrolRequest(code, self._key.public_key().public_bytes_raw().hex())
        reply = enrol(context, request, "127.0.0.1")
        self.id = reply.terminal_id, reply.incarnation
        host, _, port = url.removeprefix("http://").partition(":")
        self._line = socket.create_connection((host, int(port)), timeout=60)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host, self._journeys, self._chance = host, journeys, random.Random(number)
        self._nonces = random.Random(-number)
        self.last = Gid(0, 0)
        self.grants: list[Grant] = []
        self.waits_ms: list[float] = []

    def hold(self) -> None:
        """One party, seated."""
        journey, segments = self._chance.choice(self._journeys)
        first, last = sorted(self._chance.sample(range(segments + 1), 2))
        count = self._chance.randint(1, 4)
        body = msgspec.json.encode(HoldRequest(journey, PLACE_CLASS, first, last, count, self.last))
        signature = self._key.sign(signed_bytes("POST", "/v1/holds", body)).hex()
        who = f"X-Terminal: {self.id[0]}.{self.id[1]}\r\nX-Signature: {signature}\r\nContent-Type: application/json\r\n"
        start = time.perf_counter()
        status, answer = self._ask("POST /v1/holds", who, body)
        self.waits_ms.append((time.perf_counter() - start) * 1000)
        assert status == 200, answer
        for signed in msgspec.json.decode(answer, type=AllotmentReply).grants:
            grant = msgspec.json.decode(signed.body, type=Grant)
            places = [block.mask.bit_count() for block in grant.blocks]
            assert places == [count] and (grant.journey_id, grant.gid > self.last) == (journey, True)
            self.last = grant.gid
            self.grants.append(grant)

    def health(self) -> None:
        status, answer = self._ask("GET /v1/health", "", b"")
        assert status == 200, answer

    def close(self) -> None:
        self._line.close()

    def _ask(self, what: str, more: str, body: bytes) -> tuple[int, bytes]:
        """As little work as HTTP allows: these are other machines, and they share two cores with central."""
        nonce = f"{self._nonces.getrandbits(128):032x}"
        head = f"{what} HTTP/1.1\r\nHost: {self._host}\r\nX-Nonce: {nonce}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        self._line.sendall(head.encode() + body)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        headers = bytes(received[:end]).lower()
        assert b"\r\nx-seal: " in headers
        length = int(headers.split(b"\r\ncontent-length: ", 1)[1].split(b"\r\n", 1)[0])
        while len(received) < end + 4 + length:
            received += self._more()
        return int(headers[9:12]), bytes(received[end + 4 :])

    def _more(self) -> bytes:
        data = self._line.recv(1 << 16)
        assert data, "central hung up"
        return data


def run() -> dict[str, Any]:
    with Scene() as scene:
        context = Context(scene.database, Keys(scene.central.folder / "keys", time.time()), time.time)
        journeys = _journeys(scene.database)
        clients = [Passengers(context, scene.url, number, journeys) for number in range(CLIENTS)]
        _together(clients, Passengers.hold, WARM_UP)
        _together(clients, Passengers.health, WARM_UP)
        before = [len(client.waits_ms) for client in clients]
        pairs = [
            (_together(clients, Passengers.hold, HOLDS), _together(clients, Passengers.health, HOLDS))
            for _ in range(ROUNDS)
        ]
        waits = [wait for client, first in zip(clients, before, strict=True) for wait in client.waits_ms[first:]]
        for client in clients:
            client.close()
        _check(scene.database, clients)
    ours = ROUNDS * HOLDS * CLIENTS / sum(pair[0] for pair in pairs)
    floor = ROUNDS * HOLDS * CLIENTS / sum(pair[1] for pair in pairs)
    return {
        "name": f"live hold, {CLIENTS} terminals at once",
        "floor_ms": 1000 / floor,
        "ours_ms": 1000 / ours,
        "ratio": statistics.median(hold / health for hold, health in pairs),
        "n": len(waits),
        "median": statistics.median(waits),
        "p95": statistics.quantiles(waits, n=20)[-1],
        "goal": f">= {GOAL_RATE:g} a second, oversold 0 ({ours:.0f} a second; answered at all: {floor:.0f})",
        "ok": ours >= GOAL_RATE,
    }


def _journeys(database: Engine) -> list[tuple[int, int]]:
    """(id, segments) of trains that leave on the days ahead."""
    with database.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT id, segments FROM journey WHERE on_sale AND layout_digest IS NOT NULL AND segments > 1 "
                "AND operating_day IN (SELECT DISTINCT operating_day FROM journey WHERE on_sale "
                "ORDER BY 1 OFFSET :first LIMIT :days) ORDER BY id"
            ),
            {"first": FROM_DAY, "days": DAYS},
        )
        return [(row.id, row.segments) for row in rows]


def _together(clients: Sequence[Passengers], work: Work, times: int) -> float:
    """Seconds until every client has done it so many times."""
    errors: list[BaseException] = []

    def repeat(client: Passengers) -> None:
        try:
            for _ in range(times):
                work(client)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=repeat, args=(client,)) for client in clients]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - start
    if errors:
        raise errors[0]
    return elapsed


def _check(database: Engine, clients: Sequence[Passengers]) -> None:
    """What was answered is what central wrote down, once."""
    mine = {grant.gid: grant for client in clients for grant in client.grants}
    assert len(mine) == CLIENTS * (WARM_UP + ROUNDS * HOLDS)
    owners: Counter[tuple[int, int, int]] = Counter()
    with database.connect() as connection:
        for row in connection.execute(text("SELECT epoch, n, body FROM grant_given")):
            grant = msgspec.json.decode(row.body, type=Grant)
            assert mine.pop(grant.gid, grant) == grant
            for block in grant.blocks:
                for place in range(block.mask.bit_length()):
                    if block.mask >> place & 1:
                        owners.update((grant.journey_id, s, place) for s in range(block.from_segment, block.to_segment))
        assert mine == {}, "central answered with grants it did not keep"
        assert max(owners.values()) == 1, "a cell was given twice"
        assert inventory_faults(connection) == []
        assert oversold(connection) == 0
