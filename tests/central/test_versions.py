"""Terminals of this version and the two before it at today's central: what they send is taken, and means the same.

`tests/fixtures/wire/N.json` holds requests byte for byte as version N sent them, with its journal.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from sqlalchemy import text

from central.context import Context
from central.inventory.cells import unpack
from central.inventory.check import inventory_faults
from central.journal import apply
from central.journal.apply import apply_all
from central.keys import Keys
from central.publish.published import newest_etag
from central.voiding import pending, void
from kiosk.domain.allotment import Gid
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.codes import normalise
from kiosk.domain.events import Admitted
from sync.wire import (
    AllotmentReply,
    AllotmentRequest,
    CertificateReply,
    EnrolReply,
    GateManifest,
    Health,
    JournalAck,
    Want,
    signed_bytes,
)
from tests.central.world import Terminal, journey_of, open_railway
from tests.conftest import SettableClock
from tests.fixtures.wire.make import ISSUING, JOURNEY, PRICE, ROOT

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wire"
VERSIONS = sorted((int(path.stem) for path in FIXTURES.glob("[0-9]*.json")), reverse=True)
CODE = "AYWF-E52K-4JH7"


class Fixture:
    """A terminal of some version, as it is on file."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.content: dict[str, Any] = json.loads((FIXTURES / f"{version}.json").read_text())

    def send(self, url: str, name: str) -> requests.Response:
        call = self.content["requests"][name]
        headers = {name: value for name, value in call["headers"].items() if name != "Content-Length"}
        body = base64.b64decode(call["body"])
        return requests.request(call["method"], url + call["path"], headers=headers, data=body or None, timeout=20)

    @property
    def kinds(self) -> set[str]:
        return {record["kind"] for record in self.content["records"]}


@pytest.fixture
def old(context: Context, tmp_path: Path, clock: SettableClock) -> Context:
    """Central with the keys the fixtures were made for, and the code their terminal enrols with."""
    folder = tmp_path / "fixture-keys"
    folder.mkdir()
    (folder / "root.key").write_bytes(ROOT.private_bytes_raw())
    (folder / "issuing-0001.key").write_bytes(ISSUING.private_bytes_raw())
    old = Context(context.engine, Keys(folder, clock.now()), clock.now)
    open_railway(old)
    code_hash = sha256(b"KENROL1" + normalise(CODE).encode()).digest()
    with context.engine.begin() as connection:
        connection.execute(text("SELECT setval('grant_number', 1000)"))
        connection.execute(text("INSERT INTO terminal (name, role) VALUES ('K1', 'kiosk')"))
        connection.execute(
            text(
                "INSERT INTO enrolment_code (code_hash, terminal_id, expires_at) "
                "VALUES (:hash, 1, to_timestamp(:now) + interval '1 day')"
            ),
            {"hash": code_hash, "now": clock.now()},
        )
    return old


def test_this_version_and_the_two_before_are_on_file() -> None:
    assert VERSIONS[:3] == [VERSIONS[0], VERSIONS[0] - 1, VERSIONS[0] - 2]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_request_of_a_version_is_understood(old: Context, serve: Callable[[Context], str], version: int) -> None:
    url, fixture = serve(old), Fixture(version)
    shapes: dict[str, Any] = {
        "enrol": EnrolReply,
        "catalogue": Catalogue,
        "catalogue again": Catalogue,
        "journal": JournalAck,
        "allotments": AllotmentReply,
        "gate": GateManifest,
        "gate again": GateManifest,
        "certificate": CertificateReply,
        "health": Health,
        "holds": AllotmentReply,
    }
    for name in fixture.content["requests"]:
        answer = fixture.send(url, name)
        expected = 410 if name == "stream" else 200  # a body of that name was never published
        assert answer.status_code == expected, f"version {version}, {name}: {answer.text}"
        if name in shapes:
            msgspec.json.decode(answer.content, type=shapes[name])
    ack = msgspec.json.decode(fixture.send(url, "journal").content, type=JournalAck)
    assert ack.accepted_seq == len(fixture.content["records"]) and not ack.forked
    reply = msgspec.json.decode(fixture.send(url, "allotments").content, type=AllotmentReply)
    assert reply.grants, "places are given to old terminals too"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_journal_of_a_version_comes_to_the_same_sums(
    old: Context, serve: Callable[[Context], str], version: int
) -> None:
    url, fixture = serve(old), Fixture(version)
    for name in ("enrol", "journal", "journal"):
        assert fixture.send(url, name).status_code == 200
    voided = "TicketVoided" in fixture.kinds
    with old.engine.connect() as connection:

        def every(statement: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(text(statement))]

        assert every("SELECT count(*), sum(price_minor), bool_and(covered) FROM ticket") == [(3, 3 * PRICE, True)]
        assert every("SELECT sale_id, outcome FROM sale ORDER BY 1") == [
            ("sale-a", "delivered"), ("sale-b", "declined"), ("sale-c", "undelivered"),
        ]  # fmt: skip
        assert every("SELECT state, sum(amount_minor)::int FROM payment GROUP BY 1 ORDER BY 1") == [
            ("approved", 3 * PRICE), ("declined", PRICE),
        ]  # fmt: skip
        assert every("SELECT reason FROM admission ORDER BY 1") == [("",), ("not_a_ticket",)]
        assert every("SELECT by, refunded FROM void") == ([("terminal", True)] if voided else [])
        assert every("SELECT kind, detail FROM incident") == []
        assert every("SELECT seq FROM raw_journal WHERE state IS NOT NULL") == []
        assert inventory_faults(connection) == []
        held = {
            kind: sum(mask.bit_count() for mask in unpack(bytes(cells), 4))
            for kind, cells in every(f"SELECT kind, cells FROM holding WHERE journey_id = {JOURNEY}")
        }
    sold, waiting = (8, 4) if voided else (12, 0)
    assert held == {"POOL": 120 - 12, "SOLD": sold, **({"VOID_PENDING": waiting} if waiting else {})}
    stored = [dict(each) for each in fixture.content["records"]]
    with old.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT seq, event_id, kind, version, body, recorded_at_ms, previous_hash, hash FROM raw_journal "
                "ORDER BY seq"
            )
        ).mappings()
        assert [dict(row) for row in rows] == stored, "byte for byte as the terminal wrote them"


