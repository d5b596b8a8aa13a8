"""Altered tickets through the parser and the rules, a slice at a time."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from kiosk.domain import ticket as tickets
from kiosk.domain.errors import BadTicket
from kiosk.domain.gate.words import Word
from tests.fuzz.gate import GOOD, word_of
from tests.fuzz.mutations import KINDS

BY_NAME = {kind.__name__: kind for kind in KINDS}
AIMED = ("flipped", "overwritten", "spliced", "signed_by_a_stranger")  # at the signature, past all checks of form


@dataclass
class Slice:
    """What came of a slice: times in ms of the parser and of the whole verdict, and what must not be."""

    kind: str
    seed: int
    wrong: list[str] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    parser_ms: list[float] = field(default_factory=list)
    verdict_ms: list[float] = field(default_factory=list)


def tried(kind: str, seed: int, count: int) -> Slice:
    """`count` texts of one kind; each that comes in, or breaks the gate, is named, to be tried again."""
    chance, found, alter = random.Random(seed), Slice(kind, seed), BY_NAME[kind]
    for _ in range(count):
        while (text := alter(chance)) in GOOD:  # a letter in the place of the same
            pass
        begin = time.perf_counter()
        try:
            with contextlib.suppress(BadTicket):
                tickets.read(text)
            parsed = time.perf_counter()
            word = word_of(text)
        except Exception as error:
            found.wrong.append(f"{kind}, seed {seed}: {text!r} breaks the gate: {error!r}")
            continue
        end = time.perf_counter()
        found.parser_ms.append((parsed - begin) * 1000)
        found.verdict_ms.append((end - parsed) * 1000)
        if word in (Word.ADMIT, Word.EXIT):
            found.wrong.append(f"{kind}, seed {seed}: {text!r} came in")
        else:
            found.said[word.value] += 1
    # Refusals must come from where this kind is aimed, or the loop only tries the first check.
    if kind in AIMED and found.said["bad_signature"] * 4 < count:
        found.wrong.append(f"{kind}, seed {seed}: too few came as far as the signature: {dict(found.said)}")
    return found


def bits(number: int) -> tuple[int, list[str]]:
    """Every bit of one good ticket turned round, one at a time; (how many, which came in)."""
    import base45

    data = base45.b45decode(GOOD[number][len(tickets.PREFIX) :])
    wrong = []
    for bit in range(len(data) * 8):
        altered = bytearray(data)
        altered[bit // 8] ^= 1 << bit % 8
        text = tickets.PREFIX + base45.b45encode(bytes(altered)).decode()
        if word_of(text) in (Word.ADMIT, Word.EXIT):
            wrong.append(f"ticket {number}, bit {bit}: {text!r} came in")
    return len(data) * 8, wrong


def again(text: str) -> str:
    """What the gate says of one text."""
    return word_of(text).value
