"""Many ask for the last places of one journey at the same time, on stretches that overlap: no cell is given twice."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text

from central.context import Context
from central.inventory import live
from central.inventory.check import inventory_faults, oversold
from central.inventory.grants import give
from central.inventory.live import Asked
from central.journal.upload import receive
from central.refusal import Refusal
from kiosk.domain.allotment import Grant
from kiosk.domain.errors import CentralRefused
from sync.wire import AllotmentReply, AllotmentRequest, HoldRequest, Want
from tests.central.world import Terminal, cells, journey_of, open_railway

SEATS, SEGMENTS = 20, 4  # of second class
RACERS = 6

Ask = Callable[[Terminal, HoldRequest], AllotmentReply | None]


class Racer:
    """A terminal that holds for party after party until nothing is left for one traveller on any segment."""

    def __init__(self, terminal: Terminal, train: int, ask: Ask, seed: int) -> None:
        self.terminal = terminal
        self.grants: list[Grant] = []
        self.error: BaseException | None = None
        self._train, self._ask, self._chance = train, ask, random.Random(seed)
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            for count in (5, 4, 3, 2):
                first, last = sorted(self._chance.sample(range(SEGMENTS + 1), 2))
                self._party(first, last, count)
            left = list(range(SEGMENTS))
            while left:
                first = self._chance.choice(left)
                if not self._party(first, first + 1, 1):
                    left.remove(first)
        except BaseException as error:
            self.error = error

    def _party(self, first: int, last: int, count: int) -> bool:
        request = HoldRequest(self._train, "second", first, last, count, self.terminal.last_gid)
        reply = self._ask(self.terminal, request)
        if reply is None:
            return False
        grants = self.terminal.accept(reply.grants)
        given = {cell for grant in grants for cell in cells(grant.blocks)}
        assert len(given) == count * (last - first) and {segment for segment, _ in given} == set(range(first, last))
        for grant in grants:
            for place in sorted({place for _, place in cells(grant.blocks)}):
                self.terminal.sell(self._train, place, grant.gid, first, last)
        self.grants += grants
        return True


def race(racers: Sequence[Racer], others: Sequence[threading.Thread] = ()) -> None:
    threads = [*(racer.thread for racer in racers), *others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [racer.error for racer in racers] == [None] * len(racers)


def check_all_given_once(context: Context, racers: Sequence[Racer]) -> None:
    """Every cell of the class went to one terminal; all are sold, and the tickets agree."""
    given = [cell for racer in racers for grant in racer.grants for cell in cells(grant.blocks)]
    assert len(given) == len(set(given)) == SEATS * SEGMENTS
    assert sum(bool(racer.grants) for racer in racers) > 1, "it was a race"
    for racer in racers:
        receive(context, *racer.terminal.id, racer.terminal.batch())
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == [] and oversold(connection) == 0
        sold = connection.scalars(text("SELECT cells FROM holding WHERE kind = 'SOLD'")).all()
        assert sum(int.from_bytes(bytes(row)).bit_count() for row in sold) == SEATS * SEGMENTS


def test_over_the_line_and_sharing_commits(context: Context, url: str) -> None:
    train = journey_of(open_railway(context), "T1")
    terminals = [Terminal(context, f"K{n}") for n in range(RACERS)]
    clients = {terminal.id: terminal.client(url) for terminal in terminals}

    def ask(terminal: Terminal, request: HoldRequest) -> AllotmentReply | None:
        try:
            return clients[terminal.id].holds(request)
        except CentralRefused as refused:
            assert refused.code == "no_places"
            return None

    racers = [Racer(terminal, train, ask, seed) for seed, terminal in enumerate(terminals)]
    race(racers)
    for client in clients.values():
        client.close()
    check_all_given_once(context, racers)


@pytest.mark.parametrize("seed", range(3))
def test_each_in_a_transaction_of_its_own_as_from_several_centrals(context: Context, seed: int) -> None:
    train = journey_of(open_railway(context), "T1")

    def ask(terminal: Terminal, request: HoldRequest) -> AllotmentReply | None:
        (answer,) = live.hold(context, [Asked(*terminal.id, request)])
        if isinstance(answer, Refusal):
            assert answer.problem.code == "no_places"
            return None
        return answer

    racers = [Racer(Terminal(context, f"K{n}"), train, ask, seed * 100 + n) for n in range(RACERS)]
    race(racers)
    check_all_given_once(context, racers)


class Busy:
    """A terminal that asks for both trains again and again, its answers and uploads mixed with everybody's."""

    def __init__(self, context: Context, trains: Sequence[int], name: str, seed: int) -> None:
        self.terminal, self.cells, self.error = Terminal(context, name), list[tuple[int, tuple[int, int]]](), ""
        self._context, self._trains, self._chance = context, trains, random.Random(seed)
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            for count in range(1, 26):
                order = self._chance.sample(self._trains, 2)
                replies = self._hold(order) if self.terminal.reply.name[0] == "H" else self._lease(order, count)
                for reply in replies:
                    for grant in self.terminal.accept(reply.grants):
                        self.cells += [(grant.journey_id, cell) for cell in cells(grant.blocks)]
                receive(self._context, *self.terminal.id, self.terminal.batch())
        except Exception as error:
            self.error = repr(error)

    def _hold(self, order: Sequence[int]) -> list[AllotmentReply]:
        last = self.terminal.last_gid
        together = [Asked(*self.terminal.id, HoldRequest(train, "second", 0, 2, 1, last)) for train in order]
        return [answer for answer in live.hold(self._context, together) if isinstance(answer, AllotmentReply)]

    def _lease(self, order: Sequence[int], count: int) -> list[AllotmentReply]:
        wants = tuple(Want(train, "second", 1, 4, 0, count) for train in order)
        return [give(self._context, *self.terminal.id, AllotmentRequest(wants, self.terminal.last_gid))]


