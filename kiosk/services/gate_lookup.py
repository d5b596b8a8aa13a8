"""Looking for a ticket at the gate by what people can say of it: a code in letters, a name, a booking.

Who looks says who they are where the plan wants it, and that somebody looked is on record. What is found is a name of a
ticket, never its proof: each hit is decided by the gate's one decision, and let in only with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from kiosk.domain.codes import human_code, human_code_of, is_ticket_id, normalise
from kiosk.domain.events import TicketLookedUp
from kiosk.domain.gate.figures import events_of
from kiosk.domain.gate.form import Kind
from kiosk.domain.gate.grounds import Grounds, decided
from kiosk.domain.gate.held import Trust
from kiosk.domain.gate.presented import Presented, Presenter
from kiosk.domain.gate.scan import Override, Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Ticket
from kiosk.ports import Clock
from kiosk.services.booked import ticket_of
from kiosk.services.gaterecord import verdict_of
from kiosk.store.gate_record_rows import Booked
from kiosk.store.store import Store

TEXT_MAX = 40  # letters of what was typed that are kept


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One ticket that was found, with what the gate would say of it now."""

    verdict: Verdict
    presented: Presented
    source: str  # typed = by the whole code on the ticket, else name
    code: str  # as people read it
    holder: str = ""
    booking: str = ""
    product: str = ""  # as figures name it
    email: str = ""
    persons: int = 1


class LookedUp(msgspec.Struct, frozen=True, kw_only=True):
    """What a look-up brought. `word`: name_only = the hits, unknown = nothing, override_refused = this role may not,
    not_configured = nobody knows which lists are served here. `letters_min`: so many are needed; 0 = there were."""

    word: Word
    hits: tuple[Hit, ...] = ()
    letters_min: int = 0


class Judging(Protocol):
    """What look-ups ask of their gate."""

    name: str

    def trust(self) -> Trust: ...

    def checked_at(self) -> int | None: ...

    def grounds_of(self, presented: Presented, scan: Scan) -> Grounds: ...

    def decide(self, presented: Presented, said: Scan) -> Verdict: ...


