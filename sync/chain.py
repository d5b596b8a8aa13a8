"""The journal's hash chain: one function, so that terminal and central cannot differ."""

from __future__ import annotations

from hashlib import sha256

GENESIS = "0" * 64


def record_hash(
    previous_hash: str,
    terminal_id: int,
    incarnation: int,
    seq: int,
    event_id: str,
    kind: str,
    version: int,
    body: str,
    recorded_at_ms: int,
) -> str:
    """Hex SHA-256 over the previous hash and every field; unit separators cannot occur in the fields."""
    fields = (
        f"{terminal_id}\x1f{incarnation}\x1f{seq}\x1f{event_id}\x1f{kind}\x1f{version}\x1f{recorded_at_ms}\x1f{body}"
    )
    return sha256(bytes.fromhex(previous_hash) + fields.encode()).hexdigest()
