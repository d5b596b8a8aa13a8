"""A gate that lives on differences: always the same as the whole list, whatever is cut, restarted or fetched anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from central import feed
from central.context import Context
from central.enrolment import revoke
from central.gate import manifest
from central.inventory.grants import give
from central.journal.upload import receive
from central.keys import Keys, raise_epoch
from central.voiding import void
from kiosk.domain.allotment import Gid
from kiosk.domain.errors import CatalogueRefused, CentralUnreachable, StoreFault
from sync.pages import BadPage
from sync.pull import PullCatalogue
from sync.wire import AllotmentRequest, Want
from tests.central.world import Terminal, journey_of, open_railway
from tests.conftest import SettableClock
from tests.sync.gateside import GateSide, same


@pytest.fixture
def side(context: Context, url: str, tmp_path: Path, clock: SettableClock) -> Iterator[GateSide]:
    side = GateSide(context, url, tmp_path / "gate", clock)
    yield side
    side.close()


def many_voids(context: Context, count: int) -> None:
    """A list of revocations as it is after years, without the sales."""
    with context.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO void (terminal_id, incarnation, seq, version, epoch, by, voided_at) "
                "SELECT 9, 1, n, 0, 1, 'central', now() FROM generate_series(1, :count) n"
            ),
            {"count": count},
        )


def test_differences_lead_to_the_whole_list_also_over_restarts(context: Context, side: GateSide) -> None:
    train = journey_of(open_railway(context), "T1")
    side.pull.run()
    assert same(side, context)
    terminal = Terminal(context)
    reply = give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0)))
    (grant,) = terminal.accept(reply.grants)
    side.pull.run()
    assert same(side, context) and side.list.leases
    side.restart()
    assert same(side, context)
    before = side.gate.etag()
    side.pull.run()
    assert side.gate.etag() == before, "nothing new"
    place = max(block.mask.bit_length() for block in grant.blocks) - 1
    ticket = terminal.sell(train, place, grant.gid)
    receive(context, *terminal.id, msgspec.structs.replace(terminal.batch(), head=len(terminal.records)))
    void(context, f"CODE-{ticket.seq}", "asked for")
    revoke(context, "K1")
    side.pull.run()
    assert same(side, context) and side.list.revoked_tickets and side.list.revoked_incarnations
    assert side.gate.etag() != before


def test_all_pages_count_or_none(context: Context, side: GateSide) -> None:
    side.pull.run()
    before, cursor = side.list, side.gate.etag()
    many_voids(context, feed.PAGE + 5)
    side.line.cut = True
    with pytest.raises(CentralUnreachable):
        side.pull.run()
    assert (side.list, side.gate.etag()) == (before, cursor)
    side.line.cut = False
    side.pull.run()
    assert same(side, context) and len(side.list.revoked_tickets) == feed.PAGE + 5


def test_a_list_that_cannot_be_written_moves_no_cursor(context: Context, side: GateSide) -> None:
    side.pull.run()
    before, cursor = side.list, side.gate.etag()
    many_voids(context, 3)
    obstacle = side.folder / "gate.json.new"
    obstacle.mkdir()
    with pytest.raises(StoreFault):
        side.pull.run()
    assert (side.list, side.gate.etag()) == (before, cursor)
    obstacle.rmdir()
    side.restart()
    assert (side.list, side.gate.etag()) == (before, cursor)
    side.pull.run()
    assert same(side, context) and len(side.list.revoked_tickets) == 3


def test_a_new_epoch_costs_what_was_downloaded_and_never_the_journal(
    context: Context, side: GateSide, clock: SettableClock
) -> None:
    open_railway(context)
    side.pull.run()
    PullCatalogue(side.client, side.catalogue).run()
    side.gate.scan("not a ticket")
    journal = [record.hash for record in side.store.journal.records(0, 100)]
    assert journal
    raise_epoch(context.keys.folder, clock.now())
    context.keys.__dict__.update(Keys(context.keys.folder, clock.now()).__dict__)  # as after central's restart
    side.pull.run()
    assert side.gate.etag().startswith("2.") and side.list.epoch == 2 and same(side, context)
    assert [record.hash for record in side.store.journal.records(0, 100)] == journal
    assert side.catalogue.info() is not None


def test_a_database_that_went_back_without_a_new_epoch_is_not_believed(context: Context, side: GateSide) -> None:
    many_voids(context, 5)
    side.pull.run()
    before, cursor = side.list, side.gate.etag()
    with context.engine.begin() as connection:
        connection.execute(text("DELETE FROM void"))
        connection.execute(text("DELETE FROM feed WHERE seq > 2"))
        connection.execute(text("UPDATE feed_head SET seq = 2"))
    with pytest.raises(CentralUnreachable, match="old central"):
        side.pull.run()
    assert (side.list, side.gate.etag()) == (before, cursor)


def test_a_list_from_the_version_before_goes_over_to_differences(context: Context, side: GateSide) -> None:
    many_voids(context, 2)
    whole, etag = manifest(context, "")
    assert whole is not None
    side.gate.take_manifest(whole, etag)
    many = Terminal(context, "K9")
    side.pull.run()
    assert side.gate.etag().startswith("1.") and same(side, context)
    assert many.reply.certificate in side.list.certificates


def lose_voids(context: Context, first: int, last: int) -> None:
    """A mistake at central: rows that no rule takes away."""
    with context.engine.begin() as connection:
        connection.execute(text("DELETE FROM void WHERE seq BETWEEN :first AND :last"), {"first": first, "last": last})


def test_so_much_at_once_waits_for_staff_and_news_does_not(
    context: Context, side: GateSide, clock: SettableClock
) -> None:
    many_voids(context, 100)
    side.pull.run()
    lose_voids(context, 1, 40)
    revoke(context, Terminal(context, "K1").reply.name)
    clock.forward(4000)  # the hour's comparison finds what left no mark
    with pytest.raises(CatalogueRefused, match="takes 40 entries"):
        side.pull.run()
    assert len(side.list.revoked_tickets) == 100, "cancelled tickets stay cancelled"
    assert len(side.list.revoked_incarnations) == 1, "what is new counts at once"
    side.pull.run()
    side.restart()
    side.pull.run()
    assert len(side.list.revoked_tickets) == 100
    side.gate.confirm_held()
    assert same(side, context) and len(side.list.revoked_tickets) == 60
    side.restart()
    assert same(side, context)


def test_a_little_less_is_taken_over(context: Context, side: GateSide, clock: SettableClock) -> None:
    many_voids(context, 100)
    side.pull.run()
    lose_voids(context, 1, 20)
    clock.forward(4000)
    side.pull.run()
    assert same(side, context) and len(side.list.revoked_tickets) == 80


def test_what_comes_back_no_longer_waits(context: Context, side: GateSide, clock: SettableClock) -> None:
    many_voids(context, 100)
    side.pull.run()
    lose_voids(context, 1, 40)
    clock.forward(4000)
    with pytest.raises(CatalogueRefused):
        side.pull.run()
    many_voids_again = "INSERT INTO void (terminal_id, incarnation, seq, version, epoch, by, voided_at) "
    with context.engine.begin() as connection:
        connection.execute(
            text(many_voids_again + "SELECT 9, 1, n, 0, 1, 'central', now() FROM generate_series(1, 30) n")
        )
    side.pull.run()
    kept = side.gate.kept()
    assert kept is not None and [each.key for each in kept.held] == [f"000901{n:010x}" for n in range(31, 41)]
    side.gate.confirm_held()
    assert same(side, context)


def test_a_central_that_went_another_way_under_the_same_numbers_is_noticed(context: Context, side: GateSide) -> None:
    """A restored database that was written on without a new epoch: its numbers pass the gate's again."""
    many_voids(context, 5)
    side.pull.run()
    before, cursor = side.list, side.gate.etag()
    with context.engine.begin() as connection:
        connection.execute(text("UPDATE feed_mark SET chain = repeat('a', 64) WHERE seq = (SELECT seq FROM feed_head)"))
    Terminal(context, "K9")
    with pytest.raises(CentralUnreachable, match="another way"):
        side.pull.run()
    assert (side.list, side.gate.etag()) == (before, cursor) and side.lists.forked


def test_what_central_signed_is_kept_to_be_passed_on(context: Context, side: GateSide) -> None:
    side.pull.run()
    many_voids(context, feed.PAGE + 5)
    side.pull.run()
    side.restart()
    begin, last = side.lists.shelf.after("0.0")
    assert begin.begin == "0.0" and len(last.pages) == 2 and last.cursor == side.gate.etag()
    other = GateSide(context, side.line.url, side.folder.parent / "other", side.clock)
    try:
        for round_ in side.lists.shelf.after("0.0"):
            assert other.lists.take(round_.pages) == (True, ())
        assert (other.list, other.gate.etag()) == (side.list, side.gate.etag())
        assert other.lists.take(begin.pages) == (False, ()), "an older one"
        with pytest.raises(BadPage, match="missing"):
            other.lists.take(last.pages[:1])
        broken = msgspec.structs.replace(last.pages[1], text=last.pages[1].text.replace("revoked_ticket", "lease", 1))
        with pytest.raises(BadPage, match="signature"):
            other.lists.take((last.pages[0], broken))
        assert other.list == side.list
    finally:
        other.close()
