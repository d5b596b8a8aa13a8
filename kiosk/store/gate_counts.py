"""How many passed at this gate since an instant: in, out, and by journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.store.database import errors

if TYPE_CHECKING:
    from kiosk.store.store import Store


@dataclass(frozen=True)
class GateCounts:
    """People, not tickets. `journeys`: those who came in, by journey, the fullest first."""

    entered: int = 0
    left: int = 0
    journeys: tuple[tuple[int, int], ...] = ()


def counts_since(store: Store, at: int) -> GateCounts:
    """Of everything that counts here; what was annulled does not."""
    query = "SELECT kind, journey_id, sum(persons) FROM passing WHERE at >= ? GROUP BY kind, journey_id"
    with store.lock, errors(store.folder):
        rows = store._db.execute(query, [at]).fetchall()
    entered = sorted(((row[1], row[2]) for row in rows if row[0] == "entry"), key=lambda each: -each[1])
    left = sum(row[2] for row in rows if row[0] != "entry")
    return GateCounts(sum(count for _, count in entered), left, tuple(entered))
