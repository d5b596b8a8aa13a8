"""Rule P4: take records exactly as they are, check only the chain, acknowledge what is committed.

Nothing here looks into a record's body: no business rule can refuse a sale that happened. A record that differs from
the one stored under the same seq, or follows another history, is a fork: the branch is kept beside the journal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, text

from central.context import Context
from central.incidents import note
from central.journal.apply import apply_pending
from central.recovery import end_when_over, lose
from central.refusal import Refusal
from kiosk.domain.protocol.acceptance import Link, judge
from sync.chain import GENESIS, BrokenChain, whole
from sync.wire import JournalAck, JournalBatch, Record

RECORDS_MAX = 500
SEQ_MAX = (1 << 40) - 1
log = logging.getLogger(__name__)


def receive(context: Context, terminal_id: int, incarnation: int, batch: JournalBatch) -> JournalAck:
    """Store a batch, acknowledge it, then apply it; trouble in applying never reaches the terminal."""
    ack = take_in(context, terminal_id, incarnation, batch)
    try:
        apply_pending(context, terminal_id, ack.incarnation)
        end_when_over(context)
    except Exception:
        log.exception("records of terminal %s.%s are stored but not yet applied", terminal_id, ack.incarnation)
    unsigned = msgspec.json.encode(ack)
    return msgspec.structs.replace(ack, signature=context.keys.sign(unsigned))


def take_in(context: Context, terminal_id: int, incarnation: int, batch: JournalBatch) -> JournalAck:
    """Store a batch raw, or refuse it for its chain alone; committed when this returns, the answer not yet signed."""
    if batch.terminal_id != terminal_id or not 0 < batch.incarnation <= incarnation:
        raise Refusal(
            403, "other_terminal", "a terminal can upload only its own journal, of this life or an earlier one"
        )
    incarnation = batch.incarnation
    if len(batch.records) > RECORDS_MAX:
        raise Refusal(413, "too_large", f"at most {RECORDS_MAX} records in one upload, this has {len(batch.records)}")
    batch = _checked(batch)
    with context.engine.begin() as connection:
        return _store(connection, context, terminal_id, incarnation, batch)


def _checked(batch: JournalBatch) -> JournalBatch:
    """Each record follows the one before and carries its own hash."""
    previous = 0
    for record in batch.records:
        if not 1 <= record.seq <= SEQ_MAX or not 0 <= record.version < 1 << 31 or abs(record.recorded_at_ms) >= 1 << 62:
            raise Refusal(422, "bad_record", f"record {record.seq} has a number out of range")
        if any("\x00" in field for field in (record.event_id, record.kind, record.body)):
            raise Refusal(422, "bad_record", f"record {record.seq} contains a zero character")
        if previous and record.seq != previous + 1:
            raise Refusal(400, "not_contiguous", f"record {record.seq} comes after {previous} in one upload")
        previous = record.seq
    try:
        records = tuple(whole(batch.terminal_id, batch.incarnation, batch.records))
    except BrokenChain as broken:
        raise Refusal(422, "broken_chain", f"{broken}: the journal is damaged") from None
    return msgspec.structs.replace(batch, records=records)


def _store(
    connection: Connection, context: Context, terminal_id: int, incarnation: int, batch: JournalBatch
) -> JournalAck:
    records = batch.records
    who = {"terminal": terminal_id, "incarnation": incarnation}
    head = connection.execute(
        text(
            "SELECT head_seq, head_hash, forked FROM incarnation "
            "WHERE terminal_id = :terminal AND incarnation = :incarnation FOR NO KEY UPDATE"
        ),
        who,
    ).one()
    head_seq, head_hash, forked = head.head_seq, head.head_hash, head.forked
    verdict = judge((head_seq, head_hash), _links(records), _known(connection, who, records, head_seq, head_hash))
    if verdict.gap:
        raise Refusal(
            409,
            "gap",
            f"central has terminal {terminal_id}.{incarnation} up to {head_seq}; send from {head_seq + 1} on",
            expected_seq=verdict.gap,
        )
    branch = records[verdict.fork :] if verdict.fork >= 0 else ()
    fresh = list(records[verdict.fresh :]) if not branch else []
    if branch:
        forked = True
        _keep_branch(connection, context, who, branch)
    if fresh:
        _insert(connection, context, who, fresh)
        head_seq, head_hash = fresh[-1].seq, fresh[-1].hash
    connection.execute(
        text(
            "UPDATE incarnation SET head_seq = :seq, head_hash = :hash, told_seq = greatest(told_seq, :told), "
            "heard_at = :now WHERE terminal_id = :terminal AND incarnation = :incarnation"
        ),
        {
            **who,
            "seq": head_seq,
            "hash": head_hash,
            "told": min(max(batch.head, 0), SEQ_MAX),
            "now": datetime.fromtimestamp(context.now(), UTC),
        },
    )
    return JournalAck(
        terminal_id=terminal_id,
        incarnation=incarnation,
        accepted_seq=head_seq,
        stable_seq=head_seq if context.stable_on_commit else 0,
        head_hash=head_hash,
        epoch=context.keys.epoch,
        forked=forked,
    )


def _links(records: tuple[Record, ...]) -> list[Link]:
    return [Link(record.seq, record.previous_hash, record.hash) for record in records]


def _known(
    connection: Connection, who: dict[str, int], records: tuple[Record, ...], head_seq: int, head_hash: str
) -> Callable[[int], str]:
    """Hashes of the stored chain where the records lie."""
    known: dict[int, str] = {0: GENESIS, head_seq: head_hash}
    if records and records[0].seq <= head_seq:
        rows = connection.execute(
            text(
                "SELECT seq, hash FROM raw_journal WHERE terminal_id = :terminal AND incarnation = :incarnation "
                "AND seq BETWEEN :first AND :last"
            ),
            {**who, "first": records[0].seq - 1, "last": records[-1].seq},
        )
        known |= {row.seq: row.hash for row in rows}
    return known.__getitem__


def _keep_branch(connection: Connection, context: Context, who: dict[str, int], branch: tuple[Record, ...]) -> None:
    """Keep the other history raw, freeze the incarnation, tell the operator."""
    rows = [
        {**who, "seq": record.seq, "hash": record.hash, "record": msgspec.json.encode(record).decode()}
        for record in branch
    ]
    now = datetime.fromtimestamp(context.now(), UTC)
    connection.execute(
        text(
            "INSERT INTO fork_record (terminal_id, incarnation, seq, hash, record, received_at) "
            "VALUES (:terminal, :incarnation, :seq, :hash, :record, :now) ON CONFLICT DO NOTHING"
        ),
        [{**row, "now": now} for row in rows],
    )
    connection.execute(
        text("UPDATE incarnation SET forked = true WHERE terminal_id = :terminal AND incarnation = :incarnation"), who
    )
    lose(connection, context.keys.epoch, who["terminal"], who["incarnation"])
    note(
        connection,
        "fork",
        "the journal exists twice: a copied or restored disk. Both branches are kept; enrol the terminal anew",
        who["terminal"],
        who["incarnation"],
        branch[0].seq,
    )


def _insert(connection: Connection, context: Context, who: dict[str, int], records: list[Record]) -> None:
    now = datetime.fromtimestamp(context.now(), UTC)
    terminal_id, incarnation = who["terminal"], who["incarnation"]
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        # One piece: put into COPY's form value by value, it takes as long as the database does.
        copy.write(
            "".join(
                f"{terminal_id}\t{incarnation}\t{r.seq}\t{_plain(r.event_id)}\t{_plain(r.kind)}\t{r.version}\t"
                f"{_plain(r.body)}\t{r.recorded_at_ms}\t{_plain(r.previous_hash)}\t{_plain(r.hash)}\t{now}\n"
                for r in records
            )
        )


def _plain(text: str) -> str:
    """As COPY reads it back: what ends a value or a row, and the sign that says so, is written with that sign."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


_COPY = (
    "COPY raw_journal (terminal_id, incarnation, seq, event_id, kind, version, body, recorded_at_ms, "
    "previous_hash, hash, received_at) FROM STDIN"
)
