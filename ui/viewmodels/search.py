"""Where to: typed letters, keys that lead somewhere, stations found."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.network import StopPlace
from kiosk.domain.offers import StationHit
from kiosk.services.search import Search
from ui.rows import RowsModel
from ui.tasks import Tasks
from ui.viewmodels.paywords import refusal
from ui.viewmodels.rows import ResultRow
from ui.viewmodels.texts import both_names, translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

KEYS = string.ascii_lowercase + string.digits + " "
LONGEST = 40


@dataclass(frozen=True)
class SearchState:
    text: str = ""
    open: str = KEYS
    message: str = ""
    slots: int = 5


@QmlElement
class SearchViewModel(QObject):
    """The search field, its keyboard and its results."""

    changed = Signal()

    def __init__(
        self, search: Search, tasks: Tasks, chosen: Callable[[StopPlace], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._search, self._tasks, self._chosen = search, tasks, chosen
        self._state = SearchState()
        self._hits: list[StationHit] = []
        self._excluded = ""
        self._language = "en"
        self._asked = 0
        self._results = RowsModel(ResultRow, self)

    def begin(self, language: str, excluded: str = "") -> None:
        """An empty field; `excluded` is the stop place the passenger is already at."""
        self._language, self._excluded, self._hits = language, excluded, []
        self._show(replace(self._state, text="", message=""))
        self._ask()

    def speak(self, language: str) -> None:
        """The same results in another language."""
        self._language = language
        self._draw()

    @property
    def best(self) -> StopPlace | None:
        """The first result, once something is typed."""
        return self._hits[0].stop_place if self._hits and self._state.text else None

    @Slot(str)
    def type(self, letter: str) -> None:
        if len(self._state.text) < LONGEST and (letter != " " or self._state.text):
            self._show(replace(self._state, text=self._state.text + letter))
            self._ask()

    @Slot()
    def erase(self) -> None:
        self._show(replace(self._state, text=self._state.text[:-1]))
        self._ask()

    @Slot()
    def clear(self) -> None:
        self._show(replace(self._state, text=""))
        self._ask()

    @Slot(int)
    def fits(self, slots: int) -> None:
        """How many results the layout has room for."""
        if slots != self._state.slots:
            self._show(replace(self._state, slots=slots))
            self._draw()

    @Slot(str)
    def choose(self, stop_id: str) -> None:
        stop = next((hit.stop_place for hit in self._hits if hit.stop_place.id == stop_id), None)
        if stop is not None:
            self._chosen(stop)

    def _ask(self) -> None:
        text, self._asked = self._state.text, self._asked + 1
        number = self._asked

        def work() -> tuple[list[StationHit], str]:
            hits = self._search.stations(text, 9) if text.strip() else []
            return hits, "".join(key for key in KEYS if self._leads(text + key))

        def done(found: tuple[list[StationHit], str]) -> None:
            if number == self._asked:
                self._hits = [hit for hit in found[0] if hit.stop_place.id != self._excluded]
                nothing = bool(text.strip()) and not self._hits
                message = translate("Search", "No station is written like this") if nothing else ""
                self._show(replace(self._state, open=found[1], message=message))
                self._draw()

        self._tasks.run(work, done, lambda error: self._show(replace(self._state, message=refusal(error))))

    def _leads(self, text: str) -> bool:
        if text.endswith(" ") and not text.strip():
            return False
        return any(hit.matched != "similar" for hit in self._search.stations(text, 1))

    def _draw(self) -> None:
        shown = self._hits[: self._state.slots]
        self._results.show([self._row(hit, number == 0) for number, hit in enumerate(shown)])
        self.changed.emit()

    def _row(self, hit: StationHit, best: bool) -> ResultRow:
        name, other = both_names(hit.stop_place, self._language)
        typed = self._state.text
        by_name = name.lower().startswith(typed.lower()) and typed != ""
        marked = f"<b>{escape(name[: len(typed)])}</b>{escape(name[len(typed) :])}" if by_name else escape(name)
        spelling = ""
        if (
            not by_name
            and hit.matched != "code"
            and hit.spelling
            and hit.spelling.lower() not in (name.lower(), other.lower())
        ):
            cut = hit.matched_length
            spelling = f"<b>{escape(hit.spelling[:cut])}</b>{escape(hit.spelling[cut:])}"
        return ResultRow(hit.stop_place.id, marked, name, other, spelling, hit.stop_place.code, best)

    def _show(self, state: SearchState) -> None:
        self._state = state
        self.changed.emit()

    @Property(RowsModel, constant=True)
    def results(self) -> RowsModel:
        return self._results

    @Property(str, notify=changed)
    def text(self) -> str:
        return self._state.text

    @Property(str, notify=changed)
    def open(self) -> str:
        return self._state.open

    @Property(str, notify=changed)
    def message(self) -> str:
        return self._state.message
