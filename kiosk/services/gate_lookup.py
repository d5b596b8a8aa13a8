"""Looking for a ticket at the gate by what people can say of it, with a record of who looked for what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from kiosk.domain.codes import human_code, human_code_of
from kiosk.domain.events import TicketLookedUp
from kiosk.domain.gate.grounds import Grounds, decided
from kiosk.domain.gate.held import Trust
from kiosk.domain.gate.presented import Presented, Presenter
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.gate.world import Ticket
from kiosk.ports import Clock
from kiosk.store.store import Store


class GroundsOf(Protocol):
    """What the rules look at, of a code and what staff say."""

    def __call__(self, presented: Presented, scan: Scan, /) -> Grounds: ...


class LookUps:
    """Of one gate. Looks through everything that was let in here, so not for the UI thread."""

    def __init__(
        self,
        store: Store,
        presenter: Presenter,
        trust: Callable[[], Trust],
        grounds_of: GroundsOf,
        clock: Clock,
        gate: str,
    ) -> None:
        self._store, self._presenter, self._trust, self._grounds_of = store, presenter, trust, grounds_of
        self._clock, self._gate = clock, gate

    def type_code(self, code: str, by: str = "") -> Verdict:
        """What this gate knows of a ticket by its typed code: cancelled, or used and when, or nothing.

        A code is a name of a ticket, never its proof, so nobody is let in by it.
        """
        known, at = human_code_of(code), int(self._clock.now())
        found = "" if known is None else self._by_code(known)
        self._store.journal.append(TicketLookedUp(gate=self._gate, at=at, text=code[:40], by=by, hits=int(bool(found))))
        if known is None:
            return Verdict(decision=Decision(word=Word.UNKNOWN))
        if not found:
            return Verdict(decision=Decision(word=Word.NAME_ONLY))
        world = msgspec.structs.replace(
            self._presenter.plan,
            tickets=(Ticket(code=found, short_code=known),),
            revoked=(found,) if found in self._trust().revoked_tickets else (),
        )
        presented = Presented(world=world, code=found)
        judged = decided(self._grounds_of(presented, Scan(scan=known, source="typed", gate=self._gate)))
        return Verdict(decision=judged.decision, ticket_id=found)

    def _by_code(self, known: str) -> str:
        """The ticket of this code among those that were cancelled or came in; "" = none of them."""
        for tickets in (self._trust().revoked_tickets, self._store.passed_tickets()):
            for ticket_id in tickets:
                if human_code(ticket_id) == known:
                    return ticket_id
        return ""
