"""Facts of a gate beside its admissions: who left, what was taken back, who was looked for, and why it said so."""

from __future__ import annotations

from kiosk.domain.event import Event


class Exited(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The gate counted the holder out."""

    ticket_id: str  # "" = in an emergency nobody is asked for a ticket
    journey_id: int
    gate: str
    at: int
    persons: int = 1
    list: str = ""


class AdmissionAnnulled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody passed after all: the turnstile did not turn. `of_seq`: the record that no longer counts."""

    ticket_id: str
    journey_id: int
    gate: str
    at: int
    of_seq: int


class TicketLookedUp(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody at the gate looked for a ticket by a typed code, a name or a booking."""

    gate: str
    at: int
    text: str
    by: str = ""
    hits: int = 0


class VerdictExplained(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What the rules looked at for the verdict of record `of_seq`: JSON, from which the same is decided again."""

    of_seq: int
    gate: str
    at: int
    grounds: str
