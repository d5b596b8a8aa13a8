"""Facts that gates of one network tell each other, or find when they do."""

from __future__ import annotations

from kiosk.domain.event import Event


class AdmissionGiven(Event, frozen=True, kw_only=True, omit_defaults=True):
    """This gate is the ticket's home and lets another gate admit it; for everybody else it is used."""

    ticket_id: str
    journey_id: int
    gate: str  # name of the gate that asked
    at: int
    to_terminal: int
    to_incarnation: int
    place: int = 0
    from_call: int = 0
    to_call: int = 0


class AdmissionLearned(Event, frozen=True, kw_only=True):
    """Another gate's fact, heard over the network. Its signature is by that gate's key (sync.lan.facts)."""

    terminal_id: int
    incarnation: int
    seq: int  # in that gate's journal
    previous: int  # seq of the fact it told before; 0 = none
    body: str  # the record's body there
    signature: str  # hex


class AdmissionContested(Event, frozen=True, kw_only=True):
    """A ticket was let in more than once; this admission is not the first. Each gate that knows tells it once."""

    ticket_id: str
    journey_id: int
    terminal_id: int  # who let it in, and under which number
    incarnation: int
    seq: int
    gate: str
    at: int
    first_gate: str
    first_at: int
