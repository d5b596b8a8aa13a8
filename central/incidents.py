"""What a person should look at: noted once, never a reason to refuse or lose a fact."""

from __future__ import annotations

from sqlalchemy import Connection, text

_INSERT = text(
    "INSERT INTO incident (kind, detail, terminal_id, incarnation, seq) "
    "VALUES (:kind, :detail, :terminal, :incarnation, :seq) ON CONFLICT DO NOTHING"
)


def note(
    connection: Connection, kind: str, detail: str, terminal_id: int = 0, incarnation: int = 0, seq: int = 0
) -> None:
    """Store an incident; the same one about the same record is stored once."""
    note_all(connection, [(kind, detail, terminal_id, incarnation, seq)])


def note_all(connection: Connection, incidents: list[tuple[str, str, int, int, int]]) -> None:
    """Several at once: (kind, detail, terminal, incarnation, seq)."""
    if incidents:
        names = ("kind", "detail", "terminal", "incarnation", "seq")
        rows = [dict(zip(names, incident, strict=True)) for incident in incidents]
        connection.execute(_INSERT, [{**row, "detail": str(row["detail"])[:2000]} for row in rows])
