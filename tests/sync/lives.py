"""A terminal whose program may end at any of its durable steps, and begin again on the same folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text

from central.context import Context
from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.certificate import read_issuer
from kiosk.domain.events import Admitted
from kiosk.services.allotments import Allotments
from kiosk.store import catalogue_schema
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.counter import Counter
from kiosk.store.download import Download
from kiosk.store.journal import Journal
from kiosk.store.store import Store, open_store
from sync.chain import GENESIS
from sync.pull import PullAllotments, PullCatalogue
from sync.push import Push
from sync.wire import EnrolReply, Want
from tests.central.world import Terminal as CentralTerminal
from tests.conftest import SettableClock
from tests.power.world import PowerCut

STEPS: dict[str, tuple[Any, str]] = {
    "cursors": (Store, "set_cursors"),
    "records": (Journal, "_write"),
    "counter": (Counter, "_write"),
    "catalogue": (CatalogueStore, "replace"),
    "catalogue tables": (catalogue_schema, "write"),
    "pieces": (Download, "add"),
    "pieces dropped": (Download, "drop"),
}


def cut_at(monkeypatch: pytest.MonkeyPatch, step: str, nth: int, *, after: bool) -> list[int]:
    """The program ends at the nth time of a durable step, just before or just after it; [] until it did."""
    owner, name = STEPS[step]
    right: Callable[..., Any] = getattr(owner, name)
    times: list[int] = []
    done: list[int] = []

    def ending(*arguments: Any, **options: Any) -> Any:
        times.append(1)
        if len(times) != nth:
            return right(*arguments, **options)
        done.append(nth)
        if after:
            right(*arguments, **options)
        raise PowerCut

    monkeypatch.setattr(owner, name, ending)
    return done


def issuing_key(reply: EnrolReply) -> Ed25519PublicKey:
    root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(reply.root_key))
    return Ed25519PublicKey.from_public_bytes(read_issuer(bytes.fromhex(reply.issuer_certificate), root).public_key)


class Life:
    """One run of the program: catalogue and places come down, records go up."""

    def __init__(self, who: CentralTerminal, url: str, folder: Path, clock: SettableClock, train: int) -> None:
        self.client = who.client(url)
        names = {"terminal_id": who.id[0], "incarnation": who.id[1], "epoch": 1}
        self.store = open_store(folder, **names, clock=clock, ids=TimeOrderedIds())  # type: ignore[arg-type]
        self.catalogue = CatalogueStore.open(folder, self.store.key)
        allotments = Allotments(self.store, *who.id, 1, issuing_key(who.reply), clock)
        wants = (Want(train, "second", 0, 4, 0, 1),)
        self.push = Push(self.client, self.store, *who.id)
        self.pull = PullAllotments(self.client, self.store, allotments, lambda: wants)
        self.fetch = PullCatalogue(self.client, self.catalogue)

    def cycle(self) -> None:
        self.store.journal.append(Admitted(ticket_id="0" * 16, journey_id=1, gate="G", at=0))
        self.push.run()
        self.fetch.run()
        self.pull.run()
        self.push.run()

    def close(self) -> None:
        self.client.close()
        self.catalogue.close()
        self.store.close()


def at_central(context: Context, who: tuple[int, int]) -> tuple[int, str]:
    """(seq, hash) of central's last record of a terminal."""
    with context.engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT seq, hash FROM raw_journal WHERE terminal_id = :t AND incarnation = :i "
                "ORDER BY seq DESC LIMIT 1"
            ),
            {"t": who[0], "i": who[1]},
        ).one_or_none()
    return (row.seq, row.hash) if row else (0, GENESIS)
