"""Calls about vouchers."""

from __future__ import annotations

from typing import Any

from litestar import Request, post
from litestar.datastructures import State
from litestar.params import JSONBody

from central import vouchers
from central.api.answers import answers
from central.callers import Caller, refuse_out_of_service
from sync.wire import VoucherAsk, VoucherGiveBack, VoucherMove, VoucherRedeem, VoucherValue

Call = Request[Any, Any, State]


@post("/v1/vouchers/look", status_code=200, sync_to_thread=True, responses=answers(400, 401, 403, 404, 429))
def look(request: Call, data: JSONBody[VoucherAsk], state: State) -> VoucherValue:
    """What is on a voucher."""
    return vouchers.look(state["context"], _seller(request), data)


@post("/v1/vouchers/redeem", status_code=200, sync_to_thread=True, responses=answers(400, 401, 403, 409, 422, 429))
def redeem(request: Call, data: JSONBody[VoucherRedeem], state: State) -> VoucherMove:
    """Pay with a voucher, once for this key."""
    return vouchers.redeem(state["context"], _seller(request), data)


@post("/v1/vouchers/redeem/ask", status_code=200, sync_to_thread=True, responses=answers(400, 401, 403, 409, 422))
def redeem_ask(request: Call, data: JSONBody[VoucherRedeem], state: State) -> VoucherMove:
    """What became of it; closes a key nobody has heard of."""
    return vouchers.ask(state["context"], _asker(request), "redeem", data)


@post("/v1/vouchers/give_back", status_code=200, sync_to_thread=True, responses=answers(400, 401, 403, 409, 422))
def give_back(request: Call, data: JSONBody[VoucherGiveBack], state: State) -> VoucherMove:
    """Back on the voucher it came from, once for this key."""
    return vouchers.give_back(state["context"], _asker(request), data)


@post("/v1/vouchers/give_back/ask", status_code=200, sync_to_thread=True, responses=answers(400, 401, 403, 409, 422))
def give_back_ask(request: Call, data: JSONBody[VoucherGiveBack], state: State) -> VoucherMove:
    """What became of it; begins nothing."""
    return vouchers.ask(state["context"], _asker(request), "give_back", data)


def _seller(request: Call) -> vouchers.Seller:
    caller: Caller = request.scope["state"]["caller"]
    refuse_out_of_service(caller.role, revoked=caller.revoked)
    return vouchers.Seller(caller.terminal_id, caller.incarnation)


def _asker(request: Call) -> vouchers.Seller:
    """A terminal out of service may still put its own payments in order."""
    caller: Caller = request.scope["state"]["caller"]
    return vouchers.Seller(caller.terminal_id, caller.incarnation)


HANDLERS = (look, redeem, redeem_ask, give_back, give_back_ask)
