"""Ways to alter a ticket's text: each gives one that nobody signed, by a chance that can be had again."""

from __future__ import annotations

import random
from collections.abc import Callable

import base45

from kiosk.domain import ticket as tickets
from tests.fuzz.gate import GOOD, STRANGER

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
ODD = "abz\t\r\n\0äé票\ud800"


def _text(data: bytes) -> str:
    return tickets.PREFIX + base45.b45encode(data).decode()


def _data(chance: random.Random) -> bytearray:
    return bytearray(base45.b45decode(chance.choice(GOOD)[3:]))


def flipped(chance: random.Random) -> str:
    data = _data(chance)
    for bit in chance.sample(range(len(data) * 8), chance.choice((1, 1, 2, 3, 8))):
        data[bit // 8] ^= 1 << bit % 8
    return _text(data)


def overwritten(chance: random.Random) -> str:
    data = _data(chance)
    first = chance.randrange(len(data))
    for index in range(first, min(first + chance.randint(1, 12), len(data))):
        data[index] = chance.choice((0, 0xFF, 0x7F, 0x80, chance.randrange(256)))
    return _text(data)


def cut(chance: random.Random) -> str:
    text = chance.choice(GOOD)
    return (
        text[: chance.randrange(len(text))] if chance.random() < 0.5 else _text(_data(chance)[: chance.randrange(114)])
    )


def extended(chance: random.Random) -> str:
    data = _data(chance)
    tail = b"".join(
        bytes((chance.randrange(256), chance.choice((0, 1, 2, 255)))) + chance.randbytes(chance.randrange(4))
        for _ in range(chance.randint(1, 4))
    )
    data[48] = chance.choice((0, 1, 2, 3, 255))
    return _text(data[:50] + tail + data[50:])


def spliced(chance: random.Random) -> str:
    one, two = _data(chance), _data(chance)
    at = chance.randrange(1, 114)
    return _text(one[:at] + two[at:])


def signed_by_a_stranger(chance: random.Random) -> str:
    data = _data(chance)[:50]
    data[chance.randrange(8, 50)] = chance.randrange(256)
    return _text(data + STRANGER.sign(tickets.CONTEXT + bytes(data)))


def letters(chance: random.Random) -> str:
    text = list(chance.choice(GOOD))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        text[at : at + chance.choice((0, 1, 1))] = chance.choice(chance.choice((ALPHABET, ALPHABET, ODD)))
    return "".join(text)


def junk(chance: random.Random) -> str:
    letter = chance.choice((lambda: chance.choice(ALPHABET), lambda: chr(chance.randrange(0x110000))))
    return chance.choice(("", tickets.PREFIX)) + "".join(letter() for _ in range(chance.randrange(260)))


KINDS: tuple[Callable[[random.Random], str], ...] = (
    flipped, overwritten, cut, extended, spliced, signed_by_a_stranger, letters, junk
)  # fmt: skip
