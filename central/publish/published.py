"""The catalogue versions terminals download."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, text

from kiosk.domain.catalogue import Catalogue

KEEP = 3  # versions kept for a look back


class Stored(msgspec.Struct, frozen=True):
    """A published version as terminals get it."""

    version: int
    etag: str
    body: bytes  # gzip of JSON


def newest(connection: Connection) -> Stored | None:
    row = connection.execute(
        text("SELECT version, etag, body FROM catalogue ORDER BY version DESC LIMIT 1")
    ).one_or_none()
    return None if row is None else Stored(row.version, row.etag, bytes(row.body))


def newest_etag(connection: Connection) -> str:
    """ "" when nothing is published."""
    return connection.scalar(text("SELECT etag FROM catalogue ORDER BY version DESC LIMIT 1")) or ""


def newest_version(connection: Connection) -> int:
    """0 when nothing is published."""
    return connection.scalar(text("SELECT max(version) FROM catalogue")) or 0


def newest_words(connection: Connection) -> str:
    """Version and etag as JSON, for the feed; "" when nothing is published."""
    row = connection.execute(text("SELECT version, etag FROM catalogue ORDER BY version DESC LIMIT 1")).one_or_none()
    return msgspec.json.encode({"version": row.version, "etag": row.etag}).decode() if row else ""


def newest_catalogue(connection: Connection) -> Catalogue | None:
    stored = newest(connection)
    return None if stored is None else msgspec.json.decode(gzip.decompress(stored.body), type=Catalogue)


def store(connection: Connection, catalogue: Catalogue, etag: str, now: float) -> Catalogue:
    """Publish under the next version number; the oldest versions go."""
    version = connection.scalar(
        text("INSERT INTO catalogue (published_at, etag, body) VALUES (:now, :etag, '') RETURNING version"),
        {"now": datetime.fromtimestamp(now, UTC), "etag": etag},
    )
    assert version is not None
    catalogue = msgspec.structs.replace(catalogue, version=version)
    connection.execute(
        text("UPDATE catalogue SET body = :body WHERE version = :version"),
        {"body": gzip.compress(msgspec.json.encode(catalogue), 6, mtime=0), "version": version},
    )
    connection.execute(text("DELETE FROM catalogue WHERE version <= :old"), {"old": version - KEEP})
    return catalogue
