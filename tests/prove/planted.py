"""Faults planted into the product's own functions, one at a time: a proof that none of them would be missed.

Also a pytest plugin: `PLANTED=name pytest -p tests.prove.planted ...` runs tests on the product with that fault in it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from kiosk.domain.protocol import acceptance, ledger, recovery, refunds, terminal
from kiosk.domain.protocol.acceptance import Verdict
from kiosk.domain.protocol.ownership import POOL, Owner, Ownership
from kiosk.domain.protocol.terminal import AckVerdict, GrantVerdict

Plant = Callable[[], None]
FAULTS: dict[str, Plant] = {}


def fault(plant: Plant) -> Plant:
    FAULTS[plant.__name__] = plant
    return plant


def _put(owner: Any, name: str, changed: Any) -> None:
    setattr(owner, name, changed)


# the rules


@fault
def a_grant_is_taken_twice() -> None:
    """P2 without last_gid."""

    def consider(grant: Any, terminal_id: int, incarnation: int, epoch: int, last_gid: Any) -> GrantVerdict:
        if (grant.terminal_id, grant.incarnation) != (terminal_id, incarnation):
            return GrantVerdict.NOT_OURS
        return GrantVerdict.OLD_EPOCH if grant.gid.epoch < epoch else GrantVerdict.TAKE

    _put(terminal, "consider", consider)


@fault
def the_epoch_fence_is_off() -> None:
    """P11: a grant of the central that was replaced is taken."""
    right = terminal.consider
    _put(terminal, "consider", lambda grant, t, i, epoch, last: right(grant, t, i, 0, last))


@fault
def an_old_backup_goes_on_selling() -> None:
    """P9 without the external counter."""
    _put(terminal, "rolled_back", lambda head_seq, counter: False)


@fault
def the_giver_goes_on_selling() -> None:
    """P5: what was released stays free in the terminal's hands."""
    from kiosk.domain import cells

    right = cells.moved

    def moved(holding: Any, source: str, target: str, mask: int, a: int, b: int) -> Any:
        return holding if (source, target) == ("free", "") else right(holding, source, target, mask, a, b)

    _put(cells, "moved", moved)


@fault
def a_recovery_ends_at_once() -> None:
    """P11 without waiting for the terminals."""
    _put(recovery, "over", lambda witnesses, epoch: True)


@fault
def nothing_is_in_doubt() -> None:
    """P11 without the freeze of what nobody can answer for."""
    _put(recovery, "in_doubt", lambda witnesses, epoch, since: False)


@fault
def a_second_failover_forgets_the_first() -> None:
    """P11: a recovery that was not over does not carry on."""
    _put(recovery, "began", lambda epoch, unfinished: epoch)


@fault
def the_last_to_arrive_wins() -> None:
    """P11: claims are merged by arrival instead of by the highest grant."""

    def claim(self: Ownership, t: int, i: int, gid: Any, masks: Any, *, lost: bool) -> list[int]:
        taker = Owner("STRANDED" if lost else "LEASE", t, i, gid.epoch, gid.n)
        left = list(masks)
        for owner in list(self.holdings):
            left = self.move(owner, taker, left)
        return left

    _put(Ownership, "claim", claim)


@fault
def forgotten_grants_stay_forgotten() -> None:
    """P11: a grant that central forgot claims nothing."""
    _put(Ownership, "claim", lambda self, *given, **named: [0] * self.segments)


@fault
def the_lost_give_back() -> None:
    """P8: what a lost terminal held is sold again."""

    def lose(self: Ownership, terminal_id: int, incarnation: int) -> None:
        for owner in list(self.owners("LEASE")):
            if (owner.terminal_id, owner.incarnation) == (terminal_id, incarnation):
                self.move(owner, POOL, self.held(owner))

    _put(Ownership, "lose", lose)


@fault
def a_void_of_before_frees_after() -> None:
    """P11, P12: the doubt about cells voided before a failover is forgotten."""
    right = Ownership.reopen

    def reopen(self: Ownership, t: int, i: int, gid: Any, masks: Any, *, voided: int) -> list[int]:
        return right(self, t, i, gid, masks, voided=1 << 30)

    _put(Ownership, "reopen", reopen)


@fault
def a_void_frees_at_once() -> None:
    """P12 without waiting for the gates."""

    def void(self: Ownership, t: int, i: int, gid: Any, masks: Any) -> list[int]:
        return self.move(Owner("SOLD", t, i, gid.epoch, gid.n), POOL, masks)

    _put(Ownership, "void", void)


@fault
def the_terminal_refunds_what_it_sent() -> None:
    _put(refunds, "terminal_may", lambda sale_seq, sent_seq: True)


@fault
def central_refunds_before_it_has_all() -> None:
    _put(refunds, "central_may", lambda head_seq, told_seq: True)


@fault
def another_record_of_the_same_number_is_a_duplicate() -> None:
    """P4: a reused number is taken for known instead of for a fork."""
    right = acceptance.judge

    def judge(head: Any, links: Any, known: Any) -> Verdict:
        verdict = right(head, links, known)
        fresh = next((index for index, link in enumerate(links) if link.seq > head[0]), len(links))
        return Verdict(fresh=fresh) if verdict.fork >= 0 else verdict

    from central.journal import upload

    _put(acceptance, "judge", judge)
    _put(upload, "judge", judge)


