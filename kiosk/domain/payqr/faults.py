"""What is wrong with the facts of a payment code."""

from __future__ import annotations

from kiosk.domain.errors import KioskError


class BadPayee(KioskError):
    """A payee, amount or reference that a payment code cannot carry; the message names it and the way out."""
