"""The kiosk on its screen: builds the view-models, opens the window, ends with an exit status."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, QTimer, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlComponent
from PySide6.QtQuick import QQuickWindow

from ui import stage
from ui.opening import Opening, Shell, Sign
from ui.services import Services
from ui.stage import ScreenOptions
from ui.tasks import Tasks
from ui.viewmodels.sale import SaleViewModel
from ui.viewmodels.terminal import TerminalViewModel
from ui.wedge import Wedge

log = logging.getLogger(__name__)

TOUCHES = (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.KeyPress)
WARM_EVERY_MS = 40  # between two screens, so that a finger never waits for more than one
SHOWN_FIRST = ("Main", "Opening", "Stages", "Attract", "Gate")  # compiled by then; the gate's screen never shows here
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

    def __init__(self, services: Services, options: ScreenOptions, shell: Shell | None = None) -> None:
        """`shell`: the window that is shown already; without one it is made."""
        self.shell = shell or Shell(options, Sign(services.machine, services.staff))
        self.language, self.engine = self.shell.language, self.shell.engine
        self.window: QQuickWindow = self.shell.window
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
        if services.typed is not None:
            self._wedge = Wedge(services.typed, self.engine)
            self.window.installEventFilter(self._wedge)
        self._watch = TouchWatch(self.terminal.touched, self.engine)
        self.window.installEventFilter(self._watch)
        screens = (stage.QML / "Kiosk" / "Screens").glob("[A-Z]*.qml")
        self._cold = [path for path in sorted(screens) if path.stem not in SHOWN_FIRST]
        self._warm: list[QQmlComponent] = []
        self.on_painted: Callable[[], object] = lambda: None
        self._warming = QTimer(self.engine)
        self._warming.setInterval(WARM_EVERY_MS)
        self._warming.timeout.connect(self._warm_up)
        self.terminal.start()
        self.shell.give_way(self.sale, self.terminal)

    def show(self) -> None:
        """Open the window; once its first own screen is painted, prepare the others so that the first tap is quick."""
        self.window.frameSwapped.connect(self._painted)
        self.shell.show()
        self.window.update()

    def recover(self) -> None:
        """Finish or undo what a power cut interrupted, before the desk takes anything new."""
        self._at_desk.run(self._desk.recover, lambda _: None, lambda error: log.error("recovery: %s", error))

    def close(self) -> None:
        """End the threads and the window; work under way is waited for, so that no sale is cut in two."""
        self.terminal.stop()
        self._warming.stop()
        for tasks in self._tasks:
            tasks.close()
        self._warm.clear()
        self.shell.close()

    def _painted(self) -> None:
        if self.shell.opening:
            return
        self.window.frameSwapped.disconnect(self._painted)
        self._warming.start()
        # Not from within the frame: whoever hears of it may close the window.
        QTimer.singleShot(0, self.engine, self.on_painted)

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
    """Show the kiosk until its window closes; returns the exit status. `painted` hears of its first own screen."""
    if opening.left:
        return 0
    kiosk = Kiosk(services, options, opening.shell)
    catch_errors(kiosk.terminal)
    kiosk.on_painted = painted
    kiosk.show()
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
