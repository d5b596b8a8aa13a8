"""Central's word on how far it has a journal, kept as it was signed: who edits a terminal's disk cannot write it.

It says (terminal, incarnation, seq, hash), and the hash covers every record before. It stays true for ever: a journal
is only ever appended to.
"""

from __future__ import annotations

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.certificate import BadCertificate, read_issuer
from kiosk.domain.errors import KioskError
from sync.wire import JournalAck


class BadProof(KioskError):
    """Not central's word."""


class Proof(msgspec.Struct, frozen=True):
    """An acknowledgement and what is needed to check it with the root key alone."""

    ack: str  # the bytes as they came, text of a JournalAck and maybe fields this program does not know
    issuer: str  # hex: the certificate of the key that signed, itself signed by the root


def signed_by(key: Ed25519PublicKey, raw: bytes, signature: str) -> bool:
    """Does an acknowledgement carry this key's signature?

    It is cut out of the raw text, not encoded anew: a later central may send fields this program does not know.
    """
    return signature_fits(key, signature, raw.replace(f'"signature":"{signature}"'.encode(), b'"signature":""'))


def signature_fits(key: Ed25519PublicKey, signature: str, data: bytes) -> bool:
    """Is the hex signature this key's over the data?"""
    try:
        key.verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def checked(kept: str, root_key: str) -> JournalAck:
    """The acknowledgement in a kept proof; BadProof when it is not central's. `root_key`: hex."""
    try:
        proof = msgspec.json.decode(kept, type=Proof)
        root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(root_key))
        key = Ed25519PublicKey.from_public_bytes(read_issuer(bytes.fromhex(proof.issuer), root).public_key)
        ack = msgspec.json.decode(proof.ack, type=JournalAck)
    except (BadCertificate, ValueError) as error:  # msgspec's errors are ValueErrors
        raise BadProof(f"central's kept acknowledgement cannot be read: {error}") from None
    if not signed_by(key, proof.ack.encode(), ack.signature):
        raise BadProof("central's kept acknowledgement does not carry central's signature")
    return ack


def reaches(kept: str) -> int:
    """The seq a kept proof speaks of, unchecked; -1 = there is none."""
    try:
        return msgspec.json.decode(msgspec.json.decode(kept, type=Proof).ack, type=JournalAck).accepted_seq
    except ValueError:
        return -1
