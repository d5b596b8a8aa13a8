"""What a gate may know when it decides: tickets, lists, journeys, zones. Also the form in which cases are written.

Every struct refuses keys it does not know, so a slip in a written case is named instead of passed over.
Times with an offset are instants; times without one are wall clock in the world's time zone.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from kiosk.domain.gate.form import Condition, Form, Kind
from kiosk.domain.gate.issuing import Certificate, Lease
from kiosk.domain.gate.railway import Delay, Journey


class Product(Form, frozen=True, kw_only=True):
    """What is sold. `rides` 0 = as the ticket and the list say; more = a carnet."""

    id: str
    name: str = ""
    event: str = ""
    admission: bool = True  # False = an extra; its holders are not counted as guests
    attention: bool = False
    text: str = ""
    acknowledge: bool = False  # staff must confirm the note before the holder passes
    document: str = ""  # the document to be seen, "" = none
    named_document: str = ""  # the document to be seen of a holder whose ticket carries a name
    rides: int = 0
    ride_min: int = 0  # so long after its first entry a ride goes on
    cap_per_day: int = 0  # so many rides of a day count, further ones cost nothing; 0 = all count
    unlimited: bool = False  # a pass: never used up
    medium: Literal["", "needed", "only"] = ""  # handed out before the first entry; only = then the code is void
    valid_from: datetime | None = None  # when holders of it may come in
    valid_until: datetime | None = None


class Question(Form, frozen=True, kw_only=True):
    """Asked of the holder; `products` empty = of all."""

    id: str
    kind: str = "text"
    required: bool = True
    at_gate: bool = True
    products: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    only_if: dict[str, str] = msgspec.field(default_factory=dict)  # asked when these other questions are answered so
    lowest: float | None = None  # of a number
    highest: float | None = None


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
    valid_from: datetime | None = None  # when people come in on it
    valid_until: datetime | None = None
    badge: bool = False  # the first entry prints one
    passback_min: int = 0  # who did not go out comes in again no sooner than this after the last entry
    strict_exit: bool = False  # only who is inside may leave
    checkout_at: str = ""  # "HH:MM" wall clock: whoever is inside is counted out


class GatePost(Form, frozen=True, kw_only=True):
    """One gate. `stop` "" = it stands anywhere."""

    id: str
    list: str = ""
    lists: tuple[str, ...] = ()  # one for each event it serves; the ticket's event chooses
    group: str = ""  # tickets may name the group instead of the gate
    stop: str = ""
    fare_zone: str = ""
    zone: str = ""
    operator: str = ""
    early_min: int = 0  # tolerance before a window opens
    late_min: int = 0
    typed_is_proof: bool = False  # a code typed in by hand counts like one that was read
    same_scan_s: float = 0  # a code held up again so soon is the same person
    annul_within_s: float = 0  # "not turned" counts so long; 0 = always
    emergency: bool = False  # everybody out, nobody in
    training: bool = False  # staff learn: answers as always, also to test tickets, and nothing counts
    clock_off_s: float = 0  # what its clock shows minus the true time
    clock_corrected: bool = True  # signed time says how wrong the clock is, so the gate decides by the true time
    clock_trusted: bool = True  # False = nobody knows how wrong it is
    clock_doubt: Literal["refuse", "admit"] = "refuse"  # then: whoever has a time limit stops, or passes with a look
    amber_after_h: float = 0  # older lists: admit, but let staff look; 0 = never
    refuse_after_h: float = 0  # older lists: nobody comes in


class Zone(Form, frozen=True, kw_only=True):
    """A place with a limit; `inside` = people in it at the start."""

    id: str
    capacity: int
    inside: int = 0


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

    def on(self, passing: str) -> bool:
        """Does it count on this list? One that does not say counts on every list."""
        return self.list in ("", passing)


class Ticket(Form, frozen=True, kw_only=True):
    """One code. `stored`: the gate holds its record; `signature`: what its signature proves without one."""

    code: str
    short_code: str = ""  # under which people ask for it; "" = its code
    product: str = ""
    variation: str = ""
    event: str = ""
    day: str = ""
    holder: str = ""
    named: bool = False  # it carries a name, which this gate need not know
    email: str = ""
    booking: str = ""
    stored: bool = True
    signature: Literal["none", "good", "bad", "unchecked"] = "none"  # unchecked = nobody knows its key
    key: str = ""  # which signing key; must be in world.keys or world.certificates when those are given
    operator: str = ""
    seller: str = ""
    number: int = 0  # of the seller's tickets
    issued: datetime | None = None
    test: bool = False
    status: Literal["paid", "pending", "cancelled", "expired", "exchanged", "unapproved"] = "paid"
    valid_if_pending: bool = False
    blocked: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    journey: str = ""
    bound: bool = True  # to that departure; otherwise any on its way
    origin: str = ""
    origin_call: int = -1  # which visit, where a journey stops twice
    destination: str = ""
    destination_call: int = -1
    place: str = ""
    place_class: str = ""
    fare_zones: tuple[str, ...] = ()
    fresh_s: int = 0  # its code changes; one older than this is a picture of it
    persons: int = 1
    rides: int = 0
    leases: dict[str, int] = msgspec.field(default_factory=dict)  # carnet rides leased to each gate
    companion_of: str = ""  # that ticket must be inside first
    addon_of: str = ""
    attention: bool = False
    text: str = ""
    answers: dict[str, str] = msgspec.field(default_factory=dict)
    home_gate: str = ""  # or a group of gates
    old_codes: tuple[str, ...] = ()  # it had these before it was issued anew
    used: tuple[Passage, ...] = ()


class Medium(Form, frozen=True, kw_only=True):
    """A wristband or card that stands for tickets."""

    code: str
    tickets: tuple[str, ...] = ()
    active: bool = True
    expires: datetime | None = None
    source: str = "barcode"  # how it is read; a code that was read in another way is not this medium


class World(Form, frozen=True, kw_only=True):
    """All of it."""

    time_zone: str = "UTC"
    day_starts: str = "00:00"  # "HH:MM": until then it is still the day before, of rules and of departures
    instants: dict[str, datetime] = msgspec.field(default_factory=dict)  # named, for rules: admission, start, end
    instants_of: dict[str, dict[str, datetime]] = msgspec.field(default_factory=dict)  # of a ticket's day or event
    keys: tuple[str, ...] = ()  # signing keys in force; empty = every key
    certificates: tuple[Certificate, ...] | None = None  # None = a good signature is enough
    leases: tuple[Lease, ...] | None = None  # None = not looked at
    version: int = 0  # of the lists; a change to an older one is not taken over
    lists_as_of: datetime | None = None  # when revocations and records last came
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
    overrides: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)  # verdict -> roles that may, instead
    look_up_roles: tuple[str, ...] | None = None  # who may look up names and bookings; None = everybody at the gate
    lan_delay_s: float = 0  # until the other gates have heard of a passage
    zone_fares: dict[str, int] = msgspec.field(default_factory=dict)  # "A-B" = what a ticket for A pays on in B
    search_min: int = 1  # fewer letters find nothing
    search_max: int = 50

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
        """The day an instant belongs to: a night out is of the evening before."""
        local = self.local(at)
        return local.date() - timedelta(days=local.time() < self.day_start)

    @property
    def day_start(self) -> time:
        return time.fromisoformat(self.day_starts)

    def at_hour(self, day: date, hour: time) -> float:
        """Unix seconds of a wall clock time of a day; before the day's start it is of the night after."""
        return datetime.combine(day + timedelta(days=hour < self.day_start), hour, self.zone).timestamp()
