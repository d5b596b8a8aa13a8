"""Which places: the best ones in words with a small picture, and the coach plan, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.offers import PlaceView
from kiosk.services.offers import CoachView, Offers
from ui.rows import RowsModel
from ui.tasks import Tasks
from ui.viewmodels import texts
from ui.viewmodels.choice import Choice
from ui.viewmodels.rows import CoachRow, SeatRow
from ui.viewmodels.seatplan import Page, heads, letter_of, pages, row_label, small_picture
from ui.viewmodels.seatwords import place_words
from ui.viewmodels.texts import translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True)
class SeatsState:
    coach: int = 0
    page: int = 0
    slots: int = 9
    places: tuple[int, ...] = ()


@QmlElement
class SeatsViewModel(QObject):
    """The offered places and the plan to choose others from."""

    changed = Signal()

    def __init__(self, offers: Offers, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offers, self._tasks = offers, tasks
        self._state = SeatsState()
        self._choice, self._language = Choice(), "en"
        self._coach_views: Sequence[CoachView] = ()
        self._plan: Sequence[PlaceView] = ()
        self._coaches = RowsModel(CoachRow, self)
        self._seats = RowsModel(SeatRow, self)
        self._picture = RowsModel(SeatRow, self)

    @property
    def places(self) -> tuple[int, ...]:
        """The places chosen now, best first."""
        return self._state.places

    def begin(self, choice: Choice, language: str) -> None:
        """Start from the offered places of the quote."""
        places = choice.quote.places if choice.quote else ()
        coach = choice.layout.places[places[0]].coach if choice.layout and places else 0
        self._choice, self._language = choice, language
        self._state = replace(self._state, places=places, coach=coach, page=-1)
        self._ask()

    def speak(self, language: str) -> None:
        """The same in another language."""
        self._language = language
        self._draw()

    @Slot(int)
    def fits(self, slots: int) -> None:
        """How many rows of seats the layout has room for."""
        if slots > 0 and slots != self._state.slots:
            self._state = replace(self._state, slots=slots, page=-1)
            self._draw()

    @Slot(int)
    def showCoach(self, coach: int) -> None:
        self._state = replace(self._state, coach=coach, page=-1)
        self._ask()

    @Slot()
    def earlier(self) -> None:
        self._state = replace(self._state, page=self._state.page - 1)
        self._draw()

    @Slot()
    def later(self) -> None:
        self._state = replace(self._state, page=self._state.page + 1)
        self._draw()

    @Slot(int)
    def toggle(self, place: int) -> None:
        """A free seat takes the turn of the one chosen longest ago; the party keeps its size."""
        if place in self._state.places:
            rest = tuple(each for each in self._state.places if each != place)
            self._state = replace(self._state, places=(place, *rest))
        else:
            self._state = replace(self._state, places=(*self._state.places[1:], place))
        self._draw()

    def _ask(self) -> None:
        departure, offer, coach = self._choice.departure, self._choice.offer, self._state.coach
        if departure is None or offer is None:
            return
        ride = (departure.journey_id, departure.from_call, departure.to_call)

        def work() -> tuple[list[CoachView], list[PlaceView]]:
            return self._offers.coaches(*ride, offer.place_class), self._offers.plan(*ride, coach)

        def done(found: tuple[list[CoachView], list[PlaceView]]) -> None:
            if coach == self._state.coach:
                self._coach_views, self._plan = found
                self._draw()

        self._tasks.run(work, done, lambda _: None)

    def _draw(self) -> None:
        page = self._page()
        chosen = set(self._state.places)
        self._coaches.show([self._coach_row(view) for view in self._coach_views if not view.counted])
        self._seats.show([self._seat(place, page, chosen) for place in self._plan if page.holds(place)])
        part = small_picture(self._plan, chosen)
        near = [place for place in self._plan if part and part.holds(place)]
        self._picture.show([self._seat(place, part or page, chosen) for place in near])
        self.changed.emit()

    def _page(self) -> Page:
        all_pages = pages(self._plan, self._state.slots)
        number = self._state.page
        if number < 0:
            yours = [place for place in self._plan if place.index in self._state.places]
            mine = [i for i, page in enumerate(all_pages) if any(page.holds(place) for place in yours)]
            number = mine[0] if mine else 0
        number = min(number, len(all_pages) - 1)
        self._state = replace(self._state, page=number)
        return all_pages[number]

    def _seat(self, place: PlaceView, page: Page, chosen: set[int]) -> SeatRow:
        condition = "yours" if place.index in chosen else place.state
        words = {
            "free": translate("Seats", "free"),
            "yours": translate("Seats", "yours"),
            "taken": translate("Seats", "taken"),
            "kept": translate("Seats", "kept for wheelchair users"),
        }
        spoken = f"{place.number}, {words[condition]}"
        column = page.column_of(place.column)
        return SeatRow(place.index, letter_of(place), condition, place.row - page.first_row, column, spoken)

    def _coach_row(self, view: CoachView) -> CoachRow:
        name = translate("Seats", "%1 free").replace("%1", str(view.free))
        number = view.number
        if not number[:1].isdigit():
            number = texts.localized(view.names, number, self._language)
        return CoachRow(view.coach, number, name, view.coach == self._state.coach, view.free > 0)

    @Property(RowsModel, constant=True)
    def coaches(self) -> RowsModel:
        return self._coaches

    @Property(RowsModel, constant=True)
    def seats(self) -> RowsModel:
        return self._seats

    @Property(RowsModel, constant=True)
    def picture(self) -> RowsModel:
        return self._picture

    @Property(str, notify=changed)
    def words(self) -> str:
        """The chosen places: "Coach 6, seats 8D and 8F"."""
        return place_words(self._choice.layout, self._state.places, self._language)

    @Property(int, notify=changed)
    def columns(self) -> int:
        all_pages = pages(self._plan, self._state.slots)
        return all_pages[max(0, min(self._state.page, len(all_pages) - 1))].columns

    @Property("QStringList", notify=changed)  # type: ignore[arg-type]
    def heads(self) -> list[str]:
        """Above each column: window, middle, aisle; "" over the aisle itself."""
        words = {
            "window": translate("Seats", "Window"),
            "middle": translate("Seats", "Middle"),
            "aisle": translate("Seats", "Aisle"),
        }
        return [words.get(word, "") for word in heads(self._plan, self._page())]

    @Property("QStringList", notify=changed)  # type: ignore[arg-type]
    def rowLabels(self) -> list[str]:
        page = self._page()
        return [row_label(self._plan, row) for row in range(page.first_row, page.last_row + 1)]

    @Property(int, notify=changed)
    def aisle(self) -> int:
        """Column of the aisle, where the row numbers stand; -1 = none on this page."""
        return self._page().aisle(self._plan)

    @Property("QStringList", notify=changed)  # type: ignore[arg-type]
    def pictureRows(self) -> list[str]:
        """Labels of the rows of the small picture."""
        part = small_picture(self._plan, set(self._state.places))
        return [row_label(self._plan, row) for row in range(part.first_row, part.last_row + 1)] if part else []

    @Property(int, notify=changed)
    def pictureColumns(self) -> int:
        part = small_picture(self._plan, set(self._state.places))
        return part.columns if part else 1

    @Property(int, notify=changed)
    def pictureAisle(self) -> int:
        """Column of the aisle in the small picture; -1 = none."""
        part = small_picture(self._plan, set(self._state.places))
        return part.aisle(self._plan) if part else -1

    @Property(str, notify=changed)
    def before(self) -> str:
        return self._page_word(self._state.page - 1)

    @Property(str, notify=changed)
    def after(self) -> str:
        return self._page_word(self._state.page + 1)

    @Property(str, notify=changed)
    def front(self) -> str:
        """What lies beyond the first row."""
        layout = self._choice.layout
        if layout is not None and layout.direction == "stage":
            return translate("Seats", "Stage")
        destination = self._choice.destination
        if destination is None:
            return translate("Seats", "Direction of travel")
        name = texts.name_of(destination, self._language)
        return translate("Seats", "Direction of travel, to %1").replace("%1", name)

    def _page_word(self, number: int) -> str:
        all_pages = pages(self._plan, self._state.slots)
        if not 0 <= number < len(all_pages):
            return ""
        page = all_pages[number]
        first, last = row_label(self._plan, page.first_row), row_label(self._plan, page.last_row)
        text = translate("Seats", "Rows %1–%2").replace("%1", first).replace("%2", last)
        if page.split:
            text += " " + (translate("Seats", "left") if page.first_column == 1 else translate("Seats", "right"))
        return text
