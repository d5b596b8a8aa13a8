"""The way from each published catalogue to the next, kept while it is much shorter than the whole."""

from __future__ import annotations

import gzip

import msgspec
from sqlalchemy import Connection, text

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.catalogue_delta import delta

KEEP = 30  # of them; the window rolls once a day
WORTH = 0.5  # of the whole's packed size


def keep(connection: Connection, before: Catalogue | None, now: Catalogue) -> None:
    """Called when `now` was stored under its version."""
    if before is None:
        return
    change = delta(before, now)
    body = gzip.compress(msgspec.json.encode(change), 6, mtime=0)
    whole = connection.scalar(text("SELECT length(body) FROM catalogue WHERE version = :v"), {"v": now.version}) or 0
    if len(body) < whole * WORTH:
        connection.execute(
            text("INSERT INTO catalogue_delta (version, from_etag, body) VALUES (:version, :etag, :body)"),
            {"version": now.version, "etag": change.from_etag, "body": body},
        )
    connection.execute(text("DELETE FROM catalogue_delta WHERE version <= :old"), {"old": now.version - KEEP})


def after(connection: Connection, etag: str) -> bytes | None:
    """Packed JSON of the step that leads on from the catalogue with this etag, the newest when there are several."""
    body = connection.scalar(
        text("SELECT body FROM catalogue_delta WHERE from_etag = :etag ORDER BY version DESC LIMIT 1"), {"etag": etag}
    )
    return None if body is None else bytes(body)
