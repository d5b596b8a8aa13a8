"""Every try to pay, read from a terminal's journal, also while the terminal is open. Changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from kiosk.domain.paying import MONEY_EVENTS, Attempt, Attempts, moved
from kiosk.store import database
from kiosk.store.codec import decode
from kiosk.store.keys import KEY_FILE
from kiosk.store.verify import JOURNAL

_KINDS = tuple(kind.__name__ for kind in get_args(MONEY_EVENTS))


def payments(folder: Path, means: str) -> list[Attempt]:
    """Those by one means, in the order in which they began; [] before there is a journal. StoreFault."""
    path = folder / JOURNAL
    if not path.exists():
        return []
    of: dict[str, Attempts] = {}
    with database.errors(path):
        key = (folder / KEY_FILE).read_bytes()
        marks = ", ".join("?" * len(_KINDS))
        with database.reading(path, key) as connection:
            rows = connection.execute(f"SELECT body FROM journal WHERE kind IN ({marks}) ORDER BY seq", _KINDS)
            for (body,) in rows:
                event = decode(body)
                assert isinstance(event, MONEY_EVENTS)
                of[event.sale_id] = moved(of.get(event.sale_id, ()), event)
    return [attempt for attempts in of.values() for attempt in attempts if attempt.means == means]
