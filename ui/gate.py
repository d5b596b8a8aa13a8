"""The gate on its screen: camera thread, verdicts off the UI thread, a picture when there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickImageProvider

from kiosk.domain.gate.shown import Verdict
from kiosk.ports import Clock, CodeReader
from kiosk.services.gate import Gate
from kiosk.store.catalogue import CatalogueStore
from ui import stage
from ui.language import Language
from ui.sound import Sounds
from ui.stage import ScreenOptions
from ui.tasks import Tasks
from ui.viewmodels.gate import Around, GateViewModel
from ui.viewmodels.gatewords import sound_of
from ui.viewmodels.texts import duration, localized, translate
from ui.watch import Watch

LOOK_AROUND_EVERY_S = 1.0
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
        self._tasks = Tasks.single("around", self.engine)
        self.watch = Watch(services.gate, services.reader, services.clock, self.engine)
        self.watch.judged.connect(self._judged)
        self.watch.left.connect(self.model.wait)
        self.watch.pictured.connect(self._pictured)
        self.watch.blind.connect(self.model.blind)
        self._timer = QTimer(self.engine)
        self._timer.setInterval(int(LOOK_AROUND_EVERY_S * 1000))
        self._timer.timeout.connect(self.look_around)
        self.look_around()

    def start(self) -> None:
        self._timer.start()
        self.watch.start()

    def close(self) -> None:
        self._timer.stop()
        self.watch.stop()
        self._tasks.close()
        self._sounds.stop()
        self.language.use("en")  # translators are the application's, not the window's
        self.window.close()
        self.engine.deleteLater()

    def _judged(self, verdict: Verdict) -> None:
        self.model.judge(verdict)
        self._sounds.play(sound_of(verdict))
        self.look_around()

    def _pictured(self, image: QImage) -> None:
        self.pictures.take(image)
        if self.model.state.stage == "blind":
            self.model.wait()
        self.model.picture_taken()

    def look_around(self) -> None:
        """Clock, count, freshness of the lists, link; asked off the UI thread, because the disk may be slow."""
        self._tasks.run(self._around, self.model.look_around, lambda error: self.model.in_trouble(str(error)))

    def _around(self) -> Around:
        services, language = self._services, self.language.tag
        info = services.catalogue.info()
        zone = ZoneInfo(info.timezone) if info else None
        now = services.clock.now()
        local = datetime.fromtimestamp(now, zone)
        place = services.catalogue.stop_place(services.stop_place_id)
        checked = services.gate.checked_at()
        return Around(
            station=localized(place.names, place.name, language) if place else "",
            today=local.date().isoformat(),
            time=local.strftime("%H:%M"),
            count=services.gate.admitted_today(),
            lists="" if checked is None else _age(now - checked),
            offline=not services.online(),
        )


def _age(age_s: float) -> str:
    """ "just now", "12 min ago"."""
    if age_s < 60:
        return translate("Gate", "just now")
    return translate("Gate", "%1 ago").replace("%1", duration(int(age_s)))


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
