"""The upload of the journal against answers a test decides: what moves the cursor, and what stops selling."""

from __future__ import annotations

import msgspec
import pytest

from kiosk.domain.errors import CentralRefused, CentralUnreachable, StoreDamaged
from kiosk.domain.events import Admitted
from kiosk.store.selling import check_may_sell
from kiosk.store.store import Store
from sync import push
from sync.chain import whole
from sync.push import JournalForked, Push
from sync.wire import JournalBatch, Problem
from tests.sync.scripted import Answer, ScriptedCentral, json_answer


def write(store: Store, count: int, gate: str = "G1") -> None:
    for n in range(count):
        store.journal.append(Admitted(ticket_id=f"{n:016x}", journey_id=1, gate=gate, at=n))


def good(central: ScriptedCentral, **changes: object) -> None:
    central.answer = lambda method, path, body: central.acknowledge(
        msgspec.json.decode(body, type=JournalBatch), **changes
    )


@pytest.fixture
def pushing(scripted: ScriptedCentral, terminal_store: Store) -> Push:
    return Push(scripted.client(), terminal_store, 14, 1)


def test_everything_goes_up_in_order_once(scripted: ScriptedCentral, terminal_store: Store, pushing: Push) -> None:
    write(terminal_store, 12)
    good(scripted)
    assert pushing.backlog == 12
    assert pushing.run() is False
    assert [record.seq for batch in scripted.batches() for record in batch.records] == list(range(1, 13))
    assert (pushing.accepted_seq, pushing.backlog) == (12, 0)
    pushing.run()
    assert len(scripted.batches()) == 1  # nothing new, nothing sent


def test_a_batch_stays_below_its_limits(scripted: ScriptedCentral, terminal_store: Store, pushing: Push) -> None:
    write(terminal_store, 3, gate="x" * 120_000)
    write(terminal_store, 600)
    good(scripted)
    pushing.run()
    sizes = [len(batch.records) for batch in scripted.batches()]
    assert sum(sizes) == 603
    assert max(sizes) <= 500
    assert all(len(body) <= push.MAX_BYTES + 200 for _, _, body in scripted.requests)
    assert sizes[0] == 2  # the third long record did not fit


def test_a_record_longer_than_a_batch_goes_alone(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push
) -> None:
    write(terminal_store, 1, gate="x" * 300_000)
    write(terminal_store, 1)
    good(scripted)
    pushing.run()
    assert [len(batch.records) for batch in scripted.batches()] == [1, 1]


def test_too_large_is_halved_until_it_fits(scripted: ScriptedCentral, terminal_store: Store, pushing: Push) -> None:
    write(terminal_store, 40)

    def at_most_six(method: str, path: str, body: bytes) -> Answer:
        batch = msgspec.json.decode(body, type=JournalBatch)
        if len(batch.records) > 6:
            return json_answer(Problem("too_large", "at most 6 records"), 413)
        return scripted.acknowledge(batch)

    scripted.answer = at_most_six
    pushing.run()
    assert pushing.backlog == 0
    assert [len(batch.records) for batch in scripted.batches()][:4] == [40, 20, 10, 5]


def test_one_record_that_is_too_large_is_for_a_person(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push
) -> None:
    write(terminal_store, 1)
    scripted.answer = lambda *_: json_answer(Problem("too_large", "never"), 413)
    with pytest.raises(CentralRefused, match="never"):
        pushing.run()
    assert pushing.backlog == 1


@pytest.mark.parametrize(
    "answer",
    [
        (200, "text/html", b"<html>Welcome to Station WiFi</html>"),
        (302, "text/html", b""),
        (500, "text/plain", b"oops"),
        (503, "application/json", msgspec.json.encode(Problem("busy", "later"))),
        (200, "application/json", b'{"accepted_seq": 5'),
        (200, "application/json", b"{}"),
        (200, "application/json", b""),
    ],
    ids=["portal", "redirect", "500", "503", "truncated", "empty object", "empty"],
)
def test_what_is_not_centrals_answer_moves_nothing(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push, answer: Answer
) -> None:
    write(terminal_store, 5)
    scripted.answer = lambda *_: answer
    with pytest.raises(CentralUnreachable):
        pushing.run()
    assert (pushing.accepted_seq, pushing.backlog) == (0, 5)
    good(scripted)
    pushing.run()
    assert pushing.backlog == 0


def test_an_unsigned_acknowledgement_moves_nothing(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push
) -> None:
    write(terminal_store, 2)

    def forged(method: str, path: str, body: bytes) -> Answer:
        status, kind, content = scripted.acknowledge(msgspec.json.decode(body, type=JournalBatch))
        return status, kind, content.replace(b'"accepted_seq":2', b'"accepted_seq":1')

    scripted.answer = forged
    with pytest.raises(CentralUnreachable, match="signature"):
        pushing.run()
    assert pushing.accepted_seq == 0


