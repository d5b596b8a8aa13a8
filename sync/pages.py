"""Pages of the feed of changes under central's own signature: to be kept, and passed from gate to gate.

The seal of an answer fits one request only; this signature fits the page for ever. It covers which state the page leads
from and to, and a hash over everything that ever led there, so a list that is older, or that went another way, shows.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.certificate import BadCertificate, read_issuer
from kiosk.domain.errors import KioskError
from sync.chain import GENESIS as GENESIS
from sync.proof import signature_fits
from sync.wire import Changes

CONTEXT = b"KLIST1"


class BadPage(KioskError):
    """Not what central signed; the message says what is wrong."""


class SignedPage(msgspec.Struct, frozen=True, array_like=True):
    """A page as it came, and whose signature it bears."""

    text: str
    issuer: str  # hex: the certificate of the key that signed, itself signed by the root


def advanced(chain: str, seq: int, topic: str, key: str, body: str | None, until: int) -> str:
    """The hash of everything up to one more change."""
    told = "-" if body is None else "+" + body
    return sha256(bytes.fromhex(chain) + f"{seq}\x1f{topic}\x1f{key}\x1f{until}\x1f{told}".encode()).hexdigest()


def signed(page: Changes, sign: Callable[[bytes], str]) -> bytes:
    """The JSON of a page with its signature in it. `sign`: hex."""
    raw = msgspec.json.encode(msgspec.structs.replace(page, signature=""))
    return msgspec.json.encode(msgspec.structs.replace(page, signature=sign(CONTEXT + raw)))


def read(page: SignedPage, root_key: Ed25519PublicKey) -> Changes:
    """The changes of a page; BadPage when central did not sign them."""
    try:
        found = msgspec.json.decode(page.text, type=Changes)
        issuer = read_issuer(bytes.fromhex(page.issuer), root_key)
        key = Ed25519PublicKey.from_public_bytes(issuer.public_key)
    except (BadCertificate, ValueError) as error:  # msgspec's errors are ValueErrors
        raise BadPage(f"a page of the list cannot be read: {error}") from None
    # Cut out of the text, not encoded anew: a later central may say more than this program knows.
    plain = page.text.replace(f'"signature":"{found.signature}"', '"signature":""')
    if not found.signature or not signature_fits(key, found.signature, CONTEXT + plain.encode()):
        raise BadPage("a page of the list does not bear central's signature")
    if not issuer.not_before <= found.signed_at <= issuer.not_after:
        raise BadPage("a page of the list was signed by a key that was not in force")
    return found
