"""The frame of a step as QML reads it: one frozen state, one signal."""

from __future__ import annotations

from PySide6.QtCore import Property, QObject, Signal
from PySide6.QtQml import QmlAnonymous

from ui.viewmodels.frame import FrameState

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1


@QmlAnonymous
class FramedViewModel(QObject):
    """Base of the sale: what the frame of every step says."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = FrameState()

    def _show(self, state: FrameState) -> None:
        """The one place where what is on screen changes."""
        if state != self._state:
            self._state = state
            self.changed.emit()

    @Property(str, notify=changed)
    def stage(self) -> str:
        return self._state.stage

    @Property(int, notify=changed)
    def step(self) -> int:
        return self._state.step

    @Property("QStringList", notify=changed)  # type: ignore[arg-type]
    def steps(self) -> list[str]:
        return list(self._state.steps)

    @Property(str, notify=changed)
    def question(self) -> str:
        return self._state.question

    @Property(str, notify=changed)
    def hint(self) -> str:
        return self._state.hint

    @Property(str, notify=changed)
    def summary(self) -> str:
        return self._state.summary

    @Property(str, notify=changed)
    def totalWord(self) -> str:
        return self._state.totalWord

    @Property(str, notify=changed)
    def total(self) -> str:
        return self._state.total

    @Property(str, notify=changed)
    def nextText(self) -> str:
        return self._state.nextText

    @Property(str, notify=changed)
    def nextIcon(self) -> str:
        return self._state.nextIcon

    @Property(bool, notify=changed)
    def nextReady(self) -> bool:
        return self._state.nextReady

    @Property(str, notify=changed)
    def backText(self) -> str:
        return self._state.backText

    @Property(str, notify=changed)
    def backIcon(self) -> str:
        return self._state.backIcon

    @Property(bool, notify=changed)
    def canCancel(self) -> bool:
        return self._state.canCancel

    @Property(str, notify=changed)
    def message(self) -> str:
        return self._state.message
