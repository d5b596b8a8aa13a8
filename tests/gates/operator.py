"""An operator with keys: enrols gates and signs lists, as central does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain import ticket as tickets
from kiosk.domain.certificate import SCOPE_GATE, TerminalCertificate, issue_terminal, key_id
from sync.pages import GENESIS, SignedPage, advanced, signed
from sync.wire import BookedRow, Change, Changes, EnrolReply
from tests.gate_world import DAY, Central
from tests.gates.whole import Enrolled
from tests.small_catalogue import coach_layout


class Operator:
    """Central's keys, and a feed of changes in memory."""

    def __init__(self, now: int) -> None:
        self.central = Central(now)
        self.now = now
        self._seq, self._chain = 0, GENESIS
        self._gates: list[str] = []

    def begin_at(self, seq: int) -> None:
        """Of the feed."""
        self._seq = seq

    def enrol(self, name: str, terminal_id: int, incarnation: int = 1, scope: int = SCOPE_GATE) -> Enrolled:
        key = Ed25519PrivateKey.generate()
        certificate = issue_terminal(
            TerminalCertificate(
                tenant=self.central.tenant,
                terminal_id=terminal_id,
                incarnation=incarnation,
                not_before=self.now - DAY,
                not_after=self.now + 9 * DAY,
                public_key=key.public_key().public_bytes_raw(),
                scope=scope,
            ),
            self.central.issuer,
        )
        self._gates.append(certificate.hex())
        reply = EnrolReply(
            terminal_id=terminal_id,
            incarnation=incarnation,
            epoch=1,
            role="gate",
            name=name,
            stop_place_id="a",
            certificate=certificate.hex(),
            issuer_certificate=self.central.issuer_certificate.hex(),
            root_key=self.central.root_key.hex(),
            tenant=self.central.tenant,
        )
        return Enrolled(reply, key.private_bytes_raw().hex())

    def everything(self) -> SignedPage:
        """The list from the beginning: certificates, issuer, leases, no revocation."""
        manifest = self.central.manifest()
        certificates = [*manifest.certificates, *self._gates]
        changes = [Change("issuer", key_id(self.central.issuer_certificate).hex(), manifest.issuer_certificates[0])]
        changes += [Change("certificate", key_id(bytes.fromhex(each)).hex(), each) for each in certificates]
        changes += [
            Change("lease", f"{row.journey_id}.{row.terminal_id}.{row.incarnation}", _json(row.blocks))
            for row in manifest.leases
        ]
        return self.page([*changes, Change("revocations", "", "0")], begin="0.0")

    def sell(self, *codes: str) -> SignedPage:
        """Tickets arrived in the seller's journal: places of the second coach, by seat."""
        layout = coach_layout()
        found = []
        for ticket in (tickets.read(code)[0] for code in codes):
            place = layout.index_of(ticket.coach, ticket.seat)
            way = (ticket.from_call, ticket.to_call)
            row = BookedRow(f"sale-{ticket.seq}", ticket.journey_id, place, *way, "second", "flex", "adult", 1)
            found.append(Change("booked", ticket.ticket_id, _json(row)))
        return self.page(found)

    def revoke(self, ticket_id: str) -> SignedPage:
        return self.page([Change("revoked_ticket", ticket_id, ""), Change("revocations", "", str(self._seq))])

    def revoke_incarnation(self, terminal_id: int, incarnation: int, since: int) -> SignedPage:
        return self.page([Change("revoked_incarnation", f"{terminal_id}.{incarnation}", str(since))])

    def page(self, changes: Sequence[Change], *, begin: str = "", signed_at: int = 0) -> SignedPage:
        """What changed after the last page, or after `begin`."""
        before, chain_before = f"1.{self._seq}", self._chain
        for change in changes:
            self._seq += 1
            self._chain = advanced(self._chain, self._seq, change.topic, change.key, change.body, change.until)
        return self.sign(
            cursor=f"1.{self._seq}",
            more=False,
            changes=tuple(changes),
            begin=begin or before,
            chain_before=GENESIS if begin else chain_before,
            chain=self._chain,
            signed_at=signed_at or self.now,
        )

    def sign(self, **fields: Any) -> SignedPage:
        page = Changes(**fields)
        raw = signed(page, lambda data: self.central.issuer.sign(data).hex())
        return SignedPage(raw.decode(), self.central.issuer_certificate.hex())


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
