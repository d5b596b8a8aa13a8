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
    fields = (terminal_id, incarnation, seq, event_id, kind, version, recorded_at_ms, body)
    digest = sha256(bytes.fromhex(previous_hash))
    digest.update("\x1f".join(map(str, fields)).encode())
    return digest.hexdigest()
