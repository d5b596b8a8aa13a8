"""An HTTP session whose call in flight can be broken off, so that a program ends when it is told to."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class AbortableSession(requests.Session):
    """`abort()` may be called from any thread; every call from then on fails at once as "no connection"."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._aborted = False
        adapter = _Adapter(self)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def opened(self, connected: socket.socket) -> None:
        """A connection was made (called by the adapter)."""
        with self._lock:
            self._sockets = [each for each in self._sockets if each.fileno() >= 0]
            self._sockets.append(connected)
            aborted = self._aborted
        if aborted:
            raise ConnectionAbortedError("the session was ended")

    def abort(self) -> None:
        """Wake whoever waits for an answer."""
        with self._lock:
            self._aborted = True
            sockets, self._sockets = self._sockets, []
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    def __init__(self, session: AbortableSession) -> None:
        self._session = session
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        session = self._session

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                session.opened(self.sock)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                session.opened(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
