"""Drive a window as a person would: find items by name, tap them, type, wait, take pictures.

Tests use it in their own process; `ui.remote` offers the same over a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QObject, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QPointingDevice
from PySide6.QtQuick import QQuickItem, QQuickWindow

from kiosk.domain.errors import KioskError

WAIT_S = 10.0
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.MouseButton.NoButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


class NotOnScreen(KioskError):
    """What was looked for did not appear in time; the message lists what was there."""


class Driver:
    """Eyes and a finger on one window. Every wait has a limit and processes events."""

    def __init__(self, window: QQuickWindow) -> None:
        self.window = window

    def items(self) -> Iterator[QQuickItem]:
        """Every visible item, in paint order; delegates of lists included."""
        stack = [self.window.contentItem()]
        while stack:
            item = stack.pop()
            if item.isVisible():
                yield item
                stack.extend(reversed(item.childItems()))

    def names(self) -> list[str]:
        """Names of the items that can be tapped now."""
        return [item.objectName() for item in self.items() if item.objectName() and self._can_tap(item)]

    def find(self, name: str) -> QQuickItem | None:
        """The visible item of this name, or None."""
        return next((item for item in self.items() if item.objectName() == name), None)

    def get(self, name: str) -> QQuickItem:
        """The visible item of this name; waits for it."""
        self.wait_until(lambda: self.find(name) is not None, f"an item named {name}")
        item = self.find(name)
        assert item is not None
        return item

    def tap(self, name: str) -> None:
        """Press and release in the middle of the item, as soon as it can be tapped."""
        self.wait_until(lambda: (item := self.find(name)) is not None and self._can_tap(item), f"{name} to be tapped")
        self.tap_at(self.centre(self.get(name)))

    def tap_at(self, point: QPointF) -> None:
        """Press and release at a point of the window."""
        self._mouse(QEvent.Type.MouseButtonPress, point, LEFT, LEFT)
        self._mouse(QEvent.Type.MouseButtonRelease, point, LEFT, NONE)

    def type(self, text: str) -> None:
        """Letters on the kiosk's own keyboard."""
        for letter in text.lower():
            self.tap("key-space" if letter == " " else f"key-{letter}")

    def text(self, name: str) -> str:
        """The text (or label) of an item."""
        item = self.get(name)
        return str(item.property("text") or item.property("label") or "")

    def texts(self) -> list[str]:
        """All text on screen, top to bottom."""
        return [text for item in self.items() if isinstance(text := item.property("text"), str) and text]

    def wait_until(self, condition: Callable[[], bool], what: str, wait_s: float = WAIT_S) -> None:
        """Process events until the condition holds; NotOnScreen says what was missing."""
        deadline = QDeadlineTimer(int(wait_s * 1000))
        while not condition():
            if deadline.hasExpired():
                raise NotOnScreen(f"waited {wait_s:g} s for {what}; on screen: {', '.join(self.names()) or 'nothing'}")
            # A short limit lets conditions that change without an event (other threads) be seen too.
            QGuiApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)

    def picture(self, path: Path) -> Path:
        """What the window shows now, as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        QGuiApplication.processEvents()
        if not self.window.grabWindow().save(str(path)):
            raise NotOnScreen(f"{path} could not be written")
        return path

    def property(self, name: str) -> object:
        """A property of the window's root, such as `stage`."""
        return QObject.property(self.window, name)

    def settled(self) -> bool:
        """The screen takes touches: right after a change it does not, against hasty double taps."""
        screen = self.find("screen")
        return screen is None or screen.isEnabled()

    @staticmethod
    def centre(item: QQuickItem) -> QPointF:
        """Its middle in the window, once everything around it has found its place."""
        parent: QQuickItem | None = item
        while parent is not None:
            parent.ensurePolished()
            parent = parent.parentItem()
        return item.mapToScene(QPointF(item.width() / 2, item.height() / 2))

    def _can_tap(self, item: QQuickItem) -> bool:
        available = item.property("available")
        tappable = item.metaObject().indexOfSignal("tapped()") >= 0
        return tappable and item.isEnabled() and available is not False and not self._covered(item)

    def _covered(self, item: QQuickItem) -> bool:
        """Another branch of the picture (an overlay) lies over the item's centre."""
        top = self.window.contentItem()
        point = self.centre(item)
        while True:
            child = top.childAt(*top.mapFromScene(point).toTuple())
            if child is None or child is item or not _holds(child, item):
                return child is not None and child is not item and not _holds(item, child)
            top = child

    def _mouse(self, kind: QEvent.Type, point: QPointF, button: Qt.MouseButton, buttons: Qt.MouseButton) -> None:
        device = QPointingDevice.primaryPointingDevice()
        event = QMouseEvent(kind, point, point, point, button, buttons, NO_KEYS, device)
        QGuiApplication.sendEvent(self.window, event)


def _holds(outer: QQuickItem, inner: QQuickItem) -> bool:
    parent: QQuickItem | None = inner
    while parent is not None:
        if parent is outer:
            return True
        parent = parent.parentItem()
    return False
