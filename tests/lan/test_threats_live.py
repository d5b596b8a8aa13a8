"""Delay, floods, junk and bent bits on the real sockets of gates; messages and beacons that do not fit."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

import msgspec
import pytest

from kiosk.domain.certificate import SCOPE_SELL
from sync.lan.discovery import beacon, read_beacon
from sync.lan.engine import LanSettings, LanState
from sync.lan.members import NotAGate
from sync.lan.session import HELLO_BYTES, WELCOME_BYTES, Dialer, LineBroken, Listener
from sync.lan.wire import FRAME_MAX, BadMessage, Fact, Have, Head, Tell, decode, encode
from tests.lan.test_network import SOON_S, free_port
from tests.lan.world import LOOPBACK, GateKey, LanGate, Network, ticket


class Middle:
    """A TCP line in between that can hold everything back, or bend what passes."""

    def __init__(self, port: int) -> None:
        self.held = threading.Event()
        self.held.set()
        self.bend: Callable[[bytes], bytes] = lambda data: data
        self._port = port
        self._server = socket.create_server((LOOPBACK, 0))
        self.port = int(self._server.getsockname()[1])
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._server.accept()
                callee = socket.create_connection((LOOPBACK, self._port))
            except OSError:
                return
            self._sockets += [caller, callee]
            for source, target in ((caller, callee), (callee, caller)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.held.wait()
                target.sendall(self.bend(data))
        except OSError:
            pass
        for each in (source, target):
            shut(each)

    def close(self) -> None:
        self.held.set()
        shut(self._server)
        self._server.close()
        for each in self._sockets:
            shut(each)
            each.close()


def shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def until(gate: LanGate, reached: Callable[[LanState], bool]) -> None:
    assert gate.lan is not None and gate.lan.wait_for(reached, SOON_S), gate.lan and gate.lan.state


def test_a_line_that_is_held_back_shows_its_age_and_then_is_gone(network: Network) -> None:
    one, two = network.gates
    middle = Middle(one.open(LanSettings(interface=LOOPBACK, group="", tcp_port=0)).state.port)
    try:
        two.open(LanSettings(interface=LOOPBACK, group="", tcp_port=0, peers=((LOOPBACK, middle.port),)))
        until(two, lambda state: any(each.linked and each.age_s is not None for each in state.others))
        middle.held.clear()
        one.admit(ticket(1))
        until(two, lambda state: any((each.age_s or 0) > 2 for each in state.others))
        assert not two.knows(ticket(1))
        until(two, lambda state: not any(each.linked for each in state.others))
        middle.held.set()
        until(two, lambda state: two.knows(ticket(1)))
    finally:
        middle.close()


def test_a_bit_changed_on_the_way_costs_the_line_and_no_fact(network: Network) -> None:
    one, two = network.gates
    middle = Middle(one.open(LanSettings(interface=LOOPBACK, group="", tcp_port=0)).state.port)
    try:
        two.open(LanSettings(interface=LOOPBACK, group="", tcp_port=0, peers=((LOOPBACK, middle.port),)))
        until(two, lambda state: any(each.linked for each in state.others))
        spoiled = threading.Event()

        def bend(data: bytes) -> bytes:
            if spoiled.is_set():
                return data
            spoiled.set()
            return data[:-1] + bytes((data[-1] ^ 1,))

        middle.bend = bend
        for number in range(20):
            one.admit(ticket(number))
        until(two, lambda state: spoiled.is_set() and all(two.knows(ticket(number)) for number in range(20)))
    finally:
        middle.close()


def test_junk_and_floods_do_not_keep_a_gate_from_its_others(network: Network) -> None:
    one, two = network.gates
    port = free_port()
    settings = LanSettings(interface=LOOPBACK, port=port, tcp_port=0)
    tcp = one.open(settings).state.port
    callers = []
    for content in (
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff" * HELLO_BYTES,
        b"KLAN1\x02" + bytes(32),
        b"KLAN1\x01" + bytes(32),
    ):
        caller = socket.create_connection((LOOPBACK, tcp))
        caller.sendall(content)
        callers.append(caller)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number in range(2000):
            sock.sendto(b"KLANB1" + bytes((number % 256,)) * (number % 400), (settings.group, port))
    try:
        two.open(settings)
        until(two, lambda state: any(each.linked for each in state.others))
        one.admit(ticket(1))
        until(two, lambda state: two.knows(ticket(1)))
    finally:
        for caller in callers:
            caller.close()


def test_messages_are_bounded_and_strict() -> None:
    good = encode(Have("G1", (Head(20, 1, 5, 0),)))
    assert decode(good) == Have("G1", (Head(20, 1, 5, 0),))
    assert decode(bytes((99,)) + good[1:]) is None, "of a newer gate"
    fact = Fact(20, 1, 2, 0, "{}", bytes(64))
    for bad in (
        b"",
        good[:1],
        good[:-1],
        good + b"\0",
        good[:1] + b"\x91" * 5000,
        bytes(FRAME_MAX + 1),
        encode(Tell((fact,) * 65)),
        encode(Tell((msgspec.structs.replace(fact, body="x" * 3000),))),
        encode(Tell((msgspec.structs.replace(fact, signature=b""),))),
        encode(Tell((msgspec.structs.replace(fact, previous=2),))),
        encode(Tell((msgspec.structs.replace(fact, terminal_id=0),))),
        encode(Have("n" * 65, ())),
        encode(Have("G", (Head(20, 1, -1, 0),))),
    ):
        with pytest.raises(BadMessage):
            decode(bad)


def test_the_sizes_of_a_handshake_are_fixed(network: Network) -> None:
    one, two = network.gates
    dialer, listener = Dialer(one.key.credentials, one.members), Listener(two.key.credentials, two.members)
    assert len(dialer.hello) == HELLO_BYTES
    for bad in (dialer.hello[:-1], dialer.hello + b"x", b"X" + dialer.hello[1:], dialer.hello[:6] + bytes(32)):
        with pytest.raises(LineBroken):
            Listener(two.key.credentials, two.members).hello(bad)
    welcome = listener.hello(dialer.hello)
    assert len(welcome) == WELCOME_BYTES
    with pytest.raises(LineBroken):
        listener.finished(b"x")
    with pytest.raises(LineBroken):
        dialer.welcomed(welcome[:-1])


def test_a_beacon_is_a_gates_own_or_passed_by(network: Network) -> None:
    one, two = network.gates
    right = beacon(one.key.credentials, 8721)
    assert read_beacon(right, two.members) == (one.author, 8721)
    thief = GateKey(network.central, 91, scope=SCOPE_SELL)
    moved = right[:6] + struct.pack(">H", 9999) + right[8:]
    for bad in (right[:-1], right + b"x", moved, beacon(thief.credentials, 8721), beacon(one.key.credentials, 0)):
        with pytest.raises(NotAGate):
            read_beacon(bad, two.members)
