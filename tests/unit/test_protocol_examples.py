"""docs/protocol.md is there to write a terminal from: its bytes, codes, calls and limits are those of the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from central import feed
from central.api import middleware, pay
from central.api.describe import document
from central.api.shapes import KINDS
from central.inventory import grants, live
from central.journal import upload
from central.payments import rules
from central.publish import deltas, pieces
from kiosk.domain import events
from kiosk.domain.certificate import LIFE_MAX_S
from kiosk.store import download
from sync import fetch, pull
from sync.chain import record_hash
from sync.seal import sealed_bytes
from sync.wire import signed_bytes

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
LIMITS = {
    "bytes of a request, as sent": middleware.BODY_MAX,
    "bytes of a request, unpacked": middleware.UNPACKED_MAX,
    "records of an upload": upload.RECORDS_MAX,
    "wants of a request": grants.WANTS_MAX,
    "places of a hold": live.PLACES_MAX,
    "bytes of an answer, unpacked": fetch.ANSWER_MAX_BYTES,
    "bytes of a catalogue, packed": download.SIZE_MAX,
    "bytes of one of its pieces, at present": pieces.PIECE_BYTES,
    "bytes of one range of it": pieces.ANSWER_MAX_BYTES,
    "catalogues from which deltas lead on": deltas.KEEP,
    "deltas a terminal follows before it takes the whole": pull.DELTAS_MAX,
    "changes of a page": feed.PAGE,
    "letters and digits of an attempt_id or refund_id": pay.NUMBER_MAX,
    "seconds after which an attempt by our code is closed": int(rules.QR_WAIT_S),
    "seconds it is told that something is gone": feed.TOLD_S,
    "seconds a certificate lives": LIFE_MAX_S,
}


def examples() -> list[dict[str, str]]:
    found = []
    for block in re.findall(r"```example\n(.*?)```", TEXT, re.S):
        lines = [re.split(r"\s{2,}", line, maxsplit=1) for line in block.strip().splitlines()]
        found.append({name: value for name, value in lines})
    return found


ENROLLED, ASKING, ANSWERED, *RECORDS = examples()
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(ENROLLED["terminal seed"]))


def fields_of(kind: type[msgspec.Struct]) -> str:
    """As the table of facts names them."""
    return ", ".join(f"`{each.name}`" + ("" if each.required else "?") for each in msgspec.structs.fields(kind))


def test_the_signed_request() -> None:
    assert KEY.public_key().public_bytes_raw().hex() == ENROLLED["public key"]
    method, path = ENROLLED["request"].split()
    covered = b"KREQ1POST /v1/allotments\n" + ENROLLED["body"].encode()
    assert signed_bytes(method, path, ENROLLED["body"].encode()) == covered
    assert KEY.sign(covered).hex() == ENROLLED["X-Signature"]


def test_the_signed_request_without_a_body() -> None:
    method, path = ASKING["request"].split()
    assert KEY.sign(signed_bytes(method, path, ASKING["If-None-Match"].encode())).hex() == ASKING["X-Signature"]


def test_the_sealed_answer() -> None:
    covered = sealed_bytes(
        ENROLLED["X-Nonce"], ENROLLED["X-Signature"], int(ANSWERED["status"]), "", "", ANSWERED["answer"].encode()
    )
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(ANSWERED["issuing key"]))
    key.verify(bytes.fromhex(ANSWERED["X-Seal"]), covered)


@pytest.mark.parametrize("record", RECORDS)
def test_the_chained_records(record: dict[str, str]) -> None:
    terminal_id, incarnation = map(int, record["terminal"].split("."))
    seq, event_id, kind, version, at = record["record"].split()
    event = msgspec.json.decode(record["record body"], type=events.AnyEvent)
    assert type(event).__name__ == kind
    digest = record_hash(
        record["previous hash"], terminal_id, incarnation, int(seq), event_id, kind, int(version),
        record["record body"], int(at),
    )  # fmt: skip
    assert digest == record["hash"]


def test_the_second_record_follows_the_first() -> None:
    assert RECORDS[1]["previous hash"] == RECORDS[0]["hash"]


@pytest.mark.parametrize("kind", get_args(events.AnyEvent))
def test_every_fact_is_told_with_its_fields(kind: type[msgspec.Struct]) -> None:
    assert f"| `{kind.__name__}` | {fields_of(kind)} |" in TEXT


def test_every_call_is_told() -> None:
    for method, path in KINDS:
        told = "/v1/changes/{held}/{cursor}" if path.endswith("{begin}") else path.replace("{name}", "{sha256}")
        assert f"{method.upper()} {told}" in TEXT


def test_every_code_of_a_refusal_is_told_with_its_status() -> None:
    """Found in central's sources, wherever it refuses."""
    codes: dict[str, set[int]] = {"not_found": {404}, "bad_request": {400}, "database_away": {503}, "internal": {500}}
    for path in (ROOT / "central").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                status, code = ast.literal_eval(node.args[0]), ast.literal_eval(node.args[1])
                codes.setdefault(code, set()).add(status)
    assert len(codes) > 35
    table = dict(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([\d, ]+) \|", TEXT, re.M))
    told = {code: statuses for names, statuses in table.items() for code in re.findall(r"`(\w+)`", names)}
    for code, statuses in codes.items():
        assert code in told, f"docs/protocol.md does not say what a terminal does with {code}"
        assert statuses <= set(map(int, told[code].split(", "))), code
    assert told.keys() - codes.keys() == {"wrong_method"}


@pytest.mark.parametrize(("name", "value"), LIMITS.items())
def test_every_limit_is_the_one_in_force(name: str, value: int) -> None:
    assert f"| {name} | {value:,} |" in TEXT


def test_the_openapi_document_is_up_to_date() -> None:
    stored = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert stored == document(), "the calls have changed: make openapi"
