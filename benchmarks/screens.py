"""From the tap to the next screen painted, beside a bare Loader that switches between two texts."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

from PySide6.QtCore import QEventLoop, QObject, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from benchmarks.figure import figure

ROUNDS = 12
GOAL_MS = 50.0
WAIT_S = 20.0
BARE = """
import QtQuick
Window {
    id: window
    property int page: 0
    width: 1080; height: 1920; visible: true
    Loader { anchors.fill: parent; source: window.page % 2 ? "Odd.qml" : "Even.qml" }
}
"""
PAGE = 'import QtQuick\nRectangle {{ color: "{0}"; Text {{ anchors.centerIn: parent; text: "{0}" }} }}\n'


class Painted(QObject):
    """When a window was last painted, and what it showed then."""

    def __init__(self, window: QQuickWindow, shown: str) -> None:
        super().__init__()
        self._window, self._shown = window, shown
        self.last: tuple[float, object] = (0.0, None)  # when a picture was last painted, and of what
        window.frameSwapped.connect(self._one_more)

    def _one_more(self) -> None:
        self.last = time.perf_counter(), self._window.property(self._shown)

    def after(self, start: float, what: object) -> bool:
        return self.last[0] > start and self.last[1] == what


def wait(condition: Callable[[], bool]) -> None:
    end = time.perf_counter() + WAIT_S
    while not condition():
        assert time.perf_counter() < end, "the picture did not come"
        QGuiApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 2)


def bare(folder: Path) -> list[float]:
    """Milliseconds of a bare Loader switch, painted."""
    for name, colour in (("Odd", "white"), ("Even", "silver")):
        (folder / f"{name}.qml").write_text(PAGE.format(colour))
    (folder / "Bare.qml").write_text(BARE)
    engine = QQmlApplicationEngine()
    engine.load(QUrl.fromLocalFile(str(folder / "Bare.qml")))
    window = engine.rootObjects()[0]
    assert isinstance(window, QQuickWindow)
    painted = Painted(window, "page")
    wait(lambda: painted.last[0] > 0)
    times = []
    for page in range(1, ROUNDS * 4 + 1):
        start = time.perf_counter()
        window.setProperty("page", page)
        wait(lambda start=start, page=page: painted.after(start, page))  # type: ignore[misc]
        times.append((painted.last[0] - start) * 1000)
    window.close()
    engine.deleteLater()
    return times[4:]


@contextmanager
def kiosk(folder: Path) -> Iterator[Any]:
    from tests.ui.world import Session, World

    world = World(folder)
    session = Session(world)
    try:
        yield session
    finally:
        session.close()
        world.close()


def ours(folder: Path) -> list[float]:
    """Milliseconds from the finger's touch to the next screen painted, for every step up to the payment."""
    steps = (
        ("to-AOH", "departures"), ("next", "travellers"), ("next", "seats"), ("otherSeats", "plan"),
        ("next", "summary"), ("back", "seats"), ("back", "travellers"), ("back", "departures"), ("back", "attract"),
    )  # fmt: skip
    times = []
    with kiosk(folder) as session:
        painted, driver = Painted(session.kiosk.window, "stage"), session.driver
        for _ in range(ROUNDS):
            for name, stage in steps:
                driver.wait_until(lambda name=name: name in driver.names(), name)
                centre = driver.centre(driver.get(name))
                start = time.perf_counter()
                driver.tap_at(centre)
                wait(lambda start=start, stage=stage: painted.after(start, stage))
                times.append((painted.last[0] - start) * 1000)
    return times[len(steps) :]  # the first round compiles


def run() -> dict[str, Any]:
    from ui import stage

    existing = QGuiApplication.instance()
    app = existing if isinstance(existing, QGuiApplication) else QGuiApplication(["kiosk"])
    stage.use_fonts(app)
    with tempfile.TemporaryDirectory() as folder:
        floor = bare(Path(folder))
        mine = ours(Path(folder) / "terminal")
    p95 = statistics.quantiles(mine, n=20)[-1]
    beyond = p95 - statistics.median(floor)
    goal = f"p95 at most {GOAL_MS:g} ms beyond the bare switch ({beyond:.0f} ms)"
    return figure("tap to next screen painted", floor, mine, goal, ok=beyond <= GOAL_MS, beyond_ms=beyond)
