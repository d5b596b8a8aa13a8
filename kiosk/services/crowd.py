"""How many people are in the zone of a gate, as far as it knows: by itself, and by what the other gates told."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from kiosk.domain.events import AdmissionAnnulled, AdmissionLearned, Admitted, Exited
from kiosk.domain.gate.order import last_strike
from kiosk.domain.gate.world import World
from kiosk.domain.passages import Author, read_shared
from kiosk.store.network import told_since
from kiosk.store.store import Store


class Crowd:
    """Counts from the hour at which everybody is counted out, or from midnight: nobody stays for ever.

    What is new since the last question is read from the journal's end; the day's beginning is read once.
    """

    def __init__(self, store: Store, plan: World) -> None:
        """`plan`: its first gate is this one."""
        self._store, self._plan, self.post = store, plan, plan.gates[0]
        self._gates = {each.id for each in plan.gates[1:] if each.zone == self.post.zone}
        self._since, self._seq = -1, 0
        self._told: dict[tuple[Author, int], int] = {}

    def inside(self, now: float, zone: ZoneInfo | None) -> int:
        """0 where nobody counts."""
        if not self.post.zone:
            return 0
        since = self._begun(now, zone)
        start = sum(each.inside for each in self._plan.zones if each.id == self.post.zone)
        told = self._heard(since) if self._gates else 0
        return max(start + self._store.persons_inside(since) + told, 0)

    def _begun(self, now: float, zone: ZoneInfo | None) -> int:
        passing = next((each for each in self._plan.lists if each.id == self.post.list), None)
        if passing is not None and passing.checkout_at:
            name = zone.key if zone else self._plan.time_zone
            return int(last_strike(World(time_zone=name), passing.checkout_at, now).timestamp())
        return int(datetime.combine(datetime.fromtimestamp(now, zone).date(), time(), zone).timestamp())

    def _heard(self, since: int) -> int:
        head = self._store.journal.head()[0]
        if since != self._since:
            self._told, self._since = {}, since
            for author, seq, body in told_since(self._store, since):
                self._fold(author, seq, body)
        else:
            for _, event in self._store.journal.events(self._seq):
                if isinstance(event, AdmissionLearned):
                    self._fold(Author(event.terminal_id, event.incarnation), event.seq, event.body)
        self._seq = head
        return sum(self._told.values())

    def _fold(self, author: Author, seq: int, body: str) -> None:
        fact = read_shared(body)
        if isinstance(fact, AdmissionAnnulled):
            self._told.pop((author, fact.of_seq), None)
        elif isinstance(fact, Admitted | Exited) and fact.gate in self._gates and fact.at >= self._since:
            self._told[author, seq] = fact.persons if isinstance(fact, Admitted) else -fact.persons
