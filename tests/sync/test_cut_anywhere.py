"""The line breaks at every byte of every request and of every answer: nothing is lost, nothing doubled.

In the suite at every 23rd byte, from another one on for each call; KIOSK_EVERY_BYTE=1 does all of them (some minutes).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import pytest

from central.postgres import EmbeddedPostgres
from tests.sync.attacked import World, attacked
from tests.sync.cutter import Cutter
from tests.sync.exchange import outcome
from tests.sync.exchanges import EXCHANGES

STRIDE = 1 if os.environ.get("KIOSK_EVERY_BYTE") else 23
CALLS = [name for name in EXCHANGES if name not in ("refusal", "catalogue pieces")]  # the list brings the pieces too


@pytest.fixture(scope="module")
def world(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacked(server, tmp_path_factory.mktemp("cuts"), "cuts", Cutter) as world:
        yield world


@pytest.mark.parametrize("way", ["request", "answer"])
@pytest.mark.parametrize("name", CALLS, ids=[name.replace(" ", "_") for name in CALLS])
def test_every_cut_is_no_link_and_costs_nothing(world: World, name: str, way: str) -> None:
    ex = EXCHANGES[name](world)
    ex.prepare()
    cuts = 0
    for byte in count(CALLS.index(name) % STRIDE, STRIDE):
        world.middle.cut(**{way: byte})
        if (got := outcome(ex)) == "done":
            break
        assert got == "no link"
        cuts += 1
    assert cuts * STRIDE > 100, "a message has more bytes than that"
    world.middle.leave()
    ex.settle()
    world.seller.push.run()  # what settling granted
    world.check()
    assert world.seller.push.backlog == 0
