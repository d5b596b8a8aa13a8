"""The first screen: next departures, places people go to, performances."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal
from PySide6.QtQml import QmlElement

from kiosk.domain.network import Names, StopPlace
from kiosk.domain.offers import Departure, Destination
from ui.rows import RowsModel
from ui.services import Services
from ui.tasks import Tasks
from ui.viewmodels import texts
from ui.viewmodels.rows import BoardLine, EventRow, TileRow
from ui.viewmodels.texts import translate
from ui.viewmodels.trip import places_left, sellable

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

BOARD_LINES = 9
TILES = 8


@dataclass(frozen=True)
class AttractState:
    boardTitle: str = ""
    platforms: bool = False
    hasEvents: bool = False


@QmlElement
class AttractViewModel(QObject):
    """What shows while nobody has chosen anything."""

    changed = Signal()

    def __init__(self, services: Services, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._tasks = services, tasks
        self._state = AttractState()
        self._asked = False
        self._language = "en"
        self._next: list[Departure] = []
        self._popular: list[Destination] = []
        self._performances: list[Departure] = []
        self._titles: dict[str, Names] = {}
        self._board = RowsModel(BoardLine, self)
        self._tiles = RowsModel(TileRow, self)
        self._events = RowsModel(EventRow, self)

    def here(self) -> StopPlace | None:
        """Where this terminal stands."""
        return self._services.catalogue.stop_place(self._services.stop_place_id)

    def stop(self, stop_id: str) -> StopPlace | None:
        """The stop place of a tile."""
        return next((tile.stop_place for tile in self._popular if tile.stop_place.id == stop_id), None)

    def performance(self, number: int) -> Departure | None:
        """The performance in this line of the list, if it can be bought."""
        found = self._performances[number] if 0 <= number < len(self._performances) else None
        return found if found is not None and sellable(found) else None

    def title(self, performance: Departure) -> Names:
        """What is played, by language."""
        return self._titles.get(performance.service_journey_id, {})

    def refresh(self) -> None:
        """Ask for the board, the tiles and the performances again."""
        origin, search = self._services.stop_place_id, self._services.search

        def work() -> tuple[list[Departure], list[Destination], list[Departure], dict[str, Names]]:
            board = search.board(origin, self._services.clock.now(), BOARD_LINES)
            events = search.events()
            runs = {each.service_journey_id for each in events}
            found = [self._services.catalogue.service_journey(run) for run in sorted(runs)]
            return board, search.popular(origin, TILES), events, {run.id: run.names for run in found if run}

        def done(found: tuple[list[Departure], list[Destination], list[Departure], dict[str, Names]]) -> None:
            self._asked = True
            self._next, self._popular, self._performances, self._titles = found
            self.draw(self._language)

        def failed(error: BaseException) -> None:
            self._asked = True  # there is no more to wait for
            self.changed.emit()

        self._tasks.run(work, done, failed)

    def draw(self, language: str) -> None:
        """Everything in this language."""
        self._language = language
        self._board.show([_board_line(each, language) for each in self._next])
        self._tiles.show([_tile(each, language) for each in self._popular])
        self._events.show([_event(no, each, self.title(each), language) for no, each in enumerate(self._performances)])
        trains = all(texts.is_train(each.mode) for each in self._next)
        self._state = AttractState(
            translate("Attract", "Next trains") if trains else translate("Attract", "Next departures"),
            any(each.platform for each in self._next),
            bool(self._performances),
        )
        self.changed.emit()

    @Property(RowsModel, constant=True)
    def board(self) -> RowsModel:
        return self._board

    @Property(RowsModel, constant=True)
    def tiles(self) -> RowsModel:
        return self._tiles

    @Property(RowsModel, constant=True)
    def events(self) -> RowsModel:
        return self._events

    @Property(str, notify=changed)
    def boardTitle(self) -> str:
        return self._state.boardTitle

    @Property(bool, notify=changed)
    def asked(self) -> bool:
        """What shows was looked up; before that everything is empty."""
        return self._asked

    @Property(bool, notify=changed)
    def platforms(self) -> bool:
        return self._state.platforms

    @Property(bool, notify=changed)
    def hasEvents(self) -> bool:
        return self._state.hasEvents


def _board_line(departure: Departure, language: str) -> BoardLine:
    name, other = texts.both_names(departure.destination, language)
    return BoardLine(departure.departs, departure.number, name, other, departure.platform)


def _tile(destination: Destination, language: str) -> TileRow:
    name, other = texts.both_names(destination.stop_place, language)
    detail = texts.duration(destination.fastest_s)
    if destination.price_from_minor is not None:
        amount = texts.money(destination.price_from_minor, destination.currency)
        detail += "  ·  " + translate("Attract", "from %1").replace("%1", amount)
    # The other name helps to recognise the signs; who reads the signs' own language needs it less than the price.
    return TileRow(destination.stop_place.id, name, "" if language.startswith("zh") else other, detail)


def _event(number: int, performance: Departure, names: Names, language: str) -> EventRow:
    when = f"{texts.long_date(performance.operating_day, language)}, {performance.departs}"
    amount = performance.price_from_minor
    left = places_left(performance.left, amount is not None, performance.on_request)[1]
    detail = [texts.name_of(performance.origin, language), left]
    if amount is not None and sellable(performance):
        money = texts.money(amount, performance.classes[0].currency)
        detail.append(translate("Attract", "from %1").replace("%1", money))
    title = texts.localized(names, performance.headsign or performance.line_name, language)
    return EventRow(number, title, when, "  ·  ".join(part for part in detail if part), sellable(performance))
