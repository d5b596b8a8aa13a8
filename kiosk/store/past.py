"""Journals of earlier lives of this machine, set aside when it was enrolled anew: read only, and sent once more whole.

What they hold beyond what central knows are sales that happened (a restored disk, a copied one).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kiosk.store import database
from sync.wire import Record

NAME = re.compile(r"journal-(\d{1,5})\.(\d{1,3})\.db")
_SELECT = "SELECT seq, event_id, kind, version, body, recorded_at_ms, previous_hash, hash FROM journal"


class PastJournal:
    """One journal set aside."""

    def __init__(self, path: Path, terminal_id: int, incarnation: int, key: bytes) -> None:
        self._path = path
        self._key = key
        self.terminal_id, self.incarnation = terminal_id, incarnation
        self._mark = path.with_suffix(".sent")

    def batches(self, size: int) -> Iterator[tuple[Record, ...]]:
        """All records from the first on, in order."""
        db = database.connect(self._path, self._key)
        try:
            after = 0
            while True:
                with database.errors(self._path):
                    rows = db.execute(f"{_SELECT} WHERE seq > ? ORDER BY seq LIMIT ?", [after, size]).fetchall()
                if not rows:
                    return
                yield tuple(Record(*row) for row in rows)
                after = rows[-1][0]
        finally:
            db.close()

    @property
    def sent_in(self) -> int:
        """Epoch of central in which all of it was taken; 0 = not yet. An older central must hear it again."""
        try:
            return int(self._mark.read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def mark_sent(self, epoch: int) -> None:
        with database.errors(self._mark):
            database.durable_write(self._mark, str(epoch).encode())


def past_journals(folder: Path, key: bytes) -> list[PastJournal]:
    """Those that lie in a terminal's folder, oldest life first."""
    found = [(match, path) for path in sorted(folder.iterdir()) if (match := NAME.fullmatch(path.name))]
    lives = [PastJournal(path, int(match[1]), int(match[2]), key) for match, path in found]
    return sorted(lives, key=lambda each: (each.terminal_id, each.incarnation))
