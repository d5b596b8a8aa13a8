"""Facts of a gate: who was let in or not, who left, what was taken back, who was looked for, and why it said so."""

from __future__ import annotations

from kiosk.domain.event import Event


class Admitted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The gate let the holder in."""

    ticket_id: str  # 16 hex digits, or the code of another system
    journey_id: int  # 0 = no journey
    gate: str
    at: int  # unix s
    place: int = 0  # coach (6 bits) and seat (10 bits) as on the ticket; 0 = no place of its own
    from_call: int = 0
    to_call: int = 0
    persons: int = 1
    list: str = ""
    again: bool = False  # the rules allow a further entry: no second use
    override: str = ""  # the verdict that staff passed over, with role, reason and name
    role: str = ""
    reason: str = ""
    by: str = ""
    product: str = ""  # as the figures name it: "category/class", or what the plan calls it; "" = a record without it
    alight: str = ""  # stop place where the holder gets out beyond the ticket's end
    fare_minor: int = 0  # paid at the gate for what the ticket does not cover
    of: int = 0  # rides or heads that were bought, of which this entry takes `persons`; 0 = one entry, or none of them
    hand_out: str = ""  # the medium that was handed out for the ticket

    @property
    def allowed(self) -> bool:
        """Let in knowing of the use before: by the rules, or on somebody's responsibility."""
        return self.again or bool(self.override)


class AdmissionRefused(Event, frozen=True, kw_only=True):
    """The gate did not; `ticket_id` is "" when the code could not be read as a ticket."""

    ticket_id: str
    reason: str
    gate: str
    at: int


class Exited(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The gate counted the holder out."""

    ticket_id: str  # "" = in an emergency nobody is asked for a ticket
    journey_id: int
    gate: str
    at: int
    persons: int = 1
    list: str = ""
    product: str = ""
    fare_minor: int = 0
    by: str = ""


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
    by: str = ""  # "" = nobody has to say who they are
    hits: int = 0
    role: str = ""


class VerdictExplained(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What the rules looked at for the verdict of record `of_seq`: JSON, from which the same is decided again."""

    of_seq: int
    gate: str
    at: int
    grounds: str


class BadgePrintStarted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Intent: from here on a badge may be on paper. `copy` 0 = the first, n = n-th marked copy."""

    ticket_id: str
    gate: str
    at: int
    copy: int = 0


class BadgePrintEnded(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What became of it; `reason` "" = it is on paper."""

    ticket_id: str
    gate: str
    at: int
    copy: int = 0
    reason: str = ""
