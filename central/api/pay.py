"""Scan-to-pay: what terminals ask of central, and what providers tell it."""

from __future__ import annotations

import asyncio
import re
from asyncio import Future, wrap_future
from concurrent import futures
from typing import Annotated, Any

import anyio.to_thread
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, PathParameter

from central.api.answers import answers
from central.callers import Caller, refuse_out_of_service
from central.payments.desk import PaymentDesk, has
from central.payments.refunds import Refunds
from central.payments.rows import Refund
from central.payments.rules import LEFT_ALONE_S, QR_WAIT_S, Attempt
from central.refusal import Refusal
from sync.wire import PaymentAsk, PaymentBegin, PaymentOffers, PaymentRefund, PaymentState, PaymentWay

Call = Request[Any, Any, State]
Name = Annotated[str, PathParameter(description="of the provider")]
ANSWER_WITHIN_S = 2.5  # of a provider; whoever asks again hears the rest
_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{4,62}[0-9A-Za-z]")
NUMBER_MIN, NUMBER_MAX = 6, 32  # WeChat Pay's limits; Alipay's are wider


@get("/v1/payments", sync_to_thread=True, responses=answers(401, 403))
def payment_offers(request: Call, state: State) -> PaymentOffers:
    """The ways of scan-to-pay that central can do."""
    desk: PaymentDesk = state["payments"]
    _selling(request)
    ways = [PaymentWay(kind, each.name, each.currencies) for each in desk.providers.values() for kind in each.kinds]
    return PaymentOffers(tuple(sorted(ways, key=lambda way: (way.kind, way.provider != "wechat"))))


@post("/v1/payments", status_code=200, responses=answers(400, 401, 403, 409, 422))
async def payment_begin(request: Call, data: JSONBody[PaymentBegin], state: State) -> PaymentState:
    """Take money by scan-to-pay, once for an attempt_id."""
    desk: PaymentDesk = state["payments"]
    attempt = _attempt(request, desk, data)
    provider = has(desk.providers, data.provider)
    if data.currency not in provider.currencies:
        raise Refusal(422, "currency", f"{provider.name} takes {', '.join(provider.currencies)} only")
    if data.kind == "scan" and not provider.takes_code(data.presented):
        raise Refusal(422, "not_a_code", f"this is no payment code of {provider.name}")
    await _a_moment(await anyio.to_thread.run_sync(desk.begin, attempt, data.presented))
    found, _ = await anyio.to_thread.run_sync(desk.find, attempt)
    return _state(found)


@post("/v1/payments/ask", status_code=200, responses=answers(400, 401, 403, 409, 422))
async def payment_ask(request: Call, data: JSONBody[PaymentAsk], state: State) -> PaymentState:
    """What became of an attempt; never takes money."""
    desk: PaymentDesk = state["payments"]
    attempt = _attempt(request, desk, data)
    _known(desk, data)
    found, asked = await anyio.to_thread.run_sync(desk.find, attempt)
    if asked is not None:
        await _a_moment(asked)
        found, _ = await anyio.to_thread.run_sync(desk.find, attempt)
    return _state(found)


@post("/v1/payments/cancel", status_code=200, responses=answers(400, 401, 403, 409, 422))
async def payment_cancel(request: Call, data: JSONBody[PaymentAsk], state: State) -> PaymentState:
    """No more of an attempt; it may have been paid meanwhile."""
    desk: PaymentDesk = state["payments"]
    attempt = _attempt(request, desk, data)
    _known(desk, data)
    await _a_moment(await anyio.to_thread.run_sync(desk.cancel, attempt))
    found, _ = await anyio.to_thread.run_sync(desk.find, attempt)
    return _state(found)


@post("/v1/payments/refund", status_code=200, responses=answers(400, 401, 403, 404, 409, 422))
async def payment_refund(request: Call, data: JSONBody[PaymentRefund], state: State) -> PaymentState:
    """Give money back, once for a refund_id."""
    desk: PaymentDesk = state["payments"]
    caller, number = _selling(request), _number(data.refund_id)
    if data.amount_minor <= 0:
        raise Refusal(422, "amount", "the amount must be more than nothing")
    paid = await anyio.to_thread.run_sync(desk.paid, data.reference)
    if paid is None or paid.currency != data.currency:
        raise Refusal(404, "unknown_original", f"central knows no payment {data.reference!r} in {data.currency}")
    begun = await anyio.to_thread.run_sync(
        desk.refund, data.refund_id, number, paid, data.amount_minor, caller.terminal_id
    )
    await _a_moment(begun)
    return await _refund_state(desk, data)


