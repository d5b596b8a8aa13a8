"""The seven threats of an open network (EN 50159) on what gates say to each other, on real lines and real frames."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.certificate import SCOPE_SELL, IssuerCertificate, issue_issuer
from sync.lan.discovery import beacon, read_beacon
from sync.lan.engine import LanSettings, LanState
from sync.lan.facts import Word
from sync.lan.line import dial
from sync.lan.members import NotAGate
from sync.lan.session import HELLO_BYTES, WELCOME_BYTES, Credentials, Dialer, LineBroken, Listener, Sealed
from sync.lan.wire import FRAME_MAX, BadMessage, Fact, Have, Head, Tell, decode, encode
from tests.conftest import SettableClock
from tests.gate_world import DAY, Central
from tests.lan.test_network import SOON_S, free_port
from tests.lan.world import LOOPBACK, GateKey, LanGate, Network, ticket

LENGTH = struct.Struct(">I")


@pytest.fixture
def network(tmp_path: Path, clock: SettableClock) -> Iterator[Network]:
    network = Network(tmp_path, clock, count=2)
    yield network
    network.close()


def sealed_pair(network: Network) -> tuple[Sealed, Sealed]:
    """Both ends of a proven line."""
    one, two = network.gates
    dialer, listener = Dialer(one.key.credentials, one.members), Listener(two.key.credentials, two.members)
    line, member, finish = dialer.welcomed(listener.hello(dialer.hello))
    other, caller = listener.finished(finish)
    assert (member.author, caller.author) == (two.author, one.author)
    return line, other


# frames of a line


def frames(line: Sealed) -> list[bytes]:
    return [line.seal(encode(Have(f"G{number}", ()))) for number in range(4)]


def test_repeat_deletion_insertion_resequence_and_corruption_end_the_line(network: Network) -> None:
    def told(order: Callable[[list[bytes]], list[bytes]]) -> int:
        """How many frames were believed before the line ended; 4 = it did not."""
        line, other = sealed_pair(network)
        sent = frames(line)
        for number, frame in enumerate(order(sent)):
            try:
                other.open(frame)
            except LineBroken:
                return number
        return 4

    stranger, _ = sealed_pair(network)
    flipped = [bytes(byte ^ (index == 7) for index, byte in enumerate(b"\0" * 16))]
    assert told(lambda f: f) == 4
    assert told(lambda f: [f[0], f[0], *f[1:]]) == 1, "repeated"
    assert told(lambda f: [f[0], f[2], f[3]]) == 1, "left out"
    assert told(lambda f: [f[1], f[0], f[2], f[3]]) == 0, "in another order"
    assert told(lambda f: [f[0], stranger.seal(b"x"), *f[1:]]) == 1, "put in from another line"
    assert told(lambda f: [f[0], f[1][:-1] + bytes((f[1][-1] ^ 1,)), *f[2:]]) == 1, "one bit changed"
    assert told(lambda f: [f[0], flipped[0], *f[1:]]) == 1, "made up"
    assert told(lambda f: [f[0], f[1][:-1], *f[2:]]) == 1, "cut short"


def test_every_bit_of_a_frame_counts(network: Network) -> None:
    for bit in range(8 * 40):
        line, other = sealed_pair(network)
        frame = bytearray(line.seal(b"0123456789abcdef01234567"))
        frame[bit // 8] ^= 1 << bit % 8
        with pytest.raises(LineBroken):
            other.open(bytes(frame))


def test_what_is_sent_back_is_not_believed(network: Network) -> None:
    """A frame of ours, reflected."""
    line, _ = sealed_pair(network)
    with pytest.raises(LineBroken):
        line.open(line.seal(b"ours"))


# who speaks


def test_a_recorded_handshake_opens_nothing(network: Network) -> None:
    one, two = network.gates
    dialer, listener = Dialer(one.key.credentials, one.members), Listener(two.key.credentials, two.members)
    welcome = listener.hello(dialer.hello)
    _, _, finish = dialer.welcomed(welcome)
    again = Listener(two.key.credentials, two.members)
    again.hello(dialer.hello)
    with pytest.raises(LineBroken):
        again.finished(finish)
    with pytest.raises(LineBroken):
        Dialer(one.key.credentials, one.members).welcomed(welcome)


def strangers(network: Network) -> dict[str, Credentials]:
    central, gate = network.central, network.keys[0]
    other = Central(central.now)
    ours = GateKey(central, 90)
    old = issue_issuer(
        IssuerCertificate(
            not_before=central.now - 90 * DAY,
            not_after=central.now - 60 * DAY,
            public_key=central.issuer.public_key().public_bytes_raw(),
        ),
        central.root,
    )
    return {
        "for selling": GateKey(central, 91, scope=SCOPE_SELL).credentials,
        "root": GateKey(other, 92).credentials,
        "another operator": GateKey(_of(central, tenant=8), 93).credentials,
        "not in force (": GateKey(_of(central, now=central.now - 20 * DAY), 94).credentials,
        "issuer was not in force": Credentials(ours.certificate, old, ours.key.sign),
        "whose key it does not hold": Credentials(
            gate.certificate, central.issuer_certificate, Ed25519PrivateKey.generate().sign
        ),
        "earlier life": GateKey(central, 21, incarnation=1).credentials,
    }


def _of(central: Central, **changes: int) -> Central:
    """The same keys, other words."""
    other = Central(changes.get("now", central.now), changes.get("tenant", central.tenant))
    other.root, other.issuer, other.issuer_certificate = central.root, central.issuer, central.issuer_certificate
    return other


def test_only_gates_of_the_operator_speak(network: Network) -> None:
    one, two = network.gates
    newer = GateKey(network.central, 21, incarnation=2)
    one.members.shown(newer.certificate, network.central.issuer_certificate)
    for words, credentials in strangers(network).items():
        dialer, listener = Dialer(credentials, two.members), Listener(one.key.credentials, one.members)
        _, _, finish = dialer.welcomed(listener.hello(dialer.hello))
        with pytest.raises(NotAGate, match=words.replace("(", r"\(")):
            listener.finished(finish)
        dialer, listener = Dialer(one.key.credentials, one.members), Listener(credentials, two.members)
        with pytest.raises(NotAGate):
            dialer.welcomed(listener.hello(dialer.hello))


def test_a_stolen_kiosk_key_gets_no_line_on_the_wire(network: Network) -> None:
    one, _ = network.gates
    lan = one.open(LanSettings(interface=LOOPBACK, group="", tcp_port=0))
    thief = GateKey(network.central, 91, scope=SCOPE_SELL)

    async def call() -> None:
        line = await dial((LOOPBACK, lan.state.port), thief.credentials, network.gates[1].members)
        try:
            line.send(Have("G21", ()))
            while True:
                await line.receive()
        finally:
            line.close()

    with pytest.raises((LineBroken, OSError)):
        asyncio.run(call())
    assert not lan.state.others


# facts


def test_facts_that_their_author_did_not_write_are_not_kept(network: Network) -> None:
    one, two = network.gates
    one.admit(ticket(1))
    one.admit(ticket(2))
    first, second = one.ledger.facts(one.author, 0, 9)
    changed = msgspec.structs.replace
    for fact, word in (
        (changed(first, body=first.body.replace(ticket(1), ticket(9))), Word.FORGED),
        (changed(first, seq=first.seq + 1), Word.FORGED),
        (changed(first, incarnation=2), Word.STRANGER),
        (changed(first, terminal_id=77), Word.STRANGER),
        (changed(first, signature=bytes(64)), Word.FORGED),
        (second, Word.GAP),
        (Fact(*two.author, 99, 0, first.body, first.signature), Word.OURS),
    ):
        before = two.ledger.refused.get(word, 0)
        kept, missing = two.ledger.take([fact])
        assert (kept, missing, two.ledger.refused[word]) == (0, word is Word.GAP, before + 1)
    assert two.ledger.take([first, second]) == (2, False) and two.ledger.take([second, first]) == (0, False)
    assert two.store.examine() == []


def test_every_bit_of_a_fact_counts(network: Network) -> None:
    one, two = network.gates
    one.admit(ticket(1))
    (fact,) = one.ledger.facts(one.author, 0, 9)
    body = fact.body.encode()
    for bit in range(8 * len(body)):
        changed = bytearray(body)
        changed[bit // 8] ^= 1 << bit % 8
        text = changed.decode(errors="replace")
        assert two.ledger.take([msgspec.structs.replace(fact, body=text)])[0] == 0
    assert two.ledger.take([fact])[0] == 1


# delay, floods and junk on real sockets


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
