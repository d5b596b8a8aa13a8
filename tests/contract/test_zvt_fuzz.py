"""A ZVT terminal that talks nonsense: never an exception, never an approval, always an answer in time."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.payment.zvt.link import Settings
from devices.payment.zvt.memory import Last
from devices.payment.zvt.serial_line import block
from devices.payment.zvt.terminal import ZvtPayment
from kiosk.ports import Approved, ChargeRequest, Declined, Unresolved

QUICK = Settings(answer_s=0.1, stop_s=0.05, query_s=0.15)
MARK = Last(receipt=1, trace=1, at="1130120000", terminal="52001234").text()
REQUEST = ChargeRequest("a", 1250, "EUR", mark=MARK)
ACK, DONE = bytes.fromhex("800000"), bytes.fromhex("060f00")
GOOD = bytes.fromhex("040f212700040000000012500b0000020c1200010d113029520012344909788700028a06")
Answer = Callable[[bytes], list[bytes]]


@contextmanager
def stranger(answer: Answer) -> Iterator[str]:
    """Answers each message as it is told, on TCP."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def talk(link: socket.socket) -> None:
            with link:
                try:
                    heard = b""
                    while more := link.recv(4096):
                        heard += more
                        while len(heard) >= 3 and len(heard) >= 3 + heard[2]:  # what we say is always short
                            message, heard = heard[: 3 + heard[2]], heard[3 + heard[2] :]
                            for piece in answer(message):
                                link.sendall(piece)
                except OSError:
                    return

        def serve() -> None:
            while True:
                try:
                    link, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(link,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{door.getsockname()[1]}"
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def polite(then: Callable[[bytes], list[bytes]]) -> Answer:
    """Registers us and says it is ready; what it says to a payment and to questions about it is `then`."""

    def answer(message: bytes) -> list[bytes]:
        match message[:2]:
            case b"\x06\x00":
                return [ACK, DONE]
            case b"\x05\x01":
                return [ACK, bytes.fromhex("060f0100")]
            case b"\x80\x00":
                return []
            case _:
                return then(message)

    return answer


def test_a_stranger_that_says_the_right_thing_is_believed() -> None:
    with stranger(polite(lambda message: [ACK, GOOD, DONE] if message[:2] == b"\x06\x01" else [])) as address:
        payment = ZvtPayment(address, 2.0, settings=Settings(), two_phase=False)
        assert payment.charge(REQUEST) == Approved("52001234 0002 000002 1130120001 1250", "")
        payment.close()


LONG = bytes.fromhex("040fffffff") + bytes(50)


@pytest.mark.parametrize(
    "said",
    [
        [],
        [ACK],
        [ACK, DONE],  # finished without a result
        [DONE],  # not acknowledged
        [ACK, GOOD[:-3]],  # cut off
        [ACK, GOOD[:2] + b"\x05" + GOOD[3:8], DONE],  # a length that is too short
        [ACK, GOOD.replace(bytes.fromhex("1250"), bytes.fromhex("12a0")), DONE],  # no digits
        [ACK, GOOD.replace(bytes.fromhex("1250"), bytes.fromhex("1249")), DONE],  # another amount
        [ACK, GOOD.replace(bytes.fromhex("490978"), bytes.fromhex("490756")), DONE],  # another currency
        [
            ACK,
            GOOD.replace(bytes.fromhex("0b000002"), bytes.fromhex("0b000001")).replace(
                bytes.fromhex("870002"), bytes.fromhex("870001")
            ),
            DONE,
        ],  # the receipt from before
        [ACK, LONG],
        [ACK, b"\xff" * 300],
        [b"\x00\x00\x00" * 50],
        [ACK, *[bytes.fromhex("04ff010e")] * 500],  # never an end
        [ACK, bytes.fromhex("04ff00"), bytes.fromhex("06d300"), bytes.fromhex("06d100"), bytes.fromhex("061e00")],
        [ACK, bytes.fromhex("06d38206ff") + bytes(100)],
    ],
)
def test_what_is_no_approval_is_none(said: list[bytes]) -> None:
    with stranger(polite(lambda message: said if message[:2] == b"\x06\x01" else [])) as address:
        payment = ZvtPayment(address, 0.1, settings=QUICK, two_phase=False)
        started = time.monotonic()
        outcome = payment.charge(REQUEST)
        assert not isinstance(outcome, Approved) and time.monotonic() - started < 10
        if said and said[-1] == bytes.fromhex("061e00"):
            assert outcome == Declined("declined: system error")
        else:
            assert isinstance(outcome, Unresolved), outcome
        assert isinstance(payment.outcome_of(REQUEST), Unresolved)
        payment.close()


def test_chance_says_nothing_that_is_believed() -> None:
    chance, pool = random.Random(7), [ACK, GOOD, DONE, bytes.fromhex("061e016c"), bytes.fromhex("849c00"), LONG]
    said: list[bytes] = []

    def mumble(message: bytes) -> list[bytes]:
        said[:] = []
        for _ in range(chance.randrange(4)):
            piece = bytearray(chance.choice(pool))
            for _ in range(chance.randrange(1, 4)):
                piece[chance.randrange(len(piece))] = chance.randrange(256)
            said.append(bytes(piece[: chance.randrange(1, len(piece) + 1)]))
        return list(said)

    with stranger(mumble) as address:
        for turn in range(6):
            payment = ZvtPayment(address, 0.05, settings=QUICK, two_phase=bool(turn % 2))
            started = time.monotonic()
            assert not payment.ready()
            assert not isinstance(payment.charge(REQUEST), Approved)
            assert not isinstance(payment.outcome_of(REQUEST), Approved | Declined)
            assert not isinstance(payment.refund(REQUEST, "52001234 0001 000001 1130120000 1250"), Approved)
            assert not payment.end_of_day().ok
            payment.close()
            assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "noise",
    [
        b"\x06" * 200,
        b"\x10" * 200,
        block(ACK)[:-2] + b"\0\0",
        b"\x10\x02" + bytes(400),
        b"\x06" + block(b"\x80")[:4],
        b"\x06" + block(GOOD) * 3,
        random.Random(3).randbytes(2000),
    ],
)
def test_a_serial_line_with_noise_on_it(tmp_path: Path, noise: bytes) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    gone = threading.Event()

    def mumble() -> None:
        while not gone.is_set():
            try:
                if os.read(master, 4096):
                    os.write(master, noise)
            except OSError:
                return

    thread = threading.Thread(target=mumble, daemon=True)
    thread.start()
    payment = ZvtPayment(os.ttyname(slave), 0.2, settings=QUICK)
    started = time.monotonic()
    assert not payment.ready()
    assert payment.charge(REQUEST) == Declined("unreachable")
    assert isinstance(payment.outcome_of(REQUEST), Unresolved)
    payment.close()
    assert time.monotonic() - started < 20
    gone.set()
    os.close(slave)
    os.close(master)
    thread.join(10)
