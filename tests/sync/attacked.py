"""Central, a seller and earlier lives on one line, and what must hold of them whatever somebody on it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from central.context import Context
from central.database import connect
from central.keys import Keys
from central.postgres import SUPERUSER, EmbeddedPostgres
from central.status import look
from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.events import PlacesHeld, TerminalEnrolled
from kiosk.store.past import past_journals
from kiosk.store.store import Store
from sync.pull import PullAllotments
from tests.central.world import Served, journey_of, open_railway, railway
from tests.central.world import Terminal as CentralTerminal
from tests.conftest import SettableClock
from tests.scanpay.unreachable import unreachable_wechat
from tests.sync.cutter import Cutter
from tests.sync.middle import Middle
from tests.sync.terminal import Terminal

Line = type[Middle] | type[Cutter]


class World:
    """A real central, a real seller and a gate on one line, for many attacks one after another."""

    def __init__(self, context: Context, url: str, folder: Path, clock: SettableClock, line: Line = Middle) -> None:
        self.context, self.url, self.folder, self.clock = context, url, folder, clock
        catalogue = open_railway(context, railway(trains=3, seats=60))
        self.train = journey_of(catalogue, "T3")
        self.middle: Any = line(url)
        self.seller = Terminal(context, self.middle.url, folder / "K1", clock)
        self.client = self.seller.clients[0]
        self.sold = self.numbers = 0
        while self.seller.engine.run_once().backlog or not self.seller.store.journeys_held():
            pass
        self.past_life = self._past_life()

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def _past_life(self) -> CentralTerminal:
        life = CentralTerminal(self.context, "K9")
        store = Store(self.folder / "K9", *life.id, self.clock, TimeOrderedIds())
        store.journal.append(TerminalEnrolled(terminal_id=life.id[0], incarnation=life.id[1], epoch=1))
        store.journal.append(*(PlacesHeld(sale_id=f"s{n}", items=(), currency="EUR") for n in range(5)))
        store.close()
        CentralTerminal(self.context, "K9")
        store = Store(self.folder / "K9", life.id[0], life.id[1] + 1, self.clock, TimeOrderedIds())
        self.past_journals = past_journals(self.folder / "K9", store.key)
        store.close()
        return life

    def ask_for_places(self) -> None:
        next(step for step in self.seller.engine._steps if isinstance(step, PullAllotments)).run()

    def check(self) -> None:
        """Nothing lost, nothing doubled, no place sold twice; central has of each journal just what is on the disk."""
        store = self.seller.store
        with self.context.engine.connect() as connection:
            status = look(connection)
            rows = connection.execute(
                text("SELECT seq, hash FROM raw_journal WHERE terminal_id = :t AND incarnation = :i ORDER BY seq"),
                {"t": self.seller._reply.terminal_id, "i": self.seller._reply.incarnation},
            ).all()
        here = {record.seq: record.hash for record in store.journal._records_after(0, 1_000_000)}
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert all(here.get(row.seq) == row.hash for row in rows), "central holds another history"
        assert len(rows) >= self.seller.push.accepted_seq, "the cursor is ahead of central"
        assert (status.duplicates, status.oversold, status.uncovered, status.forks) == (0, 0, 0, 0)
        assert (status.unapplied, status.inventory_faults) == (0, ())
        assert self.seller.push.forked == "" and store.epoch == 1 and store.examine() == []
        if len(rows) == len(here):
            assert status.tickets == self.sold

    def close(self) -> None:
        self.middle.leave()
        self.seller.close()
        self.middle.close()


@contextmanager
def attacked(server: EmbeddedPostgres, folder: Path, name: str, line: Line = Middle) -> Iterator[World]:
    """A world on a database of its own, for all cases of a module."""
    where = {"host": str(server.socket_folder), "user": SUPERUSER, "dbname": "postgres", "autocommit": True}
    with psycopg.connect(**where) as connection:  # type: ignore[arg-type]
        connection.execute(f"CREATE DATABASE {name} TEMPLATE central")
    clock = SettableClock()
    engine = connect(server.url(name))
    keys = Keys(folder / "keys", clock.now())
    keys.bind(engine)
    context = Context(engine, keys, clock.now, providers={"wechat": unreachable_wechat()})
    served = Served(context)
    world = World(context, served.url, folder, clock, line)
    yield world
    world.close()
    served.close()
    engine.dispose()
