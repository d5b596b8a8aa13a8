"""What every payment goes through: the terminal of its means is asked, and what it says is believed or not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from kiosk.domain import paying
from kiosk.domain.errors import DeviceFault
from kiosk.domain.events import Event
from kiosk.domain.offline import NEVER
from kiosk.domain.paying import Attempt
from kiosk.domain.sale import Sale
from kiosk.ports import (
    Approved,
    ChargeRequest,
    Clock,
    Declined,
    Ids,
    PaymentOutcome,
    PaymentTerminal,
    Prompt,
    Unresolved,
)
from kiosk.services.issuing import Issuer
from kiosk.store.store import Store

log = logging.getLogger(__name__)

Means = Mapping[str, PaymentTerminal]
"""The ways to pay here, by name: card, qr, scan, cash, voucher."""
Ask = Callable[[PaymentTerminal, ChargeRequest], PaymentOutcome]


class Terminals:
    """The terminals by their means. `on_prompt` hears what the passenger is to do now; `offline`: what a card
    terminal may approve without its bank."""

    def __init__(self, store: Store, issuer: Issuer, means: Means, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._issuer = issuer
        self._means = means
        self._clock = clock
        self._ids = ids
        self.offline = NEVER
        self.on_prompt: Callable[[str, Prompt], None] = lambda sale_id, prompt: None

    def in_the_way(self, means: str, but: str = "") -> list[Sale]:
        """Sales of which a terminal has heard without saying what became of it, by these means: one that knows only
        its latest must wait. `but`: the attempt, or the refund of a ticket, that asks."""
        return [sale for sale in self._store.open_sales() if _is_in_the_way(sale, means, but)]

    def knows_latest_only(self, means: str) -> bool:
        terminal = self._means.get(means)
        return terminal is not None and terminal.exclusive

    def _answer(self, attempt: Attempt, key: str, call: Ask) -> PaymentOutcome:
        if attempt.amount_minor == 0:
            return Approved("free of charge")
        terminal = self._means.get(attempt.means)
        if terminal is None:
            return Unresolved(f"there is no terminal for {attempt.means} here")
        try:
            refund_of = attempt.reference if key == attempt.refund_id else ""
            asked = ChargeRequest(key, attempt.amount_minor, attempt.currency, attempt.mark, refund_of)
            outcome = call(terminal, asked)
        except Exception as error:  # a driver's mistake must not leave money unaccounted for
            log.exception("the payment driver failed in attempt %s", key)
            return Unresolved(f"the payment driver failed: {error}")
        if isinstance(outcome, Approved) and outcome.pieces and key == attempt.attempt_id:
            came = sum(value * count for value, count in outcome.pieces)
            if came != attempt.amount_minor + outcome.short_minor:
                return Unresolved(f"pieces worth {came} for a payment of {attempt.amount_minor}")
        return outcome

    def _ready(self, means: str) -> PaymentTerminal:
        terminal = self._means.get(means)
        if terminal is None or not terminal.ready():
            name = _NAMES.get(paying.kind_of(means), means)
            raise DeviceFault(f"The {name} does not answer. Nothing was charged; please try again or ask staff.")
        return terminal

    def _append(self, build: Callable[[int], Sequence[Event]]) -> None:
        records = self._store.journal.append_built(build)
        self._store.counter.advance(records[-1].seq)


_NAMES = {
    "card": "card terminal",
    "cash": "cash machine",
    "qr": "way to pay by code",
    "scan": "way to pay by code",
    "voucher": "central system, which keeps the vouchers,",
}


def _is_in_the_way(sale: Sale, means: str, but: str) -> bool:
    by_id = {each.attempt_id: each.means for each in sale.attempts}
    refunds = (each for each in sale.voided if each.attempt_id and not each.reference and each.refund_id != but)
    return any(_heard(each) and each.means == means for each in sale.attempts if each.attempt_id != but) or any(
        by_id.get(each.attempt_id) == means for each in refunds
    )


def _heard(attempt: Attempt) -> bool:
    if attempt.state == "reversing":
        return attempt.begun
    return attempt.state in ("open", "unresolved") and attempt.amount_minor > 0


def is_clear_no(outcome: PaymentOutcome) -> bool:
    """It was heard and refused; a terminal that is away or busy may yet say yes."""
    return isinstance(outcome, Declined) and outcome.reason not in ("unreachable", "busy", "not_started")


def outcome_of(terminal: PaymentTerminal, request: ChargeRequest) -> PaymentOutcome:
    return terminal.outcome_of(request)
