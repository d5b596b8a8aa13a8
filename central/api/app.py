"""The Litestar application: routes, typed bodies, and one shape for every error."""

from __future__ import annotations

import gzip
import logging
from typing import Annotated, Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import HeaderParameter, JSONBody
from sqlalchemy.exc import OperationalError, TimeoutError

from central import certificates, enrolment, gate, voiding
from central.api import down, pay, vouchers
from central.api.answers import answers
from central.api.down import packed
from central.api.gather import Gather
from central.api.middleware import UNPACKED_MAX, Doorman
from central.api.seal import Sealed
from central.api.shapes import RightShapes
from central.callers import Caller, refuse_out_of_service
from central.context import Context
from central.inventory import grants, live
from central.journal import upload
from central.payments.desk import PaymentDesk
from central.publish import published
from central.refusal import Refusal
from sync.wire import (
    AllotmentReply,
    AllotmentRequest,
    CertificateReply,
    CertificateRequest,
    EnrolReply,
    EnrolRequest,
    Health,
    HoldRequest,
    JournalAck,
    JournalBatch,
    Problem,
    VoidReply,
    VoidRequest,
)

RETRY_AFTER_S = 5
Call = Request[Any, Any, State]
Etag = Annotated[str, HeaderParameter(name="If-None-Match")]
log = logging.getLogger(__name__)


@post("/v1/enrol", status_code=200, sync_to_thread=True, responses=answers(400, 403, 409, 429))
def enrol(request: Call, data: JSONBody[EnrolRequest], state: State) -> EnrolReply:
    """Exchange a one-time code for an identity."""
    return enrolment.enrol(state["context"], data, request.client.host if request.client else "")


@get("/v1/catalogue", sync_to_thread=True, responses=answers(304, 401, 403, 404))
def catalogue(request: Call, state: State, etag: Etag = "") -> Response[bytes]:
    """The newest catalogue, gzip; 304 when the caller has it."""
    context: Context = state["context"]
    with context.engine.connect() as connection:
        if etag and etag == published.newest_etag(connection):
            return Response(b"", status_code=304, headers={"ETag": etag})
        stored = published.newest(connection)
    if stored is None:
        raise Refusal(404, "no_catalogue", "nothing is on sale yet: the operator must import a feed first")
    return packed(request, stored.body, stored.etag)


@get("/v1/gate", sync_to_thread=True, responses=answers(304, 401, 403))
def gate_manifest(request: Call, state: State, etag: Etag = "") -> Response[bytes]:
    """Certificates, revocations, lease map; 304 when nothing changed."""
    caller = _caller(request)
    gate_id = caller.terminal_id if caller.role == "gate" and caller.says_what_it_has else 0
    manifest, fresh = gate.manifest(state["context"], etag, gate_id)
    if manifest is None:
        return Response(b"", status_code=304, headers={"ETag": fresh})
    return packed(request, gzip.compress(msgspec.json.encode(manifest), 5, mtime=0), fresh)


@post("/v1/allotments", status_code=200, sync_to_thread=True, responses=answers(400, 401, 403, 409))
def allotments(request: Call, data: JSONBody[AllotmentRequest], state: State) -> AllotmentReply:
    """Ask for places."""
    caller = _caller(request)
    refuse_out_of_service(caller.role, revoked=caller.revoked)
    return grants.give(state["context"], caller.terminal_id, caller.incarnation, data)


@post("/v1/holds", status_code=200, responses=answers(400, 401, 403, 409, 422))
async def holds(request: Call, data: JSONBody[HoldRequest], state: State) -> AllotmentReply:
    """Places for a party that waits."""
    live.check(data)
    caller = _caller(request)
    reply: AllotmentReply = await state["gather"].ask(live.Asked(caller.terminal_id, caller.incarnation, data))
    return reply


@post("/v1/voids", status_code=200, sync_to_thread=True, responses=answers(400, 401, 403, 409, 422))
def voids(request: Call, data: JSONBody[VoidRequest], state: State) -> VoidReply:
    """A holder gives a ticket back to the terminal that sold it."""
    caller = _caller(request)
    refuse_out_of_service(caller.role, revoked=caller.revoked)
    return voiding.void_for(state["context"], caller.terminal_id, caller.incarnation, data)


