"""Which plan a gate goes by: a file of its own, else what central tells; what does not fit changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from kiosk.domain.gate.plan import BadPlan, kept_plan
from kiosk.domain.gate.world import World
from kiosk.store.gate_records import GateRecords
from kiosk.store.store import Store

log = logging.getLogger(__name__)

KEPT = "plan of central"  # the last that fitted, for a gate whose records are fetched anew


class PlanInForce:
    """`use` hears of every plan that takes effect. One thread at a time."""

    def __init__(self, store: Store, records: GateRecords, own: World | None, use: Callable[[World], object]) -> None:
        self._store, self._records, self._use, self.own = store, records, use, own
        self._version = -1
        self._body = ""

    @property
    def refused(self) -> str:
        """Why central's newest plan is not in force, in words; "" = it is."""
        return "" if self.own is not None else self._records.plan_refused

    def follow(self) -> None:
        """Central's plan, if it is another one by now."""
        version = self._records.version
        if self.own is not None or version == self._version:
            return
        plan = self._records.plan()
        if plan is None and (not self._records.cursor or self._records.plan_refused):
            plan = self._before()
        body = "" if plan is None else msgspec.json.encode(plan).decode()
        if body != self._body:
            if body != self._store.cursor(KEPT, ""):
                self._store.set_cursor(KEPT, body)
            self._use(plan or World())
            self._body = body
        self._version = version

    def _before(self) -> World | None:
        body = self._store.cursor(KEPT, "")
        try:
            return kept_plan(body) if body else None
        except BadPlan as fault:  # kept by another version of this program
            log.warning("the plan from before cannot be read: %s", fault)
            return None
