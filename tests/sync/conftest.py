"""Fixtures of the sync tests: a real store, a scripted central, the link."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.app.clock import TimeOrderedIds
from kiosk.store.store import Store
from tests.central.conftest import context, database_url, serve, server, url
from tests.conftest import SettableClock
from tests.sync.scripted import ScriptedCentral

__all__ = ["context", "database_url", "serve", "server", "url"]  # the real central, as its own tests have it


@pytest.fixture
def scripted() -> Iterator[ScriptedCentral]:
    central = ScriptedCentral()
    yield central
    central.close()


@pytest.fixture
def terminal_store(tmp_path: Path, clock: SettableClock) -> Iterator[Store]:
    store = Store(tmp_path / "terminal", 14, 1, clock, TimeOrderedIds())
    yield store
    store.close()
