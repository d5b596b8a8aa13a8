"""Which of the records found in a damaged journal are its history: those that fit the hash chain from the first on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sync.chain import GENESIS, record_hash
from sync.wire import Record


@dataclass(frozen=True)
class History:
    """The longest chain. `forked_at`: the first seq with more than one genuine record, 0 = there is none."""

    records: list[Record]
    forked_at: int
    unplaced: int  # genuine records behind a gap


def history(found: Iterable[Record], terminal_id: int, incarnation: int) -> History:
    """The history of one terminal incarnation; nothing of another one ever fits."""
    genuine: dict[int, dict[str, Record]] = {}
    for record in found:
        at = genuine.setdefault(record.seq, {})
        if record.hash not in at and is_genuine(record, terminal_id, incarnation):
            at[record.hash] = record
    chain: list[Record] = []
    forked_at = 0
    while nexts := _next(genuine, len(chain), chain[-1].hash if chain else GENESIS):
        if len(nexts) > 1:
            forked_at = forked_at or len(chain) + 1
            nexts.sort(key=lambda each: _length(genuine, each))
        chain.append(nexts[-1])
    return History(chain, forked_at, sum(seq > len(chain) for seq, each in genuine.items() if each))


def is_genuine(record: Record, terminal_id: int, incarnation: int) -> bool:
    """As this author wrote it."""
    try:
        return record.hash == record_hash(
            record.previous_hash, terminal_id, incarnation, record.seq, record.event_id, record.kind, record.version,
            record.body, record.recorded_at_ms,
        )  # fmt: skip
    except ValueError:  # the previous hash is not one
        return False


def _next(genuine: dict[int, dict[str, Record]], seq: int, hash_: str) -> list[Record]:
    return [record for record in genuine.get(seq + 1, {}).values() if record.previous_hash == hash_]


def _length(genuine: dict[int, dict[str, Record]], record: Record) -> int:
    """How far a history goes on from a record."""
    heads = [record]
    while heads:
        record = heads[0]
        heads = [each for head in heads for each in _next(genuine, head.seq, head.hash)]
    return record.seq
