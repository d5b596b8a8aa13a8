"""The journal's hash chain: one function, so that terminal and central cannot differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from msgspec.structs import replace

from sync.wire import Record

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


def lean(records: Sequence[Record]) -> tuple[Record, ...]:
    """Contiguous records without the hashes that `whole` can make again: all but the first link and the last."""
    last = len(records) - 1
    return tuple(
        replace(
            record,
            previous_hash=record.previous_hash if number == 0 else "",
            hash=record.hash if number == last else "",
        )
        for number, record in enumerate(records)
    )


def whole(terminal_id: int, incarnation: int, records: Sequence[Record]) -> Iterator[Record]:
    """The records with every hash, each as it was told or, where it was left out, as it must be.

    BrokenChain at the first one that does not fit; a last one without its hash does not.
    """
    previous: Record | None = None
    for number, record in enumerate(records):
        told = record.previous_hash or (previous.hash if previous else "")
        try:
            made = record_hash(
                told, terminal_id, incarnation, record.seq, record.event_id, record.kind, record.version, record.body,
                record.recorded_at_ms,
            )  # fmt: skip
        except ValueError:  # the previous hash is not hex
            made = ""
        expected = record.hash or ("" if number == len(records) - 1 else made)
        if not made or made != expected or (previous is not None and told != previous.hash):
            raise BrokenChain(record.seq)
        previous = record if record.hash and record.previous_hash else replace(record, previous_hash=told, hash=made)
        yield previous


class BrokenChain(ValueError):
    """A record does not fit the chain; `seq` names it, or the end of what was sent without hashes."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"record {seq} does not fit the hash chain")
        self.seq = seq
