"""How many people are in the zone of a gate, as far as it knows: by itself, and by what the other gates told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from kiosk.domain.events import Admitted, Exited
from kiosk.domain.gate.order import last_strike
from kiosk.domain.gate.world import World
from kiosk.services.heard import Heard
from kiosk.store.store import Store


class Crowd:
    """Counts from the hour at which everybody is counted out, or from midnight: nobody stays for ever."""

    def __init__(self, store: Store, plan: World) -> None:
        """`plan`: its first gate is this one."""
        self._store, self._plan, self.post = store, plan, plan.gates[0]
        self._gates = {each.id for each in plan.gates[1:] if each.zone == self.post.zone}
        self._heard = Heard(store, self._persons)

    def inside(self, now: float, zone: Callable[[], ZoneInfo | None]) -> int:
        """0 where nobody counts. `zone`: asked for only where it matters."""
        if not self.post.zone:
            return 0
        since = self._begun(now, zone())
        start = sum(each.inside for each in self._plan.zones if each.id == self.post.zone)
        told = sum(self._heard.since(since).values()) if self._gates else 0
        return max(start + self._store.persons_inside(since) + told, 0)

    def _begun(self, now: float, zone: ZoneInfo | None) -> int:
        passing = next((each for each in self._plan.lists if each.id == self.post.list), None)
        if passing is not None and passing.checkout_at:
            name = zone.key if zone else self._plan.time_zone
            return int(last_strike(World(time_zone=name), passing.checkout_at, now).timestamp())
        return int(datetime.combine(datetime.fromtimestamp(now, zone).date(), time(), zone).timestamp())

    def _persons(self, fact: Admitted | Exited) -> int | None:
        if fact.gate not in self._gates:
            return None
        return fact.persons if isinstance(fact, Admitted) else -fact.persons
