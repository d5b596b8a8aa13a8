"""Cash as a way to pay: coin acceptor, note validator and hoppers as one terminal that never guesses.

A payment is told by counts alone: what came in and what went out since its mark. So whatever breaks in the middle, the
same question has the same answer later, and nothing is paid out twice. Money that was put in for a payment that did
not come about goes back while the passenger may still be there; after that staff decide.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator

from devices.cash.book import Book
from devices.cash.line import CashFault
from devices.cash.mark import Doubt, Mark, Moved
from devices.cash.payers import Payers
from devices.cash.takers import QUIET_S, Coins, Notes
from kiosk.domain.change import largest_change, may_accept
from kiosk.domain.errors import DeviceFault
from kiosk.ports import (
    Approved,
    ChargeRequest,
    Declined,
    PaymentOutcome,
    Prompt,
    Tell,
    Unresolved,
    untold,
)

log = logging.getLogger(__name__)

POLL_S = 0.1  # coin acceptors and note validators speak only when they are asked
GIVE_BACK_S = 600.0  # so long a passenger is taken to be there
SETTLE_TRIES_S = 5.0  # a device that fell silent may come back


class Till:
    """`give_back`: only take what could be given back after a stop; False = a notice says that it is not."""

    exclusive = True  # it knows counts, not payments

    def __init__(
        self,
        book: Book,
        payers: Payers,
        coins: Coins | None = None,
        notes: Notes | None = None,
        currency: str = "",
        timeout_s: float = 90.0,
        *,
        give_back: bool = True,
    ) -> None:
        self._book, self._payers, self._coins, self._notes = book, payers, coins, notes
        self._currency, self._timeout_s, self._give_back = currency, timeout_s, give_back
        self._lock = threading.RLock()
        self._cancelled: set[str] = set()
        self._works = False
        self._unclear: dict[str, str] = {}  # why, by attempt, so that each reason is told once

    # PaymentTerminal

    def ready(self) -> bool:
        """One of the takers can take money. While a payment is under way nothing is asked."""
        if not self._lock.acquire(blocking=False):
            return True
        try:
            with self._closing_takers():
                self._works = bool(self._begin())
        except OSError as fault:
            log.warning("the book of the cash machine cannot be written: %s", fault)
            self._works = False
        finally:
            self._lock.release()
        return self._works

    def exact_only(self) -> bool:
        """No change can be given now."""
        stock = {value: count for value, count in self._payers.stock().items() if count}
        return not stock or largest_change(stock, min(stock), max(stock)) == 0

    def mark(self) -> str:
        with self._lock:
            try:
                takers = self._begin()
                if not takers:
                    raise DeviceFault("The cash machine does not answer. Nothing was charged.")
                return Mark.now(self._book, self._payers, takers).text()
            except OSError as fault:
                raise DeviceFault(
                    f"The cash machine's book cannot be written ({fault}). Nothing was charged."
                ) from None

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        if request.currency != self._currency:
            return Declined("currency")  # before anything is taken
        with self._lock:
            reason = "cancelled"
            try:
                mark = Mark.read(request.mark)
                with self._closing_takers():
                    reason = self._take(request, mark, tell)
            except (CashFault, OSError) as fault:
                log.warning("cash payment %s: %s", request.attempt_id, fault)
            except Doubt as doubt:
                return self._told(request, Unresolved(str(doubt)))
            finally:
                self._cancelled.discard(request.attempt_id)
            return self._told(request, self._settled(request, tell, reason, here=True))

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        with self._lock:
            if request.refund_of:
                return self._told(request, self._paid_back(request, begin=False))
            return self._told(request, self._settled(request, untold, ""))

    def cancel(self, attempt_id: str) -> None:
        """A set that only `charge` looks at: callable from any thread."""
        self._cancelled.add(attempt_id)

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        return Approved(reference)

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        with self._lock:
            return self._told(request, self._paid_back(request, begin=True))

    def close(self) -> None:
        with self._lock:
            self._book.close()
            for taker in self._takers("cn"):
                taker.close()

    def _told(self, request: ChargeRequest, outcome: PaymentOutcome) -> PaymentOutcome:
        """For staff: why a payment is not clear, once for each reason."""
        key = request.attempt_id
        if isinstance(outcome, Unresolved):
            if self._unclear.get(key) != outcome.reason:
                log.warning("cash payment %s is not clear: %s", key, outcome.reason)
            self._unclear[key] = outcome.reason
        elif self._unclear.pop(key, ""):
            log.warning("cash payment %s is clear now", key)
        return outcome

    # taking

    def _begin(self) -> str:
        """Connect to all that answer; returns which takers do: "c", "n"."""
        found = ""
        for letter, taker in (("c", self._coins), ("n", self._notes)):
            try:
                if taker is not None:
                    taker.begin()
                    found += letter if taker.values else ""
            except CashFault as fault:
                log.debug("%s", fault)
        self._payers.begin()
        if self._coins is not None and "c" in found:
            for payer in self._payers.all:
                if payer.full:
                    room = not payer.trouble and self._payers.level(payer) < payer.full
                    with contextlib.suppress(CashFault):  # where a coin really fell, its own event tells
                        self._coins.route(payer.hopper.value, payer.path if room else 0)
        return found

    def _takers(self, letters: str) -> list[Coins | Notes]:
        return [each for letter, each in (("c", self._coins), ("n", self._notes)) if each and letter in letters]

    @contextlib.contextmanager
    def _closing_takers(self) -> Iterator[None]:
        """Whatever happens inside, afterwards no money is taken."""
        try:
            yield
        finally:
            for taker in self._takers("cn"):
                with contextlib.suppress(CashFault):
                    taker.accept(frozenset())

    def _take(self, request: ChargeRequest, mark: Mark, tell: Tell) -> str:
        """Until enough is in, or the passenger gives up; why it ended. CashFault when a taker falls silent."""
        amount, takers, said = request.amount_minor, self._takers(mark.takers), None
        until = time.monotonic() + self._timeout_s
        kept = self.exact_only() or not self._give_back
        while (paid := mark.came(self._book)) < amount:
            allowed = self._allowed(takers, paid, amount, mark, kept)
            if not allowed:
                return "no_change"
            if request.attempt_id in self._cancelled:
                return "cancelled"
            if time.monotonic() > until:
                return "timed_out"
            prompt = Prompt("cash", left_minor=amount - paid, accepts=tuple(sorted(allowed)), in_minor=paid, kept=kept)
            if prompt != said:
                tell(said := prompt)
                until = time.monotonic() + self._timeout_s
            self._listen(takers, allowed)
        return ""

    def _listen(self, takers: list[Coins | Notes], allowed: frozenset[int]) -> None:
        for taker in takers:
            if isinstance(taker, Notes) and taker.held and taker.held not in allowed:
                taker.give_back()
            taker.accept(allowed & taker.values if not taker.trouble else frozenset())
        if not any([taker.poll() for taker in takers]):
            time.sleep(POLL_S)

    def _allowed(self, takers: list[Coins | Notes], paid: int, amount: int, mark: Mark, kept: bool) -> frozenset[int]:
        """Pieces whose change can be given, and which can be given back unless a notice says that they are kept."""
        stock = self._payers.stock(mark.out)
        found = set()
        for taker in takers:
            for value in taker.values if not taker.trouble else ():
                recycled = isinstance(taker, Coins) and self._payers.recycles(value)
                if may_accept(value, paid, amount, stock, recycled, refundable=not kept):
                    found.add(value)
        return frozenset(found)

    # what became of it

    def _settled(self, request: ChargeRequest, tell: Tell, reason: str, *, here: bool = False) -> PaymentOutcome:
        """Told by counts, and brought to its end where that is still owed and the passenger is `here`."""
        try:
            mark = Mark.read(request.mark)
            moved = self._moved(mark)
            amount = request.amount_minor
            paid = moved.came >= amount
            owed = moved.net - amount if paid else moved.net
            if owed > 0 and (here or mark.is_recent(GIVE_BACK_S)):
                tell(Prompt("change", left_minor=owed))
                self._payers.pay(owed, mark.out, whole=not paid)
                moved = self._moved(mark)
                owed = moved.net - amount if paid else moved.net
        except (CashFault, OSError) as fault:
            return Unresolved(f"the cash machine does not say what it holds: {fault}")
        except Doubt as doubt:
            return Unresolved(str(doubt))
        if owed < 0:
            return Unresolved(f"{-owed} more was paid out than was owed")
        if paid:
            return Approved(f"cash-{request.attempt_id[-8:]}", pieces=moved.pieces, short_minor=owed)
        if owed:
            return Unresolved(f"{owed} is in the cash machine and was not given back")
        return Declined(reason or ("cancelled" if moved.came else "not_started"), moved.pieces)

    def _paid_back(self, request: ChargeRequest, *, begin: bool) -> PaymentOutcome:
        """Giving a whole payment back: all of it or, when it cannot be given, nothing."""
        try:
            mark = Mark.read(request.mark)
            moved = self._moved(mark)
            owed = request.amount_minor - moved.went
            if owed > 0 and (begin or moved.went) and mark.is_recent(GIVE_BACK_S):
                self._payers.pay(owed, mark.out, whole=True)
                moved = self._moved(mark)
        except (CashFault, OSError) as fault:
            return Unresolved(f"the cash machine does not say what it paid out: {fault}")
        except Doubt as doubt:
            return Unresolved(str(doubt))
        if moved.went == request.amount_minor:
            out = tuple((value, count) for value, count in moved.pieces if count < 0)
            return Approved(f"cash-{request.attempt_id[-8:]}", pieces=out)
        if not moved.went:  # a clear no: the counts prove that nothing moved
            return Declined("no_change" if begin else "not_started")
        return Unresolved(f"{moved.went} of {request.amount_minor} was paid out, the rest cannot be")

    def _moved(self, mark: Mark) -> Moved:
        """All counts, once everything has come to rest; tried for a while."""
        until = time.monotonic() + SETTLE_TRIES_S
        while True:
            try:
                self._rest(mark)
                return mark.moved(self._book, self._payers)
            except CashFault:
                if time.monotonic() > until:
                    raise
                time.sleep(POLL_S)

    def _rest(self, mark: Mark) -> None:
        """Nothing is on its way any more: neither note nor coin, and every hopper is asked anew."""
        for taker in self._takers(mark.takers):
            taker.begin()
            taker.accept(frozenset())
        quiet = time.monotonic() + QUIET_S
        while time.monotonic() < quiet:
            if any([taker.poll() for taker in self._takers(mark.takers) if isinstance(taker, Coins)]):
                quiet = time.monotonic() + QUIET_S
            time.sleep(POLL_S / 2)
        for taker in self._takers(mark.takers):
            taker.begin()
        self._payers.begin()
