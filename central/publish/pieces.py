"""The newest catalogue as hashed pieces, so that a terminal on a poor link goes on where it was cut.

The body is named by its own hash and never changes under it, so any range of it can be sent at any time.
"""

from __future__ import annotations

import re
from hashlib import sha256

from sqlalchemy import Connection, text

from central.refusal import Refusal
from sync.wire import CataloguePieces

PIECE_BYTES = 64 * 1024
ANSWER_MAX_BYTES = 4 * 1024 * 1024  # of one range; whoever wants more asks again
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")

_known: dict[str, tuple[str, ...]] = {}  # hashes of the pieces of the last body, by its own hash


def plan(connection: Connection, etag: str) -> CataloguePieces | None:
    """What there is to fetch; None when the newest catalogue has this etag."""
    row = connection.execute(
        text("SELECT version, etag, sha256, length(body) AS size FROM catalogue ORDER BY version DESC LIMIT 1")
    ).one_or_none()
    if row is None:
        raise Refusal(404, "no_catalogue", "nothing is on sale yet: the operator must import a feed first")
    if row.etag == etag:
        return None
    if row.sha256 not in _known:
        body = bytes(
            connection.scalar(text("SELECT body FROM catalogue WHERE version = :v"), {"v": row.version}) or b""
        )
        hashes = tuple(
            sha256(body[at : at + PIECE_BYTES]).hexdigest() for at in range(0, len(body), PIECE_BYTES)
        )  # of the row read above: a body never changes
        _known.clear()
        _known[row.sha256] = hashes
    return CataloguePieces(
        version=row.version,
        etag=row.etag,
        sha256=row.sha256,
        size_bytes=row.size,
        piece_bytes=PIECE_BYTES,
        pieces=_known[row.sha256],
    )


def part(connection: Connection, name: str, wanted: str) -> tuple[bytes, int, int]:
    """(bytes, where they begin, size of the whole) of the body with this hash; `wanted` is a Range header or ""."""
    size = connection.scalar(text("SELECT length(body) FROM catalogue WHERE sha256 = :name"), {"name": name})
    if size is None:
        raise Refusal(410, "gone", "this catalogue is no longer kept: ask for the newest one's pieces")
    match = _RANGE.fullmatch(wanted or "bytes=0-")
    first = int(match[1]) if match else size
    if match is None or first >= size:
        raise Refusal(416, "bad_range", f"a range must look like bytes=0-65535 and begin before byte {size}")
    last = min(int(match[2]) if match[2] else size, size - 1, first + ANSWER_MAX_BYTES - 1)
    body = connection.scalar(
        text("SELECT substring(body FROM :first FOR :count) FROM catalogue WHERE sha256 = :name LIMIT 1"),
        {"first": first + 1, "count": max(0, last - first + 1), "name": name},
    )
    return bytes(body or b""), first, size
