"""The gate on its screen: camera thread, verdicts off the UI thread, a picture when there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
from ui.viewmodels.gatehand import GateHandViewModel, LineRow
from ui.viewmodels.gatesignals import SIGNS
from ui.viewmodels.gatetold import Scan, row_of
from ui.viewmodels.texts import duration, localized, translate
from ui.watch import Watch

LOOK_AROUND_EVERY_S = 1.0
SIZES = {"portrait": (800, 1280), "landscape": (1280, 800), "window": (1280, 800)}
STALE_S = 3600.0  # lists older than this are said louder


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
        self.hand = GateHandViewModel(self.model, self.engine)
        widths = {"widthMm": options.width_mm} if options.width_mm else {}
        self.window = stage.load(self.engine, "Gate", {"gate": self.model, "hand": self.hand, **widths})
        self._sounds = Sounds()
        self._tasks = Tasks.single("around", self.engine)
        self.watch = Watch(services.gate, services.reader, services.clock, self.engine)
        self._timer = QTimer(self.engine)
        self._timer.setInterval(int(LOOK_AROUND_EVERY_S * 1000))
        self._connect()
        self.look_around()

    def _connect(self) -> None:
        """Who hears whom; `close` undoes it, or a thread that collects garbage would, and wait for this one."""
        hears: tuple[tuple[Any, Callable[..., object]], ...] = (
            (self.watch.judged, self._judged),
            (self.watch.left, self.model.wait),
            (self.watch.pictured, self._pictured),
            (self.watch.blind, self.model.blind),
            (self.hand.rested, self.watch.rest),
            (self.hand.wantedLight, self._light),
            (self.hand.wantedTicket, self._look_up),
            (self.model.changed, self.hand.follow),
            (self._timer.timeout, self.look_around),
        )
        for signal, heard in hears:
            signal.connect(heard)
        self._hears = hears

    def start(self) -> None:
        self._timer.start()
        self.watch.start()

    def close(self) -> None:
        self._timer.stop()
        self.watch.stop()
        self._tasks.close()
        self._sounds.stop()
        for signal, heard in self._hears:
            signal.disconnect(heard)
        self._hears = ()
        self.language.use("en")  # translators are the application's, not the window's
        self.window.close()
        self.engine.deleteLater()

    def _judged(self, verdict: Verdict) -> None:
        self.model.judge(verdict, self._services.clock.now())
        self._sounds.play(SIGNS[self.model.state.told.signal].sound)
        self.look_around()

    def _pictured(self, image: QImage) -> None:
        self.pictures.take(image)
        if self.model.state.stage == "blind":
            self.model.wait()
        self.model.picture_taken()

    def _light(self, on: bool) -> None:
        """The camera's own light; its driver may take a moment."""

        def done(obeyed: bool) -> None:
            self.hand.light(on, obeyed)

        self._tasks.run(lambda: self.watch.torch(on), done, lambda _: done(False))

    def _look_up(self, text: str) -> None:
        """By hand: everything that goes by this text, off the UI thread."""
        self._tasks.run(lambda: self._found(text), self.hand.found, lambda error: self.model.in_trouble(str(error)))

    def _found(self, text: str) -> list[LineRow]:
        verdict = self._services.gate.type_code(text)
        if not verdict.ticket_id:
            return []
        row = row_of(Scan(int(self._services.clock.now()), verdict), self.language.tag, None)
        return [LineRow("", row.signal, row.icon, row.title, row.detail)]

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
            stale=checked is not None and now - checked > STALE_S,
            offline=not services.online(),
            hint=self.watch.hint,
            zone=zone,
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
