"""Fixtures of the store tests: a terminal's real store on a folder, opened again as often as a test likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.app.clock import TimeOrderedIds
from kiosk.store.store import Store, open_store
from tests.conftest import SettableClock

Open = Callable[..., Store]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "terminal"


@pytest.fixture
def opened(folder: Path, clock: SettableClock) -> Iterator[Open]:
    """Opens the store of terminal 5.1 (or of what is asked for); closes everything at the end."""
    stores: list[Store] = []

    def open_it(**changes: object) -> Store:
        wanted = {"terminal_id": 5, "incarnation": 1, "epoch": 1, "clock": clock, "ids": TimeOrderedIds(), **changes}
        stores.append(open_store(folder, **wanted))  # type: ignore[arg-type]
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()
