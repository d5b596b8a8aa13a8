"""Hears what a terminal says while a card is handled (display notifications) and turns it into prompts.

They are hints for the screen and nothing else: who sends a false one shows a wrong picture, and moves no money.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

from devices.payment.nexo.seal import Key, SealBroken
from kiosk.ports import Prompt, Tell, untold

NOTICE_MAX = 65_536  # bytes
READ_TIMEOUT_S = 5.0
_PROMPTS = {
    "TENDER_CREATED": "card",
    "CARD_INSERTED": "wait",
    "CARD_PRESENTED": "wait",
    "CARD_SWIPED": "wait",
    "WAIT_FOR_PIN": "pin",
    "PIN_ENTERED": "wait",
    "WAIT_FOR_CARD_REMOVAL": "remove_card",
    "CARD_REMOVED": "wait",
}


class Notices:
    """A small HTTP server. A terminal handles one payment at a time, so what it says is about the one that is open."""

    def __init__(self, host: str, port: int, key: Key | None) -> None:
        self._key = key
        self.tell: Tell = untold
        self._server = _Server((host, port), self._heard)
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, name="nexo notices", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _heard(self, text: bytes) -> None:
        for event in events(text, self._key):
            if what := _PROMPTS.get(event):
                self.tell(Prompt(what))


def events(text: bytes, key: Key | None) -> list[str]:
    """The events of a notification; [] for anything else."""
    try:
        request = json.loads(text)["SaleToPOIRequest"]
        if key is not None and "NexoBlob" in request:
            request = json.loads(key.open(request))["SaleToPOIRequest"]
        outputs = request["DisplayRequest"]["DisplayOutput"]
        found: list[str] = []
        for each in outputs if isinstance(outputs, list) else []:
            found += parse_qs(each["OutputContent"]["PredefinedContent"]["ReferenceID"]).get("event", [])
        return found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, SealBroken):
        return []


class _Server(HTTPServer):
    def __init__(self, address: tuple[str, int], hear: Callable[[bytes], None]) -> None:
        super().__init__(address, _Handler)
        self.hear = hear


class _Handler(BaseHTTPRequestHandler):
    timeout = READ_TIMEOUT_S

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > NOTICE_MAX:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        assert isinstance(self.server, _Server)
        self.server.hear(self.rfile.read(int(length)))
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Length", "10")
        self.end_headers()
        self.wfile.write(b"[accepted]")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing of it is worth a line."""
