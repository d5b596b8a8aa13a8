"""Certificates: root key -> issuing key -> one terminal incarnation. Compact binary, Ed25519.

Terminal certificate (130 bytes, big endian): format 0x11, scope flags, tenant 2, terminal 2, incarnation 1,
reserved 1, not_before 4, not_after 4, first seq 5, last seq 5, product mask 4, issuer key id 4, public key 32,
signature 64 by the issuing key over b"KCERT1" + everything before.

Issuer certificate (106 bytes): format 0x12, reserved 1, not_before 4, not_after 4, public key 32, signature 64 by the
root key over b"KISSUE1" + everything before.
"""

from __future__ import annotations

import struct
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.domain.errors import KioskError

LIFE_MAX_S = 14 * 86400
SEQ_MAX = (1 << 40) - 1
SCOPE_SELL, SCOPE_TEST, SCOPE_GATE = 1, 2, 4  # a gate sells nothing, and only a gate speaks as one

_TERMINAL = struct.Struct(">BBHHBBII5s5sI4s32s")
_ISSUER = struct.Struct(">BBII32s")
_TERMINAL_CONTEXT = b"KCERT1"
_ISSUER_CONTEXT = b"KISSUE1"


class BadCertificate(KioskError):
    """Not a certificate, or not signed by whom it should be."""


class TerminalCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """What one incarnation of one terminal may sign."""

    tenant: int
    terminal_id: int
    incarnation: int
    not_before: int  # unix s
    not_after: int
    public_key: bytes  # 32 bytes
    issuer_key_id: bytes = bytes(4)
    seq_first: int = 1
    seq_max: int = SEQ_MAX
    scope: int = SCOPE_SELL
    product_mask: int = 0xFFFFFFFF


class IssuerCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """The root says: this key issues terminal certificates."""

    not_before: int
    not_after: int
    public_key: bytes


def key_id(certificate: bytes) -> bytes:
    """4 bytes under which tickets name the certificate."""
    return sha256(certificate).digest()[:4]


def issue_terminal(certificate: TerminalCertificate, issuer_key: Ed25519PrivateKey) -> bytes:
    """Sign; ValueError when it would live longer than 14 days."""
    if not 0 < certificate.not_after - certificate.not_before <= LIFE_MAX_S:
        raise ValueError("a terminal certificate lives 14 days at most")
    body = _TERMINAL.pack(
        0x11,
        certificate.scope,
        certificate.tenant,
        certificate.terminal_id,
        certificate.incarnation,
        0,
        certificate.not_before,
        certificate.not_after,
        certificate.seq_first.to_bytes(5, "big"),
        certificate.seq_max.to_bytes(5, "big"),
        certificate.product_mask,
        certificate.issuer_key_id,
        certificate.public_key,
    )
    return body + issuer_key.sign(_TERMINAL_CONTEXT + body)


def read_terminal(data: bytes, issuer_key: Ed25519PublicKey) -> TerminalCertificate:
    """Check the issuer's signature and the life, and read; BadCertificate otherwise."""
    body = _checked(data, _TERMINAL.size, issuer_key, _TERMINAL_CONTEXT)
    fields = _TERMINAL.unpack(body)
    if fields[0] != 0x11 or fields[5] != 0:
        raise BadCertificate("unknown certificate format")
    if not 0 < fields[7] - fields[6] <= LIFE_MAX_S:  # also when central's own check failed: a stolen key ends
        raise BadCertificate("a terminal certificate lives 14 days at most")
    return TerminalCertificate(
        scope=fields[1],
        tenant=fields[2],
        terminal_id=fields[3],
        incarnation=fields[4],
        not_before=fields[6],
        not_after=fields[7],
        seq_first=int.from_bytes(fields[8], "big"),
        seq_max=int.from_bytes(fields[9], "big"),
        product_mask=fields[10],
        issuer_key_id=fields[11],
        public_key=fields[12],
    )


def issue_issuer(certificate: IssuerCertificate, root_key: Ed25519PrivateKey) -> bytes:
    """Signed by the root."""
    body = _ISSUER.pack(0x12, 0, certificate.not_before, certificate.not_after, certificate.public_key)
    return body + root_key.sign(_ISSUER_CONTEXT + body)


def read_issuer(data: bytes, root_key: Ed25519PublicKey) -> IssuerCertificate:
    """Check the root's signature and read; BadCertificate otherwise."""
    body = _checked(data, _ISSUER.size, root_key, _ISSUER_CONTEXT)
    version, reserved, not_before, not_after, public_key = _ISSUER.unpack(body)
    if version != 0x12 or reserved:
        raise BadCertificate("unknown issuer certificate format")
    return IssuerCertificate(not_before=not_before, not_after=not_after, public_key=public_key)


def _checked(data: bytes, size: int, key: Ed25519PublicKey, context: bytes) -> bytes:
    if len(data) != size + 64:
        raise BadCertificate(f"a certificate of this kind has {size + 64} bytes, this has {len(data)}")
    body, signature = data[:size], data[size:]
    try:
        key.verify(signature, context + body)
    except InvalidSignature:
        raise BadCertificate("the certificate's signature is not its issuer's") from None
    return body
