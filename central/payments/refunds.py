"""Giving back what was paid by scan-to-pay: intent in the database, then the provider, asked until it is final."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import TypeVar

from central.context import Context
from central.payments import rows
from central.payments.provider import Back, Found, Order, Provider
from central.payments.rows import Refund
from central.payments.rules import AGAIN_MAX_S, LEFT_ALONE_S, Attempt
from central.refusal import Refusal

log = logging.getLogger(__name__)
T = TypeVar("T", Order, Back)


class Refunds(ABC):
    """The way back. `providers` by name."""

    def __init__(self, context: Context) -> None:
        self._engine, self._now = context.engine, context.now
        self.providers: dict[str, Provider] = dict(context.providers)

    def now(self) -> float:
        return self._now()

    @abstractmethod
    def _soon(self, key: str, work: Callable[[], None]) -> Future[None] | None:
        """The work, off this thread; None when it is under way or central ends."""

    def refund(
        self, refund_id: str, number: str, paid: Attempt, amount_minor: int, terminal_id: int
    ) -> Future[None] | None:
        """Write the intent and ask for it, once. Refusal 409 when more would go back than was paid, or the refund was
        asked for with other facts."""
        now = self._now()
        new = Refund(refund_id, number, paid.attempt_id, amount_minor, terminal_id, now, next_at=now + LEFT_ALONE_S)
        if not rows.insert_refund(self._engine, new):
            found = self.found_refund(refund_id)
            if found is None:
                raise Refusal(409, "amount", "more than was paid cannot be given back")
            if (found.attempt_id, found.amount_minor) != (paid.attempt_id, amount_minor):
                raise Refusal(409, "other_facts", "this refund was asked for with another amount or payment")
            if found.state != "asked" or found.next_at > now:
                return None
        return self._soon(refund_id, lambda: self.give_back(refund_id))

    def found_refund(self, refund_id: str) -> Refund | None:
        with rows.committing(self._engine) as connection:
            return rows.refund(connection, refund_id)

    def paid(self, reference: str) -> Attempt | None:
        """The approved attempt whose reference a terminal names, `<provider>:<number>`. One that a restored database
        forgot is asked for at the provider, and written down again."""
        name, _, number = reference.partition(":")
        with rows.committing(self._engine) as connection:
            found = rows.by_reference(connection, name, number)
            provider = self.providers.get(name)
            if found is not None or provider is None or not number:
                return found
            if (again := self._forgotten(provider, number)) is not None:
                rows.insert(connection, again)
            return rows.by_reference(connection, name, number)

    def _forgotten(self, provider: Provider, reference: str) -> Attempt | None:
        try:
            told = provider.find(reference)
        except Exception:  # a provider's mistake is no payment
            log.exception("the provider failed at %s", reference)
            return None
        if told is None:
            return None
        number, amount_minor, currency = told
        now = self._now()
        return Attempt(
            attempt_id=f"forgotten-{number}", number=number, kind="qr", provider=provider.name,
            amount_minor=amount_minor, currency=currency, terminal_id=0, begun_at=now, deadline_at=now,
            state="approved", sent=True, reference=reference, reason="found again",
        )  # fmt: skip

    def give_back(self, refund_id: str) -> None:
        """Ask for the refund, or what became of it; the provider keeps it by its number."""
        with rows.alone(self._engine, refund_id) as connection:
            found = connection and rows.refund(connection, refund_id)
            if not connection or not found or found.state != "asked":
                return
            paid = rows.attempt(connection, found.attempt_id)
            assert paid is not None
            provider = self.providers.get(paid.provider)
            if provider is None:
                rows.save_refund(connection, replace(found, next_at=self._now() + AGAIN_MAX_S))
                return
            back = Back(found.number, paid.number, found.amount_minor, paid.amount_minor, paid.currency)
            said = Found("absent")
            if found.tries:
                said = self._told(provider.query_refund, back)
            if said.said == "absent":
                rows.save_refund(connection, replace(found, tries=found.tries + 1))
                said = self._told(provider.refund, back)
            rows.save_refund(connection, _after(found, said, self._now(), provider.query_every_s))

    def _told(self, call: Callable[[T], Found], asked: T) -> Found:
        try:
            return call(asked)
        except Exception:  # a provider's mistake must not leave money unaccounted for
            log.exception("the provider failed at %s", asked.number)
            return Found("unknown")


def _after(refund: Refund, found: Found, now: float, every_s: float) -> Refund:
    tries = refund.tries + 1
    match found.said:
        case "paid":
            return replace(refund, state="done", reference=found.reference, reason="", tries=tries)
        case "failed":
            return replace(refund, state="refused", reason=found.reason or "refused", tries=tries)
        case _:
            wait = min(every_s * 2 ** min(refund.tries, 10), AGAIN_MAX_S)
            return replace(refund, reason=found.reason, tries=tries, next_at=now + wait)
