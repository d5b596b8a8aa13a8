"""A card terminal that speaks Adyen's Terminal API locally: sealed JSON over HTTPS, usually on port 8443.

What became of a payment is asked for under its own ServiceID, and there are three answers: it is done (with the earlier
response), it goes on, or the terminal has not heard of it. The last is believed only when the terminal's own time for
a payment is over since the intent was written: until then the request may still be on its way. How long ago that was
is told by `mark`, on a clock nobody can set (`since`). A payment is sent at most once; an intent that waited too long
is not sent at all.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable

from devices.payment.nexo import answers, messages
from devices.payment.nexo.answers import Body, Strange
from devices.payment.nexo.line import Line, LineFault, NotReached
from devices.payment.nexo.messages import Ends, Message, service_id
from devices.payment.nexo.notices import Notices
from devices.payment.nexo.seal import Key, SealBroken
from devices.payment.nexo.since import Uptime, mark, seconds_since, uptime
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Prompt, Tell, Unresolved, untold

log = logging.getLogger(__name__)

QUERY_TIMEOUT_S = 5.0
REVERSAL_TIMEOUT_S = 30.0  # the terminal asks its bank
PROCESSING_MAX_S = 120.0  # a terminal ends a payment by then (Terminal API, local)
START_WITHIN_S = 10.0  # from intent to request
_SENT_MAX = 1000
_PART = "/part"  # the reversal of an approval in part
Fault = (LineFault, NotReached, SealBroken, Strange)


class NexoPayment:
    """The driver. `key` None = the terminal is set to talk in the open (inside TLS); test terminals only."""

    exclusive = True  # it handles one payment at a time, and a card shown late would pay for a passenger who left

    def __init__(
        self,
        line: Line,
        ends: Ends,
        key: Key | None,
        timeout_s: float = 90.0,
        *,
        query_s: float = QUERY_TIMEOUT_S,
        notices: Notices | None = None,
        since_start: Uptime = uptime,
    ) -> None:
        self._line, self._ends, self._key = line, ends, key
        self._timeout_s, self._query_s = timeout_s, query_s
        self._notices = notices
        self._since_start = since_start
        self.offline_ok: Callable[[], bool] = lambda: False  # may it take cards without its bank now?
        self._sent: OrderedDict[str, None] = OrderedDict()  # keys of this run that a terminal may have heard

    def ready(self) -> bool:
        works, state = self.how()
        if not works:
            log.warning("the card terminal is not ready: %s", state)
        return works

    def how(self) -> tuple[bool, str]:
        """Can it take a payment now, and how it is in words."""
        try:
            body = self._exchange(self._ends.diagnosis(), self._query_s)
            well, host = answers.works(body)
        except Fault as fault:
            return False, str(fault)
        if not well:
            return False, "busy, or being serviced"
        if host:
            return True, "ready"
        return (True, "ready, without its bank") if self.offline_ok() else (False, "it does not reach its bank")

    def mark(self) -> str:
        """When it is, so that a question knows how long ago the charge was."""
        return mark(self._since_start())

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        """Waits for the card, up to the configured time; then the terminal is told to stop and asked."""
        if request.attempt_id in self._sent:
            return self.outcome_of(request)
        if self._age(request) > START_WITHIN_S:
            return Declined("too_late")  # a question may already have been answered by "not started"
        if self._notices is not None:
            self._notices.tell = tell
        tell(Prompt("card"))
        try:
            body = self._send(request, self._ends.payment(request), self._timeout_s)
            return self._paid(request, body)
        except NotReached as fault:
            log.warning("the card terminal is not reached: %s", fault)
            return Declined("unreachable")  # nothing was sent, so no money can have moved
        except Fault as fault:
            log.warning("payment %s: %s; the terminal is asked", request.attempt_id, fault)
            self.cancel(request.attempt_id)
            return self.outcome_of(request)
        finally:
            if self._notices is not None:
                self._notices.tell = untold

    def outcome_of(self, request: ChargeRequest) -> PaymentOutcome:
        category = "Reversal" if request.refund_of else "Payment"
        try:
            found = self._status(category, service_id(request.attempt_id))
            if isinstance(found, str):
                return self._nowhere(request) if found == "NotFound" else Unresolved("the terminal is still at it")
            return answers.reversal(found, request) if request.refund_of else self._paid(request, found)
        except Fault as fault:
            return Unresolved(f"{fault}; it is asked again")

    def cancel(self, attempt_id: str) -> None:
        """Best effort: the charge itself answers what became of it."""
        try:
            self._exchange(self._ends.abort(service_id(attempt_id)), self._query_s)
        except Fault:
            return  # an abort is often answered by nothing at all

    def confirm(self, request: ChargeRequest, reference: str) -> PaymentOutcome:
        """Its approvals are final."""
        return Approved(reference)

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        """A referenced reversal. Sent again only when the terminal has not heard of it and cannot any more."""
        try:
            original = answers.original(original_reference)
        except Strange as fault:
            log.warning("refund %s: %s", request.attempt_id, fault)
            return Declined("unknown_original")
        if request.attempt_id in self._sent:
            asked = ChargeRequest(
                request.attempt_id, request.amount_minor, request.currency, request.mark, original_reference
            )
            if (found := self.outcome_of(asked)) != Declined("not_started"):
                return found
        service = service_id(request.attempt_id)
        message = self._ends.reversal(service, request.attempt_id, original, part=request)
        try:
            return answers.reversal(self._send(request, message, REVERSAL_TIMEOUT_S), request)
        except Fault as fault:
            return Unresolved(f"{fault}; it is asked again")

    def close(self) -> None:
        notices, self._notices = self._notices, None
        if notices is not None:
            notices.close()

    # what the answers come to

    def _paid(self, request: ChargeRequest, body: Body) -> PaymentOutcome:
        outcome = answers.payment(body, request)
        return self._give_part_back(request, body) if outcome is None else outcome

    def _give_part_back(self, request: ChargeRequest, body: Body) -> PaymentOutcome:
        """We did not ask for a part: what was taken goes back, and the passenger may try again.

        The reversal has an id made from the attempt's, so it too is asked for before it is sent again.
        """
        service = service_id(request.attempt_id, _PART)
        found = self._status("Reversal", service)
        if found == "InProgress":
            return Unresolved("a part of the amount was taken and is on its way back")
        if found == "NotFound":
            message = self._ends.reversal(service, request.attempt_id, answers.original(body), part=None)
            found = self._exchange(message, REVERSAL_TIMEOUT_S)
        assert not isinstance(found, str)
        if isinstance(answers.reversal(found, None), Approved):
            return Declined("partial")
        return Unresolved("a part of the amount was taken and could not be given back: see the terminal's list")

    def _nowhere(self, request: ChargeRequest) -> PaymentOutcome:
        """The terminal has not heard of it: final once nothing can be on its way any more."""
        if self._age(request) > START_WITHIN_S + PROCESSING_MAX_S:
            return Declined("not_started")
        return Unresolved("the terminal has not heard of it so far")

    def _age(self, request: ChargeRequest) -> float:
        return seconds_since(request.mark, self._since_start())

    # the wire

    def _status(self, category: str, service: str) -> Body | str:
        body = self._exchange(self._ends.status(category, service), self._query_s)
        return answers.repeated(body, self._ends, category, service)

    def _send(self, request: ChargeRequest, message: Message, timeout_s: float) -> Body:
        """A message that moves money: from here on the terminal may have heard of it."""
        return self._exchange(message, timeout_s, sending=request.attempt_id)

    def _exchange(self, message: Message, timeout_s: float, sending: str = "") -> Body:
        header = message["SaleToPOIRequest"]["MessageHeader"]
        plain = messages.encoded(message)
        if self._key is not None:
            plain = messages.encoded({"SaleToPOIRequest": self._key.seal(header, plain)})
        link = self._line.connect()
        if sending:
            self._sent[sending] = None
            while len(self._sent) > _SENT_MAX:
                self._sent.popitem(last=False)
        response = answers.message_of(self._line.ask(link, plain, timeout_s))
        if self._key is not None:
            response = answers.message_of(self._key.open(response))
        return answers.body_of(response, self._ends, header["MessageCategory"], header["ServiceID"])
