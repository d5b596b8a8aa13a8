"""The terminal around a sale: sign, clock, language, picture strength, what works today, idle time, out of order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement

from ui.language import NAMES, Language
from ui.rows import RowsModel
from ui.services import Health, Services
from ui.tasks import Tasks
from ui.viewmodels import handwords, paywords
from ui.viewmodels.rows import LanguageRow, WorkRow
from ui.viewmodels.texts import both_names, translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

WARNING_S = 20  # how long a person has to say "I am still here"
HEALTH_EVERY_S = 5


@dataclass(frozen=True)
class TerminalState:
    """Everything around the sale that is on screen."""

    station: str = ""
    stationOther: str = ""
    time: str = ""
    language: str = "en"
    mode: str = "light"
    large: bool = False
    overlay: str = ""  # languages, access, timeout
    secondsLeft: int = 0
    place: str = ""
    outOfOrder: bool = False
    outReason: str = ""
    asked: bool = False  # the devices were asked once; before that nothing is known of them


@QmlElement
class TerminalViewModel(QObject):
    """What the sign, the overlays and the out-of-order screen show."""

    changed = Signal()
    languageChanged = Signal()
    timedOut = Signal()
    staffCalled = Signal()

    def __init__(
        self,
        services: Services,
        tasks: Tasks,
        language: Language,
        *,
        idle_s: float = 60.0,
        first_language: str = "en",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._tasks, self._texts = services, tasks, language
        self.idle_s, self._first_language = max(idle_s, 2 * WARNING_S), first_language
        self._patience: Callable[[], float] = lambda: 0.0  # how many times the usual time; 0 = nobody is timed out
        self._last_touch = services.clock.monotonic()
        self._next_health = 0.0
        self._broken = ""
        self.health = Health()
        self._languages = RowsModel(LanguageRow, self)
        self._works = RowsModel(WorkRow, self)
        self._state = TerminalState(language=first_language)
        self._timer = QTimer(self)
        self._timer.setInterval(500)
        self._timer.timeout.connect(self.tick)
        language.use(first_language)
        self._redraw()

    def start(self) -> None:
        """Begin to watch the clock and the devices."""
        self.tick()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def wait_for(self, patience: Callable[[], float]) -> None:
        """How patient to be now, as a multiple of the usual time; 0 = nothing is chosen yet, or money is on its way."""
        self._patience = patience

    def touched(self) -> None:
        """Somebody is there."""
        self._last_touch = self._services.clock.monotonic()

    @property
    def state(self) -> TerminalState:
        return self._state

    @property
    def today(self) -> str:
        """ISO date here and now."""
        return self._now().date().isoformat()

    @property
    def changed_by_passenger(self) -> bool:
        """Somebody chose a language or a picture: it goes back when they have left."""
        state = self._state
        return state.large or state.mode != "light" or state.language != self._first_language

    def break_down(self, reason: str) -> None:
        """Out of order until the program starts again: something happened that must not happen."""
        self._broken = reason
        self._redraw()

    @Slot()
    def tick(self) -> None:
        """Every half second: the clock, idle time, and now and then the devices."""
        now = self._services.clock.monotonic()
        if now >= self._next_health:
            self._next_health = now + HEALTH_EVERY_S
            self._tasks.run(self._services.health, self._hear, lambda error: self._hear(Health(reason=str(error))))
        times = self._patience()
        if not times:
            self._last_touch = now
        left = self._last_touch + self.idle_s * (times or 1) * (2 if self._state.large else 1) - now
        if left <= 0:
            self._show(replace(self._state, overlay="", secondsLeft=0))
            self.touched()
            self.timedOut.emit()
        elif left <= WARNING_S:
            self._show(replace(self._state, overlay="timeout", secondsLeft=int(left + 0.999)))
        elif self._state.overlay == "timeout":
            self._show(replace(self._state, overlay="", secondsLeft=0))
        if self._state.time != self._now().strftime("%H:%M"):
            self._redraw()

    def forget_passenger(self) -> None:
        """The next one starts with the house language and the plain picture."""
        self._show(replace(self._state, overlay="", mode="light", large=False))
        self._use(self._first_language)

    @Slot(str)
    def useLanguage(self, tag: str) -> None:
        self._show(replace(self._state, overlay=""))
        self._use(tag)

    @Slot()
    def openLanguages(self) -> None:
        self._open("languages")

    @Slot()
    def openAccess(self) -> None:
        self._open("access")

    @Slot()
    def closeOverlay(self) -> None:
        """Also the answer "I am still here"."""
        self.touched()
        self._show(replace(self._state, overlay="", secondsLeft=0))

    @Slot()
    def callStaff(self) -> None:
        """Somebody held the clock for long: it asks who, and shows passengers nothing."""
        self.staffCalled.emit()

    @Slot()
    def toggleLarge(self) -> None:
        self._show(replace(self._state, large=not self._state.large))

    @Slot(str)
    def useMode(self, mode: str) -> None:
        self._show(replace(self._state, mode=mode))

    def _open(self, overlay: str) -> None:
        self._show(replace(self._state, overlay="" if self._state.overlay == overlay else overlay))

    def _use(self, tag: str) -> None:
        if tag != self._state.language and tag in self._texts.offered:
            self._texts.use(tag)
            self._show(replace(self._state, language=tag))
            self._redraw()
            self.languageChanged.emit()

    def _hear(self, health: Health) -> None:
        if health != self.health:
            self.health = health
            self._redraw()
            self.changed.emit()  # what can be paid with, or printed, is part of no word of the state
        self._show(replace(self._state, asked=True))

    @property
    def zone(self) -> ZoneInfo | None:
        """Of the timetable; None = the machine's."""
        info = self._services.catalogue.info()
        return ZoneInfo(info.timezone) if info else None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._services.clock.now(), self.zone)

    def _redraw(self) -> None:
        stop = self._services.catalogue.stop_place(self._services.stop_place_id)
        station, other = both_names(stop, self._state.language) if stop else (self._services.machine, "")
        machine = translate("Terminal", "Machine %1").replace("%1", self._services.machine)
        health = self.health
        self._languages.show([LanguageRow(tag, NAMES[tag], tag == self._state.language) for tag in self._texts.offered])
        self._works.show(
            [
                *paywords.money_works(health),
                *handwords.paper_works(health),
            ]
        )
        reason = "" if health.selling else health.reason
        if self._broken:
            reason = translate("Terminal", "For staff: %1").replace("%1", self._broken)
        self._show(
            replace(
                self._state,
                station=station,
                stationOther=other,
                time=self._now().strftime("%H:%M"),
                place="  ·  ".join(text for text in (machine, self._services.staff) if text),
                outOfOrder=bool(reason),
                outReason=reason,
            )
        )

    def _show(self, state: TerminalState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit()

    @Property(RowsModel, constant=True)
    def languages(self) -> RowsModel:
        return self._languages

    @Property(RowsModel, constant=True)
    def works(self) -> RowsModel:
        return self._works

    @Property(str, notify=changed)
    def station(self) -> str:
        return self._state.station

    @Property(str, notify=changed)
    def stationOther(self) -> str:
        return self._state.stationOther

    @Property(str, notify=changed)
    def time(self) -> str:
        return self._state.time

    @Property(str, notify=changed)
    def language(self) -> str:
        return self._state.language

    @Property(str, notify=changed)
    def languageName(self) -> str:
        return NAMES.get(self._state.language, self._state.language)

    @Property(str, notify=changed)
    def mode(self) -> str:
        return self._state.mode

    @Property(bool, notify=changed)
    def large(self) -> bool:
        return self._state.large

    @Property(str, notify=changed)
    def overlay(self) -> str:
        return self._state.overlay

    @Property(int, notify=changed)
    def secondsLeft(self) -> int:
        return self._state.secondsLeft

    @Property(int, constant=True)
    def warningSeconds(self) -> int:
        return WARNING_S

    @Property(str, notify=changed)
    def place(self) -> str:
        return self._state.place

    @Property(bool, notify=changed)
    def outOfOrder(self) -> bool:
        return self._state.outOfOrder

    @Property(bool, notify=changed)
    def asked(self) -> bool:
        return self._state.asked

    @Property(str, notify=changed)
    def outReason(self) -> str:
        return self._state.outReason
