"""Giving back what a ZVT terminal took, and letting go of an approval that waits for its tickets."""

from __future__ import annotations

import threading
from collections.abc import Callable

from devices.payment.zvt import memory, words
from devices.payment.zvt import messages as say
from devices.payment.zvt.apdu import Apdu
from devices.payment.zvt.holding import Held
from devices.payment.zvt.link import Link, Unknown
from devices.payment.zvt.messages import Status
from devices.payment.zvt.session import End
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Unresolved

ALREADY_REVERSED, NOT_REVERSIBLE = 0xB4, 0xB5


class GivingBack:
    """Half of the port. One command at a time (`_one`); at most one approval is held."""

    def __init__(self, link: Link, *, card_refunds: bool) -> None:
        self._link = link
        self._card_refunds = card_refunds
        self._one = threading.RLock()
        self._held: Held | None = None
        self._final: dict[str, Approved] = {}  # made final before anybody asked for it

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        """The whole by reversal; otherwise, and when that is over, by a refund to a card that is presented, where
        `card_refunds` allows it: at a kiosk the next passenger's card would be asked for."""
        with self._one:
            held, self._held = self._held, None
            if held is not None:
                ours = memory.reference(held.status) == original_reference
                end = held.settle(issued=not ours)
                self._link.note(None)
                if end.trouble:
                    self._link.hang_up()
                if ours and not isinstance(outcome := self._told_by_receipt(held.request), Approved):
                    undone = isinstance(outcome, Declined)
                    return Approved(f"undone {original_reference}") if undone else outcome
            paid = memory.original(original_reference)
            if paid is None:
                return Declined("unknown_original")
            if request.amount_minor > paid.amount_minor:
                return Declined("amount")
            if request.amount_minor < paid.amount_minor:
                return self._to_card(request, "only a part is to be given back")
            return self._reverse(request, paid.receipt)

    def _reverse(self, request: ChargeRequest, receipt: int) -> PaymentOutcome:
        end = self._move(say.reversal(self._link.settings.password, receipt))
        no = end.no if end.no is not None or not end.status else end.status.result or None
        if no == ALREADY_REVERSED:
            return Approved(f"receipt {receipt:04d}, reversed before")
        if no == NOT_REVERSIBLE:
            return self._to_card(request, words.result(no))
        return self._given(request, end)

    def _to_card(self, request: ChargeRequest, why: str) -> PaymentOutcome:
        if not self._card_refunds:
            return Declined(f"not_reversible: {why}")
        command = say.refund(self._link.settings.password, request.amount_minor, request.currency)
        return self._given(request, self._move(command))

    def _move(self, command: Apdu) -> End:
        try:
            talk = self._link.live()
            self._link.note(None)
            end = talk.run(command, self._link.settings.reversal_s, money=True)
        except OSError as fault:
            return End(trouble=str(fault))
        if end.trouble:
            self._link.hang_up()
        return end

    def _given(self, request: ChargeRequest, end: End) -> PaymentOutcome:
        good = [each for each in end.statuses if each.result == 0]
        if end.finished and end.aborted is None and good:
            if memory.is_for(request, good[-1]):
                self._link.note(good[-1])
                return Approved(memory.reference(good[-1]), good[-1].card)
            return Unresolved("the card terminal gave back another amount")
        if end.no is not None and not good:
            return _refused(end.no)
        if end.finished and end.status and not good:
            return _refused(end.status.result)
        return Unresolved(f"no answer from the card terminal: {end.trouble or 'it does not say'}")

    def _told_by_receipt(self, request: ChargeRequest) -> PaymentOutcome:
        return self._look(lambda now: memory.judge(request, now))

    def _look(self, judge: Callable[[Status], PaymentOutcome]) -> PaymentOutcome:
        try:
            return judge(self._link.last())
        except Unknown as fault:
            return Unresolved(str(fault))

    def _make_final(self) -> None:
        """Another payment comes while one waits for its tickets: they are parts of one sale, and what is paid stays
        paid until it is given back."""
        held, self._held = self._held, None
        if held is None:
            return
        end = held.settle(issued=True)
        if end.trouble:
            self._link.hang_up()
        elif end.finished and end.aborted is None:
            self._final[held.request.attempt_id] = Approved(memory.reference(held.status), held.status.card)


def _refused(code: int) -> Declined:
    """A no that may be a yes later is "busy", so that it is tried again."""
    reason = words.reason(code)
    return Declined(words.BUSY if reason in words.FOR_NOW else reason)
