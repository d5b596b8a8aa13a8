"""Scan-to-pay through central, which has the contracts: our code on the screen (QrPay), the passenger's code (ScanPay).

Nothing is sent to a provider from here. An answer that got lost is asked for under the same attempt; what central does
not call declined is never taken for it, with one exception: a code of ours that was never shown can be paid by nobody.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from kiosk.domain.errors import CentralFault, CentralRefused
from kiosk.domain.payqr.wallets import wallet_of
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Prompt, Tell, Unresolved, untold
from sync.client import CentralClient
from sync.wire import PaymentAsk, PaymentBegin, PaymentRefund, PaymentState

REFUND_S = 10.0
FINAL = ("approved", "declined")
CODE_WITHIN_S = 15.0  # of ours, or the passenger is told that it does not work now
OFFERS_FOR_S, NOTHING_FOR_S = 5.0, 60.0  # a central without contracts is not asked all the time
_NOT_BEGUN = {  # central's no before it wrote anything
    "no_provider", "currency", "not_a_code", "bad_key", "kind", "amount", "revoked", "gate_sells_nothing",
    "bad_signature", "unknown_terminal", "bad_request", "not_found",
}  # fmt: skip
Read = Callable[[Callable[[], bool]], str]
"""Waits for the code a passenger holds up, until the argument says stop; "" = none came."""


class Offers:
    """What central can do now, asked at most every few seconds, for all ways to pay of a terminal."""

    def __init__(self, client: CentralClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._until = 0.0
        self._ways: frozenset[tuple[str, str]] = frozenset()
        self.last: frozenset[tuple[str, str]] | None = None  # what it said when it last answered

    def ways(self) -> frozenset[tuple[str, str]]:
        """(kind, provider); none while central is away."""
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    found = self._client.payment_offers().ways
                    self._ways = self.last = frozenset((each.kind, each.provider) for each in found)
                except CentralRefused:  # an older central, or it does not want us
                    self._ways = self.last = frozenset()
                except CentralFault:
                    self._ways = frozenset()
                for_s = NOTHING_FOR_S if self.last == frozenset() else OFFERS_FOR_S
                self._until = time.monotonic() + for_s
            return self._ways

    def close(self) -> None:
        self._client.close()


class _ThroughCentral(ABC):
    """What both ways share. Calls go over one session, one at a time."""

    kind = ""
    exclusive = False  # central keeps every attempt by its id
    poll_s = 1.0
    ending_s = 25.0  # how long we wait for the end of what was given up, before the staff's list has it

    def __init__(self, client: CentralClient, offers: Offers, provider: str, wait_s: float) -> None:
        self._client, self._offers, self._provider, self._wait_s = client, offers, provider, wait_s
        self._calling = threading.Lock()
        self._stops: dict[str, threading.Event] = {}
        self._closed = False

    def ready(self) -> bool:
        return any(self._mine(*way) for way in self._offers.ways())

    def offered(self) -> bool:
        """Has central a contract for it, as far as we know? What it never had is not shown at all."""
        if self._offers.last is None:
            self._offers.ways()
        return any(self._mine(*way) for way in self._offers.last or ())

    def _mine(self, kind: str, provider: str) -> bool:
        return kind == self.kind and self._provider in ("", provider)

    def mark(self) -> str:
        """Central keeps every attempt by its id."""
        return ""

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        stop = self._stops[request.attempt_id] = threading.Event()
        try:
            return self._charge(request, tell, stop)
        finally:
            del self._stops[request.attempt_id]

    @abstractmethod
    def _charge(self, request: ChargeRequest, tell: Tell, stop: threading.Event) -> PaymentOutcome:
        """The way of this kind of code, until the outcome is known or nobody knows."""

    def _begin(self, request: ChargeRequest, provider: str, tell: Tell, stop: threading.Event) -> PaymentOutcome:
        """Begin, then ask until it is final; given up by the passenger or by time, until the end of that is known."""
        facts = (request.attempt_id, self.kind, provider, request.amount_minor, request.currency)
        try:
            state = self._call(lambda: self._client.payment_begin(PaymentBegin(*facts, request.presented)))
        except CentralRefused as no:
            return Declined(no.code) if no.code in _NOT_BEGUN else Unresolved(no.code)
        now = time.monotonic()
        give_up_at, unshown_until, over_at, shown = now + self._wait_s, now + CODE_WITHIN_S, 0.0, False
        while True:
            if state is not None and not _is(state, request, request.attempt_id):
                return Unresolved("central answered for another payment")
            if state is not None and state.state in FINAL:
                return _outcome(state)
            if state is not None and state.code and not shown:
                shown = True
                tell(Prompt("qr", state.code))
            if self._closed or (over_at and time.monotonic() >= over_at):
                break
            if not over_at and (stop.wait(self.poll_s) or time.monotonic() >= give_up_at):
                over_at = time.monotonic() + self.ending_s
            elif over_at:
                time.sleep(self.poll_s)
            ended = over_at or time.monotonic() >= unshown_until or (state is not None and state.state == "closing")
            if self.kind == "qr" and not shown and ended:
                return self._never_shown(request, PaymentAsk(*facts), "cancelled" if stop.is_set() else "not_started")
            verb = self._client.payment_cancel if over_at else self._client.payment_ask
            state = self._quietly(lambda verb=verb: verb(PaymentAsk(*facts)))  # type: ignore[misc]
        return Unresolved("nobody knows yet whether it was paid")

    def _never_shown(self, request: ChargeRequest, facts: PaymentAsk, reason: str) -> PaymentOutcome:
        """Nobody has seen the code, so nobody can pay it, whatever central still has to find out."""
        state = self._quietly(lambda: self._client.payment_cancel(facts))
        if state is not None and state.state in FINAL and _is(state, request, request.attempt_id):
            return _outcome(state)
        return Declined(reason)

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        """A charge that still waits is ended by the question: its passenger sees no code any more."""
        if request.refund_of:
            return self._refund_outcome(request)
        facts = PaymentAsk(request.attempt_id, self.kind, self._provider, request.amount_minor, request.currency)
        try:
            state = self._call(lambda: self._client.payment_ask(facts))
            if state is not None and state.state in ("created", "waiting") and request.attempt_id not in self._stops:
                state = self._call(lambda: self._client.payment_cancel(facts))
        except CentralRefused as no:
            return Unresolved(no.code)
        return self._known(state, request)

    def cancel(self, attempt_id: str) -> None:
        """The charge notices it, and answers."""
        if (stop := self._stops.get(attempt_id)) is not None:
            stop.set()

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        """An approval is final as it is."""
        return Approved(reference)

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        facts = PaymentRefund(request.attempt_id, original_reference, request.amount_minor, request.currency)
        until = time.monotonic() + REFUND_S
        try:
            state = self._call(lambda: self._client.payment_refund(facts))
            while state is not None and state.state == "closing" and time.monotonic() < until:
                time.sleep(self.poll_s)
                state = self._call(lambda: self._client.payment_refund_ask(facts))
        except CentralRefused as no:
            return Declined(no.code) if no.code in ("unknown_original", "amount") else Unresolved(no.code)
        return self._known(state, request)

    def _refund_outcome(self, request: ChargeRequest) -> PaymentOutcome:
        facts = PaymentRefund(request.attempt_id, request.refund_of, request.amount_minor, request.currency)
        try:
            state = self._call(lambda: self._client.payment_refund_ask(facts))
        except CentralRefused as no:
            return Declined("not_started") if no.code == "not_started" else Unresolved(no.code)
        return self._known(state, request)

    def close(self) -> None:
        """A charge under way ends unresolved: it is asked about when the terminal runs again."""
        self._closed = True
        for stop in list(self._stops.values()):
            stop.set()
        self._client.close()

    def _known(self, state: PaymentState | None, request: ChargeRequest) -> PaymentOutcome:
        if state is None:
            return Unresolved("central is away")
        if not _is(state, request, request.attempt_id):
            return Unresolved("central answered for another payment")
        return _outcome(state)

    def _call(self, call: Callable[[], PaymentState]) -> PaymentState | None:
        """None = central did not answer. CentralRefused is its no."""
        try:
            with self._calling:
                return call()
        except CentralRefused:
            raise
        except CentralFault:
            return None

    def _quietly(self, call: Callable[[], PaymentState]) -> PaymentState | None:
        try:
            return self._call(call)
        except CentralRefused:
            return None


class QrPay(_ThroughCentral):
    """Our code is shown, for one provider's wallet."""

    kind = "qr"

    def _charge(self, request: ChargeRequest, tell: Tell, stop: threading.Event) -> PaymentOutcome:
        return self._begin(request, self._provider, tell, stop)