class LookUps:
    """Of one gate. Every call may look through a million records: not for the UI thread."""

    def __init__(
        self, gate: Judging, store: Store, presenter: Presenter, clock: Clock, judging: AbstractContextManager[object]
    ) -> None:
        """`judging`: held while something is decided; for each hit anew, so that nobody at the gate waits long."""
        self._gate, self._store, self._presenter, self._clock = gate, store, presenter, clock
        self._judging = judging
        self._last: tuple[Hit, Override | None, Kind] | None = None

    @property
    def roles(self) -> tuple[str, ...] | None:
        """Who may look up; None = everybody at the gate."""
        return self._presenter.plan.look_up_roles

    def look_up(self, text: str, by: str = "", role: str = "") -> LookedUp:
        """Hits in the order in which they fit best. On record with who looked, whatever came of it."""
        plan, words = self._presenter.plan, " ".join(text.split())
        if plan.look_up_roles is not None and (role not in plan.look_up_roles or not by):
            found = LookedUp(word=Word.OVERRIDE_REFUSED)
        elif (events := events_of(plan, plan.gates[0], None)) is None:
            found = LookedUp(word=Word.NOT_CONFIGURED)
        elif len(words) < max(plan.search_min, 1):
            found = LookedUp(word=Word.UNKNOWN, letters_min=max(plan.search_min, 1))
        else:
            hits = [hit for hit in self._hits(words) if "" in events or self._event(hit) in ("", *events)]
            hits = hits[: plan.search_max]
            found = LookedUp(word=Word.NAME_ONLY if hits else Word.UNKNOWN, hits=tuple(hits))
        self._store.journal.append(
            TicketLookedUp(
                gate=self._gate.name,
                at=int(self._clock.now()),
                text=words[:TEXT_MAX],
                by=by,
                role=role,
                hits=len(found.hits),
            )
        )
        return found

    def let_in(self, hit: Hit, override: Override | None, kind: Kind = "entry", persons: int = 0) -> Verdict:
        """The holder of a ticket that was found, on somebody's responsibility; None = where the code typed is proof.
        0 persons = all who are left."""
        self._last = hit, override, kind
        return self._gate.decide(hit.presented, Scan(source=hit.source, override=override, kind=kind, persons=persons))

    def only(self, persons: int) -> None:
        """Of a group that was just let in so, this many went; the whole was taken back before."""
        if self._last is not None:
            self.let_in(*self._last, persons)

    # who is found

    def _hits(self, words: str) -> list[Hit]:
        records, code = self._store.gate_records, human_code_of(words)
        found: dict[str, Hit] = {}

        def take(several: Iterable[Booked | Ticket], source: str) -> None:
            for each in map(self._ours, several):
                key = each.ticket_id if isinstance(each, Booked) else each.code
                if key not in found:
                    with self._judging:
                        found[key] = self._hit(each, source)

        if code is not None:
            named = records.by_code(code)
            take(named, "typed")
            take(
                (each for one in named if isinstance(one, Booked) for each in records.of_sale(one.row.sale_id)), "name"
            )
            take(self._known_by(code, found), "typed")
        wanted = normalise(words)
        for each in records.find(words, self._presenter.plan.search_max):
            own = each.code if isinstance(each, Booked) else each.short_code or each.code
            take([each], "typed" if normalise(own) == wanted else "name")
        return list(found.values())

    def _ours(self, found: Booked | Ticket) -> Booked | Ticket:
        """What is added to a ticket of ours is found by its words; what it is about is that ticket."""
        if isinstance(found, Booked) or not is_ticket_id(found.code):
            return found
        row = self._store.gate_records.booked(found.code)
        return found if row is None else Booked(found.code, row)

    def _known_by(self, code: str, found: dict[str, Hit]) -> Sequence[Ticket]:
        """Tickets of this code of which only that they were cancelled or came in is known here."""
        known = dict.fromkeys([*self._gate.trust().revoked_tickets, *self._store.passed_tickets()])
        ids = [each for each in known if each not in found and len(each) == 16 and human_code(each) == code]
        return [Ticket(code=each, short_code=code) for each in ids]

    def _hit(self, found: Booked | Ticket, source: str) -> Hit:
        presented = self._of_booked(found) if isinstance(found, Booked) else self._of_guest(found)
        code = found.code if isinstance(found, Booked) else found.short_code or found.code
        scan = Scan(scan=presented.code, source=source, gate=self._gate.name, persons=0)
        judged = decided(self._gate.grounds_of(presented, scan))
        ticket = judged.ticket or presented.world.tickets[0]
        return Hit(
            verdict=verdict_of(presented, judged),
            presented=presented,
            source=source,
            code=code,
            holder=ticket.holder,
            booking=ticket.booking,
            product=presented.counted_as or ticket.product,
            email=ticket.email,
            persons=ticket.persons,
        )

    def _of_booked(self, booked: Booked) -> Presented:
        presenter, trust = self._presenter, self._gate.trust()
        ticket = ticket_of(booked, presenter.ride(booked.row.journey_id), presenter.setting.tenant)
        records = self._store.gate_records
        first = next(iter(records.of_sale(booked.row.sale_id)), booked)
        return presenter.of_ticket(ticket, trust, self._gate.checked_at(), holder=booked.row.holder, booking=first.code)

    def _of_guest(self, guest: Ticket) -> Presented:
        """As its own code would be presented; of a ticket that has no record, by its id alone."""
        row = self._store.gate_records.booked(guest.code)
        if row is not None:  # it adds to a ticket of ours
            return self._of_booked(Booked(guest.code, row))
        presented = self._presenter.present(guest.code, self._gate.trust(), self._gate.checked_at())
        if presented.code:
            return presented
        revoked = (guest.code,) if guest.code in self._gate.trust().revoked_tickets else ()
        world = msgspec.structs.replace(self._presenter.plan, tickets=(guest,), revoked=revoked)
        return Presented(world=world, code=guest.code)

    def _event(self, hit: Hit) -> str:
        ticket = next((each for each in hit.presented.world.tickets if each.code == hit.presented.code), None)
        if ticket is None:
            return ""
        return ticket.event or next((p.event for p in self._presenter.plan.products if p.id == ticket.product), "")
