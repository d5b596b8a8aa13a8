"""An HTTP server with central's keys whose answers a test decides: for what the real central never does."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.certificate import IssuerCertificate, TerminalCertificate, issue_issuer, issue_terminal
from sync.client import CentralClient
from sync.seal import ISSUER, NONCE, SEAL, sealed_bytes
from sync.wire import EnrolReply, JournalAck, JournalBatch, Problem

Answer = tuple[int, str, bytes]  # status, content type, body
NOW = 1_790_000_000
UNKNOWN = ("/v1/catalogue/", "/v1/changes/")  # what a central of the version before did not have


class ScriptedCentral:
    """`answer` maps (method, path, body) to a reply; every request is kept in `requests`."""

    def __init__(self) -> None:
        self.issuer_key = Ed25519PrivateKey.generate()
        self.root_key = Ed25519PrivateKey.generate()
        self.terminal_key = Ed25519PrivateKey.generate()
        self.answer: Callable[[str, str, bytes], Answer] = lambda *_: (500, "text/plain", b"no script")
        self.sealed = True
        self.statuses: list[int] = []
        self._cached: dict[str, tuple[bytes, str]] = {}
        self.last = 0, "0" * 64  # what was acknowledged last
        self.requests: list[tuple[str, str, bytes]] = []
        self._clients: list[CentralClient] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def enrolment(self) -> EnrolReply:
        life = {"not_before": NOW - 86_400, "not_after": NOW + 6 * 86_400}
        issuer = IssuerCertificate(**life, public_key=self.issuer_key.public_key().public_bytes_raw())
        terminal = TerminalCertificate(
            **life,
            tenant=7,
            terminal_id=14,
            incarnation=1,
            public_key=self.terminal_key.public_key().public_bytes_raw(),
        )
        return EnrolReply(
            terminal_id=14,
            incarnation=1,
            epoch=1,
            role="kiosk",
            name="K14",
            stop_place_id="a",
            certificate=issue_terminal(terminal, self.issuer_key).hex(),
            issuer_certificate=issue_issuer(issuer, self.root_key).hex(),
            root_key=self.root_key.public_key().public_bytes_raw().hex(),
            tenant=7,
        )

    def client(self) -> CentralClient:
        client = CentralClient(self.url, timeout_s=10, reply=self.enrolment(), sign=self.terminal_key.sign)
        self._clients.append(client)
        return client

    def signed(self, ack: JournalAck) -> Answer:
        unsigned = msgspec.json.encode(ack)
        signature = self.issuer_key.sign(unsigned).hex()
        return json_answer(msgspec.structs.replace(ack, signature=signature))

    def acknowledge(self, batch: JournalBatch, **changes: object) -> Answer:
        """A good answer to a batch, with changes."""
        if batch.records:
            self.last = batch.records[-1].seq, batch.records[-1].hash
        seq, head = self.last
        ack = JournalAck(batch.terminal_id, batch.incarnation, seq, seq, head, epoch=1)
        return self.signed(msgspec.structs.replace(ack, **changes))

    def serve_cached(self, path: str, value: object, etag: str) -> None:
        """Answer GET path with the value, or 304 for its etag."""
        self._cached[path] = (msgspec.json.encode(value), etag)

    def reply(self, method: str, path: str, body: bytes, etag: str) -> tuple[Answer, str]:
        if path.startswith(UNKNOWN) and path not in self._cached:
            return json_answer(Problem("not_found", "an older central"), 404), ""
        if path not in self._cached:
            return self.answer(method, path, body), ""
        content, current = self._cached[path]
        return ((304, "application/json", b"") if etag == current else (200, "application/json", content)), current

    def batches(self) -> list[JournalBatch]:
        """Every journal upload so far."""
        return [
            msgspec.json.decode(body, type=JournalBatch) for _, path, body in self.requests if path == "/v1/journal"
        ]

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def json_answer(value: object, status: int = 200) -> Answer:
    return status, "application/json", msgspec.json.encode(value)


def _handler(central: ScriptedCentral) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            central.requests.append((self.command, self.path, body))
            (status, kind, content), etag = central.reply(
                self.command, self.path, body, self.headers.get("If-None-Match", "")
            )
            central.statuses.append(status)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            if etag:
                self.send_header("ETag", etag)
            if central.sealed and (nonce := self.headers.get(NONCE, "")):
                covered = sealed_bytes(nonce, self.headers.get("X-Signature", ""), status, etag, "", content)
                self.send_header(SEAL, central.issuer_key.sign(covered).hex())
                self.send_header(ISSUER, central.enrolment().issuer_certificate)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler
