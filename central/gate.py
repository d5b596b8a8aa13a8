"""What a gate needs to judge without a link: certificates, revocations, and who may have sold which places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, text

from central.context import Context
from central.inventory.cells import to_blocks, unpack
from central.voiding import gate_has
from kiosk.domain.certificate import key_id
from sync.wire import GateManifest, LeaseRow

MANIFEST_LOCK = 7_226_105_120
OVER_S = 86400  # after a journey's end nobody asks for its tickets any more
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
    version = revocations(connection)  # first: a list that is told with a version is complete up to it
    return GateManifest(
        version=0,
        epoch=context.keys.epoch,
        certificates=tuple(sorted(row.body or "" for row in certificates(connection, context).values())),
        issuer_certificates=tuple(body.hex() for body in context.keys.issuer_certificates),
        revoked_tickets=tuple(revoked_tickets(connection, context)),
        revocation_version=version,
        revoked_incarnations=tuple(_revoked(connection, None)),
        leases=tuple(row for row, _ in _lease_map(connection, context, None)),
    )


class Row(NamedTuple):
    """One thing a gate must know, as the feed tells it."""

    body: str | None  # None = gone
    until: int = 0  # unix s from when nobody misses it; 0 = always


State = dict[str, dict[str, Row]]  # by topic and key


def revocations(connection: Connection) -> int:
    """The version of the revocation list."""
    return int(connection.scalar(text("SELECT revocation_version FROM meta")) or 0)


def issuers(connection: Connection, context: Context, keys: list[str] | None = None) -> dict[str, Row]:
    return {key_id(body).hex(): Row(body.hex()) for body in context.keys.issuer_certificates}


def certificates(connection: Connection, context: Context, keys: list[str] | None = None) -> dict[str, Row]:
    rows = connection.execute(
        text(
            "SELECT body, key_id, not_after FROM certificate WHERE not_after > :since "
            + ("" if keys is None else "AND encode(key_id, 'hex') = ANY(:keys) ")
            + "ORDER BY terminal_id, incarnation, not_after"
        ),
        {"since": int(context.now()) - CERTIFICATE_KEPT_S, "keys": keys},
    )
    return {bytes(r.key_id).hex(): Row(bytes(r.body).hex(), r.not_after + CERTIFICATE_KEPT_S) for r in rows}


def revoked_incarnations(connection: Connection, context: Context, keys: list[str] | None = None) -> dict[str, Row]:
    return {f"{terminal}.{inc}": Row(str(since)) for terminal, inc, since in _revoked(connection, keys)}


def _revoked(connection: Connection, keys: list[str] | None) -> list[tuple[int, int, int]]:
    rows = connection.execute(
        text(
            "SELECT terminal_id, incarnation, revoked_from FROM incarnation WHERE revoked_from IS NOT NULL "
            + ("" if keys is None else "AND terminal_id || '.' || incarnation = ANY(:keys) ")
            + "ORDER BY terminal_id, incarnation"
        ),
        {"keys": keys},
    )
    return [(row.terminal_id, row.incarnation, row.revoked_from) for row in rows]


def revoked_tickets(connection: Connection, context: Context, keys: list[str] | None = None) -> dict[str, Row]:
    """Voided tickets of journeys that are not over (P12)."""
    wanted = ""
    parts: dict[str, Any] = {"since": int(context.now()) - OVER_S}
    if keys is not None:
        wanted = (
            "JOIN unnest(CAST(:terminals AS int[]), CAST(:incarnations AS int[]), CAST(:seqs AS bigint[])) "
            "AS asked (terminal_id, incarnation, seq) USING (terminal_id, incarnation, seq) "
        )
        keys = sorted(set(keys))
        parts["terminals"] = [int(key[:4], 16) for key in keys]
        parts["incarnations"] = [int(key[4:6], 16) for key in keys]
        parts["seqs"] = [int(key[6:], 16) for key in keys]
    rows = connection.execute(
        text(
            f"SELECT v.terminal_id, v.incarnation, v.seq, j.ends_at FROM void v {wanted} LEFT JOIN ticket t "
            "USING (terminal_id, incarnation, seq) LEFT JOIN journey j ON j.id = t.journey_id "
            "WHERE coalesce(j.ends_at, :since) >= :since ORDER BY 1, 2, 3"
        ),
        parts,
    )
    return {
        f"{row.terminal_id:04x}{row.incarnation:02x}{row.seq:010x}": Row(
            "", (row.ends_at or 0) and row.ends_at + OVER_S
        )
        for row in rows
    }


def leases(connection: Connection, context: Context, journeys: list[str] | None = None) -> dict[str, Row]:
    """By journey, terminal and incarnation; `journeys`: their ids."""
    return {
        f"{row.journey_id}.{row.terminal_id}.{row.incarnation}": Row(msgspec.json.encode(row.blocks).decode(), until)
        for row, until in _lease_map(connection, context, journeys)
    }


def window(context: Context) -> dict[str, Any]:
    """Operating days that gates are told of: `first` and `last`."""
    today = datetime.fromtimestamp(int(context.now()), UTC).date()
    return {"first": today - timedelta(days=1), "last": today + timedelta(days=context.manifest_days)}


def _lease_map(connection: Connection, context: Context, journeys: list[str] | None) -> Iterator[tuple[LeaseRow, int]]:
    """Cells still leased, and cells already known as sold by that terminal: both may be on its paper."""
    parts = window(context) | {"journeys": None if journeys is None else sorted({int(each) for each in journeys})}
    of = "j.operating_day BETWEEN :first AND :last" + ("" if journeys is None else " AND j.id = ANY(:journeys)")
    cells: dict[tuple[int, int, int], list[int]] = {}
    until: dict[int, int] = {}
    for row in connection.execute(
        text(
            "SELECT h.journey_id, h.terminal_id, h.incarnation, h.cells, j.segments, j.ends_at FROM holding h "
            f"JOIN journey j ON j.id = h.journey_id WHERE h.kind = 'LEASE' AND {of}"
        ),
        parts,
    ):
        until[row.journey_id] = row.ends_at
        key = (row.journey_id, row.terminal_id, row.incarnation)
        have = cells.setdefault(key, [0] * row.segments)
        cells[key] = [a | b for a, b in zip(have, unpack(bytes(row.cells), row.segments), strict=True)]
    for row in connection.execute(  # put together by the database: a million tickets are a few thousand rows
        text(
            "SELECT t.journey_id, t.terminal_id, t.incarnation, t.from_segment, t.to_segment, "
            "string_agg(t.place::text, ',') AS places, j.segments, j.ends_at "
            "FROM ticket t JOIN journey j ON j.id = t.journey_id "
            f"WHERE t.covered AND t.place IS NOT NULL AND {of} GROUP BY 1, 2, 3, 4, 5, j.segments, j.ends_at"
        ),
        parts,
    ):
        until[row.journey_id] = row.ends_at
        masks = cells.setdefault((row.journey_id, row.terminal_id, row.incarnation), [0] * row.segments)
        sold = reduce(or_, (1 << int(place) for place in row.places.split(",")))
        for segment in range(row.from_segment, row.to_segment):
            masks[segment] |= sold
    for key, masks in sorted(cells.items()):
        if blocks := to_blocks(masks):
            yield LeaseRow(*key, blocks), until[key[0]] + OVER_S
