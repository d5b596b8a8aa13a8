"""Places kept for a channel until their release, places gathered for a party that waits, and the operator's view."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from central.commands import central
from central.context import Context
from central.inventory.check import inventory_faults
from central.inventory.grants import give
from central.inventory.holdings import JourneyHoldings, UnknownJourney, journey_named, lines, look
from central.inventory.live import Asked, hold
from central.inventory.quotas import QuotaImpossible, listed, set_quota
from central.journal.upload import receive
from central.refusal import Refusal
from kiosk.domain.allotment import Grant
from kiosk.domain.events import CellsReleased
from sync.wire import AllotmentReply, AllotmentRequest, HoldRequest, Want
from tests.central.world import Terminal, cells, journey_of, open_railway
from tests.conftest import SettableClock


def ask(context: Context, terminal: Terminal, *wants: Want) -> list[Grant]:
    return terminal.accept(give(context, *terminal.id, AllotmentRequest(wants, terminal.last_gid)).grants)


def live(context: Context, terminal: Terminal, journey_id: int, count: int) -> list[Grant] | Refusal:
    (answer,) = hold(context, [Asked(*terminal.id, HoldRequest(journey_id, "first", 0, 4, count, terminal.last_gid))])
    return terminal.accept(answer.grants) if isinstance(answer, AllotmentReply) else answer


def places(grants: list[Grant]) -> int:
    return len({place for grant in grants for _, place in cells(grant.blocks)})


def seen(context: Context, journey_id: int) -> JourneyHoldings:
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == []
        return look(connection, journey_id, context.now())


def put(context: Context, what: str, channel: str, count: int, release_min: int = 60, place_class: str = "") -> str:
    with context.engine.begin() as connection:
        return set_quota(connection, what, channel, count, release_min, place_class)


def test_a_quota_is_its_channels_alone_until_it_is_released(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    kiosk, counter = Terminal(context, "K1"), Terminal(context, "C1", "counter")
    put(context, "rail", "counter", 6, place_class="first")
    want = Want(train, "first", 0, 4, 0, 10)
    assert places(ask(context, kiosk, want)) <= 4, "of ten first class places six are the counter's"
    assert isinstance(live(context, kiosk, train, 6), Refusal)
    got = live(context, counter, train, 6)
    assert isinstance(got, list) and places(got) == 6
    assert seen(context, train).classes[0].pool == 4 * (10 - 6) - sum(
        each.free_cells for each in seen(context, train).classes[0].holders if each.channel == "kiosk"
    )


def test_what_is_released_goes_to_anybody(context: Context, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    kiosk = Terminal(context, "K1")
    put(context, str(train), "web", 10, release_min=120)  # a channel that has no terminal here
    assert isinstance(live(context, kiosk, train, 1), Refusal)
    assert seen(context, train).classes[0].quotas == {"web": 10}
    with context.engine.connect() as connection:
        departs = connection.scalar(text("SELECT departs[1] FROM journey WHERE id = :id"), {"id": train})
    assert departs is not None
    clock.forward(departs - clock.now() - 121 * 60)
    assert isinstance(live(context, kiosk, train, 1), Refusal), "a minute before the release"
    clock.forward(2 * 60)
    got = live(context, kiosk, train, 10)
    assert isinstance(got, list) and places(got) == 10
    assert seen(context, train).classes[0].quotas == {}


def test_a_party_that_finds_too_little_gets_what_others_give_back(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    first, second = Terminal(context, "K1"), Terminal(context, "K2")
    for terminal in (first, second):
        give(context, *terminal.id, AllotmentRequest((), terminal.last_gid))
    held = live(context, first, train, 8)
    assert isinstance(held, list)
    assert isinstance(live(context, second, train, 4), Refusal), "two are left"
    reply = give(context, *first.id, AllotmentRequest((), first.last_gid, len(first.records)))
    recalled = [each for each in reply.recalls if each.places]
    assert recalled, "who holds free places is asked for them"
    mask = int(recalled[0].places, 16)
    assert mask.bit_count() == 2
    (block,) = held[0].blocks
    assert mask & ~block.mask == 0
    first.append(
        CellsReleased(
            journey_id=train,
            gid=held[0].gid,
            blocks=(msgspec.structs.replace(block, places=f"{mask:x}"),),
            reason="recalled",
        )
    )
    receive(context, *first.id, first.batch())
    assert places(ask(context, first, Want(train, "first", 0, 4, 6, 10))) == 0, "what is gathered is not taken again"
    got = live(context, second, train, 4)
    assert isinstance(got, list) and places(got) == 4
    seen(context, train)


def test_every_cell_is_somewhere(context: Context) -> None:
    train = journey_of(open_railway(context), "T1")
    terminal = Terminal(context, "K1")
    (grant,) = ask(context, terminal, Want(train, "second", 0, 4, 0, 6))
    place = next(place for _, place in cells(grant.blocks))
    terminal.sell(train, place, grant.gid)
    receive(context, *terminal.id, terminal.batch())
    found = seen(context, train)
    for each in found.classes:
        assert each.cells == each.pool + each.leased + each.sold + each.void_pending + each.stranded
    second = next(each for each in found.classes if each.place_class == "second")
    (holder,) = second.holders
    assert (second.sold, holder.sold_cells, holder.terminal, found.tickets) == (4, 4, "K1", 1)
    assert holder.free == places([grant]) - 1
    printed = "\n".join(lines(found))
    assert "T1" in printed and "K1" in printed and f"{second.cells} cells" in printed


def test_names_that_lead_nowhere(context: Context) -> None:
    open_railway(context)
    with context.engine.begin() as connection:
        with pytest.raises(UnknownJourney, match="no journey with places has the number or service journey 'X9'"):
            journey_named(connection, "X9")
        with pytest.raises(UnknownJourney):
            journey_named(connection, "B1")  # a bus without seats
        with pytest.raises(QuotaImpossible, match="no line with places fits 'bus'; there are rail"):
            set_quota(connection, "bus", "counter", 3, 60)
        with pytest.raises(QuotaImpossible, match="no journey 4711 is on sale"):
            set_quota(connection, "4711", "counter", 3, 60)
        with pytest.raises(QuotaImpossible):
            set_quota(connection, "r_il", "counter", 3, 60)  # only * is a pattern
        assert listed(connection) == []
        assert "3 places of each class only for counter" in set_quota(connection, "ra*", "counter", 3, 60)
        assert "5 places" in set_quota(connection, "ra*", "counter", 5, 90)
        assert len(listed(connection)) == 1
        assert "no quota" in set_quota(connection, "ra*", "counter", 0, 90)
        assert listed(connection) == []


def test_the_operators_commands(context: Context, database_url: str, tmp_path: Path, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    place = ["--database", database_url, "--data", str(tmp_path)]
    place += ["--clock-offset-s", str(clock.now() - time.time())]

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(central, [*words, *place])
        return done.exit_code, done.output

    assert run("quota") == (0, "no quotas\n")
    assert run("quota", "rail", "--channel", "counter")[0] == 2
    status, said = run("quota", "rail", "--channel", "counter", "--places", "4")
    assert status == 0 and "4 places of each class only for counter, until 60 minutes before departure" in said
    status, said = run("holdings", str(train), "--json")
    found = msgspec.json.decode(said, type=JourneyHoldings)
    assert status == 0 and found.journey_id == train and found.classes[0].quotas == {"counter": 4}
    status, said = run("holdings", "T1", "--day", found.operating_day)
    assert status == 0 and "4 places only for counter" in said
    status, said = run("holdings", "nothing")
    assert status == 1 and "no journey with places has the number or service journey 'nothing'" in said