class ScanPay(_ThroughCentral):
    """The passenger holds up the wallet's code; it says whose it is. `read` waits for it."""

    kind = "scan"

    def __init__(self, client: CentralClient, offers: Offers, read: Read, wait_s: float) -> None:
        super().__init__(client, offers, "", wait_s)
        self._read = read

    def _charge(self, request: ChargeRequest, tell: Tell, stop: threading.Event) -> PaymentOutcome:
        presented = request.presented or self._presented(tell, stop)
        if not presented:
            return Declined("cancelled" if stop.is_set() else "timed_out")  # nothing was sent to anybody
        provider = wallet_of(presented)
        if ("scan", provider) not in self._offers.ways():
            return Declined("not_a_code" if not provider else "no_provider")
        tell(Prompt("wait"))
        whole = ChargeRequest(request.attempt_id, request.amount_minor, request.currency, presented=presented)
        return self._begin(whole, provider, tell, stop)

    def _presented(self, tell: Tell, stop: threading.Event) -> str:
        tell(Prompt("code"))
        until = time.monotonic() + self._wait_s
        return self._read(lambda: stop.is_set() or time.monotonic() >= until)


def _is(state: PaymentState, request: ChargeRequest, key: str) -> bool:
    return (state.key, state.amount_minor, state.currency) == (key, request.amount_minor, request.currency)


def _outcome(state: PaymentState) -> PaymentOutcome:
    match state.state:
        case "approved" if state.reference:
            return Approved(state.reference)
        case "declined":
            return Declined(state.reason or "declined")
        case _:
            return Unresolved(state.reason or state.state)
