"""Named tickets at a gate: the document is asked for where the plan wants it, the name fits or not, the record names
nobody."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.domain import ticket as tickets
from kiosk.domain.events import VerdictExplained
from kiosk.domain.gate.grounds import decided, light, unpacked
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Ticket, World
from kiosk.domain.holder import binding
from kiosk.services.gate import GAP_S
from kiosk.services.holders import holder_fits
from sync.wire import BookedRow, Change
from tests.conftest import SettableClock
from tests.gate_world import GateWorld, berlin
from ui.viewmodels.gatefacts import facts_of, holder_of
from ui.viewmodels.gatewords import next_step

NAME = "Łukasz O'Neill-Müller"
PLAN = """
products = [{ id = "child" }, { id = "adult", named_document = "passport" }]
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GateWorld]:
    world = GateWorld(tmp_path, SettableClock(berlin("2026-10-23T07:30")))
    world.gate.take_manifest(world.central.manifest(), '"m1"')
    world.gate = world.make_gate(plan=msgspec.convert(tomllib.loads(PLAN), World))
    yield world
    world.close()


def sold(world: GateWorld, name: str = NAME) -> str:
    seller = world.central.seller
    ticket = seller.ticket()
    bound = msgspec.structs.replace(ticket, flags=tickets.FLAG_NAMED, holder=binding(name, ticket.ticket_id))
    return tickets.sign(tickets.pack(bound), seller.key)


def scan(world: GateWorld, text: str, **said: object) -> Verdict:
    assert isinstance(world.clock, SettableClock)
    world.clock.forward(GAP_S + 1)
    return world.gate.scan(text, Scan(**{"persons": 0, **said}) if said else None)  # type: ignore[arg-type]


def test_staff_look_at_a_document_of_named_tickets_only(world: GateWorld) -> None:
    named = sold(world)
    asked = scan(world, named)
    assert (asked.reason, asked.decision.detail) == (Word.DOCUMENT, "passport")
    assert scan(world, named, document_seen=True).admitted
    assert scan(world, world.central.seller.sell(seat=2)).admitted


def test_without_records_the_ticket_itself_says_whether_a_document_fits(world: GateWorld) -> None:
    text = sold(world)
    assert holder_fits(text, "MUELLER ONEILL, LUKASZ") is True
    assert holder_fits(text, "Anna Schmidt") is False
    assert holder_fits(world.central.seller.sell(seat=2), "Anna Schmidt") is None
    assert holder_fits("https://example.org", NAME) is None


def on_record(world: GateWorld, text: str) -> None:
    """Central told this gate whose ticket it is."""
    ticket = tickets.read(text)[0]
    row = BookedRow("sale", ticket.journey_id, None, 0, 2, "second", "second", "adult", 1, NAME)
    change = Change("booked", ticket.ticket_id, msgspec.json.encode(row).decode())
    world.store.gate_records.take([change], anew=True)


def test_the_screen_says_whose_ticket_it_is_as_far_as_the_gate_knows(world: GateWorld) -> None:
    text = sold(world)
    verdict = scan(world, text)
    assert facts_of(verdict, "en")[0].value == "as on the ticket"
    assert "named" in next_step(verdict.reason, verdict.facts)
    on_record(world, text)
    verdict = scan(world, text)
    assert facts_of(verdict, "en")[0].value == NAME
    verdict = scan(world, text, document_seen=True)
    assert holder_of(verdict, "en").startswith("Named ticket")


def test_the_gates_record_names_nobody_and_decides_the_same_again(world: GateWorld) -> None:
    text = sold(world)
    on_record(world, text)
    assert scan(world, text).holder == NAME
    grounds = [each.grounds for _, each in world.store.journal.events() if isinstance(each, VerdictExplained)][-1]
    again = unpacked(grounds)
    assert again.world.tickets[0].named and not again.world.tickets[0].holder
    assert decided(again).decision.word is Word.DOCUMENT


def test_a_guests_name_is_not_in_the_record() -> None:
    guest = Ticket(code="A", holder="Anna", email="anna@example.org", product="p")
    (kept,) = light(World(tickets=(guest,))).tickets
    assert (kept.named, kept.holder, kept.email, kept.product) == (True, "", "", "p")
