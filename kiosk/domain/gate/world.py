"""What a gate may know when it decides: tickets, lists, journeys, zones. Also the form in which cases are written.

Every struct refuses keys it does not know, so a slip in a written case is named instead of passed over.
Times with an offset are instants; times without one are wall clock in the world's time zone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

Mode = Literal["signed-only", "local", "lan", "live"]
Kind = Literal["entry", "exit"]
Condition = list[Any]


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that can be written in a case."""


class Product(Form, frozen=True, kw_only=True):
    """What is sold. `rides` 0 = as the ticket and the list say; more = a carnet."""

    id: str
    name: str = ""
    event: str = ""
    attention: bool = False
    text: str = ""
    document: str = ""  # the document to be seen, "" = none
    rides: int = 0
    unlimited: bool = False  # a pass: never used up


class Question(Form, frozen=True, kw_only=True):
    """Asked of the holder; `products` empty = of all."""

    id: str
    kind: str = "text"
    required: bool = True
    at_gate: bool = True
    products: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class GateList(Form, frozen=True, kw_only=True):
    """Who may pass, and how often. `products` None = all."""

    id: str
    event: str = ""
    day: str = ""  # the performance or date the list is bound to
    products: tuple[str, ...] | None = None
    include_pending: bool = False
    multi_entry: bool = False
    reentry: bool = False
    addons: bool = False  # the scanned ticket stands for its add-on on this list
    rule: Condition | None = None
    rule_fails_open: bool = False
    passback_min: int = 0  # nobody comes in again sooner than this after the last entry
    checkout_at: str = ""  # "HH:MM" wall clock: whoever is inside is counted out


class GatePost(Form, frozen=True, kw_only=True):
    """One gate. `stop` "" = it stands anywhere."""

    id: str
    list: str = ""
    stop: str = ""
    zone: str = ""
    early_min: int = 0  # tolerance before a window opens
    late_min: int = 0


class Zone(Form, frozen=True, kw_only=True):
    """A place with a limit; `inside` = people in it at the start."""

    id: str
    capacity: int
    inside: int = 0


class Call(Form, frozen=True, kw_only=True):
    stop: str
    arrives: datetime | None = None
    departs: datetime | None = None


class Journey(Form, frozen=True, kw_only=True):
    """A train on one day. `fares`: "A-B" = minor units, for over-riding."""

    id: str
    calls: tuple[Call, ...] = ()
    opens_before_min: int = 90
    grace_min: int = 30
    fares: dict[str, int] = {}

    def index(self, stop: str) -> int:
        """Of the first call at a stop; -1 = none."""
        return next((i for i, call in enumerate(self.calls) if call.stop == stop), -1)


class Delay(Form, frozen=True, kw_only=True):
    """From the disruption feed, in minutes, from `from_stop` on ("" = the whole way)."""

    journey: str
    minutes: int
    from_stop: str = ""


class Passage(Form, frozen=True, kw_only=True):
    """One recorded passing of one ticket."""

    ticket: str = ""
    at: datetime
    list: str = ""
    gate: str = ""
    kind: Kind = "entry"
    persons: int = 1
    annulled: bool = False
    contested: bool = False


class Ticket(Form, frozen=True, kw_only=True):
    """One code. `stored`: the gate holds its record; `signature`: what its signature proves without one."""

    code: str
    product: str = ""
    event: str = ""
    day: str = ""
    holder: str = ""
    booking: str = ""
    stored: bool = True
    signature: Literal["none", "good", "bad"] = "none"
    key: str = ""  # which signing key; must be in world.keys when that is given
    status: Literal["paid", "pending", "cancelled", "expired", "exchanged", "unapproved"] = "paid"
    valid_if_pending: bool = False
    blocked: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    journey: str = ""
    origin: str = ""
    destination: str = ""
    persons: int = 1
    rides: int = 0
    leases: dict[str, int] = {}  # carnet rides leased to each gate
    companion_of: str = ""  # that ticket must be inside first
    addon_of: str = ""
    attention: bool = False
    text: str = ""
    answers: dict[str, str] = {}
    home_gate: str = ""
    used: tuple[Passage, ...] = ()


class Medium(Form, frozen=True, kw_only=True):
    """A wristband or card that stands for tickets."""

    code: str
    tickets: tuple[str, ...] = ()
    active: bool = True
    expires: datetime | None = None


class World(Form, frozen=True, kw_only=True):
    """All of it."""

    time_zone: str = "UTC"
    instants: dict[str, datetime] = {}  # named, for rules: admission, start, end
    keys: tuple[str, ...] = ()  # signing keys in force; empty = every key
    products: tuple[Product, ...] = ()
    questions: tuple[Question, ...] = ()
    lists: tuple[GateList, ...] = ()
    gates: tuple[GatePost, ...] = ()
    zones: tuple[Zone, ...] = ()
    journeys: tuple[Journey, ...] = ()
    delays: tuple[Delay, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    media: tuple[Medium, ...] = ()
    revoked: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    override_roles: tuple[str, ...] = ("supervisor",)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def instant(self, at: datetime) -> float:
        """Unix seconds."""
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).timestamp()

    def local(self, at: float) -> datetime:
        """Wall clock of an instant."""
        return datetime.fromtimestamp(at, self.zone)

    def local_day(self, at: float) -> date:
        return self.local(at).date()
