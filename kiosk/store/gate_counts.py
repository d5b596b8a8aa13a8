"""How many passed at this gate since an instant: in, out, by journey and by product."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.store.database import errors

if TYPE_CHECKING:
    from kiosk.store.store import Store


@dataclass(frozen=True)
class Figure:
    """People with one product; `product` "" = the record does not say."""

    product: str
    entered: int = 0
    left: int = 0

    @property
    def inside(self) -> int:
        """Never below zero: people may leave by another gate than they came."""
        return max(0, self.entered - self.left)


@dataclass(frozen=True)
class GateCounts:
    """People, not tickets. `journeys`: those who came in, by journey, the fullest first."""

    entered: int = 0
    left: int = 0
    journeys: tuple[tuple[int, int], ...] = ()
    products: tuple[Figure, ...] = ()


def counts_since(store: Store, at: int) -> GateCounts:
    """Of everything that counts here; what was annulled does not."""
    query = (
        "SELECT kind, journey_id, product, sum(persons) FROM passing WHERE at >= ? GROUP BY kind, journey_id, product"
    )
    with store.lock, errors(store.folder):
        rows = store._db.execute(query, [at]).fetchall()
    journeys: dict[int, int] = {}
    for kind, journey_id, _, persons in rows:
        if kind == "entry":
            journeys[journey_id] = journeys.get(journey_id, 0) + persons
    products = figures((product, kind == "entry", persons) for kind, _, product, persons in rows)
    return GateCounts(
        entered=sum(each.entered for each in products),
        left=sum(each.left for each in products),
        journeys=tuple(sorted(journeys.items(), key=lambda each: -each[1])),
        products=products,
    )


def figures(passages: Iterable[tuple[str, bool, int]]) -> tuple[Figure, ...]:
    """From (product, came in, persons); the product with the most people first."""
    found: dict[str, tuple[int, int]] = {}
    for product, entry, persons in passages:
        entered, left = found.get(product, (0, 0))
        found[product] = (entered + persons, left) if entry else (entered, left + persons)
    made = (Figure(product, *both) for product, both in found.items())
    return tuple(sorted(made, key=lambda each: (-each.entered - each.left, each.product)))
