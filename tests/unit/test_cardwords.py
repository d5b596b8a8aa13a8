"""Every reason a card driver gives has words for the passenger, and all of them say that no money was taken."""

from __future__ import annotations

import msgspec
import pytest

from devices.payment.nexo.answers import REASONS
from kiosk.domain.paying import Attempt
from ui.viewmodels.cardwords import warning

OWN = ("unreachable", "not_started", "too_late", "partial", "amount", "undone")


@pytest.mark.parametrize("reason", sorted({*REASONS.values(), *OWN}))
def test_every_reason_has_words(reason: str) -> None:
    said = warning(Attempt("a", 500, "EUR", "card", state="declined", reason=reason))
    assert "No money was taken." in said


def test_the_reader_is_not_called_a_declined_card() -> None:
    attempt = Attempt("a", 500, "EUR", "card", state="declined", reason="busy")
    assert "declined" not in warning(attempt)
    assert "The card was declined" in warning(msgspec.structs.replace(attempt, reason="declined"))
    assert "bank could not be asked" in warning(msgspec.structs.replace(attempt, state="reversed", reason=""))
