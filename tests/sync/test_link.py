"""The simulated link: carries bytes, and fails as it is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.errors import KioskError
from tests.sync.proxy import Proxy


class Echo:
    """Answers every line with the same line; remembers what arrived."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.arrived: list[bytes] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as file:
            try:
                for line in file:
                    self.arrived.append(line)
                    file.write(line)
                    file.flush()
            except OSError:
                return

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(30)


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def link(echo: Echo, tmp_path: Path) -> Iterator[Proxy]:
    link = Proxy(echo.port, tmp_path)
    yield link
    link.close()


def say(link: Proxy, line: bytes) -> bytes:
    """One line there and back; b"" = the connection was lost."""
    try:
        with socket.create_connection(("127.0.0.1", link.port), timeout=30) as connection:
            connection.sendall(line)
            answer = b""
            while not answer.endswith(b"\n"):
                part = connection.recv(4096)
                if not part:
                    return b""
                answer += part
            return answer
    except ConnectionError:
        return b""


def test_it_carries_until_cut_and_again_when_healed(link: Proxy, echo: Echo) -> None:
    assert say(link, b"one\n") == b"one\n"
    assert link.order("cut")["mode"] == "cut"
    assert say(link, b"two\n") == b""
    assert echo.arrived == [b"one\n"]
    link.order("heal")
    assert say(link, b"three\n") == b"three\n"


def test_a_cut_ends_connections_that_are_open(link: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", link.port), timeout=30) as connection:
        connection.sendall(b"hello\n")
        assert connection.recv(100) == b"hello\n"
        link.order("cut")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)


def test_a_lost_answer_means_the_request_arrived(link: Proxy, echo: Echo) -> None:
    link.order("drop_replies", count=1)
    assert say(link, b"sold\n") == b""
    assert echo.arrived == [b"sold\n"]
    assert link.order("state")["dropped"] == 1
    assert say(link, b"sold\n") == b"sold\n"  # only one answer was to be lost


def test_a_delay_keeps_everything(link: Proxy) -> None:
    link.order("delay_ms", n=20)
    assert say(link, b"slow\n") == b"slow\n"


def test_a_wrong_order_is_answered_with_the_right_ones(link: Proxy) -> None:
    with pytest.raises(KioskError, match="unknown order 'explode'; known: cut, heal"):
        link.order("explode")
    with pytest.raises(KioskError, match="not an order"):
        link.order("delay_ms", n="soon")
    assert link.order("state")["mode"] == "open"


def test_without_a_target_connections_are_reset(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    link = Proxy(port, tmp_path)
    try:
        assert say(link, b"anyone\n") == b""
    finally:
        link.close()
