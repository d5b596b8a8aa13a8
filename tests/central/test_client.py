"""The client against the real API over HTTP: every call, every refusal, and answers that are not central's."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import psycopg
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.context import Context
from central.enrolment import make_code, revoke
from central.postgres import SUPERUSER, EmbeddedPostgres
from kiosk.domain.allotment import Gid
from kiosk.domain.errors import CentralRefused, CentralUnreachable
from kiosk.domain.events import PlacesFreed
from sync.client import CentralClient
from sync.wire import AllotmentRequest, CertificateRequest, EnrolRequest, JournalBatch, Want, signed_bytes
from tests.central.world import Terminal, journey_of, open_railway
from tests.conftest import SettableClock


@contextmanager
def closing(client: CentralClient) -> Iterator[CentralClient]:
    try:
        yield client
    finally:
        client.close()


@pytest.fixture
def terminal(context: Context, url: str) -> Terminal:
    return Terminal(context)


@pytest.fixture
def client(terminal: Terminal, url: str) -> Iterator[CentralClient]:
    with closing(terminal.client(url)) as client:
        yield client


def test_enrol_over_http(context: Context, url: str) -> None:
    code, _ = make_code(context, "K1", "counter")
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    with closing(CentralClient(url)) as client:
        assert client.enrol(EnrolRequest(code, key)).role == "counter"
        with pytest.raises(CentralRefused, match="already used") as refused:
            client.enrol(EnrolRequest(code, "00" * 31 + "01"))
        assert (refused.value.code, refused.value.status) == ("used_code", 403)
        for _ in range(20):
            with pytest.raises(CentralRefused) as refused:
                client.enrol(EnrolRequest("2222-2222-2222", key))
        assert (refused.value.status, refused.value.retry_after_s) == (429, 600.0)


def test_the_catalogue_comes_once(context: Context, client: CentralClient) -> None:
    with pytest.raises(CentralRefused, match="import a feed first"):
        client.catalogue()
    published = open_railway(context)
    first = client.catalogue()
    assert first is not None and first[0] == published
    assert client.catalogue(first[1]) is None
    assert client.health().catalogue_version == published.version


def test_places_are_asked_for_and_a_sale_goes_up(context: Context, terminal: Terminal, client: CentralClient) -> None:
    train = journey_of(open_railway(context), "T1")
    reply = client.allotments(AllotmentRequest((Want(train, "second", 0, 4, 0, 3),), Gid(0, 0)))
    (grant,) = terminal.accept(reply.grants)
    terminal.sell(train, grant.blocks[0].mask.bit_length() - 1, grant.gid)
    ack = client.journal(terminal.batch())
    assert (ack.accepted_seq, ack.epoch, ack.forked) == (len(terminal.records), 1, False)


def test_a_gap_tells_where_to_go_on(terminal: Terminal, client: CentralClient) -> None:
    for _ in range(3):
        terminal.append(PlacesFreed(sale_id="s", reason="cancelled"))
    with pytest.raises(CentralRefused) as refused:
        client.journal(terminal.batch(3))
    assert (refused.value.code, refused.value.expected_seq) == ("gap", 1)


def test_a_full_batch_fits_and_more_does_not(terminal: Terminal, client: CentralClient) -> None:
    for number in range(600):
        terminal.append(PlacesFreed(sale_id=f"sale-{number}", reason="cancelled"))
    assert client.journal(terminal.batch(1, 500)).accepted_seq == 500
    with pytest.raises(CentralRefused) as refused:
        client.journal(terminal.batch(1, 501))
    assert (refused.value.status, refused.value.code) == (413, "too_large")


def test_the_gate_gets_its_manifest_once(context: Context, terminal: Terminal, client: CentralClient) -> None:
    train = journey_of(open_railway(context), "T1")
    first = client.gate()
    assert first is not None and first[0].certificates == (terminal.reply.certificate,)
    assert client.gate(first[1]) is None
    terminal.accept(client.allotments(AllotmentRequest((Want(train, "second", 0, 4, 0, 3),), Gid(0, 0))).grants)
    second = client.gate(first[1])
    assert second is not None and second[0].version > first[0].version
    assert [(row.journey_id, row.terminal_id) for row in second[0].leases] == [(train, terminal.id[0])]


def test_a_certificate_is_renewed(terminal: Terminal, client: CentralClient, clock: SettableClock) -> None:
    clock.forward(8 * 86_400)
    request = CertificateRequest(terminal.key.public_key().public_bytes_raw().hex())
    assert client.certificate(request).certificate != terminal.reply.certificate


def test_a_gate_sells_nothing_and_a_revoked_terminal_only_reports(context: Context, url: str) -> None:
    gate, kiosk = Terminal(context, "G1", "gate"), Terminal(context, "K1")
    with closing(gate.client(url)) as client, pytest.raises(CentralRefused, match="gate"):
        client.allotments(AllotmentRequest((), Gid(0, 0)))
    revoke(context, "K1")
    with closing(kiosk.client(url)) as client:
        with pytest.raises(CentralRefused, match="out of service"):
            client.allotments(AllotmentRequest((), Gid(0, 0)))
        assert client.journal(kiosk.batch()).accepted_seq == 1, "what happened before is still taken"


@pytest.mark.parametrize("path", ["/v1/catalogue", "/v1/gate"])
def test_without_a_good_signature_nothing_is_told(terminal: Terminal, url: str, path: str) -> None:
    good = terminal.key.sign(signed_bytes("GET", path, b"")).hex()
    who = f"{terminal.id[0]}.{terminal.id[1]}"
    tries = [
        ({}, "not_signed"),
        ({"X-Terminal": who, "X-Signature": "zz"}, "bad_signature"),
        ({"X-Terminal": who, "X-Signature": ("1" if good[0] != "1" else "2") + good[1:]}, "bad_signature"),
        ({"X-Terminal": "7.1", "X-Signature": good}, "unknown_terminal"),
        ({"X-Terminal": "99999999.1", "X-Signature": good}, "not_signed"),
        (
            {"X-Terminal": who, "X-Signature": terminal.key.sign(signed_bytes("GET", "/v1/x", b"")).hex()},
            "bad_signature",
        ),
    ]
    for headers, code in tries:
        answer = requests.get(url + path, headers=headers, timeout=10)
        assert (answer.status_code, answer.json()["code"]) == (401, code), headers


def test_every_error_is_a_problem_without_a_traceback(terminal: Terminal, url: str) -> None:
    def signed(path: str, body: bytes, **headers: str) -> requests.Response:
        sent = {
            "X-Terminal": f"{terminal.id[0]}.{terminal.id[1]}",
            "X-Signature": terminal.key.sign(signed_bytes("POST", path, body)).hex(),
            "Content-Type": "application/json",
            **headers,
        }
        return requests.post(url + path, data=body, headers=sent, timeout=10)

    bomb = gzip.compress(b" " * 20_000_000)
    answers = [
        (requests.get(url + "/nowhere", timeout=10), 404, "not_found"),
        (requests.get(url + "/v1/enrol", timeout=10), 405, "wrong_method"),
        (requests.post(url + "/v1/enrol", data=b"not json", timeout=10), 400, "bad_request"),
        (requests.post(url + "/v1/enrol", json={"code": 5}, timeout=10), 400, "bad_request"),
        (signed("/v1/journal", b"{}"), 400, "bad_request"),
        (signed("/v1/journal", b"x" * 300_000), 413, "too_large"),
        (signed("/v1/journal", bomb, **{"Content-Encoding": "gzip"}), 413, "too_large"),
        (signed("/v1/journal", b"no gzip", **{"Content-Encoding": "gzip"}), 400, "bad_gzip"),
        (signed("/v1/journal", gzip.compress(b"{}")[:-3], **{"Content-Encoding": "gzip"}), 400, "bad_gzip"),
        (signed("/v1/journal", msgspec.json.encode(JournalBatch(9, 1, ()))), 403, "other_terminal"),
    ]
    for answer, status, code in answers:
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), answer.text
        assert problem["message"] and "Traceback" not in answer.text


def test_a_database_that_went_away_is_no_answer(
    context: Context, server: EmbeddedPostgres, client: CentralClient
) -> None:
    client.health()
    name = context.engine.url.database
    with psycopg.connect(
        host=str(server.socket_folder), user=SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        with pytest.raises(CentralUnreachable, match="database is away") as unreachable:
            client.health()
        assert unreachable.value.retry_after_s == 5.0
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert client.health().status == "ok"


def test_the_api_describes_itself(url: str) -> None:
    schema = requests.get(url + "/schema", timeout=10).json()
    assert {"/v1/enrol", "/v1/journal", "/v1/allotments", "/v1/catalogue", "/v1/gate"} <= schema["paths"].keys()


class Portal(BaseHTTPRequestHandler):
    """Whatever stands between a terminal and central; the server's `answer` says what it says."""

    def do_GET(self) -> None:
        self._say()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._say()

    def _say(self) -> None:
        status, headers, body = self.server.answer  # type: ignore[attr-defined]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def portal() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
