"""When and which departure: days, pages of departures, the board and the tiles of the first screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.offers import Departure
from ui.rows import RowsModel
from ui.viewmodels import texts
from ui.viewmodels.choice import Choice
from ui.viewmodels.rows import DayRow, DepartureLine
from ui.viewmodels.texts import translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

FEW = 9
STRIP_DAYS = 5


@dataclass(frozen=True)
class TripState:
    page: int = 0
    slots: int = 7
    here: str = ""
    hasBefore: bool = False
    hasAfter: bool = False
    message: str = ""
    searching: bool = False


def key_of(departure: Departure) -> str:
    """Name of a departure on screen: journey, and the call where one gets on."""
    return f"{departure.journey_id}-{departure.from_call}"


def sellable(departure: Departure) -> bool:
    """It has a price and a place, or central may have one."""
    return any(offer.open for offer in departure.classes)


@QmlElement
class TripViewModel(QObject):
    """Days and departures between two stop places."""

    changed = Signal()

    def __init__(
        self,
        choose_day: Callable[[str], None],
        choose: Callable[[Departure], None],
        other_day: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._choose_day, self._choose, self._other_day = choose_day, choose, other_day
        self._state = TripState()
        self._choice, self._language, self._today = Choice(), "en", ""
        self._days: Sequence[tuple[str, bool]] = ()
        self._strip = RowsModel(DayRow, self)
        self._calendar = RowsModel(DayRow, self)
        self._departures = RowsModel(DepartureLine, self)

    def show_days(self, days: Sequence[tuple[str, bool]]) -> None:
        """ISO dates on sale, each with whether anything runs; draw follows."""
        self._days = days

    def wait(self) -> None:
        """Departures are being looked up."""
        self._show(replace(self._state, searching=True, message="", here="", hasBefore=False, hasAfter=False))
        self._departures.show([])

    def draw(self, choice: Choice, language: str, today: str, *, first_page: bool = False) -> None:
        """Everything from the choice; `first_page` puts the proposed departure in view."""
        self._choice, self._language, self._today = choice, language, today
        page = self._state.page
        if first_page:
            chosen = choice.departure
            place = choice.departures.index(chosen) if chosen in choice.departures else 0
            page = place // self._state.slots
        self._turn(page)
        rows = [self._day(day, there) for day, there in self._days]
        self._calendar.show(rows)
        near = [number for number, row in enumerate(rows) if row.day == choice.day]
        start = max(0, min((near[0] if near else 0) - STRIP_DAYS + 1, len(rows) - STRIP_DAYS))
        self._strip.show(rows[start : start + STRIP_DAYS])

    @Slot(int)
    def fits(self, slots: int) -> None:
        """How many departures the layout has room for."""
        if slots > 0 and slots != self._state.slots:
            first = self._state.page * self._state.slots
            self._state = replace(self._state, slots=slots)
            self._turn(first // slots)

    @Slot()
    def earlier(self) -> None:
        self._turn(self._state.page - 1)

    @Slot()
    def later(self) -> None:
        self._turn(self._state.page + 1)

    @Slot(str)
    def chooseDay(self, day: str) -> None:
        self._choose_day(day)

    @Slot()
    def otherDay(self) -> None:
        self._other_day()

    @Slot(str)
    def choose(self, key: str) -> None:
        departure = next((each for each in self._choice.departures if key_of(each) == key), None)
        if departure is not None and sellable(departure):
            self._choose(departure)

    def _turn(self, page: int) -> None:
        found, slots = self._choice.departures, self._state.slots
        pages = max(1, -(-len(found) // slots))
        page = max(0, min(page, pages - 1))
        shown = found[page * slots : (page + 1) * slots]
        fastest, cheapest = _best(found)
        self._departures.show([self._line(each, each is fastest, each is cheapest) for each in shown])
        here = ""
        if pages > 1:
            here = translate("Trip", "%1–%2 of %3")
            first = page * slots + 1
            for mark, value in (("%1", first), ("%2", first + len(shown) - 1), ("%3", len(found))):
                here = here.replace(mark, str(value))
        message = "" if found else translate("Trip", "Nothing runs on this day. Choose another day.")
        before, after = page > 0, page + 1 < pages
        self._show(TripState(page, slots, here, before, after, message))

    def _day(self, day: str, there: bool) -> DayRow:
        word = texts.weekday(day, self._today, self._language)
        return DayRow(day, word, texts.short_date(day, self._language), day == self._choice.day, there)

    def _line(self, departure: Departure, fastest: bool, cheapest: bool) -> DepartureLine:
        about = [departure.number, texts.duration(departure.duration_s)]
        price = departure.price_from_minor
        currency = departure.classes[0].currency if departure.classes else ""
        level, left = places_left(departure.left, bool(departure.classes))
        tag, icon = translate("Trip", "Fastest") if fastest else translate("Trip", "Cheapest") if cheapest else "", ""
        if departure.on_request:
            level, left, tag, icon = "open", "", translate("Trip", "Seats on request"), "info"
        amount = "" if price is None else texts.money(price, currency)
        return DepartureLine(
            key=key_of(departure),
            departs=departure.departs,
            arrives=departure.arrives,
            about="  ·  ".join([*about, stops(departure.stops_between)]),
            shortAbout="  ·  ".join(about),
            level=level,
            leftText=left,
            price=amount,
            tag=tag if sellable(departure) else "",
            tagIcon=icon or ("fast" if fastest else "cheap"),
            chosen=departure is self._choice.departure,
            available=sellable(departure),
            spoken=", ".join(part for part in (departure.departs, *about, left, amount, tag) if part),
        )

    def _show(self, state: TripState) -> None:
        self._state = state
        self.changed.emit()

    @Property(RowsModel, constant=True)
    def strip(self) -> RowsModel:
        return self._strip

    @Property(RowsModel, constant=True)
    def calendar(self) -> RowsModel:
        return self._calendar

    @Property(RowsModel, constant=True)
    def departures(self) -> RowsModel:
        return self._departures

    @Property(str, notify=changed)
    def here(self) -> str:
        return self._state.here

    @Property(bool, notify=changed)
    def hasBefore(self) -> bool:
        return self._state.hasBefore

    @Property(bool, notify=changed)
    def hasAfter(self) -> bool:
        return self._state.hasAfter

    @Property(str, notify=changed)
    def message(self) -> str:
        return self._state.message

    @Property(bool, notify=changed)
    def searching(self) -> bool:
        return self._state.searching


def places_left(left: int | None, priced: bool, on_request: bool = False) -> tuple[str, str]:
    """(level for the bars, words) for a number of places."""
    if not priced:
        return "none", translate("Trip", "Not sold here")
    if on_request:
        return "open", translate("Trip", "On request")
    if left is None:
        return "open", ""
    if left == 0:
        return "none", translate("Trip", "Sold out")
    if left <= FEW:
        return "few", translate("Trip", "%1 left").replace("%1", str(left))
    return "plenty", translate("Trip", "Plenty")


def stops(between: int) -> str:
    """ "direct", "1 stop", "9 stops"."""
    if between <= 0:
        return translate("Trip", "direct")
    if between == 1:
        return translate("Trip", "1 stop")
    return translate("Trip", "%1 stops").replace("%1", str(between))


def _best(found: Sequence[Departure]) -> tuple[Departure | None, Departure | None]:
    """(fastest, cheapest) where that sets one apart from the others."""
    there = [each for each in found if sellable(each)]
    if len(there) < 2:
        return None, None
    fastest = min(there, key=lambda each: each.duration_s)
    cheapest = min(there, key=lambda each: each.price_from_minor or 0)
    slow = all(each.duration_s == fastest.duration_s for each in there)
    same = all(each.price_from_minor == cheapest.price_from_minor for each in there)
    return None if slow else fastest, None if same else cheapest
