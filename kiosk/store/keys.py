"""The key that encrypts a terminal's databases: in a file of its own, so that a copied database says nothing."""

from __future__ import annotations

import secrets
from pathlib import Path

from kiosk.domain.errors import StoreDamaged
from kiosk.store import database

KEY_FILE = "store.key"
_KEY_BYTES = 32


def store_key(folder: Path) -> bytes:
    """The key of the folder's databases, made on first use with mode 0600."""
    path = folder / KEY_FILE
    with database.errors(path):
        if not path.exists():
            if (folder / "journal.db").exists():
                raise StoreDamaged(
                    f"{path} is missing: the store beside it cannot be read without it. Put the key file back."
                )
            database.durable_write(path, secrets.token_bytes(_KEY_BYTES))
        key = path.read_bytes()
        path.chmod(0o600)
    if len(key) != _KEY_BYTES:
        raise StoreDamaged(f"{path} is damaged: a key has {_KEY_BYTES} bytes, this has {len(key)}. Put it back.")
    return key