def test_a_partial_acknowledgement_sends_the_rest(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push
) -> None:
    write(terminal_store, 5)

    def two(method: str, path: str, body: bytes) -> Answer:
        batch = msgspec.json.decode(body, type=JournalBatch)
        part = msgspec.structs.replace(batch, records=tuple(whole(14, 1, batch.records))[:2])
        return scripted.acknowledge(part)

    scripted.answer = two
    pushing.run()
    assert [[record.seq for record in batch.records] for batch in scripted.batches()] == [
        [1, 2, 3, 4, 5],
        [3, 4, 5],
        [5],
    ]


def test_an_acknowledgement_of_nothing_ends_the_cycle(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push
) -> None:
    write(terminal_store, 2)
    good(scripted, accepted_seq=0, head_hash="0" * 64)
    with pytest.raises(CentralUnreachable, match="acknowledged nothing after record 0"):
        pushing.run()
    assert len(scripted.batches()) == 1


def test_a_gap_sends_again_what_central_has_lost(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push
) -> None:
    """A central that was restored from a backup waits for an earlier record."""
    write(terminal_store, 6)
    good(scripted)
    pushing.run()
    write(terminal_store, 1)

    def restored(method: str, path: str, body: bytes) -> Answer:
        batch = msgspec.json.decode(body, type=JournalBatch)
        if batch.records[0].seq > 4:
            return json_answer(Problem("gap", "record 4 is missing", expected_seq=4), 409)
        return scripted.acknowledge(batch)

    scripted.answer = restored
    pushing.run()
    assert [record.seq for record in scripted.batches()[-1].records] == [4, 5, 6, 7]
    assert pushing.backlog == 0


def test_a_gap_at_the_record_just_sent_is_not_repeated_for_ever(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push
) -> None:
    write(terminal_store, 1)
    scripted.answer = lambda *_: json_answer(Problem("gap", "record 1 is missing", expected_seq=1), 409)
    with pytest.raises(CentralRefused, match="record 1 is missing"):
        pushing.run()
    assert len(scripted.batches()) == 1


@pytest.mark.parametrize(
    "changes",
    [{"forked": True}, {"head_hash": "ab" * 32}, {"accepted_seq": 9}],
    ids=["central says so", "another record under this number", "central knows more than the disk"],
)
def test_another_history_at_central_stops_selling_for_good(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push, changes: dict[str, object]
) -> None:
    write(terminal_store, 3)
    good(scripted, **changes)
    with pytest.raises(JournalForked, match=r"Selling has stopped\. Enrol this terminal again"):
        pushing.run()
    assert pushing.accepted_seq == 0
    with pytest.raises(StoreDamaged, match="Selling has stopped"):
        check_may_sell(terminal_store)
    sent = len(scripted.requests)
    good(scripted)
    again = Push(scripted.client(), terminal_store, 14, 1)
    assert "Selling has stopped" in again.forked
    with pytest.raises(JournalForked):
        again.run()
    assert len(scripted.requests) == sent  # nothing is sent any more


def test_a_gap_beyond_the_disk_is_a_lost_disk(scripted: ScriptedCentral, terminal_store: Store, pushing: Push) -> None:
    write(terminal_store, 2)
    scripted.answer = lambda *_: json_answer(Problem("gap", "record 9 is next", expected_seq=9), 409)
    with pytest.raises(JournalForked, match="central holds 8 records of this terminal, the disk here only 2"):
        pushing.run()


def test_an_older_central_is_not_believed(scripted: ScriptedCentral, terminal_store: Store, pushing: Push) -> None:
    write(terminal_store, 1)
    good(scripted, epoch=3)
    pushing.run()
    write(terminal_store, 1)
    good(scripted, epoch=2)
    with pytest.raises(CentralUnreachable, match="epoch 2, central is at 3"):
        pushing.run()
    assert pushing.backlog == 1


def test_a_slow_second_engine_does_not_move_the_cursor_back(
    scripted: ScriptedCentral, terminal_store: Store, pushing: Push
) -> None:
    """While one waits for its answer to record 1, another has sent 1 to 4."""
    write(terminal_store, 1)
    other = Push(scripted.client(), terminal_store, 14, 1)

    def meanwhile(method: str, path: str, body: bytes) -> Answer:
        answer = scripted.acknowledge(msgspec.json.decode(body, type=JournalBatch))
        good(scripted)
        write(terminal_store, 3)
        other.run()
        return answer

    scripted.answer = meanwhile
    pushing.run()
    assert pushing.accepted_seq == other.accepted_seq == 4
    assert [[record.seq for record in batch.records] for batch in scripted.batches()] == [[1], [1, 2, 3, 4]]
