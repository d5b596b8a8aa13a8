"""What a passenger reads when a card payment came to nothing: no money was taken, and what to do."""

from __future__ import annotations

from kiosk.domain.paying import Attempt
from ui.viewmodels.texts import translate

AT_THE_READER = ("busy", "device", "logged_out", "unreachable", "too_late", "format", "not_allowed", "not_found")


def warning(attempt: Attempt) -> str:
    """About a try that was declined, or taken back because the bank could not be asked."""
    if attempt.state == "reversed" or attempt.reason in ("offline", "unavailable"):
        return translate("Pay", "The bank could not be asked. No money was taken. Please pay another way.")
    if "cancel" in attempt.reason:
        return translate("Pay", "You stopped the payment. No money was taken.")
    if attempt.reason == "wrong_pin":
        return translate("Pay", "The PIN was wrong. No money was taken. Please try again.")
    if attempt.reason == "partial":
        return translate("Pay", "The card does not cover this amount. No money was taken. Try another card.")
    if attempt.reason in AT_THE_READER:
        return translate("Pay", "The card reader could not do it. No money was taken. Please try again.")
    if "not_started" in attempt.reason:
        return translate("Pay", "The payment did not start. No money was taken. Please try again.")
    return translate("Pay", "The card was declined. No money was taken. Try another card.")
