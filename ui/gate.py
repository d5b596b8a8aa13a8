"""The gate on its screen: camera thread, verdicts off the UI thread, a picture when there is one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QSize, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickImageProvider

from kiosk.domain.admission import Verdict
from kiosk.domain.errors import KioskError, ReaderFault
from kiosk.ports import Clock, CodeReader, Frame
from kiosk.services.gate import Gate
from kiosk.store.catalogue import CatalogueStore
from ui import stage
from ui.language import Language
from ui.sound import Sounds
from ui.stage import ScreenOptions
from ui.viewmodels.gate import GateViewModel
from ui.viewmodels.texts import duration, localized

log = logging.getLogger(__name__)

VERDICT_STAYS_S = 2.5  # after the code has left the picture
PICTURES_A_SECOND = 12
RETRY_S = 2.0  # between tries to open a camera that is gone
SIZE = (1280, 800)


@dataclass(frozen=True)
class GateServices:
    """Everything behind the gate's screen."""

    gate: Gate
    reader: Callable[[], CodeReader]  # opens the camera anew
    catalogue: CatalogueStore
    clock: Clock
    online: Callable[[], bool]
    stop_place_id: str = ""


class Pictures(QQuickImageProvider):
    """image://camera/N: the newest camera picture; N only makes the address new."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._image = QImage(16, 9, QImage.Format.Format_RGB888)
        self._image.fill(0)

    def take(self, image: QImage) -> None:
        self._image = image

    def requestImage(self, id: str, size: QSize, requested: QSize) -> QImage:
        return self._image


class Watch(QObject):
    """Reads the camera on its own thread; every code gets its verdict there, recorded before it is told."""

    judged = Signal(object)
    left = Signal()
    pictured = Signal(object)
    blind = Signal(str)

    def __init__(self, services: GateServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._shown_until = 0.0
        self._next_picture = 0.0
        self._last: Verdict | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.is_set():
            reader = None
            try:
                reader = self._services.reader()
                for frame in reader.frames():
                    if self._stop.is_set():
                        break
                    self.look(frame)
            except ReaderFault as fault:
                self.blind.emit(str(fault))
            finally:
                if reader is not None:
                    reader.close()
            self._stop.wait(RETRY_S)

    def look(self, frame: Frame) -> None:
        """One frame: its codes judged first, then its picture shown."""
        now = self._services.clock.monotonic()
        try:
            for code in frame.codes:
                self._judge(code.text, now)
        except KioskError as fault:
            self._last = None
            self.blind.emit(str(fault))
            return
        if self._last is not None and now > self._shown_until:
            self._last = None
            self.left.emit()
        if self._last is None and now >= self._next_picture:
            self._next_picture = now + 1 / PICTURES_A_SECOND
            self.pictured.emit(image_of(frame.image))

    def _judge(self, text: str, now: float) -> None:
        gate = self._services.gate
        verdict = gate.seen(text) or gate.scan(text)
        self._shown_until = now + VERDICT_STAYS_S
        if verdict is not self._last:
            self._last = verdict
            self.judged.emit(verdict)


def image_of(array: Any) -> QImage:
    """A camera's array (height x width x 3, BGR, uint8) as a picture of its own, half as large."""
    half = array[::2, ::2]
    height, width = half.shape[:2]
    data = half.tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_BGR888).copy()


class GateWindow:
    """The window with its threads; `close` ends them."""

    def __init__(self, services: GateServices, options: ScreenOptions) -> None:
        self._services = services
        self.language = Language()
        self.engine = stage.make_engine(self.language)
        self.pictures = Pictures()
        self.engine.addImageProvider("camera", self.pictures)
        self.model = GateViewModel(services.gate.name, self.engine)
        self.language.use(options.language)
        self.model.speak(options.language)
        self.window = stage.load(self.engine, "Gate", {"gate": self.model})
        self._sounds = Sounds()
        self.watch = Watch(services, self.engine)
        self.watch.judged.connect(self._judged)
        self.watch.left.connect(self.model.wait)
        self.watch.pictured.connect(self._pictured)
        self.watch.blind.connect(self.model.blind)
        self._timer = QTimer(self.engine)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.look_around)
        self.look_around()

    def start(self) -> None:
        self._timer.start()
        self.watch.start()

    def close(self) -> None:
        self._timer.stop()
        self.watch.stop()
        self._sounds.stop()
        self.language.use("en")  # translators are the application's, not the window's
        self.window.close()
        self.engine.deleteLater()

    def _judged(self, verdict: Verdict) -> None:
        self.model.judge(verdict)
        self._sounds.play("admit" if verdict.admitted else "refuse" if verdict.facts else "look")
        self.look_around()

    def _pictured(self, image: QImage) -> None:
        self.pictures.take(image)
        if self.model.state.stage == "blind":
            self.model.wait()
        self.model.picture_taken()

    def look_around(self) -> None:
        """Clock, count, freshness of the lists, link."""
        services, language = self._services, self.language.tag
        info = services.catalogue.info()
        zone = ZoneInfo(info.timezone) if info else None
        now = services.clock.now()
        place = services.catalogue.stop_place(services.stop_place_id)
        taken = services.gate.taken_at()
        self.model.around(
            station=localized(place.names, place.name, language) if place else "",
            time=datetime.fromtimestamp(now, zone).strftime("%H:%M"),
            count=services.gate.admitted_today(),
            lists="" if taken is None else duration(int(now - taken)),
            offline=not services.online(),
        )


def run_gate(services: GateServices, options: ScreenOptions) -> int:
    """Show the gate until its window closes; returns the exit status."""
    app, vnc = stage.make_application(options)
    stage.use_fonts(app)
    gate = GateWindow(services, options)
    stage.show(gate.window, options)
    if vnc:
        print(f"No display here: the screen is served over VNC on {vnc}", flush=True)
    remote = None
    if options.drive:
        from ui.remote import Remote

        remote = Remote(options.drive, gate.window, gate.engine)
    gate.start()
    try:
        return app.exec()
    finally:
        if remote is not None:
            remote.close()
        gate.close()
