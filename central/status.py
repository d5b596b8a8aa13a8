"""What central holds, in figures; every figure counted from the tables, none remembered."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, text

from central.inventory.check import inventory_faults, oversold
from central.publish.published import newest_version


class Status(msgspec.Struct, frozen=True):
    """One look at central."""

    catalogue_version: int
    journeys: int  # on sale
    terminals: int  # enrolled
    sales: int  # with at least one ticket
    tickets: int
    admissions: int
    refusals: int
    oversold: int  # pairs of tickets that share a cell
    duplicates: int  # tickets beyond the first for the same item of a sale, and records counted twice
    uncovered: int  # tickets whose cells were not leased to their seller
    records: int
    unapplied: int  # stored, waiting or unknown or poison
    forks: int
    incidents: int
    inventory_faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not (self.oversold or self.duplicates or self.forks or self.inventory_faults)


_COUNTS = {
    "journeys": "SELECT count(*) FROM journey WHERE on_sale",
    "terminals": "SELECT count(*) FROM terminal WHERE incarnation > 0",
    "sales": "SELECT count(*) FROM (SELECT DISTINCT terminal_id, incarnation, sale_id FROM ticket) AS s",
    "tickets": "SELECT count(*) FROM ticket",
    "admissions": "SELECT count(*) FROM admission WHERE reason = ''",
    "refusals": "SELECT count(*) FROM admission WHERE reason NOT IN ('', 'annulled')",
    "duplicates": (
        "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM ticket "
        "GROUP BY terminal_id, incarnation, sale_id, item_no) AS t"
    ),
    "uncovered": "SELECT count(*) FROM ticket WHERE NOT covered",
    "records": "SELECT count(*) FROM raw_journal",
    "unapplied": (
        "SELECT (SELECT count(*) FROM raw_journal WHERE state IS NOT NULL) "
        "+ (SELECT coalesce(sum(head_seq - applied_seq), 0) FROM incarnation)"
    ),
    "forks": "SELECT count(*) FROM incarnation WHERE forked",
    "incidents": "SELECT count(*) FROM incident",
}


def look(connection: Connection) -> Status:
    counts = {name: int(connection.scalar(text(sql)) or 0) for name, sql in _COUNTS.items()}
    return Status(
        catalogue_version=newest_version(connection),
        oversold=oversold(connection),
        inventory_faults=tuple(inventory_faults(connection)),
        **counts,
    )


def incidents(connection: Connection) -> list[str]:
    """The newest incidents as lines."""
    rows = connection.execute(
        text("SELECT noticed_at, kind, detail, terminal_id, incarnation, seq FROM incident ORDER BY id DESC LIMIT 20"),
    )
    return [
        f"{row.noticed_at:%Y-%m-%d %H:%M:%S} {row.kind} terminal {row.terminal_id}.{row.incarnation} record {row.seq}: "
        f"{row.detail}"
        for row in rows
    ]
