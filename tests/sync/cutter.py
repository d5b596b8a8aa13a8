"""A line that breaks after so many bytes of a request or of its answer."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading


class Cutter:
    """Forwards; `cut` says where the connections that are made from then on break."""

    def __init__(self, url: str) -> None:
        self._target = ("127.0.0.1", int(url.rpartition(":")[2]))
        self._limits: tuple[int | None, int | None] = (None, None)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def cut(self, *, request: int | None = None, answer: int | None = None) -> None:
        """After so many bytes of each; None = it holds. What is open ends."""
        with self._lock:
            self._limits = request, answer
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        self.cut()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._threads = [each for each in self._threads if each.is_alive()]
            self._threads.append(threading.Thread(target=self._connected, args=(near,)))
            self._threads[-1].start()

    def _connected(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError), socket.create_connection(self._target) as far:
            for each in (near, far):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {near, far}
            try:
                self._carry(near, far)
            finally:
                with self._lock:
                    self._open -= {near, far}

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        left = dict(zip((near, far), self._limits, strict=True))
        to = {near: far, far: near}
        with selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ)
            ready.register(far, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    side = near if key.fileobj is near else far
                    data = side.recv(65_536)
                    if not data:
                        return
                    allowed = left[side]
                    to[side].sendall(data if allowed is None else data[:allowed])
                    if allowed is not None:
                        left[side] = allowed - len(data)
                        if allowed <= len(data):
                            _reset(near)
                            _reset(far)
                            return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for each in self._threads:
            each.join()


def _reset(side: socket.socket) -> None:
    """It ends as a broken line does, when it is closed."""
    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