NOT_CENTRAL = [
    (200, HTML, b"<html>Welcome to the station Wi-Fi, please sign in</html>"),
    (200, JSON, b"<html>"),
    (200, JSON, b'{"status": 5}'),
    (200, {}, b'{"status":"ok","epoch":1,"catalogue_version":1}'),
    (302, {"Location": "http://127.0.0.1:1/login", **HTML}, b""),
    (304, {}, b""),
    (403, HTML, b"<html>Forbidden</html>"),
    (404, JSON, b'{"detail":"Not Found"}'),
    (407, HTML, b"proxy"),
    (500, JSON, b'{"code":"internal","message":"oops"}'),
    (502, HTML, b"Bad Gateway"),
    (503, {**JSON, "Retry-After": "7"}, b'{"code":"database_away","message":"soon"}'),
    (200, {**JSON, "Content-Length": "500"}, b'{"status":"ok",'),
    (200, {**JSON, "Content-Encoding": "gzip"}, b"not gzip"),
]


@pytest.mark.parametrize("answer", NOT_CENTRAL, ids=lambda answer: f"{answer[0]}-{answer[2][:12].decode()}")
def test_what_is_not_centrals_answer_is_no_link(
    portal: ThreadingHTTPServer, answer: tuple[int, dict[str, str], bytes]
) -> None:
    portal.answer = answer  # type: ignore[attr-defined]
    with closing(CentralClient(f"http://127.0.0.1:{portal.server_port}", timeout_s=5)) as client:
        with pytest.raises(CentralUnreachable) as unreachable:
            client.health()
        assert unreachable.value.retry_after_s == (7.0 if answer[0] == 503 else None)
        with pytest.raises(CentralUnreachable):
            client.enrol(EnrolRequest("code", "00" * 32))


def test_an_acknowledgement_of_somebody_else_counts_nothing(
    portal: ThreadingHTTPServer, terminal: Terminal, url: str
) -> None:
    with closing(terminal.client(url)) as honest:
        ack = honest.journal(terminal.batch())
    for changed in (
        msgspec.structs.replace(ack, accepted_seq=99),
        msgspec.structs.replace(ack, signature=""),
        msgspec.structs.replace(ack, signature="00" * 64),
    ):
        portal.answer = (200, JSON, msgspec.json.encode(changed))  # type: ignore[attr-defined]
        address = f"http://127.0.0.1:{portal.server_port}"
        with closing(terminal.client(address)) as client, pytest.raises(CentralUnreachable, match="signature"):
            client.journal(terminal.batch())


def test_silence_and_closed_doors_are_no_link() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with closing(CentralClient(address, timeout_s=5)) as client, pytest.raises(CentralUnreachable):
            client.health()
        silent.listen()
        with closing(CentralClient(address, timeout_s=0.2)) as client, pytest.raises(CentralUnreachable):
            client.health()
