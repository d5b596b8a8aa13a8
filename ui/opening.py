"""The kiosk's one window, painted before anything else is imported or opened: a machine that starts says so.

Kept small: what this module imports, the first picture waits for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

from PySide6.QtCore import (
    QAbstractEventDispatcher,
    QCoreApplication,
    QDeadlineTimer,
    QEvent,
    QEventLoop,
    QObject,
    QTimer,
)
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from ui import stage
from ui.language import Language
from ui.stage import ScreenOptions

T = TypeVar("T")
PATIENCE_MS = 500  # served over VNC nothing is painted before somebody looks
BEAT_MS = 50  # so often a wait lets Python hear of signals such as Ctrl-C


@dataclass(frozen=True)
class Sign:
    """What is known of a machine before its stores are open."""

    machine: str  # "K14"
    staff: str = ""  # where people are, in the operator's words
    station: str = ""  # where it stands, "" = not known yet
    other: str = ""  # the same in the other language
    board: bool = True  # it stands somewhere, so departures will come


class Shell:
    """The window with its engine: it shows the opening screen until `give_way`."""

    def __init__(self, options: ScreenOptions, sign: Sign) -> None:
        self._options, self._closed = options, False
        self.language = Language()
        self.language.use(options.language)
        self.engine: QQmlApplicationEngine = stage.make_engine(self.language)
        known = {"sign": {**asdict(sign), "language": self.language.tag}, "unitsWide": stage.units_width(options)}
        self.window: QQuickWindow = stage.load(self.engine, "Main", known)

    def show(self) -> None:
        if not self.window.isVisible():
            stage.show(self.window, self._options)

    def give_way(self, sale: QObject, terminal: QObject) -> None:
        """Make the kiosk's screens behind the opening one; they come forward when they know what is true."""
        self.window.setProperty("sale", sale)
        self.window.setProperty("terminal", terminal)
        if self.window.property("broken"):
            raise stage.ScreenBroken("the screens could not be loaded; the log above names the line")

    @property
    def opening(self) -> bool:
        """The opening screen is still the one that shows."""
        return bool(self.window.property("stage") == "opening")

    def close(self) -> None:
        """A second time does nothing."""
        if self._closed:
            return
        self._closed = True
        self.window.close()
        self.engine.deleteLater()
        QCoreApplication.sendPostedEvents(self.engine, QEvent.Type.DeferredDelete)


class Opening:
    """The application and its window, shown at once; work is done beside it."""

    def __init__(self, options: ScreenOptions, sign: Sign, painted: Callable[[], object] = lambda: None) -> None:
        self.app, vnc = stage.make_application(options)
        stage.use_fonts(self.app)
        if vnc:
            print(f"No display here: the screen is served over VNC on {vnc}", flush=True)
        self.shell = Shell(options, sign)
        self._told, self._is_painted = painted, False
        self.shell.window.frameSwapped.connect(self._swapped)
        self.shell.show()
        patience = QDeadlineTimer(PATIENCE_MS)
        _wait(lambda: self._is_painted or patience.hasExpired())

    @property
    def left(self) -> bool:
        """Somebody closed the window."""
        return not self.shell.window.isVisible()

    def while_shown(self, work: Callable[[], T], undo: Callable[[T], object] = lambda _: None) -> T:
        """Do blocking work on a thread of its own, so that the screen stays alive; its result or its error.

        Work that cannot be interrupted ends first, also when this program is told to end; then it is undone.
        """
        outcome: list[T] = []
        errors: list[BaseException] = []
        done = threading.Event()
        dispatcher = QAbstractEventDispatcher.instance()

        def run() -> None:
            try:
                outcome.append(work())
            except BaseException as error:
                errors.append(error)
            done.set()
            dispatcher.wakeUp()

        thread = threading.Thread(target=run, name="opening")
        try:
            thread.start()
            _wait(done.is_set)
        except BaseException:
            done.wait()
            for each in outcome:
                undo(each)
            raise
        thread.join()
        if errors:
            raise errors[0]
        return outcome[0]

    def close(self) -> None:
        self.shell.close()

    def _swapped(self) -> None:
        self.shell.window.frameSwapped.disconnect(self._swapped)
        self._is_painted = True
        self._told()


def _wait(condition: Callable[[], bool]) -> None:
    """Process events until it holds."""
    beat = QTimer()  # tells nobody: an error raised in a slot would be lost
    beat.setInterval(BEAT_MS)
    beat.start()
    while not condition():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
