"""Central comes back as an older self (P11), terminals are given up (P8), tickets are voided once (P12)."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import text

from central import voiding
from central.context import Context
from central.gate import manifest
from central.inventory.check import inventory_faults, oversold
from central.inventory.grants import give
from central.journal.upload import receive
from central.keys import Keys, raise_epoch
from central.recovery import OlderThanItself, end_when_over, lose_by_name, open_epoch, waited_for
from kiosk.domain.allotment import Gid
from kiosk.domain.events import EpochAdopted
from sync.wire import AllotmentRequest, VoidRequest, Want
from tests.central.world import Terminal, journey_of, open_railway


def ask(context: Context, terminal: Terminal, train: int, count: int = 3):  # type: ignore[no-untyped-def]
    return give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, count),), terminal.last_gid))


class Backup:
    """The tables as they were; what a restore from an old backup brings back."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tables = ["holding", "grant_given", "incarnation", "raw_journal", "ticket", "sale", "void", "meta"]
        with context.engine.begin() as connection:
            for name in self._tables:
                connection.execute(text(f"DROP TABLE IF EXISTS old_{name}"))
                connection.execute(text(f"CREATE TABLE old_{name} AS SELECT * FROM {name}"))

    def restore(self) -> Context:
        """Back to the old state; returns central under the next epoch."""
        engine = self._context.engine
        with engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))  # the order of tables does not matter
            for name in self._tables:
                connection.execute(text(f"DELETE FROM {name}"))
                connection.execute(text(f"INSERT INTO {name} SELECT * FROM old_{name}"))
            connection.execute(text("SET session_replication_role = DEFAULT"))
        folder = self._context.keys.folder
        raise_epoch(folder, self._context.now())
        context = replace(self._context, keys=Keys(folder, self._context.now()))
        open_epoch(context)
        return context


