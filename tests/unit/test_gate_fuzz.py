"""Whatever a camera can see: the decision answers every text, and lets in only what a terminal signed.

KIOSK_FUZZ sets how many texts are tried (10,000 by default); a failure names the seed and the text.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import base45
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.domain import ticket as tickets
from kiosk.domain.gate.grounds import Grounds, decided
from kiosk.domain.gate.held import Ride
from kiosk.domain.gate.presented import GateSetting, Presenter
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.words import Word
from kiosk.domain.network import service_day_start
from kiosk.services.trust import trust_of
from tests.gate_world import TENANT, Central, berlin
from tests.small_catalogue import small_catalogue

COUNT = int(os.environ.get("KIOSK_FUZZ", "10000"))
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
ODD = "abz\t\r\n\0äé票\ud800"
NOW = berlin("2026-10-23T07:30")
CENTRAL = Central(NOW)
TRUST = trust_of(CENTRAL.manifest(), Ed25519PublicKey.from_public_bytes(CENTRAL.root_key))
RULES = GateSetting(tenant=TENANT, name="Gate 5", stop_place_id="a", opens_before_min=60, grace_min=10)
BOOK = small_catalogue()
GOOD = [CENTRAL.seller.sell(seat=seat) for seat in range(1, 9)]
STRANGER = Ed25519PrivateKey.generate()


def _rides() -> dict[int, Ride]:
    services = {each.id: each for each in BOOK.service_journeys}
    stops = {each.id: each for each in BOOK.stop_places}
    lines = {each.id: each for each in BOOK.lines}
    layouts = {each.id: each for each in BOOK.layouts}
    return {
        journey.id: Ride(
            journey=journey,
            service=(service := services[journey.service_journey_id]),
            day_start=service_day_start(journey.operating_day, BOOK.timezone),
            timezone=BOOK.timezone,
            stop_places=tuple(stops[call.stop_place_id] for call in service.calls),
            mode=lines[service.line_id].mode,
            layout=layouts.get(service.layout_id),
        )
        for journey in BOOK.journeys
    }


RIDES = _rides()


PRESENTER = Presenter(RULES, RIDES.get)


def reason_of(text: str) -> Word:
    presented = PRESENTER.present(text, TRUST)
    scan = Scan(scan=presented.code or text, gate=RULES.name)
    return decided(Grounds(world=presented.world, scan=scan, at=datetime.fromtimestamp(NOW, UTC))).decision.word


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


def test_the_tickets_it_begins_with_are_good() -> None:
    assert {reason_of(text) for text in GOOD} == {Word.ADMIT}


@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nothing_altered_comes_in(kind: Callable[[random.Random], str]) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    chance, said = random.Random(seed), Counter[Word]()
    for _ in range(COUNT // len(KINDS)):
        text = kind(chance)
        try:
            reason = reason_of(text)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {text!r} breaks the gate") from error
        assert reason is not Word.ADMIT or text in GOOD, f"seed {seed}: {text!r} came in"
        said[reason] += text not in GOOD
    # Refusals must come from where this kind is aimed, or the loop only tests the first check.
    if kind in (flipped, overwritten, spliced, signed_by_a_stranger):
        assert said[Word.BAD_SIGNATURE] > COUNT // len(KINDS) // 4, said
    assert said.total() > COUNT // len(KINDS) // 2, said
