"""Fixtures shared by all tests: the data folder, a settable clock, ids."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

DATA = Path(os.environ.get("KIOSK_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real feeds and pictures; not part of the project, so tests skip without it."""
    if not DATA.is_dir():
        pytest.skip(f"real data is not at {DATA}; set KIOSK_DATA to its folder")
    return DATA


@pytest.fixture(scope="session")
def qapp_cls() -> type[object]:
    """There is one application for a process, whichever test comes first: without widgets."""
    from PySide6.QtGui import QGuiApplication

    return QGuiApplication


class SettableClock:
    """A clock the test moves."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.time = now
        self.mono = 1000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.mono

    def forward(self, seconds: float) -> None:
        self.time += seconds
        self.mono += seconds


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()
