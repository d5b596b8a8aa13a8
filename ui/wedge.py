"""A scanner that types, at the window: its scans are taken out of the keys, a person's keys go on to the page."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QKeyEvent

from devices.reader.wedge import BETWEEN_S, Burst, Verdict

_DIGIT_KEYS = dict(zip(range(10, 20), "1234567890", strict=True))
"""Scan codes of the row of digits (X11, Wayland): on a French keyboard the same keys are other signs."""


class Wedge(QObject):
    """An event filter. `scanned` hears each whole scan."""

    def __init__(self, scanned: Callable[[str], object], parent: QObject) -> None:
        super().__init__(parent)
        self._scanned = scanned
        self._burst = Burst()
        self._typing: QObject | None = None  # where a person's keys go
        self._passing = False
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(int(BETWEEN_S * 1000) + 10)
        self._quiet.timeout.connect(lambda: self._say(self._burst.quiet(time.monotonic())))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._passing or event.type() not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return False
        assert isinstance(event, QKeyEvent)
        sign = _DIGIT_KEYS.get(event.nativeScanCode(), "") or event.text()
        if len(sign) != 1 or not (sign.isprintable() or sign in "\r\n"):
            return False  # arrows, shift ... are no scanner's
        if event.type() == QEvent.Type.KeyPress:
            self._typing = watched
            self._quiet.start()
            self._say(self._burst.key(sign, time.monotonic()))
        return True

    def _say(self, verdict: Verdict) -> None:
        if verdict.scan is not None:
            self._scanned(verdict.scan)
        if self._typing is None:
            return
        self._passing = True
        try:
            for sign in verdict.keys:
                key = 0x01000004 if sign in "\r\n" else ord(sign.upper())  # Qt.Key_Return; Qt's key of a Latin sign
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    again = QKeyEvent(kind, key, QCoreApplication.instance().keyboardModifiers(), sign)  # type: ignore[union-attr]
                    QCoreApplication.sendEvent(self._typing, again)
        finally:
            self._passing = False
