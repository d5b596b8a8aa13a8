"""Terminal certificates: at most 14 days, renewed from half of their life on, never two under one key id."""

from __future__ import annotations

from sqlalchemy import Connection, text

from central.context import Context
from central.keys import SKEW_S
from central.refusal import Refusal
from kiosk.domain.certificate import (
    LIFE_MAX_S,
    SCOPE_GATE,
    SCOPE_SELL,
    SEQ_MAX,
    BadCertificate,
    TerminalCertificate,
    issue_terminal,
    key_id,
    read_terminal,
)
from sync.wire import CertificateReply, CertificateRequest

TICKET_CAP = 1_000_000  # records a certificate allows beyond those known at issue


def issue(connection: Connection, context: Context, terminal_id: int, incarnation: int) -> bytes:
    """A fresh certificate for the incarnation's key, stored."""
    row = connection.execute(
        text(
            "SELECT i.public_key, i.head_seq, m.tenant, t.role FROM incarnation i CROSS JOIN meta m "
            "JOIN terminal t ON t.id = i.terminal_id "
            "WHERE i.terminal_id = :terminal AND i.incarnation = :incarnation"
        ),
        {"terminal": terminal_id, "incarnation": incarnation},
    ).one()
    not_before = int(context.now()) - SKEW_S
    for attempt in range(100):
        # The key id has 32 bits and tickets carry nothing else, so a collision must be avoided here.
        wish = TerminalCertificate(
            tenant=row.tenant,
            terminal_id=terminal_id,
            incarnation=incarnation,
            not_before=not_before - attempt,
            not_after=not_before - attempt + LIFE_MAX_S,
            public_key=bytes(row.public_key),
            issuer_key_id=context.keys.issuer_key_id,
            seq_max=min(SEQ_MAX, row.head_seq + TICKET_CAP),
            scope=_scope(row.role),
        )
        body = issue_terminal(wish, context.keys.issuing_key)
        stored = connection.execute(
            text(
                "INSERT INTO certificate (body, key_id, terminal_id, incarnation, not_before, not_after) "
                "VALUES (:body, :key_id, :terminal, :incarnation, :not_before, :not_after) ON CONFLICT DO NOTHING"
            ),
            {
                "body": body,
                "key_id": key_id(body),
                "terminal": terminal_id,
                "incarnation": incarnation,
                "not_before": wish.not_before,
                "not_after": wish.not_after,
            },
        )
        if stored.rowcount:
            return body
    raise AssertionError(f"no free key id for terminal {terminal_id}.{incarnation} in 100 tries")


def _scope(role: str) -> int:
    """A gate's key signs no ticket, and no other key speaks as a gate."""
    return SCOPE_GATE if role == "gate" else SCOPE_SELL


def _fits(context: Context, certificate: bytes, role: str) -> bool:
    """Made for this role; those of before gates had a scope of their own are made anew."""
    try:
        return read_terminal(certificate, context.keys.issuing_key.public_key()).scope == _scope(role)
    except BadCertificate:  # by the issuing key before this one
        return True


def newest(connection: Connection, terminal_id: int, incarnation: int) -> tuple[bytes, int] | None:
    """(certificate, not_after) of the newest one."""
    row = connection.execute(
        text(
            "SELECT body, not_after FROM certificate WHERE terminal_id = :terminal AND incarnation = :incarnation "
            "ORDER BY not_after DESC LIMIT 1"
        ),
        {"terminal": terminal_id, "incarnation": incarnation},
    ).one_or_none()
    return None if row is None else (bytes(row.body), row.not_after)


def renew(context: Context, terminal_id: int, incarnation: int, request: CertificateRequest) -> CertificateReply:
    """The certificate in force, or the next one when half of its life is over."""
    with context.engine.begin() as connection:
        row = connection.execute(
            text(
                "SELECT i.public_key, i.forked, t.role, i.incarnation = t.incarnation AS newest FROM incarnation i "
                "JOIN terminal t ON t.id = i.terminal_id WHERE i.terminal_id = :terminal "
                "AND i.incarnation = :incarnation FOR NO KEY UPDATE OF i"
            ),
            {"terminal": terminal_id, "incarnation": incarnation},
        ).one()
        if bytes(row.public_key).hex() != request.public_key.lower():
            raise Refusal(403, "other_key", "this is not the key the terminal was enrolled with; enrol it anew")
        if row.forked or not row.newest:
            raise Refusal(403, "superseded", "this incarnation gets no certificates any more; enrol the terminal anew")
        found = newest(connection, terminal_id, incarnation)
        if found is None or found[1] - context.now() < LIFE_MAX_S / 2 or not _fits(context, found[0], row.role):
            certificate = issue(connection, context, terminal_id, incarnation)
        else:
            certificate = found[0]
    return CertificateReply(certificate.hex(), context.keys.issuer_certificate.hex())
