"""A hall with entrances, from its file to the gates: the ticket names one, and other gates send its holder there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.catalogue.event import read_event
from central.context import Context
from central.publish.imports import from_event
from central.publish.publish import import_source
from kiosk.domain.gate.words import Word
from kiosk.domain.offers import Traveller
from kiosk.domain.pages import Fact, ticket_page
from kiosk.domain.sale import Sale
from kiosk.services.gate import Gate
from kiosk.store.manifest import ManifestStore
from sync.pull import PullCatalogue, PullGate
from tests.conftest import SettableClock
from tests.sync.terminal import Terminal
from tests.sync.test_feed import GateSide
from tests.unit.test_event import TEXT
from ui.viewmodels.gatefacts import asked_of

TODAY = "2026-09-21"

HALL = (
    TEXT.replace("Europe/Berlin", "UTC")
    + """
[[class]]
id = "stalls"
name = "Stalls"
price = { adult = "25" }
[[coach]]
number = "Stalls"
class = "stalls"
entrance = 2
rows = "A-B"
columns = "1-4"
"""
)


def gate_at(side: GateSide, name: str, group: int) -> Gate:
    reply = side.known.reply
    gate = Gate(side.store, side.catalogue, ManifestStore(side.folder), side.clock, name=name, group=group,
                stop_place_id="", tenant=reply.tenant, root_key=bytes.fromhex(reply.root_key))  # fmt: skip
    PullGate(side.client, gate.etag, gate.take_manifest, gate.confirm, gate.kept, side.clock).run()
    return gate


@pytest.fixture
def kiosk(context: Context, url: str, tmp_path: Path, clock: SettableClock) -> Iterator[Terminal]:
    path = tmp_path / "club.toml"
    path.write_text(HALL)
    import_source(context, from_event(read_event(path, window_from=TODAY, window_days=1)), "")
    kiosk = Terminal(context, url, tmp_path / "K1", clock)
    kiosk.engine.run_once()  # the catalogue
    kiosk.engine.run_once()  # places
    yield kiosk
    kiosk.close()


@pytest.fixture
def side(kiosk: Terminal, context: Context, url: str, tmp_path: Path, clock: SettableClock) -> Iterator[GateSide]:
    side = GateSide(context, url, tmp_path / "G", clock)
    PullCatalogue(side.client, side.catalogue).run()
    yield side
    side.close()


def buy(kiosk: Terminal, place_class: str) -> Sale:
    [show] = kiosk.search.departures("club", "club", TODAY, kiosk.clock.now())
    offer = next(each for each in show.classes if each.place_class == place_class)
    return kiosk.desk.pay(kiosk.desk.hold(kiosk.offers.quote(show, offer, [Traveller("adult", 1)])).sale_id)


def test_an_entrance_is_printed_and_kept(kiosk: Terminal, side: GateSide, clock: SettableClock) -> None:
    sold = {place_class: buy(kiosk, place_class) for place_class in ("stalls", "floor")}
    kiosk.engine.run_once()  # central hears of them
    printed = {name: ticket_page(sale, 0, 0, code="", machine="K1").facts for name, sale in sold.items()}
    assert printed["stalls"][0] == Fact("Entrance", "2")
    assert "Entrance" not in {fact.label for fact in printed["floor"]}
    [show] = kiosk.search.departures("club", "club", TODAY, clock.now())
    clock.forward(show.departs_at - 600 - clock.now())
    text = {name: kiosk.desk.ticket_text(sale, 0) for name, sale in sold.items()}
    one, two = gate_at(side, "South", 1), gate_at(side, "North", 2)
    refused = one.scan(text["stalls"]).decision
    assert (refused.word, refused.right_gate) == (Word.WRONG_GATE, "2")
    assert [fact.label for fact in asked_of(refused, "EUR")] == ["Entrance"]
    assert two.scan(text["stalls"]).admitted
    assert one.scan(text["floor"]).admitted, "a block without an entrance comes in everywhere"
