"""From central's manifest to what the gate believes: every certificate is checked once, against the root.

A manifest never takes knowledge away: an older one, or one with an older list of revocations, is refused, so a
replayed answer cannot bring a revoked ticket back to life.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.certificate import (
    SCOPE_SELL,
    BadCertificate,
    IssuerCertificate,
    TerminalCertificate,
    key_id,
    read_issuer,
    read_terminal,
)
from kiosk.domain.errors import CentralUnreachable
from kiosk.domain.gate.held import KnownCertificate, Trust
from kiosk.domain.gate.issuing import Certificate
from sync.wire import GateManifest, LeaseRow

log = logging.getLogger(__name__)


def checked(manifest: GateManifest, before: GateManifest | None) -> GateManifest:
    """The manifest to keep; CentralUnreachable when it is older than the one before (then an old central answers)."""
    if before is None:
        return manifest
    now, then = (manifest.epoch, manifest.version), (before.epoch, before.version)
    if now < then or (manifest.epoch == before.epoch and manifest.revocation_version < before.revocation_version):
        raise CentralUnreachable(
            f"the gate's list is version {manifest.version} of epoch {manifest.epoch} with revocations "
            f"{manifest.revocation_version}, the gate already has version {before.version} of epoch {before.epoch} "
            f"with revocations {before.revocation_version}: an old central answers"
        )
    if manifest.revocation_version >= before.revocation_version:
        return manifest
    # A restored central (new epoch) may have forgotten revocations; the gate has not.
    return msgspec.structs.replace(
        manifest,
        revocation_version=before.revocation_version,
        revoked_tickets=tuple(sorted({*manifest.revoked_tickets, *before.revoked_tickets})),
        revoked_incarnations=tuple(sorted({*manifest.revoked_incarnations, *before.revoked_incarnations})),
    )


def trust_of(manifest: GateManifest, root_key: Ed25519PublicKey) -> Trust:
    """Look-ups from a manifest; a certificate that is not right is left out and named in the log.

    CentralUnreachable when there are certificates and none is right: that is another central.
    """
    issuers = _issuers(manifest.issuer_certificates, root_key)
    revoked: dict[tuple[int, int], int] = {}
    for terminal_id, incarnation, at in manifest.revoked_incarnations:
        revoked[terminal_id, incarnation] = min(at, revoked.get((terminal_id, incarnation), at))
    found: dict[bytes, KnownCertificate] = {}
    twice: set[bytes] = set()
    for text in manifest.certificates:
        data = _bytes(text)
        certificate = _terminal(data, issuers)
        if certificate is None:
            log.warning("a terminal certificate in the gate's list is not from our issuer and is left out")
            continue
        key = key_id(data)
        if key in found and found[key].certificate != certificate:
            twice.add(key)
        since = revoked.get((certificate.terminal_id, certificate.incarnation))
        public = Ed25519PublicKey.from_public_bytes(certificate.public_key)
        found[key] = KnownCertificate(certificate, public, since, _for_rules(key.hex(), certificate, since))
    if manifest.certificates and not found:
        raise CentralUnreachable("no certificate in the gate's list leads to our root key: another central answers")
    for key in twice:
        log.error("two certificates share the key id %s; tickets of both are refused", key.hex())
        del found[key]
    return Trust(
        certificates=found,
        revoked_tickets=frozenset(manifest.revoked_tickets),
        leases=_leases(manifest.leases),
    )


def _for_rules(key: str, certificate: TerminalCertificate, revoked_from: int | None) -> Certificate:
    """The same permission in the words of the gate's rules."""
    mask = certificate.product_mask
    return Certificate(
        key=key,
        operator=str(certificate.tenant),
        seller=f"{certificate.terminal_id}.{certificate.incarnation}",
        not_before=datetime.fromtimestamp(certificate.not_before, UTC),
        not_after=datetime.fromtimestamp(certificate.not_after, UTC),
        revoked_from=None if revoked_from is None else datetime.fromtimestamp(revoked_from, UTC),
        sells=bool(certificate.scope & SCOPE_SELL),
        first_number=certificate.seq_first,
        last_number=certificate.seq_max,
        classes=None if mask == 0xFFFFFFFF else tuple(str(bit) for bit in range(32) if mask >> bit & 1),
    )


def _issuers(texts: Iterable[str], root_key: Ed25519PublicKey) -> list[tuple[IssuerCertificate, Ed25519PublicKey]]:
    issuers = []
    for text in texts:
        try:
            issuer = read_issuer(_bytes(text), root_key)
        except BadCertificate as fault:
            log.warning("an issuer certificate in the gate's list is left out: %s", fault)
            continue
        issuers.append((issuer, Ed25519PublicKey.from_public_bytes(issuer.public_key)))
    return issuers


def _terminal(data: bytes, issuers: list[tuple[IssuerCertificate, Ed25519PublicKey]]) -> TerminalCertificate | None:
    for issuer, key in issuers:
        try:
            certificate = read_terminal(data, key)
        except BadCertificate:
            continue
        # The issuing key must have been in force when it signed, which is not before the certificate begins.
        if issuer.not_before <= certificate.not_before <= issuer.not_after:
            return certificate
    return None


def _leases(rows: Iterable[LeaseRow]) -> dict[tuple[int, int, int], tuple[int, ...]]:
    leases: dict[tuple[int, int, int], list[int]] = {}
    for row in rows:
        masks = leases.setdefault((row.journey_id, row.terminal_id, row.incarnation), [])
        for block in row.blocks:
            masks.extend([0] * (block.to_segment - len(masks)))
            for segment in range(block.from_segment, block.to_segment):
                masks[segment] |= block.mask
    return {key: tuple(masks) for key, masks in leases.items()}


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
