"""Journals of earlier lives reach central: what a restored disk sold is not left on it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy import text

from central.context import Context
from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.events import PlacesHeld, TerminalEnrolled
from kiosk.store.past import past_journals
from kiosk.store.store import Store
from sync.client import CentralClient
from sync.past import PushPast
from tests.central.world import Terminal, open_railway
from tests.conftest import SettableClock


def test_a_journal_set_aside_is_sent_whole_once_and_again_to_an_older_central(
    context: Context, url: str, tmp_path: Path, clock: SettableClock
) -> None:
    open_railway(context)
    life = Terminal(context, "K1")
    store = Store(tmp_path, *life.id, clock, TimeOrderedIds())
    store.journal.append(TerminalEnrolled(terminal_id=life.id[0], incarnation=life.id[1], epoch=1))
    store.journal.append(*(PlacesHeld(sale_id=f"s{number}", items=(), currency="EUR") for number in range(300)))
    store.close()
    Terminal(context, "K1")  # the machine is enrolled anew, and opens its store as somebody else
    store = Store(tmp_path, life.id[0], life.id[1] + 1, clock, TimeOrderedIds())
    clients: list[tuple[int, int]] = []

    def client_of(terminal_id: int, incarnation: int) -> CentralClient:
        clients.append((terminal_id, incarnation))
        reply = msgspec.structs.replace(life.reply, terminal_id=terminal_id, incarnation=incarnation)
        return CentralClient(url, reply=reply, sign=life.key.sign)

    epoch = [1]
    journals = past_journals(tmp_path, store.key)
    step = PushPast(journals, client_of, lambda: epoch[0])
    step.run()
    step.run()
    assert clients == [life.id]
    with context.engine.connect() as connection:
        count = connection.scalar(
            text("SELECT count(*) FROM raw_journal WHERE terminal_id = :t AND incarnation = :i"),
            {"t": life.id[0], "i": life.id[1]},
        )
    assert count == 301
    epoch[0] = 2
    step.run()
    assert clients == [life.id, life.id], "a central that came back older hears it again"
    store.close()
