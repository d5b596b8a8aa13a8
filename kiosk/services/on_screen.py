"""Tickets that go to a phone instead of on paper: shown on the screen, and taken along when the passenger says so."""

from __future__ import annotations

from typing import Literal

from kiosk.domain.errors import WrongState
from kiosk.domain.events import SaleClosed, TicketsShown
from kiosk.domain.sale import Sale
from kiosk.services.carry import Carrier

Why = Literal["chosen", "no_paper"]


class OnScreen(Carrier):
    """The desk's verbs for tickets without paper. Cut off in between, the sale waits for staff as undelivered."""

    def show(self, sale_id: str, why: Why) -> Sale:
        """The codes of its tickets may be shown from now on; nothing of it is printed by itself any more."""
        with self._one_at_a_time:
            sale = self._must(sale_id)
            if sale.stage != "issued" or sale.jobs:
                raise WrongState(f"A sale that is {sale.stage} has no tickets to be shown instead of printed.")
            if not sale.shown:
                records = self._store.journal.append(TicketsShown(sale_id=sale_id, why=why))
                # Also after a restart between a commit and its counter: caught up before any ticket is handed out.
                self._store.counter.advance(records[-1].seq)
            return self._changed(sale_id)

    def taken(self, sale_id: str, *, said: bool) -> Sale:
        """The passenger `said` that they have them all, or left without a word: then staff may be asked for them."""
        with self._one_at_a_time:
            sale = self._must(sale_id)
            if sale.stage == "issued" and sale.shown:
                self._append(SaleClosed(sale_id=sale_id, outcome="delivered" if said else "undelivered"))
            return self._changed(sale_id)
