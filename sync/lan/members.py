"""Who may speak as a gate: a certificate of this operator, with a gate's scope, in force, not revoked, not outlived."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.certificate import SCOPE_GATE, BadCertificate, TerminalCertificate, read_issuer, read_terminal
from kiosk.domain.errors import KioskError
from kiosk.domain.gate.held import Trust
from kiosk.domain.passages import Author
from kiosk.ports import Clock

SKEW_S = 2 * 86400  # clocks of machines that were dark differ; a certificate that just ended still speaks


class NotAGate(KioskError):
    """Whoever this is, it does not speak as a gate of this operator; the message says why."""


class Member(msgspec.Struct, frozen=True):
    """A gate that proved itself, or that central's list names."""

    author: Author
    key: Ed25519PublicKey
    revoked_from: int | None = None  # unix s: nothing it says of later is believed


class Members:
    """Knows gates by central's list and by the certificates they showed."""

    def __init__(self, root_key: bytes, tenant: int, trust: Callable[[], Trust], clock: Clock) -> None:
        self._root_key = Ed25519PublicKey.from_public_bytes(root_key)
        self._tenant = tenant
        self._trust = trust
        self._clock = clock
        self._shown: dict[Author, Member] = {}
        self._read_from: Trust | None = None
        self._listed: dict[Author, Member] = {}

    def shown(self, certificate: bytes, issuer: bytes) -> Member:
        """The gate that this certificate is of; NotAGate otherwise. Whether it holds the key is seen elsewhere."""
        try:
            read = self._read(certificate, issuer)
        except BadCertificate as fault:
            raise NotAGate(f"not a certificate under this operator's root: {fault}") from None
        now = self._clock.now()
        author = Author(read.terminal_id, read.incarnation)
        name = f"terminal {author.terminal_id}.{author.incarnation}"
        if not read.scope & SCOPE_GATE:
            raise NotAGate(f"{name} is no gate: its certificate is for selling")
        if read.tenant != self._tenant:
            raise NotAGate(f"{name} belongs to another operator")
        if not read.not_before - SKEW_S <= now <= read.not_after + SKEW_S:
            raise NotAGate(f"the certificate of {name} is not in force (or a clock is wrong)")
        self._refresh()
        listed = self._listed.get(author)
        if listed is not None and listed.revoked_from is not None:
            raise NotAGate(f"{name} is revoked")
        if any(each.terminal_id == author.terminal_id and each > author for each in self._listed.keys() | self._shown):
            raise NotAGate(f"{name} was enrolled anew: this is its earlier life")
        member = Member(author, Ed25519PublicKey.from_public_bytes(read.public_key))
        self._shown[author] = member
        return member

    def get(self, author: Author) -> Member | None:
        """Whose signature to expect on a fact."""
        self._refresh()
        return self._listed.get(author) or self._shown.get(author)

    def revoked(self, author: Author) -> bool:
        member = self.get(author)
        return member is not None and member.revoked_from is not None

    def _refresh(self) -> None:
        trust = self._trust()
        if trust is self._read_from:
            return
        listed: dict[Author, Member] = {}
        for known in trust.certificates.values():
            certificate = known.certificate
            if certificate.scope & SCOPE_GATE and certificate.tenant == self._tenant:
                author = Author(certificate.terminal_id, certificate.incarnation)
                listed[author] = Member(author, known.key, known.revoked_from)
        self._listed, self._read_from = listed, trust

    def _read(self, certificate: bytes, issuer: bytes) -> TerminalCertificate:
        issuing = read_issuer(issuer, self._root_key)
        read = read_terminal(certificate, Ed25519PublicKey.from_public_bytes(issuing.public_key))
        if not issuing.not_before <= read.not_before <= issuing.not_after:
            raise BadCertificate("its issuer was not in force")
        return read
