"""A backup is made while the terminal sells, and sells nothing when it is put back."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.domain.errors import StoreDamaged
from kiosk.domain.events import PlacesHeld
from kiosk.store.backup import NoBackup, back_up, restore
from kiosk.store.past import past_journals
from kiosk.store.store import Store, open_store


def opened(folder: Path, incarnation: int = 1) -> Store:
    return open_store(
        folder, terminal_id=5, incarnation=incarnation, epoch=1, clock=SystemClock(), ids=TimeOrderedIds()
    )


def test_a_restored_terminal_is_locked_until_it_is_enrolled_anew(tmp_path: Path) -> None:
    folder, backup, new = tmp_path / "K5", tmp_path / "backup", tmp_path / "new"
    store = opened(folder)
    store.journal.append(PlacesHeld(sale_id="s1", items=(), currency="EUR"))
    assert back_up(folder, backup) == 2  # while the store is open
    store.journal.append(PlacesHeld(sale_id="s2", items=(), currency="EUR"))
    store.close()
    with pytest.raises(NoBackup, match="not empty"):
        back_up(folder, backup)
    with pytest.raises(NoBackup, match="never replaces"):
        restore(backup, folder)

    assert restore(backup, new) == 2
    assert not (new / "terminal.key").exists()
    with pytest.raises(StoreDamaged, match="enrol this terminal again"):
        opened(new)
    again = opened(new, incarnation=2)
    try:
        assert again.journal.head()[0] == 1
        (past,) = past_journals(new, again.key)
        assert [record.seq for batch in past.batches(10) for record in batch] == [1, 2]
    finally:
        again.close()


def test_what_is_no_backup_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoBackup, match="holds no journal"):
        back_up(tmp_path, tmp_path / "to")
    with pytest.raises(NoBackup, match="no backup of a terminal"):
        restore(tmp_path, tmp_path / "to")
