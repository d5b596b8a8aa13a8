"""The short form of `make fuzz`: every kind of altered ticket, every bit of one, and every kind of bad picture."""

from __future__ import annotations

import random

import pytest

from kiosk.domain.gate.words import Word
from tests.fuzz import frames, payloads
from tests.fuzz.gate import GOOD, word_of


def test_the_tickets_it_begins_with_are_good() -> None:
    assert {word_of(text) for text in GOOD} == {Word.ADMIT}


@pytest.mark.parametrize("kind", payloads.BY_NAME)
def test_nothing_altered_comes_in(kind: str) -> None:
    found = payloads.tried(kind, random.SystemRandom().randrange(1 << 30), 400)
    assert not found.wrong, found.wrong[:3]
    assert found.said.total() == 400, found.said


def test_every_single_bit_counts() -> None:
    count, wrong = payloads.bits(0)
    assert count == 114 * 8 and not wrong


@pytest.mark.parametrize("kind", frames.BY_NAME)
def test_no_picture_breaks_the_reader_or_is_read_as_what_it_is_not(kind: str) -> None:
    first = random.SystemRandom().randrange(1, 1 << 30) * frames.THOROUGH_EVERY + 1
    _, wrong = frames.tried(kind, first, 12)
    assert not wrong, wrong[:3]


def test_codes_under_little_noise_are_read() -> None:
    read, wrong = frames.tried("grainy", 1, 20)
    assert read and not wrong
