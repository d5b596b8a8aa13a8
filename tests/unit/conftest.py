"""A gate before the train of 08:00, with central's list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SettableClock
from tests.gate_world import GateWorld, berlin


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GateWorld]:
    world = GateWorld(tmp_path, SettableClock(berlin("2026-10-23T07:30")))
    world.gate.take_manifest(world.central.manifest(), '"m1"')
    yield world
    world.close()
