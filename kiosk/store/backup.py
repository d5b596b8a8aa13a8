"""Backup of a terminal's journal, and putting one back: what comes back is for the books, never for selling.

A backup put back could sell what was sold after it was made (P9). So the terminal that finds it opens only after it was
enrolled anew; the journal is then set aside and handed over to central. The private key is never part of a backup: a
copy of it would be a second terminal (P10).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlcipher3.dbapi2 as sqlite

from kiosk.domain.errors import KioskError
from kiosk.store import database
from kiosk.store.counter import Counter
from kiosk.store.keys import KEY_FILE, store_key

JOURNAL = "journal.db"


class NoBackup(KioskError):
    """There is nothing to back up, or nothing to put back."""


def back_up(folder: Path, target: Path) -> int:
    """Copy the journal as of now into the folder `target`, also while the terminal sells; returns its last record."""
    source = folder / JOURNAL
    if not source.exists():
        raise NoBackup(f"{folder} holds no journal")
    if target.exists() and any(target.iterdir()):
        raise NoBackup(f"{target} is not empty: a backup goes into a folder of its own")
    with database.errors(target):
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy(folder / KEY_FILE, target / KEY_FILE)
    key = store_key(folder)
    ours, theirs = database.connect(source, key), database.connect(target / JOURNAL, key)
    try:
        with database.errors(target):
            ours.conn.backup(theirs.conn)
            theirs.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return _head(theirs.conn, target)
    finally:
        theirs.close()
        ours.close()


def restore(backup: Path, folder: Path) -> int:
    """Put a backup into an empty folder and lock it; returns its last record. Then: kiosk enrol, kiosk run."""
    if not (backup / JOURNAL).exists():
        raise NoBackup(f"{backup} is no backup of a terminal: it holds no {JOURNAL}")
    if (folder / JOURNAL).exists():
        raise NoBackup(f"{folder} holds a journal already; a backup never replaces one. Choose another folder")
    key = store_key(backup)
    held = database.connect(backup / JOURNAL, key)
    try:
        with database.errors(backup):
            if held.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise NoBackup(f"{backup} is damaged")
            row = held.execute("SELECT terminal_id, incarnation FROM identity").fetchone()
        head = _head(held.conn, backup)
    finally:
        held.close()
    with database.errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in (KEY_FILE, JOURNAL):
            shutil.copy(backup / name, folder / name)
    # Nobody knows what this terminal did after the backup: one more record than there is, so that it cannot sell.
    counter = Counter(folder / f"counter-{row[0]}.{row[1]}")
    counter.let_go(head + 1)
    counter.close()
    return head


def _head(connection: sqlite.Connection, where: Path) -> int:
    with database.errors(where):
        return int(connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0])
