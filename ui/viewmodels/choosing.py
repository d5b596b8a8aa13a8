"""From the first screen to the quote: where to, when, which train, who, which places."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs
from PySide6.QtCore import Slot
from PySide6.QtQml import QmlAnonymous

from kiosk.domain.network import StopPlace
from kiosk.domain.offers import ClassOffer, Departure
from ui.viewmodels.choice import Choice
from ui.viewmodels.paged import PagedViewModel
from ui.viewmodels.planner import Planner
from ui.viewmodels.terminal import TerminalViewModel
from ui.viewmodels.texts import translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1


@QmlAnonymous
class ChoosingViewModel(PagedViewModel):
    """Base of the sale: what is chosen before money is asked for. The sale says which screen shows."""

    _choice: Choice
    _asking_origin: bool
    _message: str
    _stage: str
    _planner: Planner
    _terminal: TerminalViewModel

    def _go(self, stage: str, *, draw: bool = True) -> None:
        raise NotImplementedError

    def _draw(self) -> None:
        raise NotImplementedError

    def _frame(self) -> None:
        raise NotImplementedError

    def _refused(self, error: BaseException) -> None:
        raise NotImplementedError

    @property
    def _language(self) -> str:
        return self._terminal.state.language

    @Slot()
    def openSearch(self) -> None:
        self._asking_origin = self._choice.origin is None
        self._go("search")

    @Slot()
    def openEvents(self) -> None:
        self._attract.refresh()  # places may have come in since the first screen was drawn
        self._go("events")

    @Slot()
    def openPlan(self) -> None:
        self._go("plan")

    @Slot(str)
    def travelTo(self, stop_id: str) -> None:
        """A tile of the first screen."""
        if (stop := self._attract.stop(stop_id)) is not None:
            self._found(stop)

    @Slot(int)
    def attend(self, number: int) -> None:
        """A performance of the list."""
        if (event := self._attract.performance(number)) is not None:
            title, day = self._attract.title(event), event.operating_day
            self._choice = replace(self._choice, day=day, destination=event.destination, title=title)
            self._departure_chosen(event)

    def _found(self, stop: StopPlace) -> None:
        if self._asking_origin:
            self._choice, self._asking_origin = replace(self._choice, origin=stop), False
            self._go("search")
            return
        self._choice = replace(self._choice, destination=stop, departures=(), departure=None, day="")
        self._plan_trip("")

    def _day_chosen(self, day: str) -> None:
        self._choice = replace(self._choice, day=day, departures=(), departure=None)
        self._plan_trip(day)

    def _plan_trip(self, day: str) -> None:
        self._trip.wait()
        self._go("departures", draw=False)
        self._frame()

        def done(choice: Choice, days: list[tuple[str, bool]]) -> None:
            self._choice = choice
            self._trip.show_days(days)
            self._trip.draw(choice, self._language, self._terminal.today, first_page=True)
            self._frame()

        self._planner.departures(self._choice, day, done, self._refused)

    def _departure_chosen(self, departure: Departure) -> None:
        if self._planner.busy:
            return
        classes = sorted(departure.classes, key=lambda offer: offer.left == 0)  # in hand before on request
        usual = next((offer for offer in classes if offer.open), None)
        if usual is not None:
            self._choice = replace(self._choice, departure=departure, quote=None)
            self._class_chosen(usual)

    def _class_chosen(self, offer: ClassOffer) -> None:
        self._priced(replace(self._choice, offer=offer), "travellers")

    def _priced(self, choice: Choice, stage: str) -> None:
        def done(priced: Choice) -> None:
            # Somebody may have tapped a stepper while prices were worked out: that tap counts.
            counted = self._choice.party if self._choice.party != choice.party else priced.party
            self._choice = replace(priced, party=counted)
            self._go(stage)

        self._planner.prices(choice, done, self._refused)

    def _count_changed(self, category: str, change: int) -> None:
        self._choice = self._choice.with_count(category, change)
        self._draw()

    def _next_name(self) -> None:
        if self._names.next():
            self._named(self._names.holders)

    @Slot()
    def withoutNames(self) -> None:
        """The passenger names nobody, where that is allowed."""
        if self._stage == "names" and not self._choice.must_name:
            self._named(())

    def _named(self, holders: tuple[str, ...]) -> None:
        if (quote := self._choice.quote) is not None:
            self._choice = replace(self._choice, quote=structs.replace(quote, holders=holders))
            self._go("summary")

    def _quote(self, places: tuple[int, ...] | None) -> None:
        def done(choice: Choice) -> None:
            self._choice = choice
            if places is None and choice.has_seats:
                self._seats.begin(choice, self._language)
                self._go("seats")
            elif choice.named == "no":
                self._go("summary")
            else:
                self._names.begin(choice)
                self._go("names")

        if self._choice.needs_asking:
            self._message = translate("Sale", "Asking for seats. One moment, please.")
            self._frame()
        self._planner.quote(self._choice, places, done, self._refused)
