"""Remote control of a kiosk for demonstrations and tests: JSON lines on a Unix socket that only its owner can open.

One request a line, one answer a line:
    {"do": "tap", "name": "next"}            {"do": "type", "text": "shang"}
    {"do": "wait", "name": "next"}           {"do": "wait", "stage": "summary", "seconds": 20}
    {"do": "wait", "text": "Thank you"}      {"do": "picture", "path": "build/tour/01.png"}
    {"do": "state"}  {"do": "items"}  {"do": "texts"}  {"do": "text", "name": "..."}  {"do": "quit"}
Answers: {"ok": true, ...} or {"ok": false, "error": "..."}.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtQuick import QQuickWindow

from kiosk.domain.errors import KioskError
from ui.driver import WAIT_S, Driver

Answer = dict[str, Any]


class Remote(QObject):
    """Listens on a socket and does to the window what a person could do."""

    def __init__(self, path: str, window: QQuickWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.driver = Driver(window)
        self._lines: deque[tuple[QLocalSocket, bytes]] = deque()
        self._working = False
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(path)
        if not self._server.listen(str(Path(path).absolute())):
            raise KioskError(f"cannot listen on {path}: {self._server.errorString()}")
        self._server.newConnection.connect(self._connected)

    def close(self) -> None:
        """Stop listening and remove the socket."""
        self._server.close()

    @Slot()
    def _connected(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is not None:
            socket.readyRead.connect(lambda: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)

    def _read(self, socket: QLocalSocket) -> None:
        while socket.canReadLine():
            self._lines.append((socket, bytes(socket.readLine().data())))
        self._work()

    def _work(self) -> None:
        """One request after another: waiting for one processes events, which may bring the next."""
        if self._working:
            return
        self._working = True
        try:
            while self._lines:
                socket, line = self._lines.popleft()
                answer = self.handle(line)
                socket.write(json.dumps(answer).encode() + b"\n")
                socket.flush()
        finally:
            self._working = False

    def handle(self, line: bytes) -> Answer:
        """The answer to one request."""
        try:
            request = json.loads(line)
            verb: Callable[..., Answer | None] = getattr(self, f"_{request.pop('do')}_verb")
            return {"ok": True, **(verb(**request) or {})}
        except KioskError as error:
            return {"ok": False, "error": str(error)}
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            return {"ok": False, "error": f"not a request I understand: {error}"}

    def _tap_verb(self, name: str) -> None:
        self.driver.tap(name)

    def _type_verb(self, text: str) -> None:
        self.driver.type(text)

    def _text_verb(self, name: str) -> Answer:
        return {"text": self.driver.text(name)}

    def _wait_verb(
        self, name: str | None = None, stage: str | None = None, text: str | None = None, seconds: float = WAIT_S
    ) -> Answer:
        driver = self.driver

        def there() -> bool:
            return (
                (name is None or driver.find(name) is not None)
                and (stage is None or (driver.property("stage") in stage.split("|") and driver.settled()))
                and (text is None or any(text in words for words in driver.texts()))
            )

        what = ", ".join(f"{key} {value}" for key, value in (("item", name), ("stage", stage), ("text", text)) if value)
        driver.wait_until(there, what, seconds)
        return self._state_verb()

    def _picture_verb(self, path: str) -> Answer:
        return {"path": os.fspath(self.driver.picture(Path(path)))}

    def _state_verb(self) -> Answer:
        """The stage, and of a gate also its last verdict, how old its lists are, and the open sheet."""
        found = {name: self.driver.property(name) for name in ("stage", "last", "lists", "sheet")}
        return {name: value for name, value in found.items() if value is not None}

    def _items_verb(self) -> Answer:
        return {"items": self.driver.names()}

    def _texts_verb(self) -> Answer:
        return {"texts": self.driver.texts()}

    def _quit_verb(self) -> None:
        QTimer.singleShot(0, QGuiApplication.quit)
