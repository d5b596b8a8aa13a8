"""What a gate needs to judge without a link: certificates, revocations, and who may have sold which places."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import msgspec
from sqlalchemy import Connection, text

from central.context import Context
from central.inventory.cells import to_blocks, unpack
from central.voiding import gate_has
from sync.wire import GateManifest, LeaseRow

MANIFEST_LOCK = 7_226_105_120
CERTIFICATE_KEPT_S = 60 * 86400  # tickets bought long before the ride outlive the certificate they were signed under


def manifest(context: Context, etag: str, gate_id: int = 0) -> tuple[GateManifest | None, str]:
    """(manifest, its etag); None when the copy of this etag is still right: `gate_id` then knows all that is void."""
    with context.engine.begin() as connection:
        content = _content(connection, context)
        fresh = f'"{sha256(msgspec.json.encode(content)).hexdigest()[:32]}"'
        if fresh == etag:
            if gate_id:
                gate_has(connection, context, gate_id, content.revocation_version)
            return None, fresh
        return msgspec.structs.replace(content, version=_version(connection, fresh)), fresh


def _version(connection: Connection, etag: str) -> int:
    """Grows with every change of content, also when an older content comes back."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MANIFEST_LOCK})
    row = connection.execute(
        text("SELECT version, etag FROM gate_manifest ORDER BY version DESC LIMIT 1")
    ).one_or_none()
    if row is not None and row.etag == etag:
        return int(row.version)
    version = connection.scalar(
        text("INSERT INTO gate_manifest (etag) VALUES (:etag) RETURNING version"), {"etag": etag}
    )
    connection.execute(text("DELETE FROM gate_manifest WHERE version < :version"), {"version": version})
    return int(version or 0)


def _content(connection: Connection, context: Context) -> GateManifest:
    now = int(context.now())
    certificates = connection.scalars(
        text("SELECT body FROM certificate WHERE not_after > :since ORDER BY terminal_id, incarnation, not_after"),
        {"since": now - CERTIFICATE_KEPT_S},
    )
    revoked = connection.execute(
        text(
            "SELECT terminal_id, incarnation, revoked_from FROM incarnation WHERE revoked_from IS NOT NULL "
            "ORDER BY terminal_id, incarnation"
        )
    )
    today = datetime.fromtimestamp(now, UTC).date()
    window = {"first": today - timedelta(days=1), "last": today + timedelta(days=context.manifest_days)}
    return GateManifest(
        version=0,
        epoch=context.keys.epoch,
        certificates=tuple(bytes(body).hex() for body in certificates),
        issuer_certificates=tuple(body.hex() for body in context.keys.issuer_certificates),
        revoked_tickets=_revoked_tickets(connection, now),
        revocation_version=int(connection.scalar(text("SELECT revocation_version FROM meta")) or 0),
        revoked_incarnations=tuple((row.terminal_id, row.incarnation, row.revoked_from) for row in revoked),
        leases=_lease_map(connection, window),
    )


def _revoked_tickets(connection: Connection, now: int) -> tuple[str, ...]:
    """Voided tickets of journeys that are not over (P12)."""
    rows = connection.execute(
        text(
            "SELECT v.terminal_id, v.incarnation, v.seq FROM void v LEFT JOIN ticket t "
            "USING (terminal_id, incarnation, seq) LEFT JOIN journey j ON j.id = t.journey_id "
            "WHERE coalesce(j.ends_at, :now) >= :now ORDER BY 1, 2, 3"
        ),
        {"now": now - 86400},
    )
    return tuple(f"{row.terminal_id:04x}{row.incarnation:02x}{row.seq:010x}" for row in rows)


def _lease_map(connection: Connection, window: dict[str, date]) -> tuple[LeaseRow, ...]:
    """Cells still leased, and cells already known as sold by that terminal: both may be on its paper."""
    cells: dict[tuple[int, int, int], list[int]] = {}
    segments: dict[int, int] = {}
    for row in connection.execute(
        text(
            "SELECT h.journey_id, h.terminal_id, h.incarnation, h.cells, j.segments FROM holding h "
            "JOIN journey j ON j.id = h.journey_id "
            "WHERE h.kind = 'LEASE' AND j.operating_day BETWEEN :first AND :last"
        ),
        window,
    ):
        segments[row.journey_id] = row.segments
        key = (row.journey_id, row.terminal_id, row.incarnation)
        have = cells.setdefault(key, [0] * row.segments)
        cells[key] = [a | b for a, b in zip(have, unpack(bytes(row.cells), row.segments), strict=True)]
    sold: dict[tuple[int, int, int], list[tuple[int, int, int]]] = defaultdict(list)
    for row in connection.execute(
        text(
            "SELECT t.journey_id, t.terminal_id, t.incarnation, t.place, t.from_segment, t.to_segment, j.segments "
            "FROM ticket t JOIN journey j ON j.id = t.journey_id "
            "WHERE t.covered AND t.place IS NOT NULL AND j.operating_day BETWEEN :first AND :last"
        ),
        window,
    ):
        segments[row.journey_id] = row.segments
        sold[row.journey_id, row.terminal_id, row.incarnation].append((row.place, row.from_segment, row.to_segment))
    for key, tickets in sold.items():
        masks = cells.setdefault(key, [0] * segments[key[0]])
        for place, first, last in tickets:
            for segment in range(first, last):
                masks[segment] |= 1 << place
    return tuple(LeaseRow(*key, blocks) for key, masks in sorted(cells.items()) if (blocks := to_blocks(masks)))
