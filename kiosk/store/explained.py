"""Verdicts of a gate with what each was decided from, read from a journal that may be in use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kiosk.domain.events import AnyEvent, VerdictExplained
from kiosk.store import database
from kiosk.store.codec import decode
from kiosk.store.keys import KEY_FILE

_SELECT = (
    "SELECT fact.seq, fact.body, why.body FROM journal AS why JOIN journal AS fact ON fact.seq = why.seq - 1 "
    "WHERE why.kind = 'VerdictExplained' AND why.recorded_at_ms >= ? AND why.recorded_at_ms < ? ORDER BY why.seq DESC"
)


class Explained(NamedTuple):
    """A fact of the gate, and the grounds of its verdict."""

    seq: int
    fact: AnyEvent
    grounds: str


def explained(folder: Path, since: float, until: float) -> Iterator[Explained]:
    """Verdicts recorded in this time (unix s), newest first, read as they are asked for. StoreFault when the journal
    cannot be read."""
    path = folder / "journal.db"
    with database.errors(path):
        key = (folder / KEY_FILE).read_bytes()
        with database.reading(path, key) as connection:
            for seq, fact, why in connection.execute(_SELECT, (int(since * 1000), int(until * 1000))):
                explanation = decode(why)
                assert isinstance(explanation, VerdictExplained)
                yield Explained(seq, decode(fact), explanation.grounds)
