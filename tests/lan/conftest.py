"""Two gates on one network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SettableClock
from tests.lan.world import Network


@pytest.fixture
def network(tmp_path: Path, clock: SettableClock) -> Iterator[Network]:
    network = Network(tmp_path, clock, count=2)
    yield network
    network.close()
