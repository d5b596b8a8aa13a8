"""What the gate says: every reason has words and a step, fitting the kind of ticket, and a class with its own sign."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.domain.gate.held import EVENT_MODE
from kiosk.domain.gate.shown import TicketFacts
from kiosk.domain.gate.words import Decision, Word
from ui.viewmodels.gatesignals import SIGNS, other_word, word_of
from ui.viewmodels.gatewords import next_step, reason_words


def facts(**changes: Any) -> TicketFacts:
    values: dict[str, Any] = {
        "number": "G1",
        "mode": 2,
        "title": {"": "Celle"},
        "departs_at": 1_790_000_000,
        "opens_at": 1_790_000_000,
        "timezone": "UTC",
        "origin": {"": "Altdorf"},
        "destination": {"": "Celle"},
        "code": "7QK4-MX29",
        "place": "8F",
    }
    return TicketFacts(**{**values, **changes})


TRAIN, ANY_SEAT = facts(), facts(place="")
EVENT, STANDING = facts(mode=EVENT_MODE), facts(mode=EVENT_MODE, place="17", counted=True)


@pytest.mark.parametrize("reason", Word)
@pytest.mark.parametrize("about", [None, TRAIN, ANY_SEAT, EVENT, STANDING])
def test_every_reason_has_words_and_every_refusal_a_step(reason: Word, about: TicketFacts | None) -> None:
    assert reason_words(reason, about)
    assert bool(next_step(reason, about)) == (reason not in (Word.ADMIT, Word.EXIT, Word.NAME_ONLY))


def test_no_two_reasons_say_the_same() -> None:
    assert len({reason_words(reason) for reason in Word}) == len(Word)


@pytest.mark.parametrize("about", [ANY_SEAT, EVENT, STANDING])
def test_only_a_train_that_was_missed_has_left(about: TicketFacts) -> None:
    assert "departure" in reason_words(Word.EXPIRED, TRAIN) and "departure" in next_step(Word.EXPIRED, TRAIN)
    assert "departure" not in reason_words(Word.EXPIRED, about) + next_step(Word.EXPIRED, about)


def test_nobody_is_wished_a_good_journey_at_a_concert() -> None:
    assert "journey" in reason_words(Word.ADMIT, TRAIN)
    assert "journey" not in reason_words(Word.ADMIT, EVENT)


@pytest.mark.parametrize("word", Word)
def test_only_who_passes_has_the_sign_at_the_left(word: Word) -> None:
    decision = Decision(word=word)
    assert SIGNS[decision.signal].left == decision.passes


def test_the_eight_classes_differ_in_everything() -> None:
    for told in ([sign.icon for sign in SIGNS.values()], [sign.sound for sign in SIGNS.values()]):
        assert len(set(told)) == len(SIGNS)
    assert len({word_of(signal) for signal in SIGNS}) == len(SIGNS)
    assert all(other_word(signal, "en") != other_word(signal, "zh-Hans") for signal in SIGNS)
