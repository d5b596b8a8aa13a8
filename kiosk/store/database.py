"""Opening an encrypted SQLite file the one right way, and turning its errors into ours."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import sqlcipher3.dbapi2 as sqlite
from sqlite_utils import Database

from kiosk.domain.errors import StoreDamaged, StoreFault, StoreFull

# 3.7.0-3.51.2 can lose or corrupt transactions when a WAL is reset under a second connection.
ERRORS = (sqlite.Error, OSError)  # what `fault` explains

VERSION_MIN = (3, 51, 3)
_FULL = ("database or disk is full", "readonly database", "read-only")
_DAMAGED = ("file is not a database", "malformed", "disk image", "hmac", "corruption")


def connect(path: Path, key: bytes) -> Database:
    """A connection of SQLCipher under sqlite-utils: WAL, synchronous=FULL, autocommit outside BEGIN.

    `key` has 32 bytes. StoreDamaged for a wrong key or a broken file, StoreFull when it cannot be written.
    """
    if sqlite.sqlite_version_info < VERSION_MIN:
        raise StoreFault(f"SQLite {sqlite.sqlite_version} can corrupt a store; 3.51.3 or newer is needed")
    with errors(path):
        connection = sqlite.connect(str(path), timeout=5.0, isolation_level=None, check_same_thread=False)
        try:
            # Its own words about damage would go to standard error, between the lines of our log; we say it ourselves.
            connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
            # A raw key needs no derivation: opening costs nothing.
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "cell_size_check = ON",
                "trusted_schema = OFF",
                "busy_timeout = 5000",
                "recursive_triggers = ON",  # so that REPLACE cannot slip past the journal's triggers
            ):
                connection.execute(f"PRAGMA {pragma}").fetchall()
        except BaseException:
            connection.close()
            raise
    return Database(connection)


@contextmanager
def reading(path: Path, key: bytes) -> Iterator[sqlite.Connection]:
    """One consistent look at a database and its log that changes neither, also while a program writes.

    On a medium that cannot be written SQLite has no place for its index of the log: then a copy is looked at.
    """
    with contextlib.ExitStack() as closing, errors(path):
        if not os.access(path.parent, os.W_OK) or os.statvfs(path.parent).f_flag & os.ST_RDONLY:
            copy = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-")))
            for each in (path, path.with_name(path.name + "-wal")):
                if each.exists():
                    shutil.copyfile(each, copy / each.name)
            path = copy / path.name
        connection = sqlite.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0, isolation_level=None)
        closing.callback(connection.close)
        connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA cell_size_check = ON").fetchall()
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield connection


def settle(db: Database, path: Path) -> bool:
    """Write everything in the log into the file itself, and sync it; False while somebody else still reads the log.

    After a sync that failed the kernel takes the pages for clean: it shows them to every reader and writes them no
    more, and no later sync says so. Only what was written anew is known to be on the disk.
    """
    busy: int = db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if not busy:  # the emptied log too, or half of it might come back and be applied to what is newer
        flush(path.with_name(path.name + "-wal"))
    return not busy


@contextmanager
def errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say into StoreFull, StoreDamaged or StoreFault."""
    try:
        yield
    except ERRORS as error:
        raise fault(path, error) from error


def fault(path: Path, error: Exception) -> StoreFault:
    """What an error of SQLite or of the system means for the store."""
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EROFS, errno.EDQUOT):
            return StoreFull(f"{path}: {error.strerror}. Selling stops; make room and restart.")
        return StoreFault(f"{path}: {error}")
    text = str(error).lower()
    if any(word in text for word in _FULL):
        return StoreFull(f"{path}: no room, or not writable ({error}). Selling stops; make room and restart.")
    if any(word in text for word in _DAMAGED):
        return StoreDamaged(f"{path}: cannot be read with this key ({error}). Call the operator.")
    return StoreFault(f"{path}: {error}. Selling stops; nothing that was confirmed is lost.")


def durable_write(path: Path, content: bytes) -> None:
    """A whole new file or none: temporary file, flushed, renamed, folder flushed."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    flush(path.parent)


def move_aside(folder: Path, pattern: str) -> None:
    """Damaged files get the ending .damaged, in the place of those that had it before."""
    for path in folder.glob(pattern):
        if not path.name.endswith(".damaged"):
            path.replace(path.with_name(path.name + ".damaged"))


def flush(path: Path) -> None:
    """A file's content, or a folder's names, are on the disk when this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lock(file: IO[str], folder: Path) -> None:
    """Hold the folder for this process alone; the lock ends with the file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreFault(f"{folder} is in use by another program; a terminal runs once") from None
