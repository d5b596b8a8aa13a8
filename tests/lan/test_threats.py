"""The seven threats of an open network (EN 50159) on what gates say to each other, on real lines and real frames."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.certificate import SCOPE_SELL, IssuerCertificate, issue_issuer
from sync.lan.engine import LanSettings
from sync.lan.facts import Word
from sync.lan.line import dial
from sync.lan.members import NotAGate
from sync.lan.session import Credentials, Dialer, LineBroken, Listener, Sealed
from sync.lan.wire import Fact, Have, encode
from tests.gate_world import DAY, Central
from tests.lan.world import LOOPBACK, GateKey, Network, ticket

LENGTH = struct.Struct(">I")


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
