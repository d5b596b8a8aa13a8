"""What the other gates told since an hour, folded once: what is new is read from the journal's end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from kiosk.domain.events import AdmissionAnnulled, AdmissionLearned, Admitted, Exited
from kiosk.domain.passages import Author, read_shared
from kiosk.store.network import told_since
from kiosk.store.store import Store

T = TypeVar("T")


class Heard(Generic[T]):
    """Passages of other gates that count, each as `told_as` puts it; None = of no interest. One thread at a time."""

    def __init__(self, store: Store, told_as: Callable[[Admitted | Exited], T | None]) -> None:
        self._store, self._told_as = store, told_as
        self._since = -1
        self._told: dict[tuple[Author, int], T] = {}
        self.seq = 0  # how far the journal was read

    def since(self, at: int) -> dict[tuple[Author, int], T]:
        """By author and seq of the record, since a unix second; not to be changed."""
        head = self._store.journal.head()[0]
        if at != self._since:
            self._told, self._since = {}, at
            for author, seq, body in told_since(self._store, at):
                self._fold(author, seq, body)
        elif head != self.seq:
            for _, event in self._store.journal.events(self.seq):
                if isinstance(event, AdmissionLearned):
                    self._fold(Author(event.terminal_id, event.incarnation), event.seq, event.body)
        self.seq = head
        return self._told

    def _fold(self, author: Author, seq: int, body: str) -> None:
        fact = read_shared(body)
        if isinstance(fact, AdmissionAnnulled):
            self._told.pop((author, fact.of_seq), None)
        elif isinstance(fact, Admitted | Exited) and fact.at >= self._since:
            told = self._told_as(fact)
            if told is not None:
                self._told[author, seq] = told