def test_an_older_database_grants_nothing_until_the_terminals_have_sent_what_it_forgot(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    seller, other = Terminal(context, "K1"), Terminal(context, "K2")
    receive(context, *other.id, other.batch())
    backup = Backup(context)
    (grant,) = seller.accept(ask(context, seller, train).grants)
    seller.sell(train, 0, grant.gid)
    receive(context, *seller.id, seller.batch())

    context = backup.restore()
    with context.engine.connect() as connection:
        assert waited_for(connection) == ["K1", "K2"]
    assert ask(context, other, train, 30).grants == ()
    other.append(EpochAdopted(epoch=2))
    receive(context, *other.id, other.batch())
    assert ask(context, other, train, 30).grants == (), "K1 has not answered"
    seller.append(EpochAdopted(epoch=2))
    receive(context, *seller.id, seller.batch())

    (fresh,) = other.accept(ask(context, other, train, 30).grants)
    assert not fresh.blocks[0].mask & grant.blocks[0].mask, "these places are K1's"
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == [] and oversold(connection) == 0
        assert connection.scalar(text("SELECT count(*) FROM ticket")) == 1


def test_a_terminal_that_never_answers_leaves_doubt_and_doubt_is_not_sold(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    gone, other = Terminal(context, "K1"), Terminal(context, "K2")
    backup = Backup(context)
    (forgotten,) = gone.accept(ask(context, gone, train).grants)
    context = backup.restore()
    other.append(EpochAdopted(epoch=2))
    receive(context, *other.id, other.batch())
    assert not end_when_over(context)
    lose_by_name(context, "K1")
    assert end_when_over(context)
    assert ask(context, other, train, 30).grants == ()
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == []
    # It turns up after all: its sale is taken over, and it is no oversell.
    gone.sell(train, 0, forgotten.gid)
    receive(context, *gone.id, gone.batch())
    with context.engine.connect() as connection:
        assert connection.scalar(text("SELECT covered FROM ticket")) is True
        assert inventory_faults(connection) == [] and oversold(connection) == 0


def test_an_old_database_under_the_old_epoch_is_not_opened(context: Context) -> None:
    backup = Backup(context)
    Terminal(context, "K1")
    with context.engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("DELETE FROM incarnation"))
        connection.execute(text("SET session_replication_role = DEFAULT"))
    with pytest.raises(OlderThanItself, match=r"registry knows terminal .*kiosk central failover"):
        open_epoch(context)
    assert open_epoch(backup.restore()) is None


def test_enrolled_anew_the_life_before_is_given_up(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    before, other = Terminal(context, "K1"), Terminal(context, "K2")
    (grant,) = before.accept(ask(context, before, train).grants)
    Terminal(context, "K1")
    (fresh,) = other.accept(ask(context, other, train, 30).grants)
    assert not fresh.blocks[0].mask & grant.blocks[0].mask
    with context.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM holding WHERE kind = 'STRANDED'")) == 1
        assert inventory_faults(connection) == []


def test_a_voided_place_is_sold_again_only_when_every_gate_knows(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    seller, gate = Terminal(context, "K1"), Terminal(context, "G1", "gate")
    (grant,) = seller.accept(ask(context, seller, train).grants)
    seller.sell(train, 0, grant.gid)
    receive(context, *seller.id, seller.batch())
    with context.engine.connect() as connection:
        code = connection.scalar(text("SELECT code FROM ticket"))
    behind = msgspec.structs.replace(seller.batch(), head=len(seller.records) + 1)
    receive(context, *seller.id, behind)
    with pytest.raises(voiding.NotVoidable, match="has not sent everything"):
        voiding.void(context, code, "changed plans")
    seller.append(EpochAdopted(epoch=1))
    receive(context, *seller.id, seller.batch())
    assert "once" in voiding.void(context, code, "changed plans")
    with pytest.raises(voiding.NotVoidable, match="voided before"):
        voiding.void(context, code, "again")

    def pool() -> int:
        with context.engine.connect() as connection:
            assert inventory_faults(connection) == []
            return connection.scalar(text("SELECT count(*) FROM holding WHERE kind = 'VOID_PENDING'")) or 0

    assert pool() == 1
    listed, etag = manifest(context, "", gate.id[0])
    assert listed is not None and len(listed.revoked_tickets) == 1
    assert pool() == 1, "that it was sent does not mean it arrived"
    manifest(context, etag, gate.id[0])
    assert pool() == 0


def test_what_central_voided_stays_void_when_it_forgets(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    seller = Terminal(context, "K1")
    backup = Backup(context)
    (grant,) = seller.accept(ask(context, seller, train).grants)
    seller.sell(train, 0, grant.gid)
    receive(context, *seller.id, seller.batch())
    with context.engine.connect() as connection:
        code = connection.scalar(text("SELECT code FROM ticket"))
    voiding.void(context, code, "changed plans")
    context = backup.restore()
    seller.append(EpochAdopted(epoch=2))
    receive(context, *seller.id, seller.batch())
    with pytest.raises(voiding.NotVoidable, match="voided before, by central"):
        voiding.void(context, code, "changed plans")
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == []
        assert connection.scalar(text("SELECT count(*) FROM holding WHERE kind = 'VOID_PENDING'")) == 1
    assert Gid(1, 0) < grant.gid


def test_the_key_of_a_refund_outlives_the_database(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    seller = Terminal(context, "K1")
    backup = Backup(context)
    (grant,) = seller.accept(ask(context, seller, train).grants)
    seller.sell(train, 0, grant.gid)
    receive(context, *seller.id, seller.batch())
    with context.engine.connect() as connection:
        seq = connection.scalar(text("SELECT seq FROM ticket"))
    first = voiding.void_for(context, *seller.id, VoidRequest(seq, "first"))
    context = backup.restore()
    seller.append(EpochAdopted(epoch=2))
    receive(context, *seller.id, seller.batch())
    assert voiding.void_for(context, *seller.id, VoidRequest(seq, "second")) == first
    assert first.refund_id == "first"
