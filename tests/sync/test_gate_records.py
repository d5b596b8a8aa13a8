"""A gate's records and its list lead the same way, whichever is lost; what is passed on lies encrypted."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.context import Context
from central.inventory.grants import give
from central.journal.upload import receive
from kiosk.domain.allotment import Gid
from kiosk.domain.errors import StoreFault
from kiosk.domain.ticket import ticket_id
from kiosk.store.shelf import FILE, Round, Shelf
from sync.pages import SignedPage
from sync.wire import AllotmentRequest, Want
from tests.central.world import Terminal, journey_of, open_railway
from tests.conftest import SettableClock
from tests.sync.gateside import GateSide, same


@pytest.fixture
def side(context: Context, url: str, tmp_path: Path, clock: SettableClock) -> Iterator[GateSide]:
    side = GateSide(context, url, tmp_path / "gate", clock)
    yield side
    side.close()


def test_the_shelf_is_read_by_its_own_store_only_and_keeps_what_fits(tmp_path: Path) -> None:
    rounds = [
        Round(f"1.{n}", f"1.{n + 1}", (SignedPage(f"Margarethe {n} {secrets.token_hex(2000)}", ""),)) for n in range(9)
    ]
    rounds[0] = Round("0.0", "1.1", rounds[0].pages)
    shelf = Shelf(tmp_path, bytes(32), largest_bytes=20_000)
    for each in rounds[:6]:
        shelf.put(each)
        shelf.put(each)
    assert list(shelf.after("0.0")) == rounds[:6] and list(shelf.after("1.3")) == rounds[3:6]
    assert list(Shelf(tmp_path, bytes(32)).after("0.0")) == rounds[:6]
    assert b"Margarethe" not in (tmp_path / FILE).read_bytes()
    walk = shelf.after("0.0")
    next(walk)
    for each in rounds[6:]:
        shelf.put(each)
    assert list(walk) == [], "what went meanwhile is not read from another's place"
    assert list(shelf.after("1.6")) == rounds[6:] and list(shelf.after("0.0")) == []
    assert (tmp_path / FILE).stat().st_size <= 20_000
    content = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(content[:-5])
    assert list(Shelf(tmp_path, bytes(32)).after("1.6")) == rounds[6:8], "a torn end is dropped"
    assert list(Shelf(tmp_path, bytes(range(32))).after("1.6")) == [] and (tmp_path / FILE).read_bytes() == b""


def test_records_and_list_are_one_whatever_is_lost(context: Context, side: GateSide) -> None:
    """Cut between the two, or one of them gone: the next round makes them equal, with the newest of both."""
    train = journey_of(open_railway(context), "T1")
    side.pull.run()
    terminal = Terminal(context)
    reply = give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0)))
    (grant,) = terminal.accept(reply.grants)
    place = next(n for n in range(200) if grant.blocks[0].mask >> n & 1)
    ticket = terminal.sell(train, place, grant.gid)
    receive(context, *terminal.id, terminal.batch())
    obstacle = side.folder / "gate.json.new"
    obstacle.mkdir()
    with pytest.raises(StoreFault):  # the power goes after the records, before the list
        side.pull.run()
    obstacle.rmdir()
    known = ticket_id(*terminal.id, ticket.seq)
    side.restart()
    assert side.store.gate_records.booked(known) is not None and side.gate.etag() < side.store.gate_records.cursor
    side.pull.run()
    assert same(side, context) and side.gate.etag() == side.store.gate_records.cursor
    lost = side.store.gate_records.path
    side.close_stores()
    lost.unlink()
    side._open()
    assert side.lists.state()[0] == "0.0", "to others it is as far as its records are"
    side.pull.run()
    assert side.store.gate_records.booked(known) is not None and same(side, context)
    assert side.gate.etag() == side.store.gate_records.cursor == side.lists.state()[0]
    side.close_stores()
    (side.folder / "gate.json").unlink()
    side._open()
    side.pull.run()
    assert same(side, context) and side.store.gate_records.size() == 1


def test_records_that_are_behind_come_from_another_gate_too(context: Context, side: GateSide) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    reply = give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0)))
    (grant,) = terminal.accept(reply.grants)
    side.pull.run()
    place = next(n for n in range(200) if grant.blocks[0].mask >> n & 1)
    known = ticket_id(*terminal.id, terminal.sell(train, place, grant.gid).seq)
    receive(context, *terminal.id, terminal.batch())
    side.pull.run()
    rounds = list(side.lists.shelf.after("0.0"))
    assert len(rounds) == 2
    lost, cursor = side.store.gate_records.path, side.gate.etag()
    side.close_stores()
    lost.unlink()
    side._open()
    for each in rounds:
        assert side.lists.take(each.pages) == (True, ()), "older than the list, newer than the records"
    assert side.store.gate_records.booked(known) is not None
    assert side.gate.etag() == cursor == side.lists.state()[0] and same(side, context)
