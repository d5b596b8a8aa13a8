"""Before a handler runs: the body read within limits, the signature checked, gzip undone.

In this order: nothing is unpacked for somebody who did not prove who they are.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

import anyio.to_thread
import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from central.callers import Caller, Callers, refuse_out_of_service
from central.context import Context
from central.refusal import Refusal

BODY_MAX = 256 * 1024  # as sent
UNPACKED_MAX = 8 * 1024 * 1024
SIGNED_BASE = "/v1/"
UNSIGNED = {"/v1/enrol", "/v1/health"}
HOLDS = "/v1/holds"


class Doorman:
    """ASGI middleware; puts the `Caller` into scope["state"]["caller"] and hands on the plain body."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._callers = Callers(context.engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        try:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            body = await _read(receive, headers)
            path: str = scope["path"]
            if path.startswith(SIGNED_BASE) and path not in UNSIGNED:
                # A GET has no body; what it says it has is signed instead: a gate's etag lets voided cells go (P12).
                said = body or headers.get("if-none-match", "").encode("latin-1")
                try:
                    caller = await self._caller(headers, scope["method"], path, said)
                except Refusal:
                    if body or not said:
                        raise
                    # Terminals of the versions before sign the path alone: answered, but not taken at their word.
                    caller = replace(await self._caller(headers, scope["method"], path, b""), says_what_it_has=False)
                scope.setdefault("state", {})["caller"] = caller
            if headers.get("content-encoding", "").lower() == "gzip":
                body = _unpack(body)
                scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"content-encoding"]
        except Refusal as refusal:
            await _answer(send, refusal)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _caller(self, headers: dict[str, str], method: str, path: str, body: bytes) -> Caller:
        request = headers.get("x-terminal", ""), headers.get("x-signature", ""), method, path, body
        if path == HOLDS and (known := self._callers.known(*request)):
            # A passenger waits and the hold looks at the terminal's row anyway, under its lock.
            return Caller(*known, role="", revoked=False)
        caller = await anyio.to_thread.run_sync(self._callers.identify, *request)
        if path != "/v1/journal":
            refuse_out_of_service("", revoked=caller.revoked)
        return caller


async def _read(receive: Receive, headers: dict[str, str]) -> bytes:
    too_large = Refusal(413, "too_large", f"a request may have {BODY_MAX} bytes at most; send fewer records")
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > BODY_MAX:
        raise too_large
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refusal(400, "cut_off", "the request broke off")
        body += message.get("body", b"")
        if len(body) > BODY_MAX:
            raise too_large
        if not message.get("more_body", False):
            return bytes(body)


def _unpack(body: bytes) -> bytes:
    """One gzip member, no larger than allowed and with nothing behind it."""
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(body, UNPACKED_MAX)
    except zlib.error:
        raise Refusal(400, "bad_gzip", "the body says it is gzip and is not") from None
    if unpacker.unconsumed_tail:
        raise Refusal(413, "too_large", f"unpacked, a request may have {UNPACKED_MAX} bytes at most")
    if not unpacker.eof or unpacker.unused_data:
        raise Refusal(400, "bad_gzip", "the gzip body is cut off or has something behind its end")
    return plain


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> Any:
        nonlocal sent
        if sent:
            return await receive()  # a disconnect
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


async def _answer(send: Send, refusal: Refusal) -> None:
    body = msgspec.json.encode(refusal.problem)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refusal.retry_after_s is not None:
        headers.append((b"retry-after", str(refusal.retry_after_s).encode()))
    start: Message = {"type": "http.response.start", "status": refusal.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})