@fault
def a_lease_is_taken_back_by_time_out() -> None:
    """P5: central reclaims. The rule is that there is no such rule, so whoever looks at the pool finds leases in it."""
    right = Ownership.held

    def held(self: Ownership, owner: Owner) -> list[int]:
        if owner == POOL:
            for lease in list(self.owners("LEASE")):
                self.move(lease, POOL, right(self, lease))
        return right(self, owner)

    def move(self: Ownership, source: Owner, target: Owner, masks: Any) -> list[int]:
        given = right(self, source), right(self, target)
        moved = [wish & have for wish, have in zip(masks, given[0], strict=True)]
        if any(moved):
            self.holdings[source] = [have & ~part for have, part in zip(given[0], moved, strict=True)]
            self.holdings[target] = [have | part for have, part in zip(given[1], moved, strict=True)]
            self.changed |= {source, target}
        return [wish & ~part for wish, part in zip(masks, moved, strict=True)]

    _put(Ownership, "held", held)
    _put(Ownership, "move", move)


# what keeps the rules: store, upload, outbox


@fault
def a_sale_is_acknowledged_before_it_is_on_disk() -> None:
    """The commit of a sale waits for the next write; print before commit, seen from the paper."""
    from kiosk.store.journal import Journal

    right = Journal._write

    class Late:
        """A connection that keeps the last COMMIT back."""

        def __init__(self, connection: Any) -> None:
            self._connection, self._owes = connection, False

        def execute(self, sql: str, *given: Any) -> Any:
            if sql == "COMMIT":
                self._owes = True
                return None
            if sql == "BEGIN IMMEDIATE" and self._owes:
                self._owes = False
                self._connection.execute("COMMIT")
            return self._connection.execute(sql, *given)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

    def write(self: Any, records: Any, changes: Any) -> None:
        if not isinstance(self._db.conn, Late):
            self._db.conn = Late(self._db.conn)
        right(self, records, changes)

    _put(Journal, "_write", write)


@fault
def the_cursor_moves_before_the_answer() -> None:
    """The outbox counts records as sent before central has them."""
    from sync.push import ACCEPTED, Push

    right = Push._send_batch

    def send(self: Any) -> bool:
        before = self.accepted_seq
        records = self._store.journal.records(before, self._limit)
        client, self._client = self._client, _Moves(self._client, self._store, ACCEPTED, records)
        try:
            return right(self)
        finally:
            self._client = client

    _put(Push, "_send_batch", send)


class _Moves:
    def __init__(self, client: Any, store: Any, cursor: str, records: Any) -> None:
        self._client, self._store, self._cursor, self._records = client, store, cursor, records

    def journal(self, batch: Any) -> Any:
        if self._records:
            self._store.set_cursor(self._cursor, str(self._records[-1].seq))
        return self._client.journal(batch)

    @property
    def proof(self) -> Any:
        return self._client.proof


@fault
def a_refused_batch_is_dropped() -> None:
    """Deleted on 4xx."""
    from sync.push import ACCEPTED, Push

    def after(self: Any, refused: Any, after: int, sent: int) -> None:
        self._store.set_cursor(ACCEPTED, str(after + sent))

    _put(Push, "_after_refusal", after)


@fault
def records_are_acknowledged_before_they_are_stored() -> None:
    """Acknowledged before the raw record is durable."""
    from central.journal import upload

    _put(upload, "_insert", lambda connection, context, who, records: None)


@fault
def a_poison_record_is_thrown_away() -> None:
    """Skipped without a trace."""
    from central.journal import apply

    _put(apply, "note_all", lambda connection, incidents: None)


@fault
def the_feed_numbers_before_the_commit() -> None:
    """A bigserial as cursor: nobody waits for who has a lower number and commits later."""
    from central import feed

    right = feed.sequence

    class Hasty:
        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def execute(self, statement: Any, *given: Any) -> Any:
            if "pg_advisory_xact_lock" not in str(statement):
                return self._connection.execute(statement, *given)
            return None

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

    def sequence(connection: Any, context: Any, *, everything: bool = False) -> None:
        right(Hasty(connection), context, everything=everything)  # type: ignore[arg-type]

    _put(feed, "sequence", sequence)


@fault
def the_store_forgets_to_flush() -> None:
    """`synchronous=NORMAL`: a power cut may take what was acknowledged."""
    from kiosk.store import database

    right = database.connect

    def connect(path: Any, key: bytes) -> Any:
        db = right(path, key)
        db.conn.execute("PRAGMA synchronous = NORMAL")
        return db

    _put(database, "connect", connect)


def pytest_configure(config: Any) -> None:
    """As a plugin: plant what the environment names."""
    if name := os.environ.get("PLANTED"):
        FAULTS[name]()


__all__ = ["FAULTS", "AckVerdict", "fault", "ledger"]
