"""Guests and media at a gate: central's records, and what was handed out at the gates since."""

from __future__ import annotations

import msgspec

from kiosk.domain.gate.choice import clean
from kiosk.domain.gate.world import Medium, Ticket
from kiosk.store.gate_records import GateRecords
from kiosk.store.network import handed_for, handed_to
from kiosk.store.store import Store


class Guests:
    """`kiosk.domain.gate.guests.Records` of one gate."""

    def __init__(self, store: Store, records: GateRecords) -> None:
        self._store, self._records = store, records

    def guest(self, code: str) -> Ticket | None:
        return self._records.guest(code)

    def holds(self, text: str) -> bool:
        """Whether somebody may come in with this code, or stands behind it."""
        code = clean(text)
        return self._records.guest(code) is not None or self._records.medium(code) is not None

    def addons_of(self, code: str) -> tuple[Ticket, ...]:
        return self._records.addons_of(code)

    def medium(self, code: str) -> Medium | None:
        """With the tickets it was handed out for, here or at a gate that told."""
        medium = self._records.medium(code)
        if medium is None:
            return None
        tickets = dict.fromkeys([*medium.tickets, *handed_for(self._store, code)])
        return msgspec.structs.replace(medium, tickets=tuple(tickets))

    def media_of(self, code: str) -> tuple[Medium, ...]:
        if not self._records.has_guests:
            return ()
        codes = dict.fromkeys([*self._records.media_of(code), *handed_to(self._store, code)])
        return tuple(each for each in map(self.medium, codes) if each is not None)