def test_a_kind_from_the_future_is_kept_acknowledged_and_applied_by_who_knows_it(
    old: Context, serve: Callable[[Context], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Central as it was before gates: to it an Admitted is unknown."""
    url, fixture = serve(old), Fixture(VERSIONS[0])
    fixture.send(url, "enrol")
    monkeypatch.setattr(apply, "KNOWN_KINDS", apply.KNOWN_KINDS - {"Admitted"})
    ack = msgspec.json.decode(fixture.send(url, "journal").content, type=JournalAck)
    assert ack.accepted_seq == len(fixture.content["records"])

    def look(statement: str) -> list[tuple[Any, ...]]:
        with old.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    assert look("SELECT kind FROM raw_journal WHERE state = 'UNKNOWN'") == [("Admitted",)]
    assert look("SELECT kind, detail FROM incident") == [("unknown_kind", "Admitted: a newer terminal")]
    assert look("SELECT count(*) FROM ticket") == [(3,)], "what comes after it is applied"
    assert look("SELECT count(*) FROM admission WHERE reason = ''") == [(0,)]
    monkeypatch.undo()
    for _ in range(2):
        apply_all(old)
        assert look("SELECT count(*) FROM raw_journal WHERE state IS NOT NULL") == [(0,)]
        assert look("SELECT count(*) FROM admission WHERE reason = ''") == [(1,)]


def test_unknown_fields_of_a_known_kind_are_kept_and_passed_by(context: Context) -> None:
    from central.journal.upload import receive

    terminal = Terminal(context)
    body = msgspec.json.encode(Admitted(ticket_id="0001010000000005", journey_id=5, gate="G1", at=1)).decode()
    newer = body[:-1] + ',"lane":"left","with":{"dogs":[1,2]}}'
    terminal.append_raw("Admitted", newer)
    receive(context, *terminal.id, terminal.batch())
    with context.engine.connect() as connection:
        assert connection.scalar(text("SELECT body FROM raw_journal WHERE kind = 'Admitted'")) == newer
        assert connection.scalar(text("SELECT count(*) FROM admission")) == 1


def test_what_an_older_gate_says_it_has_is_answered_but_moves_no_cells(context: Context, url: str) -> None:
    """Versions 1 and 2 sign nothing but the path of a GET, so anybody in between could say it in their name (P12)."""
    train = journey_of(open_railway(context), "T1")
    gate, terminal = Terminal(context, "G1", "gate"), Terminal(context)
    from central.inventory.grants import give
    from central.journal.upload import receive

    (grant,) = terminal.accept(
        give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0))).grants
    )
    ticket = terminal.sell(train, max(block.mask.bit_length() for block in grant.blocks) - 1, grant.gid)
    receive(context, *terminal.id, msgspec.structs.replace(terminal.batch(), head=len(terminal.records)))
    void(context, f"CODE-{ticket.seq}", "asked for")

    def ask(etag: str, said: bytes) -> requests.Response:
        headers = {
            "X-Terminal": f"{gate.id[0]}.{gate.id[1]}",
            "X-Signature": gate.key.sign(signed_bytes("GET", "/v1/gate", said)).hex(),
            "If-None-Match": etag,
        }
        return requests.get(f"{url}/v1/gate", headers=headers, timeout=20)

    etag = ask('"none"', b"").headers["ETag"]
    assert ask(etag, b"").status_code == 304
    with context.engine.connect() as connection:
        assert pending(connection) == 1, "not under its signature"
    assert ask(etag, etag.encode()).status_code == 304
    with context.engine.connect() as connection:
        assert pending(connection) == 0
        assert newest_etag(connection)
    assert ask(etag, b"something else").status_code == 401
