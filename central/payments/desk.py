"""Central's side of every scan-to-pay: the intent is in the database, then the provider is asked, then the answer is.

Providers are asked on threads of their own, so that a slow one holds up nobody else; whoever wants to know reads the
database. What is left over, by a terminal that went away or a central that was killed, is brought to its end by the
same steps in the background.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from central.context import Context
from central.payments import rows, rules
from central.payments.provider import Found, NotGenuine, Order, Provider
from central.payments.refunds import Refunds
from central.payments.rules import FINAL, Attempt
from central.refusal import Refusal

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
AT_ONCE = 8  # calls to providers


class PaymentDesk(Refunds):
    """Begun with central, ended with it. Without providers it does nothing."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ended = threading.Event()
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: set[str] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        if not self.providers:
            return
        self._ended.clear()
        self._pool = ThreadPoolExecutor(AT_ONCE, "payments")
        self._clerk = threading.Thread(target=self._run, name="payments", daemon=True)
        self._clerk.start()

    def stop(self) -> None:
        self._ended.set()
        if self._pool is not None:
            self._clerk.join()
            self._pool.shutdown(wait=True, cancel_futures=True)

    # what terminals ask

    def begin(self, attempt: Attempt, presented: str) -> Future[None] | None:
        """Write the intent and begin, once; the future ends when the provider has answered. Refusal 409 when the
        attempt was begun with other facts."""
        with rows.committing(self._engine) as connection:
            if not rows.insert(connection, attempt):
                self._same(rows.attempt(connection, attempt.attempt_id), attempt)
                return None
        return self._soon(attempt.attempt_id, lambda: self._begin(attempt.attempt_id, presented))

    def find(self, asked: Attempt) -> tuple[Attempt, Future[None] | None]:
        """The attempt as it stands. One nobody has heard of is closed by the question, once the provider agrees: it can
        never be charged later, and a charge that a restored database forgot is found again."""
        with rows.committing(self._engine) as connection:
            found = rows.attempt(connection, asked.attempt_id)
            if found is None:
                rows.insert(connection, replace(asked, state="closing", deadline_at=self._now(), next_at=self._now()))
                found = rows.attempt(connection, asked.attempt_id)
        self._same(found, asked)
        assert found is not None
        due = found.state not in FINAL and found.next_at <= self._now()
        return found, self._soon(found.attempt_id, lambda: self.step(asked.attempt_id)) if due else None

    def cancel(self, asked: Attempt) -> Future[None] | None:
        """No more of it; what came of it is to be asked for."""
        self.find(asked)
        with rows.committing(self._engine) as connection:
            rows.give_up(connection, asked.attempt_id, self._now())
        return self._soon(asked.attempt_id, lambda: self.step(asked.attempt_id))

    def notified(self, provider: str, headers: dict[str, str], body: bytes) -> bool:
        """A notification: genuine, and of an order of ours, it makes us ask. True when what it is about is final."""
        try:
            number = self.providers[provider].notified(headers, body)
        except NotGenuine as error:
            log.warning("a notification that is not %s's: %s", provider, error)
            raise Refusal(401, "not_genuine", "the notification does not carry the provider's signature") from None
        with rows.committing(self._engine) as connection:
            found = rows.by_number(connection, number)
        if found is None or found.provider != provider:
            return True  # somebody else's system shares the account
        if found.state not in FINAL:
            self.step(found.attempt_id)
        with rows.committing(self._engine) as connection:
            after = rows.by_number(connection, number)
        return after is not None and after.state in FINAL

    def _same(self, found: Attempt | None, asked: Attempt) -> None:
        if found is None:
            raise Refusal(409, "number_used", "another attempt has this number; use a new attempt_id")
        if found.terminal_id != asked.terminal_id:
            raise Refusal(403, "not_yours", "this attempt is another terminal's")
        facts = ("kind", "amount_minor", "currency", *(["provider"] if asked.provider and found.provider else []))
        if any(getattr(found, name) != getattr(asked, name) for name in facts):
            raise Refusal(409, "other_facts", "this attempt was begun with another amount, currency or provider")

    # steps

    def _begin(self, attempt_id: str, presented: str) -> None:
        with rows.alone(self._engine, attempt_id) as connection:
            found = connection and rows.attempt(connection, attempt_id)
            if not connection or not found or found.state != "created" or found.sent or found.cancelled:
                return
            sent = replace(found, sent=True)
            rows.save(connection, sent)
            provider = self.providers[found.provider]
            said = self._told(provider.begin, order_of(sent, presented))
            rows.save(connection, rules.begun(sent, said, self._now(), provider.query_every_s))

    def step(self, attempt_id: str) -> None:
        """Ask the provider, or close; nothing when somebody else is at it, or it is final."""
        with rows.alone(self._engine, attempt_id) as connection:
            found = connection and rows.attempt(connection, attempt_id)
            if not connection or not found or (found.state in FINAL and not found.watch_until):
                return
            whom = [each for name, each in self.providers.items() if found.provider in ("", name)]
            if not whom:
                log.warning("payment %s waits: central has no %s now", attempt_id, found.provider)
                rows.save(connection, replace(found, next_at=self._now() + rules.AGAIN_MAX_S))
                return
            for provider in whom:
                after, said = self._ask(found, provider)
                if said.said != "absent":  # without a name, all are asked: each must say that it knows nothing
                    after = replace(after, provider=provider.name)
                    break
            rows.save(connection, after)

    def _ask(self, found: Attempt, provider: Provider) -> tuple[Attempt, Found]:
        every, order = provider.query_every_s, order_of(found)
        soonest = found.begun_at + provider.reverse_after_s if found.kind == "scan" else 0.0
        if rules.act(found, self._now()) == "query" or self._now() < soonest:
            said = self._told(provider.query, order)
            after = rules.queried(found, said, self._now(), every)
            return rules.not_before(after, self._now(), every, soonest), said
        said = self._told(provider.close, order)
        if found.state == "declined" and said.reason == "refunded":
            log.warning("payment %s was paid after it was declined; it went back", found.attempt_id)
        return rules.closed(found, said, self._now(), every), said

    # in the background

    def _soon(self, key: str, work: Callable[[], None]) -> Future[None] | None:
        """On the threads of providers, one at a time for a key; None when it is under way or central ends."""
        with self._lock:
            if self._pool is None or key in self._under_way:
                return None
            self._under_way.add(key)
        try:
            future = self._pool.submit(work)
        except RuntimeError:  # central ends
            return None
        future.add_done_callback(lambda done: self._over(key, done))
        return future

    def _over(self, key: str, done: Future[None]) -> None:
        with self._lock:
            self._under_way.discard(key)
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error("payment %s is tried again: %s", key, error)

    def _run(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            try:
                with rows.committing(self._engine) as connection:
                    attempts, refunds = rows.due(connection, self._now())
            except Exception as error:
                log.warning("payments are looked at again: %s", error)
                continue
            for attempt_id in attempts:
                self._soon(attempt_id, lambda key=attempt_id: self.step(key))  # type: ignore[misc]
            for refund_id in refunds:
                self._soon(refund_id, lambda key=refund_id: self.give_back(key))  # type: ignore[misc]


def order_of(attempt: Attempt, presented: str = "") -> Order:
    """As the provider knows it."""
    ends = attempt.deadline_at + rules.SETTLED_S
    place = str(attempt.terminal_id)
    return Order(attempt.number, attempt.kind, attempt.amount_minor, attempt.currency, place, ends, presented)


def has(providers: dict[str, Provider], provider: str) -> Provider:
    """Refusal 422 for a provider this central has no contract with."""
    if provider not in providers:
        raise Refusal(
            422, "no_provider", f"central has no contract with {provider!r}; GET /v1/payments lists what it has"
        )
    return providers[provider]
