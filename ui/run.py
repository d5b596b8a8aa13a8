"""The kiosk on its screen: builds the view-models, opens the window, ends with an exit status."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine, QQmlComponent
from PySide6.QtQuick import QQuickWindow

from ui import stage
from ui.language import Language
from ui.opening import Opening
from ui.services import Services
from ui.stage import ScreenOptions
from ui.tasks import Tasks
from ui.viewmodels.sale import SaleViewModel
from ui.viewmodels.terminal import TerminalViewModel

log = logging.getLogger(__name__)

TOUCHES = (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.KeyPress)
WARM_EVERY_MS = 40  # between two screens, so that a finger never waits for more than one
__all__ = ["Kiosk", "ScreenOptions", "Services", "run_terminal"]


class TouchWatch(QObject):
    """Tells the terminal that somebody is there, whatever is touched."""

    def __init__(self, touched: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._touched = touched

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in TOUCHES:
            self._touched()
        return False


class Kiosk:
    """One kiosk window with everything behind it; `close` ends its threads."""

    def __init__(self, services: Services, options: ScreenOptions) -> None:
        self.language = Language()
        self.engine: QQmlApplicationEngine = stage.make_engine(self.language)
        self._tasks = [Tasks.single(name, self.engine) for name in ("queries", "desk", "health")]
        queries, desk, health = self._tasks
        self._desk, self._at_desk = services.desk, desk
        self.terminal = TerminalViewModel(
            services,
            health,
            self.language,
            idle_s=options.idle_s,
            first_language=options.language,
            parent=self.engine,
        )
        self.sale = SaleViewModel(services, self.terminal, queries, desk, self.engine)
        properties = {"sale": self.sale, "terminal": self.terminal, "unitsWide": stage.units_width(options)}
        self.window: QQuickWindow = stage.load(self.engine, "Main", properties)
        self._watch = TouchWatch(self.terminal.touched, self.engine)
        self.window.installEventFilter(self._watch)
        screens = (stage.QML / "Kiosk" / "Screens").glob("[A-Z]*.qml")
        self._cold = [path for path in sorted(screens) if path.stem not in ("Main", "Gate", "Opening")]
        self._warm: list[QQmlComponent] = []
        self.on_painted: tuple[Callable[[], object], ...] = ()
        self._warming = QTimer(self.engine)
        self._warming.setInterval(WARM_EVERY_MS)
        self._warming.timeout.connect(self._warm_up)
        self.terminal.start()

    def show(self, options: ScreenOptions) -> None:
        """Open the window; once it is painted, prepare the other screens so that the first tap is quick."""
        self.window.frameSwapped.connect(self._painted)
        stage.show(self.window, options)

    def recover(self) -> None:
        """Finish or undo what a power cut interrupted, before the desk takes anything new."""
        self._at_desk.run(self._desk.recover, lambda _: None, lambda error: log.error("recovery: %s", error))

    def close(self) -> None:
        """End the threads and the window; work under way is waited for, so that no sale is cut in two."""
        self.terminal.stop()
        self._warming.stop()
        for tasks in self._tasks:
            tasks.close()
        self.window.close()
        self._warm.clear()
        self.engine.deleteLater()
        QCoreApplication.sendPostedEvents(self.engine, QEvent.Type.DeferredDelete)

    def _painted(self) -> None:
        self.window.frameSwapped.disconnect(self._painted)
        self._warming.start()
        for hear in self.on_painted:
            hear()

    def _warm_up(self) -> None:
        """Compile one more screen; the components are kept, and with them their types."""
        if self._cold:
            path = self._cold.pop()
            self._warm.append(QQmlComponent(self.engine, QUrl.fromLocalFile(str(path))))
        else:
            self._warming.stop()


def run_terminal(
    services: Services, options: ScreenOptions, opening: Opening, painted: Callable[[], object] = lambda: None
) -> int:
    """Show the kiosk until its window closes; returns the exit status. `painted` hears of its first picture."""
    kiosk = Kiosk(services, options)
    catch_errors(kiosk.terminal)
    kiosk.on_painted = (opening.close, painted)
    kiosk.show(options)
    kiosk.recover()
    remote = None
    if options.drive:
        from ui.remote import Remote

        remote = Remote(options.drive, kiosk.window, kiosk.engine)
    try:
        return opening.app.exec()
    finally:
        sys.excepthook = sys.__excepthook__
        if remote is not None:
            remote.close()
        kiosk.close()


def catch_errors(terminal: TerminalViewModel) -> None:
    """An error nobody expected closes the machine for new passengers and is logged; facts are safe in the journal."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QGuiApplication.quit()
            return
        log.critical("unexpected error on the screen's thread", exc_info=(kind, error, trace))
        terminal.break_down(f"{kind.__name__}")

    def thread_hook(arguments: threading.ExceptHookArgs) -> None:
        log.critical("unexpected error on thread %s", arguments.thread, exc_info=arguments.exc_value)

    sys.excepthook = hook
    threading.excepthook = thread_hook
