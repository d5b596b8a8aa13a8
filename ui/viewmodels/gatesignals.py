"""The eight classes of a gate's verdict: each with a shape, a side, a tone and a word of its own.

A verdict is told four times over, so that one who sees no colours, hears nothing or reads nothing still knows it:
colour (Theme), shape and side of the sign, tone, word. What may pass stands at the left, what may not at the right.
"""

from __future__ import annotations

from dataclasses import dataclass

from ui.viewmodels.texts import translate


@dataclass(frozen=True)
class Sign:
    """How a class of verdicts looks and sounds. `icon` is one of assets/icons, `sound` one of assets/sounds."""

    icon: str
    left: bool
    sound: str


SIGNS: dict[str, Sign] = {
    "go": Sign("circle-check", True, "go"),
    "look": Sign("triangle-eye", True, "look"),
    "bye": Sign("door-out", True, "bye"),
    "again": Sign("code-again", False, "again"),
    "ask": Sign("bubble-question", False, "ask"),
    "wait": Sign("hourglass", False, "wait"),
    "closed": Sign("no-entry", False, "closed"),
    "stop": Sign("octagon-cross", False, "stop"),
}


def word_of(signal: str) -> str:
    """The one large word, in the language of the screen."""
    words = {
        "go": translate("Gate", "Go"),
        "look": translate("Gate", "Look"),
        "bye": translate("Gate", "Goodbye"),
        "again": translate("Gate", "Again"),
        "ask": translate("Gate", "Ask"),
        "wait": translate("Gate", "Wait"),
        "closed": translate("Gate", "Closed"),
        "stop": translate("Gate", "Stop"),
    }
    return words[signal]


def other_word(signal: str, language: str) -> str:
    """The same word in the second language of the place."""
    words = {
        "go": ("请进", "Go"),
        "look": ("请核对", "Look"),
        "bye": ("再见", "Goodbye"),
        "again": ("再试", "Again"),
        "ask": ("请问", "Ask"),
        "wait": ("请稍候", "Wait"),
        "closed": ("关闭", "Closed"),
        "stop": ("请停", "Stop"),
    }
    return words[signal][language != "en"]
