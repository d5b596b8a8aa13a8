"""Figures of the other gates by product, as far as they told: counted anew only when something new was heard."""

from __future__ import annotations

from kiosk.domain.events import Admitted, Exited
from kiosk.domain.passages import Author
from kiosk.services.heard import Heard
from kiosk.store.gate_counts import Figure, figures
from kiosk.store.store import Store

Told = tuple[str, bool, int]  # product, came in, persons


class OthersFigures:
    """One thread at a time."""

    def __init__(self, store: Store) -> None:
        self._heard = Heard(store, _told_as)
        self._counted: tuple[int, int] = (-1, -1)  # since when, up to which record
        self._figures: dict[Author, tuple[Figure, ...]] = {}

    def since(self, at: int) -> dict[Author, tuple[Figure, ...]]:
        """Of each gate since a unix second."""
        told = self._heard.since(at)
        if self._counted != (at, self._heard.seq):
            by_gate: dict[Author, list[Told]] = {}
            for (author, _), each in told.items():
                by_gate.setdefault(author, []).append(each)
            self._figures = {author: figures(each) for author, each in by_gate.items()}
            self._counted = (at, self._heard.seq)
        return self._figures


def _told_as(fact: Admitted | Exited) -> Told:
    return fact.product, isinstance(fact, Admitted), fact.persons
