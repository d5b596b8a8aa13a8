"""Verdicts of a gate with what each was decided from, from the journal in use and from those that were set aside."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kiosk.domain.errors import StoreFault
from kiosk.domain.events import AnyEvent, VerdictExplained
from kiosk.domain.passages import Author
from kiosk.store import database
from kiosk.store.codec import decode
from kiosk.store.histories import is_genuine
from kiosk.store.keys import KEY_FILE
from kiosk.store.pages import records_in
from kiosk.store.past import NAME

log = logging.getLogger(__name__)

IN_USE = "journal.db"
DAMAGED = "damaged-*"  # what salvage found, untouched
KINDS = ("VerdictExplained", "Admitted", "AdmissionRefused", "Exited")
_SELECT = (
    "SELECT fact.seq, fact.body, why.body, why.recorded_at_ms, why.event_id FROM journal AS why "
    "JOIN journal AS fact ON fact.seq = why.seq - 1 "
    "WHERE why.kind = 'VerdictExplained' AND why.recorded_at_ms >= ? AND why.recorded_at_ms < ? ORDER BY why.seq DESC"
)


class Explained(NamedTuple):
    """A fact of the gate, and the grounds of its verdict. `journal`: name of one set aside, "" = in use."""

    seq: int
    fact: AnyEvent
    grounds: str
    at_ms: int
    event_id: str
    journal: str = ""


def explained(folder: Path, since: float, until: float) -> Iterator[Explained]:
    """Verdicts recorded in this time (unix s), newest first, read as they are asked for, each once. StoreFault when the
    journal in use cannot be read; of one set aside what can be read is."""
    key = (folder / KEY_FILE).read_bytes()
    span = (int(since * 1000), int(until * 1000))
    lives = [path for path in sorted(folder.iterdir()) if NAME.fullmatch(path.name)]
    found = [_of(folder / IN_USE, key, span, "")]
    found += [_readable(path, key, span) for path in lives]
    if kept := sorted(folder.glob(DAMAGED)):
        authors = _authors(folder, key, lives)
        found += [_damaged(path, key, span, authors) for path in kept]
    seen: set[str] = set()
    for each in heapq.merge(*found, key=lambda one: -one.at_ms):
        if each.event_id not in seen:
            seen.add(each.event_id)
            yield each


def _of(path: Path, key: bytes, span: tuple[int, int], journal: str) -> Iterator[Explained]:
    with database.errors(path), database.reading(path, key) as connection:
        for seq, fact, why, at_ms, event_id in connection.execute(_SELECT, span):
            explanation = decode(why)
            assert isinstance(explanation, VerdictExplained)
            yield Explained(seq, decode(fact), explanation.grounds, at_ms, event_id, journal)


def _readable(path: Path, key: bytes, span: tuple[int, int]) -> Iterator[Explained]:
    """Of an earlier life of this machine."""
    try:
        yield from _of(path, key, span, path.name)
    except StoreFault as fault:
        log.warning("%s is left out: %s", path.name, fault)


def _authors(folder: Path, key: bytes, lives: list[Path]) -> list[Author]:
    """Whose records may lie here."""
    with database.errors(folder / IN_USE), database.reading(folder / IN_USE, key) as connection:
        found = [Author(*row) for row in connection.execute("SELECT terminal_id, incarnation FROM identity")]
    matches = [NAME.fullmatch(path.name) for path in lives]
    return [*found, *(Author(int(match[1]), int(match[2])) for match in matches if match)]


def _damaged(folder: Path, key: bytes, span: tuple[int, int], authors: list[Author]) -> Iterator[Explained]:
    """What salvage could not place is only here: every record that is as it was written, whatever lies between."""
    records = {}
    for record in records_in(folder / IN_USE, key):
        if record.kind in KINDS and any(is_genuine(record, *author) for author in authors):
            records[record.seq, record.kind == "VerdictExplained"] = record
    found = []
    for (seq, explains), why in records.items():
        fact = records.get((seq - 1, False))
        if not explains or fact is None or not span[0] <= why.recorded_at_ms < span[1]:
            continue
        explanation, told = decode(why.body), decode(fact.body)
        assert isinstance(explanation, VerdictExplained)
        found.append(Explained(seq - 1, told, explanation.grounds, why.recorded_at_ms, why.event_id, folder.name))
    yield from sorted(found, key=lambda each: -each.at_ms)
