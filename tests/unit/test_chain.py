"""What may be left out of an upload can be made again, and nothing else passes."""

from __future__ import annotations

from hashlib import sha256

import pytest
from msgspec.structs import replace

from sync.chain import GENESIS, BrokenChain, lean, record_hash, whole
from sync.wire import Record


def journal(length: int) -> list[Record]:
    records: list[Record] = []
    for seq in range(1, length + 1):
        previous = records[-1].hash if records else GENESIS
        body = '{"kind":"Something","words":"北京 \\u001f"}'
        hash_ = record_hash(previous, 5, 2, seq, f"id-{seq}", "Something", 1, body, 1000 + seq)
        records.append(Record(seq, f"id-{seq}", "Something", 1, body, 1000 + seq, previous, hash_))
    return records


def test_a_hash_covers_every_field_in_this_order() -> None:
    fields = "\x1f".join(["5", "2", "1", "id", "Kind", "3", "17", "body"]).encode()
    assert record_hash("ab" * 32, 5, 2, 1, "id", "Kind", 3, "body", 17) == sha256(b"\xab" * 32 + fields).hexdigest()


@pytest.mark.parametrize("length", [0, 1, 2, 7])
def test_whole_undoes_lean(length: int) -> None:
    records = journal(length + 3)[3:]
    sent = lean(records)
    assert sum(bool(record.hash) + bool(record.previous_hash) for record in sent) == min(2, 2 * length)
    assert list(whole(5, 2, sent)) == records
    assert list(whole(5, 2, records)) == records


def test_any_change_is_found_with_and_without_the_hashes_between() -> None:
    records = journal(6)
    for sent in (tuple(records), lean(records)):
        for at, record in enumerate(sent):
            for changed in (
                replace(record, body=record.body + " "),
                replace(record, recorded_at_ms=0),
                replace(record, event_id="other"),
                replace(record, kind="Other"),
                replace(record, version=2),
                replace(record, previous_hash="0" * 63 + "1"),
                replace(record, previous_hash="no hex"),
                replace(record, hash="0" * 64),
            ):
                with pytest.raises(BrokenChain):
                    list(whole(5, 2, (*sent[:at], changed, *sent[at + 1 :])))
    for wrong in (lean(records)[:-1], lean(records)[1:], (*lean(records)[:2], *lean(records)[3:])):
        with pytest.raises(BrokenChain):
            list(whole(5, 2, wrong))
    with pytest.raises(BrokenChain):
        list(whole(5, 3, lean(records)))
