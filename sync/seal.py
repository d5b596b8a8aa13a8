"""Every answer of central carries its signature, bound to the one request it answers.

Without it a price, a recall, a revocation list or a "no" could come from anyone in between, be an old one, or have
lost a bit on the way. The request names a number used once; central signs it with the request's own signature, the
status, the headers that count and the body as sent. So an answer that is repeated, late, of another request, changed
or made up is no answer. The issuing certificate comes with it: a terminal needs the root key only, and keys may change.

    X-Nonce   request: 32 hex digits, new for each
    X-Seal    answer: hex Ed25519 by the issuing key over `sealed_bytes`
    X-Issuer  answer: hex, the certificate of that key, signed by the root
"""

from __future__ import annotations

from hashlib import sha256

NONCE, SEAL, ISSUER = "X-Nonce", "X-Seal", "X-Issuer"


def sealed_bytes(nonce: str, request_signature: str, status: int, etag: str, retry_after: str, body: bytes) -> bytes:
    """What a seal covers; `request_signature` as in X-Signature, "" when the request had none."""
    head = f"{nonce}\n{request_signature}\n{status}\n{etag}\n{retry_after}\n"
    return b"KSEAL1" + head.encode("latin-1", "replace") + sha256(body).digest()
