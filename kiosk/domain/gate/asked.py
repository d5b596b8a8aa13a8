"""One scan with all a gate knows of it: what the rules look at."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

import msgspec

from kiosk.domain.gate.form import Kind, Mode
from kiosk.domain.gate.railway import Delay, Journey, Way, way_of
from kiosk.domain.gate.world import GateList, GatePost, Passage, Product, Ticket, World


class Asked(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`seen`: passages known to this gate, in the order of the scans. `now`: unix s, by the gate's clock."""

    world: World
    ticket: Ticket
    gate: GatePost
    list: GateList
    now: float
    mode: Mode = "local"
    kind: Kind = "entry"
    journey: str = ""  # the train that boards here; "" = none in particular
    alight: str = ""  # where the holder wants out, for over-riding
    heads: int = 1  # who pass now; 0 = all who are left
    answers: dict[str, str] = {}
    ask: bool = True
    document_seen: bool = False
    allow_unpaid: bool = False
    fare_paid: int = 0
    made_at: datetime | None = None
    code: str = ""  # that was held up, when it is not the ticket's own
    by_medium: str = ""  # the medium that was held up instead of the ticket's own code
    hand_out: str = ""  # the medium that staff hand out for it now
    source: str = "barcode"  # how the code came: barcode, nfc, typed, name
    inside: int = 0  # people in the gate's zone
    seen: tuple[Passage, ...] = ()

    @property
    def leaving(self) -> bool:
        return self.kind == "exit"

    @property
    def stored(self) -> bool:
        """The ticket's own record is at hand."""
        return self.ticket.stored and self.mode != "signed-only"

    @cached_property
    def product(self) -> Product:
        found = (each for each in self.world.products if each.id == self.ticket.product)
        return next(found, Product(id=self.ticket.product))

    @property
    def event(self) -> str:
        return self.ticket.event or self.product.event

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Of this ticket on this list, annulled ones left out."""
        return tuple(
            each
            for each in self.seen
            if each.ticket == self.ticket.code and each.on(self.list.id) and not each.annulled
        )

    @cached_property
    def entries(self) -> tuple[Passage, ...]:
        return tuple(each for each in self.passages if each.kind == "entry")

    @property
    def is_inside(self) -> bool:
        """Came in last; of a group: not all of them are out again."""
        if self.ticket.persons > 1:
            return sum(each.persons if each.kind == "entry" else -each.persons for each in self.passages) > 0
        return bool(self.passages) and self.passages[-1].kind == "entry"

    @cached_property
    def train(self) -> Journey | None:
        """The ticket's, or of an open ticket the one that boards here."""
        wanted = self.ticket.journey if self.ticket.bound or not self.journey else self.journey
        return next((each for each in self.world.journeys if each.id == wanted), None)

    @cached_property
    def way(self) -> Way | None:
        """The calls the ticket pays for; None when its journey is not known or does not go there."""
        return self.way_of(self.ticket)

    def way_of(self, ticket: Ticket) -> Way | None:
        """Of a ticket for the same train."""
        train = self.train
        if train is None or not train.calls:
            return None
        return way_of(train, ticket.origin, ticket.destination, (ticket.origin_call, ticket.destination_call))

    @cached_property
    def here(self) -> int:
        """The call at which this gate stands, on the ticket's way where it can be; -1 = not one of them."""
        train, way = self.train, self.way
        if train is None or way is None:
            return -1
        if not self.gate.stop:
            return way.last if self.leaving else way.first
        calls = train.calls_at(self.gate.stop)
        on_it = [each for each in calls if way.first <= each <= way.last]
        if self.leaving:
            return (on_it or calls or [-1])[-1]
        return next((each for each in on_it if each < way.last), (calls or [-1])[0])

    @cached_property
    def disruption(self) -> Delay | None:
        """What the feed said last about this train, at the call here."""
        train = self.train
        if train is None:
            return None
        here = max(self.here, 0)
        known = [each for each in self.world.delays if each.journey == train.id]
        known = [
            each for each in known if not each.from_stop or any(at <= here for at in train.calls_at(each.from_stop))
        ]
        return known[-1] if known else None

    @property
    def delay_min(self) -> int:
        return self.disruption.minutes if self.disruption else 0

    @property
    def clock_in_doubt(self) -> bool:
        return not self.gate.clock_trusted