def test_beside_leases_and_uploads_of_the_same_journeys(context: Context) -> None:
    """Locks are taken in one order by all of them: nobody waits in a circle, no cell has two owners."""
    catalogue = open_railway(context)
    trains = [journey_of(catalogue, name) for name in ("T1", "T2")]
    busy = [Busy(context, trains, f"{kind}{n}", n) for kind in "HL" for n in range(3)]
    race((), [each.thread for each in busy])
    assert [each.error for each in busy] == [""] * len(busy)
    given = [cell for each in busy for cell in each.cells]
    assert len(given) == len(set(given)) > 2 * SEATS
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == [] and oversold(connection) == 0


def test_everybody_is_answered_and_as_many_get_a_place_as_there_are(context: Context, url: str) -> None:
    train = journey_of(open_railway(context), "T1")
    terminals = [Terminal(context, f"K{n}") for n in range(SEATS + 4)]
    answers: list[int] = []

    def ask(terminal: Terminal) -> None:
        client = terminal.client(url)
        try:
            reply = client.holds(HoldRequest(train, "second", 0, 4, 1, terminal.last_gid))
            answers.append(len(terminal.accept(reply.grants)))
        except CentralRefused as refused:
            answers.append(0 if refused.code == "no_places" else -1)
        finally:
            client.close()

    race((), [threading.Thread(target=ask, args=(terminal,)) for terminal in terminals])
    assert sorted(answers) == [0] * (len(terminals) - SEATS) + [1] * SEATS
    with context.engine.connect() as connection:
        assert inventory_faults(connection) == []


def test_one_terminal_that_asks_twice_at_once_misses_no_grant(context: Context) -> None:
    """Its engine asks for a lease while a party waits: the numbers of its grants are in the order of their commits."""
    catalogue = open_railway(context)
    trains = [journey_of(catalogue, name) for name in ("T1", "T2")]
    terminal, lock = Terminal(context), threading.Lock()
    errors: list[str] = []

    def ask(train: int) -> None:
        try:
            for first in [*range(SEGMENTS)] * 10:
                with lock:
                    last = terminal.last_gid
                (answer,) = live.hold(
                    context, [Asked(*terminal.id, HoldRequest(train, "second", first, first + 1, 1, last))]
                )
                assert isinstance(answer, AllotmentReply)
                with lock:
                    terminal.accept(answer.grants)
        except Exception as error:
            errors.append(repr(error))

    race((), [threading.Thread(target=ask, args=(train,)) for train in trains])
    assert errors == []
    given = [json.loads(record.body)["grant"]["body"] for record in terminal.records if record.kind == "GrantAccepted"]
    with context.engine.connect() as connection:
        assert connection.scalars(text("SELECT body FROM grant_given ORDER BY epoch, n")).all() == given
