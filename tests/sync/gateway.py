"""Something between terminal and central that answers in central's place when its mode says so."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

HOP = ("connection", "transfer-encoding", "content-length", "date", "server", "host")
MODES = {
    "portal": (200, "text/html", b"<html>Welcome to Station WiFi. Accept the terms?</html>"),
    "500": (500, "text/plain", b"internal error"),
    "502 html": (502, "text/html", b"<html>bad gateway</html>"),
}


class Gateway:
    """Forwards to central; modes: open, portal, 500, 502 html, "at most N bytes"."""

    def __init__(self, target: str) -> None:
        self.mode = "open"
        self.target = target
        self.refused_as_too_large = 0
        self.session = requests.Session()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.session.close()

    def carry(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.mode in MODES:
            status, kind, content = MODES[self.mode]
            return status, {"Content-Type": kind}, content
        if self.mode.startswith("at most ") and len(body) > int(self.mode.split()[2]):
            self.refused_as_too_large += 1
            problem = b'{"code":"too_large","message":"the gateway takes small bodies only"}'
            return 413, {"Content-Type": "application/json"}, problem
        answer = self.session.request(method, self.target + path, headers=headers, data=body or None, stream=True)
        with answer:
            return answer.status_code, dict(answer.headers), answer.raw.read(decode_content=False)


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._carry()

        def do_POST(self) -> None:
            self._carry()

        def _carry(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sent = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            status, headers, content = gateway.carry(self.command, self.path, sent, body)
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler
