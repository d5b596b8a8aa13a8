"""A real gate and the same story on paper: whatever people do at it, each scan gets the same answer in both."""

from __future__ import annotations

import random
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.domain.gate.case import Case, Step
from kiosk.domain.gate.play import Player
from kiosk.domain.gate.presented import Presented
from kiosk.domain.gate.railway import Journey
from kiosk.domain.gate.scan import Override, Scan
from kiosk.domain.gate.world import World
from kiosk.services.gate import GAP_S
from tests.conftest import SettableClock
from tests.gate_world import NIGHT, T1, T2, GateWorld, berlin

NOW = berlin("2026-10-23T06:20")
PLANS = (
    "",
    """
    zones = [{ id = "hall", capacity = 3 }]
    products = [{ id = "child", attention = true }, { id = "adult" }]
    lists = [{ id = "L", reentry = true, passback_min = 3, checkout_at = "07:30" }]
    gates = [{ id = "Gate 5", list = "L", zone = "hall", annul_within_s = 300, early_min = 10 }]
    """,
    """
    questions = [{ id = "q", kind = "number", products = ["child"] }]
    lists = [{ id = "L", multi_entry = true, rule = ["and", ["after", "06:30"], ["<", "entries_today", 3]] }]
    gates = [{ id = "Gate 5", list = "L" }]
    overrides = { rule = ["lead"] }
    """,
    """
    products = [{ id = "child", unlimited = true }, { id = "adult", rides = 3, ride_min = 5, document = "card" }]
    lists = [{ id = "L", strict_exit = true, products = ["child", "adult"] }]
    gates = [{ id = "Gate 5", list = "L", group = "7" }]
    """,
)
STAFF = (Override(role="supervisor", reason="so"), Override(role="lead", reason="so"))


def story(world: GateWorld, chance: random.Random) -> list[str]:
    """What people hold up."""
    sell = world.central.seller.sell
    return [
        sell(seat=1, persons=chance.choice((1, 1, 3, 5)), category=chance.choice((0, 1))),
        sell(seat=2, category=0, gate_group=chance.choice((0, 0, 7, 9))),
        sell(seat=3, journey_id=chance.choice((T1, T2, NIGHT)), from_call=chance.choice((0, 1))),
        sell(seat=9),
        world.central.seller.sell_unreserved(category=chance.choice((0, 1))),
        "a poster",
    ]


def said(chance: random.Random) -> dict[str, Any]:
    return {
        "kind": chance.choice(("entry", "entry", "entry", "exit")),
        "persons": chance.choice((0, 0, 1, 2)),
        "answers": chance.choice(({}, {"q": "4"})),
        "document_seen": chance.random() < 0.5,
        "override": chance.choice((None, None, None, *STAFF)),
    }


@pytest.mark.parametrize("plan", PLANS, ids=("none", "hall", "rule", "rides"))
def test_the_same_at_the_gate_and_on_paper(plan: str, tmp_path: Path) -> None:
    met = set()
    for seed in range(100, 103):
        chance, clock = random.Random(seed), SettableClock(NOW)
        world = GateWorld(tmp_path / str(seed), clock)
        try:
            world.gate = world.make_gate(plan=msgspec.convert(tomllib.loads(plan), World))
            world.gate.take_manifest(world.central.manifest(), '"1"')
            texts = story(world, chance)
            shown = [world.gate._presenter.present(text, world.gate.trust(), world.gate.checked_at()) for text in texts]
            paper = msgspec.structs.replace(
                shown[0].world,
                tickets=tuple(each for one in shown for each in one.world.tickets),
                certificates=tuple({each.key: each for one in shown for each in one.world.certificates or ()}.values()),
                leases=tuple({each for one in shown for each in one.world.leases or ()}),
                journeys=tuple(_journeys(shown)),
            )
            player = Player(Case(id=f"{seed}", world=paper, steps=()), msgspec.to_builtins(paper))
            for number in range(14):
                clock.forward(chance.choice((GAP_S + 1, 40, 200, 900)))
                at = datetime.fromtimestamp(clock.now(), UTC)
                if chance.random() < 0.1:
                    annulled = player.step(Step(annul=True, gate="Gate 5", at=at)).recorded == ("annulled",)
                    assert world.gate.annul() == annulled, f"seed {seed}, scan {number}"
                    continue
                which, words = chance.randrange(len(texts)), said(chance)
                told = world.gate.scan(texts[which], Scan(**words)).decision
                step = Step(scan=shown[which].code or texts[which], gate="Gate 5", at=at, **words)
                written = player.step(step).decision
                assert written is not None and _plain(told) == _plain(written), f"seed {seed}, scan {number}: {step}"
                met.add(told.word)
        finally:
            world.close()
    assert len(met) > 4, met


def _journeys(shown: list[Presented]) -> list[Journey]:
    """Each once, with the fares that any ticket needs."""
    found: dict[str, Journey] = {}
    for each in [each for one in shown for each in one.world.journeys]:
        fares = {**found.get(each.id, each).fares, **each.fares}
        found[each.id] = msgspec.structs.replace(each, fares=fares)
    return list(found.values())


def _plain(decision: Any) -> Any:
    """Without the time zone in which a first use is told."""
    first = decision.first and (decision.first.gate, int(decision.first.at.timestamp()))
    return msgspec.structs.replace(decision, first=None), first
