"""Writing grants: signed, numbered, stored; their cells move from the pool to the terminal (P1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, text

from central.inventory.book import Inventory
from central.inventory.cells import to_blocks
from central.keys import Keys
from kiosk.domain.allotment import Gid, Grant, SignedGrant

GRANT_CONTEXT = b"KGRANT1"


class Fresh(NamedTuple):
    """A grant that is not stored yet."""

    gid: Gid
    terminal_id: int
    incarnation: int
    journey_id: int
    signed: SignedGrant


def issue(
    keys: Keys,
    number: int,
    terminal_id: int,
    incarnation: int,
    inventory: Inventory,
    masks: Sequence[int],
    live_until: int | None = None,
) -> Fresh:
    """Move cells the pool holds to the terminal, in memory, and sign that. `live_until`: of a live hold, unix s."""
    gid = Gid(keys.epoch, number)
    inventory.grant(terminal_id, incarnation, gid, masks)
    not_after = inventory.ends_at if live_until is None else min(live_until, inventory.ends_at)
    live = live_until is not None
    grant = Grant(gid, terminal_id, incarnation, inventory.journey_id, to_blocks(masks), not_after, live)
    body = msgspec.json.encode(grant)
    signed = SignedGrant(body.decode(), keys.sign(GRANT_CONTEXT + body))
    return Fresh(gid, terminal_id, incarnation, inventory.journey_id, signed)


def store(connection: Connection, fresh: Sequence[Fresh]) -> None:
    """All of them in one statement."""
    if not fresh:
        return
    connection.execute(
        _INSERT,
        {
            "epochs": [each.gid.epoch for each in fresh],
            "ns": [each.gid.n for each in fresh],
            "terminals": [each.terminal_id for each in fresh],
            "incarnations": [each.incarnation for each in fresh],
            "journeys": [each.journey_id for each in fresh],
            "bodies": [each.signed.body for each in fresh],
            "signatures": [each.signed.signature for each in fresh],
        },
    )


_INSERT = text(
    "INSERT INTO grant_given (epoch, n, terminal_id, incarnation, journey_id, body, signature) "
    "SELECT * FROM unnest(CAST(:epochs AS int[]), CAST(:ns AS bigint[]), CAST(:terminals AS int[]), "
    "CAST(:incarnations AS int[]), CAST(:journeys AS bigint[]), CAST(:bodies AS text[]), CAST(:signatures AS text[]))"
)
