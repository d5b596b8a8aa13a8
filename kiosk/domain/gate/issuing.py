"""Who may sign tickets, and who was given which places to sell: what a gate knows about the sellers."""

from __future__ import annotations

from datetime import datetime

from kiosk.domain.gate.form import Form

CLOCK_SKEW_S = 300  # a seller's clock may be ahead of the gate's by this much


class Certificate(Form, frozen=True, kw_only=True):
    """A signing key's permission. None, "" and 0 set no limit."""

    key: str
    operator: str = ""
    seller: str = ""  # only what this seller issued
    not_before: datetime | None = None
    not_after: datetime | None = None  # of the issuing; a ticket outlives the key
    revoked_from: datetime | None = None  # nothing issued from then on is believed
    sells: bool = True
    first_number: int = 0
    last_number: int = 0
    classes: tuple[str, ...] | None = None  # of places it may sell


class Lease(Form, frozen=True, kw_only=True):
    """A place on a stretch of a journey that a seller may sell."""

    journey: str
    seller: str
    place: str
    first: int = 0  # calls, by place in the journey
    last: int = 0  # 0 = to the end
