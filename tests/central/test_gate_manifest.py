"""The gate's copy: who may have sold what, before and after central knows of the sale."""

from __future__ import annotations

from central.context import Context
from central.enrolment import revoke
from central.gate import manifest
from central.inventory.grants import give
from central.journal.upload import receive
from kiosk.domain.allotment import Block, Gid
from kiosk.domain.events import CellsReleased
from sync.wire import AllotmentRequest, GateManifest, Want
from tests.central.world import Terminal, cells, journey_of, open_railway
from tests.conftest import SettableClock


def fresh(context: Context) -> GateManifest:
    found, _ = manifest(context, "")
    assert found is not None
    return found


def test_sold_cells_stay_on_the_map_released_ones_leave_it(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    reply = give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0)))
    (grant,) = terminal.accept(reply.grants)
    leased = cells(grant.blocks)
    (row,) = fresh(context).leases
    assert (row.journey_id, row.terminal_id, row.incarnation, cells(row.blocks)) == (train, 1, 1, leased)
    places = sorted({place for _, place in leased})
    terminal.sell(train, places[0], grant.gid)
    terminal.append(CellsReleased(journey_id=train, gid=grant.gid, blocks=(Block.of(0, 4, 1 << places[1]),)))
    receive(context, *terminal.id, terminal.batch())
    (row,) = fresh(context).leases
    assert cells(row.blocks) == {cell for cell in leased if cell[1] != places[1]}


def test_the_version_grows_with_every_change_also_back(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context)
    first, etag = manifest(context, "")
    assert first is not None and manifest(context, etag) == (None, etag)
    reply = give(context, *terminal.id, AllotmentRequest((Want(train, "first", 0, 4, 0, 3),), Gid(0, 0)))
    (grant,) = terminal.accept(reply.grants)
    second = fresh(context)
    terminal.append(CellsReleased(journey_id=train, gid=grant.gid, blocks=grant.blocks))
    receive(context, *terminal.id, terminal.batch())
    third, again = manifest(context, etag)
    assert (third, again) == (None, etag), "the same content has the same etag"
    assert fresh(context).version > second.version > first.version


def test_revoked_and_long_gone_terminals(context: Context, clock: SettableClock) -> None:
    terminal = Terminal(context, "K1")
    revoke(context, "K1")
    assert fresh(context).revoked_incarnations == ((*terminal.id, int(clock.now())),)
    assert fresh(context).certificates == (terminal.reply.certificate,), "what it sold before still counts"
    clock.forward(100 * 86_400)
    assert fresh(context).certificates == ()
