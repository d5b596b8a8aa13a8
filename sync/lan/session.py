"""A line between two gates: each proves its certificate's key to a challenge of the other, then everything is sealed.

    -> KLAN1 <version 1> <ephemeral X25519 key 32>
    <- <ephemeral key 32> sealed(certificate 130, issuer certificate 106, signature 64)
    -> sealed(certificate 130, issuer certificate 106, signature 64)

A signature covers which side speaks, both ephemeral keys and its own certificate, so it fits this one line and cannot
be used again. Keys of both directions follow from the ephemeral secret (HKDF-SHA256); every frame is ChaCha20-Poly1305
under a number that counts up: a frame that is repeated, left out, moved, changed, of another line or of nobody does not
open, and the line ends. Keys are gone with the line, so what was overheard stays closed when a gate is stolen later.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.domain.errors import KioskError
from sync.lan.members import Member, Members, NotAGate

MAGIC = b"KLAN1"
VERSION = 1
HELLO_BYTES = len(MAGIC) + 1 + 32
_CERTIFICATE, _ISSUER, _SIGNATURE, _TAG = 130, 106, 64, 16
_PROOF_BYTES = _CERTIFICATE + _ISSUER + _SIGNATURE + _TAG
WELCOME_BYTES = 32 + _PROOF_BYTES
FINISH_BYTES = _PROOF_BYTES


class LineBroken(KioskError):
    """What came over the line is not what the other gate sent; nothing of it counts."""


class Credentials(NamedTuple):
    """What this gate shows."""

    certificate: bytes
    issuer: bytes
    sign: Callable[[bytes], bytes]


class Sealed:
    """One end of a line that is proven: `seal` what goes out, `open` what comes in, both in order."""

    def __init__(self, out_key: bytes, in_key: bytes) -> None:
        self._out, self._in = ChaCha20Poly1305(out_key), ChaCha20Poly1305(in_key)
        self._sent = self._received = 0

    def seal(self, data: bytes) -> bytes:
        sealed = self._out.encrypt(self._sent.to_bytes(12, "big"), data, None)
        self._sent += 1
        return sealed

    def open(self, data: bytes) -> bytes:
        """LineBroken for anything but the next frame of the other end."""
        try:
            plain = self._in.decrypt(self._received.to_bytes(12, "big"), data, None)
        except (InvalidTag, ValueError):
            raise LineBroken("a frame is not the next one of the other gate") from None
        self._received += 1
        return plain


class Dialer:
    """The side that called."""

    def __init__(self, me: Credentials, members: Members) -> None:
        self._me, self._members = me, members
        self._secret = X25519PrivateKey.generate()
        self.hello = MAGIC + bytes((VERSION,)) + self._secret.public_key().public_bytes_raw()

    def welcomed(self, welcome: bytes) -> tuple[Sealed, Member, bytes]:
        """(line, who answers, what to send as the last step). LineBroken, NotAGate."""
        if len(welcome) != WELCOME_BYTES:
            raise LineBroken("the answer is not one of a gate")
        theirs, proof = welcome[:32], welcome[32:]
        digest = sha256(self.hello + theirs).digest()
        dials, listens = _keys(self._secret, theirs, digest)
        line = Sealed(dials, listens)
        member = _proven(line.open(proof), b"listens", digest, self._members)
        return line, member, line.seal(_proof(self._me, b"dials", digest))


class Listener:
    """The side that was called."""

    def __init__(self, me: Credentials, members: Members) -> None:
        self._me, self._members = me, members
        self._digest = b""
        self._line: Sealed | None = None

    def hello(self, hello: bytes) -> bytes:
        """The answer to the first step."""
        if len(hello) != HELLO_BYTES or hello[: len(MAGIC)] != MAGIC:
            raise LineBroken("not a gate of ours that calls")
        if hello[len(MAGIC)] != VERSION:
            raise LineBroken(f"the other gate speaks version {hello[len(MAGIC)]}, this one {VERSION}")
        secret = X25519PrivateKey.generate()
        ours = secret.public_key().public_bytes_raw()
        self._digest = sha256(hello + ours).digest()
        dials, listens = _keys(secret, hello[len(MAGIC) + 1 :], self._digest)
        self._line = Sealed(listens, dials)
        return ours + self._line.seal(_proof(self._me, b"listens", self._digest))

    def finished(self, finish: bytes) -> tuple[Sealed, Member]:
        """(line, who called). LineBroken, NotAGate."""
        if self._line is None or len(finish) != FINISH_BYTES:
            raise LineBroken("the last step is missing")
        return self._line, _proven(self._line.open(finish), b"dials", self._digest, self._members)


def _keys(secret: X25519PrivateKey, theirs: bytes, digest: bytes) -> tuple[bytes, bytes]:
    """(of what the dialing side sends, of what the listening side sends)."""
    try:
        shared = secret.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError:
        raise LineBroken("the other side's key is no key") from None
    both = HKDF(algorithm=SHA256(), length=64, salt=digest, info=b"KLAN1 keys").derive(shared)
    return both[:32], both[32:]


def _covered(side: bytes, digest: bytes, certificate: bytes) -> bytes:
    return MAGIC + b" " + side + b"\n" + digest + certificate


def _proof(me: Credentials, side: bytes, digest: bytes) -> bytes:
    return me.certificate + me.issuer + me.sign(_covered(side, digest, me.certificate))


def _proven(proof: bytes, side: bytes, digest: bytes, members: Members) -> Member:
    certificate, rest = proof[:_CERTIFICATE], proof[_CERTIFICATE:]
    member = members.shown(certificate, rest[:_ISSUER])
    try:
        member.key.verify(rest[_ISSUER:], _covered(side, digest, certificate))
    except InvalidSignature:
        raise NotAGate("it shows a certificate whose key it does not hold") from None
    return member
