"""What is held up at a gate, and what staff say with it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kiosk.domain.gate.form import Form, Kind, Mode


class Override(Form, frozen=True, kw_only=True):
    """Staff let somebody pass on their own responsibility; or, before it counts, want to."""

    role: str
    reason: str
    by: str = ""


class Scan(Form, frozen=True, kw_only=True):
    """One code at one gate."""

    scan: str = ""  # the text of the code
    source: str = "barcode"  # how it was read: barcode, nfc, …
    at: datetime | None = None  # None = as the step before
    gate: str = ""
    list: str = ""  # "" = the gate's
    lists: tuple[str, ...] | None = None  # instead: one for each event, the ticket's chooses; () = none
    mode: Mode | None = None
    kind: Kind = "entry"
    journey: str = ""  # the train that boards here; "" = none in particular
    alight: str = ""  # where the holder wants out, for over-riding
    persons: int = 1  # 0 = all who are left of a group
    answers: dict[str, str] = msgspec.field(default_factory=dict)
    ask: bool = True
    document_seen: bool = False
    allow_unpaid: bool = False
    fare_paid: int = 0  # minor units, of what was due beyond the ticket's end
    made_at: datetime | None = None  # when the phone made the code, of a code that changes
    happened: bool = False  # a gate that could not ask let in before: it counts, but makes no ticket
    hand_out: str = ""  # the medium that staff hand out for the ticket
    pick: str = ""  # of several tickets that a code stands for: the one of this code or product
    override: Override | None = None
    by: str = ""  # who of the staff says so, of a fare that was paid
