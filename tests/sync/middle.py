"""Somebody on the line between terminal and central who reads, keeps, repeats, changes and makes up what passes."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

HOP = ("connection", "transfer-encoding", "content-length", "date", "server", "host")


@dataclass(frozen=True)
class Request:
    """As the terminal sent it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def but(self, **changes: object) -> Request:
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Reply:
    """As central sent it."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def but(self, **changes: object) -> Reply:
        return replace(self, **changes)  # type: ignore[arg-type]


Rule = Callable[[Request], Reply | None]  # None = the line breaks


class Middle:
    """Forwards everything; `rule` takes the place of that for paths that begin with `prefix`."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._prefix, self._rule = "", self.forward
        self.session = requests.Session()
        self.hits = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def attack(self, prefix: str, rule: Rule) -> None:
        self._prefix, self._rule, self.hits = prefix, rule, 0

    def leave(self) -> None:
        self._prefix, self._rule = "", self.forward

    def carry(self, request: Request) -> Reply | None:
        if not request.path.startswith(self._prefix):
            return self.forward(request)
        self.hits += 1
        return self._rule(request)

    def forward(self, request: Request) -> Reply:
        """To central and back, as it is."""
        answer = self.session.request(
            request.method, self._target + request.path, headers=request.headers, data=request.body or None, stream=True
        )
        with answer:
            headers = {name: value for name, value in answer.headers.items() if name.lower() not in HOP}
            return Reply(answer.status_code, headers, answer.raw.read(decode_content=False))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.session.close()


def _handler(middle: Middle) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._carry()

        def do_POST(self) -> None:
            self._carry()

        def _carry(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            reply = middle.carry(Request(self.command, self.path, headers, body))
            self.close_connection = True
            if reply is None:  # a broken line, not a tidy end
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler
