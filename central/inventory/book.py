"""The inventory of some journeys, locked, moved in memory and written back in one statement.

The lock is the journey's POOL row, taken in journey order, so two books never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from central.inventory.cells import pack, stride_of, unpack
from kiosk.domain.layout import Layout
from kiosk.domain.protocol.ownership import Owner, Ownership


class Inventory(Ownership):
    """One journey's cells, with what central knows of the journey."""

    def __init__(
        self,
        journey_id: int,
        segments: int,
        layout: Layout,
        on_sale: bool,
        ends_at: int,
        service_journey_id: str,
        doubt_epoch: int = 0,
    ) -> None:
        super().__init__(segments, {}, doubt_epoch)
        self.journey_id = journey_id
        self.layout = layout
        self.on_sale = on_sale
        self.ends_at = ends_at
        self.service_journey_id = service_journey_id


_HOLDING = "journey_id, kind, terminal_id, incarnation, epoch, n, cells"


class Book:
    """Holdings of several journeys under lock until the transaction ends.

    `pool_only`: enough to give cells under new grants; a busy train has hundreds of other holders.
    """

    def __init__(self, connection: Connection, journey_ids: Iterable[int], *, pool_only: bool = False) -> None:
        self._connection = connection
        self._journeys: dict[int, Inventory] = {}
        wanted = {"ids": sorted(set(journey_ids))}
        if not wanted["ids"]:
            return
        # With the lock comes the row as it is then, also when it had to be waited for.
        holdings = connection.execute(
            text(
                f"SELECT {_HOLDING} FROM holding WHERE kind = 'POOL' AND journey_id = ANY(:ids) "
                "ORDER BY journey_id FOR UPDATE"
            ),
            wanted,
        ).all()
        rows = connection.execute(
            text(
                "SELECT id, segments, on_sale, ends_at, service_journey_id, doubt_epoch, layout_digest FROM journey "
                "WHERE id = ANY(:ids) AND layout_digest IS NOT NULL"
            ),
            wanted,
        ).all()
        layouts = read_layouts(connection, {row.layout_digest for row in rows})
        for row in rows:
            self._journeys[row.id] = Inventory(
                row.id,
                row.segments,
                layouts[row.layout_digest],
                row.on_sale,
                row.ends_at,
                row.service_journey_id,
                row.doubt_epoch,
            )
        if not pool_only:
            query = text(f"SELECT {_HOLDING} FROM holding WHERE journey_id = ANY(:ids)")
            holdings = connection.execute(query, wanted).all()
        for row in holdings:
            inventory = self._journeys[row.journey_id]
            owner = Owner(row.kind, row.terminal_id, row.incarnation, row.epoch, row.n)
            inventory.holdings[owner] = unpack(bytes(row.cells), inventory.segments)

    def get(self, journey_id: int) -> Inventory | None:
        """None for an unknown journey and for one without a layout."""
        return self._journeys.get(journey_id)

    def write(self) -> None:
        """Bring the changes to the database; empty holdings disappear, the POOL's row stays: it is the lock."""
        rows: list[dict[str, Any]] = []
        gone: list[dict[str, Any]] = []
        for inventory in self._journeys.values():
            stride = stride_of(len(inventory.layout.places))
            for owner in inventory.changed:
                masks, row = inventory.holdings[owner], {"journey_id": inventory.journey_id, **owner._asdict()}
                if owner.kind != "POOL" and not any(masks):
                    gone.append(row)
                else:
                    rows.append({**row, "cells": pack(masks, stride).hex()})
            inventory.changed.clear()
        for statement, changed in ((_UPSERT, rows), (_DELETE, gone)):
            if changed:
                self._connection.execute(statement, {"rows": msgspec.json.encode(changed).decode()})


# All rows as one JSON list: lists of each column are looked through sign by sign on their way to the database.
_ROWS = (
    "json_to_recordset(CAST(:rows AS json)) AS fresh (journey_id bigint, kind text, terminal_id int, incarnation int, "
    "epoch int, n bigint"
)
_KEY = "journey_id, kind, terminal_id, incarnation, epoch, n"
_UPSERT = text(
    f"INSERT INTO holding ({_KEY}, cells) SELECT {_KEY}, decode(cells, 'hex') FROM {_ROWS}, cells text) "
    f"ON CONFLICT ({_KEY}) DO UPDATE SET cells = EXCLUDED.cells"
)
_DELETE = text(
    f"DELETE FROM holding h USING {_ROWS}) WHERE (h.journey_id, h.kind, h.terminal_id, h.incarnation, h.epoch, h.n) = "
    "(fresh.journey_id, fresh.kind, fresh.terminal_id, fresh.incarnation, fresh.epoch, fresh.n)"
)


_layouts: dict[str, Layout] = {}  # of this process; a layout never changes under its digest


def read_layouts(connection: Connection, digests: set[str]) -> dict[str, Layout]:
    """Each is fetched and decoded once: large halls are megabytes of text."""
    if missing := digests - _layouts.keys():
        for row in connection.execute(
            text("SELECT digest, body FROM layout WHERE digest = ANY(:digests)"), {"digests": sorted(missing)}
        ):
            _layouts[row.digest] = msgspec.json.decode(bytes(row.body), type=Layout)
    return {digest: _layouts[digest] for digest in digests}
