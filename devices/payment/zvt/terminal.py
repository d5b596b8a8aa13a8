"""The port: takes payments at a ZVT terminal and finds out what became of those whose answer was lost.

With `two_phase` an approval waits for the goods (`holding`): it is provisional until `confirm`. Only the exact amount
counts; another one is given back at once. Nothing about money is ever sent twice by itself.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

from devices.payment.zvt import memory, words
from devices.payment.zvt import messages as say
from devices.payment.zvt.apdu import Apdu, Garbled
from devices.payment.zvt.giving_back import GivingBack
from devices.payment.zvt.holding import Held
from devices.payment.zvt.link import BUSY, Link, Refused, Settings, Unknown, opener
from devices.payment.zvt.messages import Status
from devices.payment.zvt.session import End
from kiosk.domain.errors import DeviceFault
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Tell, Unresolved, untold

DAY_S = 180.0
CLOSE_S = 12.0
SETTLE_S = 0.5  # between two looks before "it never began" is believed
CARD_INSERTED = 0xDC
USABLE = (0x00, CARD_INSERTED)


@dataclasses.dataclass(frozen=True)
class Day:
    """What an end of day says: payments counted, their sum, and the receipts it is about; None = it did not say."""

    ok: bool
    words: str
    count: int | None = None
    sum_minor: int | None = None
    first_receipt: int = 0
    last_receipt: int = 0


class ZvtPayment(GivingBack):
    """One card terminal; `address` is "HOST:PORT" or a serial device."""

    exclusive = True

    def __init__(
        self,
        address: str,
        timeout_s: float = 90.0,
        *,
        settings: Settings = Settings(),  # noqa: B008
        two_phase: bool = True,
        card_refunds: bool = False,
        on_lines: Callable[[list[str]], None] = lambda lines: None,
    ) -> None:
        super().__init__(Link(opener(address, settings.answer_s), settings, on_lines), card_refunds=card_refunds)
        self._timeout_s = timeout_s
        self._two_phase = two_phase
        self._stop = threading.Event()
        self._charging = ""
        self._silence = threading.Event()  # never set: something to wait on

    # how it is

    def ready(self) -> bool:
        return self.how()[0]

    def how(self) -> tuple[bool, str]:
        """(can it take a payment, in words)."""
        if not self._one.acquire(blocking=False):
            return True, "taking a payment"
        try:
            if self._held is not None:
                return True, "an approval waits for its tickets"
            state = self._link.state()
        except OSError as fault:
            return False, f"does not answer: {fault}"
        finally:
            self._one.release()
        return state in USABLE, words.state(state)

    def mark(self) -> str:
        with self._one:
            if self._held is not None:
                return memory.last_of(self._held.status).text()
            try:
                self._link.live()
                last = self._link.known() or self._link.last()
            except OSError as fault:
                raise DeviceFault(f"The card terminal does not answer: {fault}") from None
            except Unknown:
                return memory.BLIND
        return memory.last_of(last).text()

    # taking

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        """Waits for the card, up to the configured time, then tells the terminal to stop."""
        with self._one:
            self._make_final()
            try:
                talk = self._link.live()
                command = say.authorisation(request.amount_minor, request.currency)
            except Refused as refusal:
                return Declined(words.reason(refusal.code))
            except OSError:
                return Declined("unreachable")  # nothing was sent, so no money can have moved
            except Garbled as fault:
                return Declined(f"declined: {fault}")
            self._link.note(None)
            self._stop.clear()
            self._charging = request.attempt_id
            try:
                end = talk.run(
                    command,
                    self._timeout_s,
                    money=True,
                    tell=tell,
                    answer=lambda status: self._answer(request, status),
                    stop=self._stop.is_set,
                )
            finally:
                self._charging = ""
            return self._charged(request, end)

    def _answer(self, request: ChargeRequest, status: Status) -> Apdu | None:
        if status.result != 0 or self._stale(request, status):
            return say.ACK
        if not memory.is_for(request, status):
            return say.NOT_ISSUED
        return None if self._two_phase else say.ACK

    def _stale(self, request: ChargeRequest, status: Status) -> bool:
        """The receipt from before this charge, said once more."""
        mark = memory.mark_of(request.mark)
        return mark is not None and not mark.empty and (status.receipt, status.trace) == (mark.receipt, mark.trace)

    def _charged(self, request: ChargeRequest, end: End) -> PaymentOutcome:
        if not end.sent:
            self._link.hang_up()
            return Declined("unreachable")
        if end.refused is not None:
            self._link.hang_up()
            return Declined(words.reason(end.refused))
        said = [each for each in end.statuses if not self._stale(request, each)]
        good = [each for each in said if each.result == 0]
        if end.trouble:
            self._link.hang_up()
            return Unresolved(f"no answer from the card terminal: {end.trouble}")
        if not end.finished:
            self._held = Held(self._link.talk(), end, request, good[-1])
            self._link.note(good[-1])
            return Approved(memory.reference(good[-1]), good[-1].card, provisional=True)
        if good and not memory.is_for(request, good[-1]):
            return self._undo(request, good[-1])
        if good and end.aborted is None:
            self._link.note(good[-1])
            return Approved(memory.reference(good[-1]), good[-1].card)
        if good:
            return self._told_by_receipt(request)
        if end.aborted is None and not said:
            return Unresolved("the card terminal finished without a result")
        return Declined(words.reason(said[-1].result if said and end.aborted is None else end.aborted or 0xFF))

    def _undo(self, request: ChargeRequest, status: Status) -> PaymentOutcome:
        """Another amount was said than was asked for: none of it may stay. Its receipt may say yet another."""
        said = dataclasses.replace(request, amount_minor=status.amount_minor or 0)
        for taken in (said, request):
            outcome = self._told_by_receipt(taken)
            if isinstance(outcome, Approved):
                back = self._reverse(taken, status.receipt or 0)
                return Declined("amount") if isinstance(back, Approved) else Unresolved("another amount was taken")
            if isinstance(outcome, Declined):
                return Declined("amount")
        return Unresolved("another amount was taken")

    def cancel(self, attempt_id: str) -> None:
        if self._charging == attempt_id:
            self._stop.set()

    # what became of it

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        if not self._one.acquire(blocking=False):
            return Unresolved("the card terminal is still at it")
        try:
            if self._held is not None:
                if self._held.request.attempt_id == request.attempt_id:
                    status = self._held.status
                    return Approved(memory.reference(status), status.card, provisional=True)
                return Unresolved("another approval waits for its tickets")
            return self._asked(lambda now: memory.judge(request, now))
        finally:
            self._one.release()

    def _asked(self, judge: Callable[[Status], PaymentOutcome]) -> PaymentOutcome:
        try:
            state = self._link.state()
        except OSError as fault:
            return Unresolved(f"the card terminal cannot be reached: {fault}")
        if state in BUSY:
            self._link.stop_what_runs()
            return Unresolved("the card terminal is still at it")
        outcome = self._look(judge)
        if outcome == memory.NEVER:
            self._silence.wait(SETTLE_S)  # what was sent before may only be read now
            outcome = self._look(judge)
        return outcome

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        with self._one:
            held = self._held
            if held is not None and held.request.attempt_id == request.attempt_id:
                self._held = None
                end = held.settle(issued=True)
                if end.finished and end.aborted is None:
                    return Approved(memory.reference(held.status), held.status.card)
                if end.trouble:
                    self._link.hang_up()
                    return Unresolved(f"no answer from the card terminal: {end.trouble}")
            if (final := self._final.pop(request.attempt_id, None)) is not None:
                return final
            return self._asked(lambda now: memory.stands(request, reference, now))

    # the day

    def end_of_day(self) -> Day:
        """The terminal hands in its turnover. Its totals are told, to be compared with the journal."""
        with self._one:
            self._make_final()
            try:
                talk = self._link.live()
                self._link.note(None)
                end = talk.run(say.with_password(say.END_OF_DAY, self._link.settings.password), DAY_S, money=True)
            except OSError as fault:
                return Day(False, f"does not answer: {fault}")
            if end.trouble:
                self._link.hang_up()
                return Day(False, end.trouble)
            if end.no is not None:
                return Day(False, words.result(end.no))
            if end.status is None or end.status.totals is None:
                return Day(True, "done")
            totals = end.status.totals
            return Day(True, "done", totals.payments, totals.sum_minor, totals.first_receipt, totals.last_receipt)

    def close(self) -> None:
        """A payment under way is told to stop, and left to its question later if it does not."""
        self._stop.set()
        free = self._one.acquire(timeout=CLOSE_S)
        try:
            held, self._held = self._held, None
            if held is not None:
                held.abandon()
            self._link.hang_up()
        finally:
            if free:
                self._one.release()
