"""The first picture, before anything else is imported: a passenger sees a machine that starts, not a black glass.

Kept small: what this module imports, the first picture waits for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from ui import stage
from ui.stage import ScreenOptions

T = TypeVar("T")
WAIT_MS = 500


ONE_WINDOW = ("eglfs", "linuxfb")  # platforms that show a single window: there the first picture is the kiosk's own


class Opening:
    """The application, and a window of its own with the opening screen until `close`."""

    def __init__(self, options: ScreenOptions, machine: str, painted: Callable[[], object] = lambda: None) -> None:
        self.app, self.vnc = stage.make_application(options)
        stage.use_fonts(self.app)
        if self.vnc:
            print(f"No display here: the screen is served over VNC on {self.vnc}", flush=True)
        self._painted = painted
        self._window: QQuickWindow | None = None
        if QGuiApplication.platformName() in ONE_WINDOW:
            return
        self._engine = QQmlApplicationEngine()
        self._engine.addImportPath(str(stage.QML))
        self._window = stage.load(self._engine, "Opening", {"machine": machine})
        self._is_painted = False
        self._window.frameSwapped.connect(self._swapped)
        stage.show(self._window, options)
        patience = QDeadlineTimer(WAIT_MS)  # served over VNC nothing is painted before somebody looks
        while not self._is_painted and not patience.hasExpired():
            QGuiApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)

    def while_shown(self, work: Callable[[], T]) -> T:
        """Do blocking work on a thread of its own, so that the screen stays alive; its result or its error."""
        outcome: list[T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                outcome.append(work())
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=run, name="opening")
        thread.start()
        while thread.is_alive():
            QGuiApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            thread.join(0.005)
        if errors:
            raise errors[0]
        return outcome[0]

    def close(self) -> None:
        """The kiosk's own window is painted: this one goes."""
        if self._window is not None:
            self._window.close()
            self._window = None
            self._engine.deleteLater()

    def _swapped(self) -> None:
        if not self._is_painted:
            self._is_painted = True
            self._painted()
