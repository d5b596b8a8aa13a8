"""The outermost layer: whatever is answered, also a refusal or a mistake, goes out under central's signature."""

from __future__ import annotations

from typing import Any, cast

import anyio.to_thread
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from central.keys import Keys
from sync.seal import ISSUER, NONCE, SEAL, sealed_bytes

ASIDE_FROM_BYTES = 1 << 20  # hashing more would hold up the answers to others
NONCE_MAX = 64


class Sealed:
    """Wraps an ASGI application; a request without a nonce is answered as it is."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app = app
        self._keys = keys
        self._issuer = keys.issuer_certificate.hex().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        nonce = _header(scope, NONCE) if scope["type"] == ScopeType.HTTP else ""
        if not nonce or len(nonce) > NONCE_MAX:
            await self._app(scope, receive, send)
            return
        start: dict[str, Any] = {}
        body = bytearray()

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._send(nonce, _header(scope, "X-Signature"), start, bytes(body), send)
            else:
                await send(message)

        await self._app(scope, receive, sealed)

    async def _send(self, nonce: str, signature: str, start: dict[str, Any], body: bytes, send: Send) -> None:
        headers = [*start["headers"]]
        given = {name.decode().lower(): value.decode("latin-1") for name, value in headers}
        arguments = (nonce, signature, start["status"], given.get("etag", ""), given.get("retry-after", ""), body)
        if len(body) < ASIDE_FROM_BYTES:
            covered = sealed_bytes(*arguments)
        else:
            covered = await anyio.to_thread.run_sync(sealed_bytes, *arguments)
        headers += [(SEAL.lower().encode(), self._keys.sign(covered).encode()), (ISSUER.lower().encode(), self._issuer)]
        await send(cast(Message, {**start, "headers": headers}))
        await send({"type": "http.response.body", "body": body, "more_body": False})


def _header(scope: Scope, name: str) -> str:
    wanted = name.lower().encode()
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == wanted), "")
