"""The settings that make a commit durable hold on every connection, also the one after a failed write."""

from __future__ import annotations

from pathlib import Path

from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.store.store import Store

WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1}


def test_a_commit_is_on_the_disk_before_it_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path, 5, 1, SystemClock(), TimeOrderedIds())
    try:
        for _ in range(2):
            found = {name: store._db.execute(f"PRAGMA {name}").fetchone()[0] for name in WANTED}
            assert found == WANTED
            store.journal.heal()  # opens the file anew
    finally:
        store.close()
