"""One departure as central sees it: what `central.inventory.outlook` reads from its database, from the simulation."""

from __future__ import annotations

from central.inventory.forecast import Link
from central.inventory.outlook import Facts, Held, Machine, Outlook
from kiosk.domain.protocol.ownership import Ownership
from tests.strand.knowledge import SERVICE, WORKDAY, Knowledge, name_of
from tests.strand.world import CLASS, SEGMENTS, TRAIN, World, departs

JOURNEY = 1


class Seen(Outlook):
    """At `at_h`; terminal n of the simulation has the number n + 1 at central."""

    def __init__(self, world: World, known: Knowledge, ownership: Ownership, at_h: float) -> None:
        self._world, self._known, self._at_h = world, known, at_h
        self.machines = {
            number + 1: Machine(number + 1, 1, f"K{number}", "kiosk", name_of(stop), None, 0.0, 0)
            for number, stop in enumerate(world.setting.stops)
        }
        held = tuple(
            Held(owner.kind, owner.terminal_id, owner.incarnation, ownership.held(owner))
            for owner in ownership.holdings
            if owner.kind in ("POOL", "LEASE")
        )
        self.facts = Facts(
            journey_id=JOURNEY,
            service_journey_id=SERVICE,
            line_id="line",
            day_type=WORKDAY,
            segments=SEGMENTS,
            layout=TRAIN,
            on_sale=True,
            ends_at=round(departs(SEGMENTS) * 3600),
            stops=tuple(name_of(stop) for stop in range(SEGMENTS + 1)),
            departs=tuple(round(departs(stop) * 3600) for stop in range(SEGMENTS)),
            held=held,
            quotas=(),
            sought=(),
        )
        self.journeys = {JOURNEY: self.facts}
        self.own_share = known.own_share
        self.party_squares, self.party_passengers = known.party_squares, known.party_passengers
        self.curves = {CLASS: known.curve, "": known.curve}
        self.departures, self.riders, self.boarding = known.departures, known.riders, known.boarding

    def link(self, terminal_id: int) -> Link:
        """From a month of calls before."""
        return self._known.links[terminal_id - 1]

    def is_dark(self, terminal_id: int) -> bool:
        return self._world.dark(terminal_id - 1, self._at_h)
