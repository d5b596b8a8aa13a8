"""Fixtures of the screens: an application of the right class, fonts, a kiosk per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui.world import Session, World
from ui import stage
from ui.language import Language


@pytest.fixture(scope="session")
def screen_app(qapp: QGuiApplication) -> QGuiApplication:
    """The application with the kiosk's fonts."""
    stage.use_fonts(qapp)
    return qapp


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Translators belong to the application: the next test starts in English again."""
    yield
    Language().use("en")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def kiosk(screen_app: QGuiApplication, world: World) -> Iterator[Session]:
    session = Session(world)
    yield session
    session.close()
