"""`kiosk central holdings` and `quota`: every cell is accounted for, and a wrong name is told the right ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from central.commands import central
from central.context import Context
from central.inventory.grants import give
from central.inventory.holdings import ClassHoldings, JourneyHoldings
from central.journal.upload import receive
from central.recovery import lose_by_name
from central.voiding import void
from sync.wire import AllotmentRequest, Want
from tests.central.world import FIRST_DAY, TOMORROW, Terminal, cells, journey_of, open_railway
from tests.conftest import SettableClock

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(context: Context, database_url: str, tmp_path: Path, clock: SettableClock) -> Run:
    """A command at the tests' time: exit status, what it printed."""

    def run(*words: str) -> tuple[int, str]:
        where = ["--database", database_url, "--data", str(tmp_path)]
        done = CliRunner().invoke(central, [*words, *where, f"--clock-offset-s={clock.now() - time.time()}"])
        return done.exit_code, done.output

    return run


def read(run: Run, *words: str) -> JourneyHoldings:
    status, said = run("holdings", *words, "--json")
    assert status == 0, said
    return msgspec.json.decode(said, type=JourneyHoldings)


def adds_up(each: ClassHoldings) -> bool:
    return each.cells == each.pool + each.leased + each.sold + each.void_pending + each.stranded


def test_every_cell_has_its_place_through_a_journeys_life(context: Context, run: Run, clock: SettableClock) -> None:
    train = journey_of(open_railway(context), "T1")
    first, lost = Terminal(context, "K1"), Terminal(context, "K2")
    for terminal in (first, lost):
        reply = give(context, *terminal.id, AllotmentRequest((Want(train, "second", 0, 4, 0, 5),), terminal.last_gid))
        (grant,) = terminal.accept(reply.grants)
        places = sorted({place for _, place in cells(grant.blocks)})
        tickets = [terminal.sell(train, place, grant.gid) for place in places[:2]]
        receive(context, *terminal.id, terminal.batch())
        if terminal is first:
            void(context, f"CODE-{tickets[0].seq}", "not travelling")
    lose_by_name(context, "K2")
    second = read(run, str(train)).classes[1]
    assert adds_up(second) and second.cells == 20 * 4
    assert (second.sold, second.void_pending, second.stranded, second.leased) == (3 * 4, 4, 3 * 4, 3 * 4)
    (holder,) = second.holders
    assert (holder.terminal, holder.channel, holder.free, holder.free_cells, holder.dark) == (
        "K1",
        "kiosk",
        3,
        12,
        False,
    )
    assert second.in_dark_hands == 0
    clock.forward(1000)
    second = read(run, str(train)).classes[1]
    assert second.in_dark_hands == 12 and second.holders[0].dark and second.holders[0].silent_s >= 1000
    status, said = run("holdings", str(train))
    assert status == 0
    assert "second: 80 cells = 40 pool + 12 leased + 12 sold + 4 void pending + 12 stranded; 12 in silent" in said
    assert "K1" in said and "silent for 100" in said


def test_a_service_journey_is_its_next_departure_or_that_of_a_day(
    context: Context, run: Run, clock: SettableClock
) -> None:
    catalogue = open_railway(context)
    assert read(run, "T1").operating_day == TOMORROW, "today's has arrived"
    assert read(run, "T1", "--day", FIRST_DAY).journey_id == journey_of(catalogue, "T1", FIRST_DAY)
    clock.forward(24 * 3600)
    assert read(run, "T1").operating_day == "2026-09-23"


def test_an_unknown_journey_is_told_what_there_is(context: Context, run: Run) -> None:
    status, said = run("holdings", "T1")
    assert status == 1 and "on sale are none: publish a timetable first" in said
    open_railway(context)
    for words in (("X9",), ("B1",), ("T1", "--day", "2027-01-01"), ("4711", "--json")):
        status, said = run("holdings", *words)
        assert status == 1 and said.startswith("Error: no journey with places has the number or service journey"), said
        assert f"on sale are T1 on {TOMORROW}" in said
    status, said = run("quota", "4711", "--channel", "counter", "--places", "3")
    assert status == 1 and "no journey 4711 is on sale" in said
    status, said = run("quota", "bus", "--channel", "counter", "--places", "3")
    assert status == 1 and "there are rail" in said


def test_quotas_are_set_listed_and_taken_away(context: Context, run: Run) -> None:
    train = journey_of(open_railway(context), "T1")
    assert run("quota", "--json") == (0, "[]\n")
    assert run("quota", "rail", "--channel", "counter", "--places", "4")[0] == 0
    assert (
        run("quota", str(train), "--channel", "agency", "--places", "2", "--class", "first", "--release-min=30")[0] == 0
    )
    status, said = run("quota", "--json")
    assert status == 0
    assert msgspec.json.decode(said) == [
        {
            "journey_id": 0,
            "line": "rail",
            "place_class": "",
            "channel": "counter",
            "places": 4,
            "release_before_min": 60,
        },
        {
            "journey_id": train,
            "line": "",
            "place_class": "first",
            "channel": "agency",
            "places": 2,
            "release_before_min": 30,
        },
    ]
    status, said = run("quota")
    assert "line rail" in said and f"journey {train}" in said and len(said.splitlines()) == 2
    assert read(run, str(train)).classes[0].quotas == {"counter": 4, "agency": 2}
    assert run("quota", "rail", "--channel", "counter", "--places", "0")[0] == 0
    assert read(run, str(train)).classes[0].quotas == {"agency": 2}
    status, said = run("quota", str(train), "--channel", "agency", "--places", "2", "--class", "third")
    assert status == 1 and "no class 'third'" in said and "first, second" in said