@post("/v1/payments/refund/ask", status_code=200, responses=answers(400, 401, 403, 404, 409, 422))
async def payment_refund_ask(request: Call, data: JSONBody[PaymentRefund], state: State) -> PaymentState:
    """What became of a refund; 404 when none was asked for under this refund_id."""
    _selling(request)
    return await _refund_state(state["payments"], data)


@post("/notify/{provider:str}", status_code=200, include_in_schema=False)
async def notification(request: Call, provider: Name, state: State) -> Response[str]:
    """A provider says that something happened: then it is asked. Signed by it, not by a terminal."""
    desk: PaymentDesk = state["payments"]
    has(desk.providers, provider)
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    final = await anyio.to_thread.run_sync(desk.notified, provider, headers, body)
    if provider == "alipay":
        return Response("success" if final else "fail", media_type=MediaType.TEXT)
    word, status = ("SUCCESS", 200) if final else ("FAIL", 503)
    return Response(f'{{"code":"{word}","message":""}}', status_code=status, media_type=MediaType.JSON)


HANDLERS = (
    payment_offers, payment_begin, payment_ask, payment_cancel, payment_refund, payment_refund_ask, notification
)  # fmt: skip


async def _a_moment(asked: futures.Future[None] | None) -> None:
    """Wait a little for the provider's answer; it is read from the database either way."""
    if asked is not None:
        waiting: Future[None] = wrap_future(asked)
        await asyncio.wait([waiting], timeout=ANSWER_WITHIN_S)


def _selling(request: Call) -> Caller:
    caller: Caller = request.scope["state"]["caller"]
    refuse_out_of_service(caller.role, revoked=caller.revoked)
    return caller


def _known(desk: PaymentDesk, data: PaymentAsk) -> None:
    """A terminal that was restarted does not know whose code it read: then all providers are asked."""
    if data.provider or not desk.providers:
        has(desk.providers, data.provider)


def _attempt(request: Call, desk: PaymentDesk, data: PaymentBegin | PaymentAsk) -> Attempt:
    """The attempt a request is about, as it would begin now."""
    caller, number = _selling(request), _number(data.attempt_id)
    if data.kind not in ("qr", "scan"):
        raise Refusal(422, "kind", f"{data.kind!r} is not a way to pay: qr or scan")
    if data.amount_minor <= 0:
        raise Refusal(422, "amount", "the amount must be more than nothing")
    now = desk.now()
    provider = desk.providers.get(data.provider)
    wait_s = QR_WAIT_S if data.kind == "qr" or provider is None else provider.scan_wait_s
    return Attempt(
        attempt_id=data.attempt_id, number=number, kind="qr" if data.kind == "qr" else "scan", provider=data.provider,
        amount_minor=data.amount_minor, currency=data.currency, terminal_id=caller.terminal_id, begun_at=now,
        deadline_at=now + wait_s, next_at=now + LEFT_ALONE_S,
    )  # fmt: skip


def _number(key: str) -> str:
    number = key.replace("-", "")
    if _KEY.fullmatch(key) is None or not NUMBER_MIN <= len(number) <= NUMBER_MAX:
        words = f"{NUMBER_MIN} to {NUMBER_MAX} letters and digits, with dashes between them"
        raise Refusal(422, "bad_key", f"an attempt_id or refund_id has {words}")
    return number


def _state(found: Attempt) -> PaymentState:
    reference = f"{found.provider}:{found.reference}" if found.state == "approved" else ""
    return PaymentState(
        found.attempt_id, found.amount_minor, found.currency, found.state, found.code, reference, found.payer,
        found.reason,
    )  # fmt: skip


async def _refund_state(desk: Refunds, data: PaymentRefund) -> PaymentState:
    found: Refund | None = await anyio.to_thread.run_sync(desk.found_refund, data.refund_id)
    if found is None:
        raise Refusal(404, "not_started", "no refund was asked for under this refund_id")
    paid = await anyio.to_thread.run_sync(desk.paid, data.reference)
    if paid is None or paid.attempt_id != found.attempt_id:
        raise Refusal(409, "other_facts", "this refund was asked for with another payment")
    state = {"asked": "closing", "done": "approved", "refused": "declined"}[found.state]
    reference = f"{paid.provider}:{found.reference}" if found.state == "done" else ""
    return PaymentState(data.refund_id, found.amount_minor, paid.currency, state, "", reference, "", found.reason)
