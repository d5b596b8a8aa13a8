"""The first picture is there before the terminal is, stays alive while it opens, and gives way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.domain.errors import StoreDamaged
from ui import opening as openings
from ui import stage
from ui.opening import Opening
from ui.stage import ScreenOptions


@pytest.fixture
def opening(screen_app: QGuiApplication, monkeypatch: pytest.MonkeyPatch) -> Opening:
    monkeypatch.setattr(stage, "make_application", lambda options: (screen_app, ""))
    told: list[str] = []
    opened = Opening(ScreenOptions(size=(540, 960)), "K14", lambda: told.append("painted"))
    assert told == ["painted"]
    return opened


def test_it_is_painted_first_and_goes_when_the_kiosk_is_there(opening: Opening, tmp_path: Path) -> None:
    window = opening._window
    assert window is not None and window.isVisible()
    picture = window.grabWindow()
    assert picture.pixelColor(270, 20).name() == "#0a1a33" and picture.pixelColor(270, 900).name() == "#eef1f5"
    opening.close()
    assert opening._window is None
    opening.close()


def test_work_is_done_beside_the_screen_and_its_error_is_told(opening: Opening) -> None:
    assert opening.while_shown(lambda: threading.current_thread().name) == "opening"

    def damaged() -> None:
        raise StoreDamaged("journal.db is damaged. Selling stops; call the operator.")

    with pytest.raises(StoreDamaged, match="call the operator"):
        opening.while_shown(damaged)
    opening.close()


def test_where_only_one_window_can_be_there_is_no_opening(
    screen_app: QGuiApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "make_application", lambda options: (screen_app, ""))
    monkeypatch.setattr(openings, "ONE_WINDOW", (QGuiApplication.platformName(),))
    opened = Opening(ScreenOptions(), "K14")
    assert opened._window is None and opened.while_shown(lambda: 7) == 7
    opened.close()
