"""Figures by product: in, out and inside, at this gate and as the others told, also from records without a product."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.domain import ticket as tickets
from kiosk.domain.events import AdmissionAnnulled, AdmissionLearned, Admitted, Exited
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.world import GateList, GatePost, Product, World
from kiosk.domain.passages import Author
from kiosk.services.figures import OthersFigures
from kiosk.store.gate_counts import Figure, counts_since
from tests.conftest import SettableClock
from tests.gate_world import GateWorld, berlin

AT = berlin("2026-10-23T07:30")
IN_AND_OUT = World(lists=(GateList(id="all", reentry=True),), gates=(GatePost(id="Gate 5", list="all"),))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GateWorld]:
    world = GateWorld(tmp_path, SettableClock(AT))
    world.gate.take_manifest(world.central.manifest(), '"m1"')
    yield world
    world.close()


def hearer(world: GateWorld, terminal_id: int) -> Any:
    """Another gate of the network, that tells."""
    told = itertools.count(1)

    def hear(fact: Admitted | Exited | AdmissionAnnulled) -> int:
        seq = next(told)
        body = msgspec.json.encode(fact).decode()
        about = {"terminal_id": terminal_id, "incarnation": 1, "seq": seq, "previous": seq - 1, "signature": ""}
        world.store.journal.append(AdmissionLearned(body=body, **about))
        return seq

    return hear


def test_in_out_and_inside_by_product(world: GateWorld) -> None:
    world.gate = world.make_gate(plan=IN_AND_OUT)
    sell = world.central.seller.sell
    adult, child = sell(seat=1), sell(seat=2, category=0)
    group = sell(seat=3, persons=3, flags=tickets.FLAG_GROUP)
    for text in (adult, child, group):
        assert world.gate.scan(text).admitted
    assert world.gate.scan(adult, Scan(kind="exit")).passes
    counts = counts_since(world.store, 0)
    assert counts.products == (Figure("adult/second", 4, 1), Figure("child/second", 1, 0))
    assert [each.inside for each in counts.products] == [3, 1]
    assert (counts.entered, counts.left) == (5, 1)
    world.gate.annul()  # the one who left did not
    assert counts_since(world.store, 0).products[0] == Figure("adult/second", 4, 0)
    before = world.store.tables()
    world.store.journal.rebuild()
    assert world.store.tables() == before


def test_a_plan_says_how_products_are_told_apart(world: GateWorld) -> None:
    world.gate = world.make_gate(plan=World(products=(Product(id="adult"), Product(id="child/second"))))
    sell = world.central.seller.sell
    for number, category in enumerate((1, 1, 0), 1):
        assert world.gate.scan(sell(seat=number, category=category)).admitted
    assert counts_since(world.store, 0).products == (Figure("adult", 2), Figure("child/second", 1))


def test_records_from_before_are_counted_without_a_product(world: GateWorld) -> None:
    old = {"ticket_id": "3" * 16, "journey_id": 101, "gate": "Gate 5", "at": AT}
    world.store.journal.append(Admitted(**old), Exited(**old))
    with world.store.lock:
        bodies = [row[0] for row in world.store._db.execute("SELECT body FROM journal").fetchall()]
    assert bodies and not any("product" in body for body in bodies), "as a gate of the last version wrote them"
    world.restart()
    assert counts_since(world.store, 0).products == (Figure("", 1, 1),)


def test_what_other_gates_told_is_counted_by_product(world: GateWorld) -> None:
    hear, from_third, of = hearer(world, 21), hearer(world, 22), OthersFigures(world.store)
    fact: dict[str, Any] = {"journey_id": 101, "gate": "Gate 6", "at": AT}
    hear(Admitted(ticket_id="1" * 16, product="adult/second", **{**fact, "at": AT - 86400}))
    hear(Admitted(ticket_id="2" * 16, product="adult/second", persons=3, **fact))
    hear(Admitted(ticket_id="3" * 16, **fact))  # of a gate of the last version
    from_third(Admitted(ticket_id="4" * 16, product="child/second", **fact))
    assert of.since(AT - 3600) == {
        Author(21, 1): (Figure("adult/second", 3), Figure("", 1)),
        Author(22, 1): (Figure("child/second", 1),),
    }
    hear(Exited(ticket_id="2" * 16, product="adult/second", **fact))
    last = hear(Admitted(ticket_id="5" * 16, product="child/second", **fact))
    assert of.since(AT - 3600)[Author(21, 1)] == (
        *(Figure("adult/second", 3, 1), Figure("", 1), Figure("child/second", 1)),
    )
    hear(AdmissionAnnulled(ticket_id="5" * 16, journey_id=101, gate="Gate 6", at=AT, of_seq=last))
    found = of.since(AT - 3600)[Author(21, 1)]
    assert found == (Figure("adult/second", 3, 1), Figure("", 1))
    assert of.since(AT - 3600)[Author(21, 1)] is found, "counted anew only when something was told"