@post("/v1/journal", status_code=200, sync_to_thread=True, responses=answers(400, 401, 403, 409, 422))
def journal(request: Call, data: JSONBody[JournalBatch], state: State) -> JournalAck:
    """Upload records."""
    caller = _caller(request)
    return upload.receive(state["context"], caller.terminal_id, caller.incarnation, data)


@post("/v1/certificate", status_code=200, sync_to_thread=True, responses=answers(400, 401, 403))
def certificate(request: Call, data: JSONBody[CertificateRequest], state: State) -> CertificateReply:
    """Renew the terminal's certificate."""
    caller = _caller(request)
    return certificates.renew(state["context"], caller.terminal_id, caller.incarnation, data)


@get("/v1/health", sync_to_thread=True)
def health(state: State) -> Health:
    """Is central there?"""
    context: Context = state["context"]
    with context.engine.connect() as connection:
        return Health("ok", context.keys.epoch, published.newest_version(connection))


def _caller(request: Call) -> Caller:
    caller: Caller = request.scope["state"]["caller"]
    return caller


def _problem(status: int, problem: Problem, retry_after_s: int | None = None) -> Response[Problem]:
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return Response(problem, status_code=status, media_type=MediaType.JSON, headers=headers)


def _refused(_: Call, refusal: Refusal) -> Response[Problem]:
    return _problem(refusal.status, refusal.problem, refusal.retry_after_s)


def _http_error(_: Call, error: HTTPException) -> Response[Problem]:
    """Litestar's own: no such path, wrong method, a body that does not fit."""
    codes = {400: "bad_request", 404: "not_found", 405: "wrong_method", 413: "too_large"}
    status = error.status_code
    detail = error.detail if status < 500 else "central made a mistake; it is in its log"
    reasons = "; ".join(f"{each.get('key', '')}: {each.get('message', '')}" for each in _extra(error))
    return _problem(status, Problem(codes.get(status, "bad_request"), f"{detail} {reasons}".strip()))


def _extra(error: HTTPException) -> list[dict[str, Any]]:
    return [each for each in error.extra if isinstance(each, dict)] if isinstance(error.extra, list) else []


def _database_away(_: Call, error: Exception) -> Response[Problem]:
    log.error("the database is away: %s", error)
    return _problem(503, Problem("database_away", "central's database is away; try again soon"), RETRY_AFTER_S)


def _mistake(_: Call, error: Exception) -> Response[Problem]:
    log.error("a request failed", exc_info=error)
    return _problem(500, Problem("internal", "central made a mistake; it is in its log"))


def make_app(context: Context) -> Sealed:
    """The application for one running central."""
    return Sealed(application(context), context.keys)


def application(context: Context) -> Litestar:
    """Routes and errors, without the seal."""
    payments = PaymentDesk(context)
    return Litestar(
        route_handlers=[
            enrol,
            catalogue,
            *down.HANDLERS,
            gate_manifest,
            allotments,
            holds,
            voids,
            journal,
            certificate,
            *vouchers.HANDLERS,
            *pay.HANDLERS,
            health,
        ],
        on_startup=[payments.start],
        on_shutdown=[payments.stop],
        state=State({"context": context, "gather": Gather(context), "payments": payments}),
        middleware=[DefineMiddleware(Doorman, context=context)],
        exception_handlers={
            Refusal: _refused,
            HTTPException: _http_error,
            OperationalError: _database_away,
            TimeoutError: _database_away,
            Exception: _mistake,
        },
        openapi_config=OpenAPIConfig(
            title="kiosk central",
            version="1",
            description="docs/protocol.md says how the calls fit together.",
            path="/schema",
            render_plugins=[RightShapes(path="/")],
            components=Components(
                security_schemes={
                    name: SecurityScheme(type="apiKey", name=header, security_scheme_in="header", description=words)
                    for name, header, words in (
                        ("terminal", "X-Terminal", "<terminal_id>.<incarnation>"),
                        ("signature", "X-Signature", "hex Ed25519 over what sync.wire.signed_bytes makes"),
                        ("nonce", "X-Nonce", "32 hex digits, new for each; asks for the answer under seal"),
                    )
                }
            ),
            security=[{"terminal": [], "signature": [], "nonce": []}],
        ),
        request_max_body_size=UNPACKED_MAX,
        logging_config=None,
    )
