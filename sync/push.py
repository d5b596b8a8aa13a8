"""The journal is the outbox: records go up in order, and a cursor follows what central has acknowledged.

The cursor moves only after central's signed answer, and only in the store. A lost answer means the same records
are sent again; central knows them by (terminal, incarnation, seq) and answers the same. Rule P4.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kiosk.domain.errors import CentralRefused, CentralUnreachable, StoreDamaged
from kiosk.domain.protocol.terminal import AckVerdict, hear
from kiosk.store.selling import ACCEPTED, FORKED, PROOF
from kiosk.store.store import Store
from sync.chain import lean
from sync.client import CentralClient
from sync.proof import reaches
from sync.wire import JournalAck, JournalBatch, Record

MAX_RECORDS = 500
MAX_BYTES = 256 * 1024
ASK_EVERY = 15  # runs with nothing to send, between two questions whether central has it all

STABLE = "push.stable_seq"


class JournalForked(StoreDamaged):
    """Central knows another history of this terminal: a copied disk or a restored backup. It must not sell."""


class Push:
    """Sends what central has not acknowledged. One batch in flight; one thread at a time."""

    def __init__(self, client: CentralClient, store: Store, terminal_id: int, incarnation: int) -> None:
        self._client = client
        self._store = store
        self._identity = (terminal_id, incarnation)
        self._limit = MAX_RECORDS
        self._idle = 0

    @property
    def accepted_seq(self) -> int:
        """Everything up to this record is with central."""
        return int(self._store.cursor(ACCEPTED, "0"))

    @property
    def backlog(self) -> int:
        """Records central has not acknowledged."""
        return max(0, self._store.journal.head()[0] - self.accepted_seq)

    @property
    def forked(self) -> str:
        """Why this terminal must not sell; "" = all is well."""
        return self._store.cursor(FORKED)

    def run(self) -> bool:
        """Send until nothing is left. JournalForked, CentralUnreachable or CentralRefused end it early."""
        if self.forked:
            raise JournalForked(self.forked)
        while self._send_batch():
            pass
        return False

    def _send_batch(self) -> bool:
        after = self.accepted_seq
        records = _fitting(self._store.journal.records(after, self._limit))
        if not records and not self._time_to_ask():
            return False
        batch = JournalBatch(*self._identity, lean(records), head=self._store.counter.value)
        try:
            ack = self._client.journal(batch)
        except CentralRefused as refused:
            self._after_refusal(refused, after, len(records))
            return True
        self._take(ack, after, asked=not records)
        self._limit = min(MAX_RECORDS, self._limit * 2)
        return bool(records) or self.accepted_seq < after

    def _time_to_ask(self) -> bool:
        """Now and then with nothing to send: does central still have all of it? It may have come back older (P11)."""
        self._idle += 1
        return self._idle % ASK_EVERY == 0

    def _after_refusal(self, refused: CentralRefused, after: int, sent: int) -> None:
        """Too large: half as many. A gap: from where central says. Anything else is for a person."""
        if refused.status == 413 and sent > 1:
            self._limit = sent // 2
        elif refused.code == "forked":
            self._stop_selling(refused.message)
        elif refused.code == "gap" and refused.expected_seq is not None and refused.expected_seq != after + 1:
            self._must_know(refused.expected_seq - 1)
            self._store.set_cursor(ACCEPTED, str(refused.expected_seq - 1))
        else:
            raise refused

    def _take(self, ack: JournalAck, after: int, *, asked: bool) -> None:
        head = self._store.journal.head()[0]
        verdict = hear(
            accepted=ack.accepted_seq,
            head_hash=ack.head_hash,
            epoch=ack.epoch,
            forked=ack.forked,
            adopted=self._store.epoch,
            head=head,
            hash_here=self._hash_at(ack.accepted_seq) if ack.accepted_seq <= head else "",
            after=after,
        )
        if verdict is AckVerdict.OLD_CENTRAL:
            raise CentralUnreachable(
                f"the answer is of epoch {ack.epoch}, central is at {self._store.epoch}: an old central answers"
            )
        if verdict is AckVerdict.FORK:
            self._must_know(ack.accepted_seq)
            self._stop_selling(f"central has other records than this terminal up to record {ack.accepted_seq}")
        if verdict is AckVerdict.NOTHING and not asked:
            raise CentralUnreachable(f"central acknowledged nothing after record {after}; the records are sent again")
        self._store.adopt_epoch(ack.epoch)
        with self._store.lock:  # a second engine on this outbox must not move it back
            accepted = ack.accepted_seq if asked else max(ack.accepted_seq, self.accepted_seq)
            heard = {STABLE: str(ack.stable_seq), ACCEPTED: str(accepted)}
            if ack.accepted_seq >= reaches(self._store.cursor(PROOF)):  # a central that came back older proves less
                heard[PROOF] = self._client.proof
            self._store.set_cursors(heard)

    def _must_know(self, seq: int) -> None:
        head = self._store.journal.head()[0]
        if seq > head:
            self._stop_selling(f"central holds {seq} records of this terminal, the disk here only {head}")

    def _hash_at(self, seq: int) -> str:
        found = self._store.journal.records(seq - 1, 1) if seq else []
        return found[0].hash if found else "0" * 64

    def _stop_selling(self, why: str) -> None:
        message = (
            f"{why}: this disk is a copy or an old backup. Selling has stopped. Enrol this terminal again; "
            "its records are kept for the books."
        )
        self._store.set_cursor(FORKED, message)
        raise JournalForked(message)


def _fitting(records: Sequence[Record]) -> Sequence[Record]:
    """As many of the first records as fit into one message, at least one."""
    size = 0
    for number, record in enumerate(lean(records)):
        size += len(msgspec.json.encode(record)) + 1
        if number and size > MAX_BYTES:
            return records[:number]
    return records
