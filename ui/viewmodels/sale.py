"""The kiosk's sale as screens: one stage at a time, Back everywhere, and every wait off the UI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.money import Money
from kiosk.domain.sale import Sale
from kiosk.ports import Prompt
from ui.services import Services, Shown
from ui.tasks import Tasks
from ui.viewmodels import texts
from ui.viewmodels.attract import AttractViewModel
from ui.viewmodels.checkout import Checkout, stage_of
from ui.viewmodels.choice import Choice, previous
from ui.viewmodels.choosing import ChoosingViewModel
from ui.viewmodels.frame import Context, frame
from ui.viewmodels.handwords import hand_of, why_shown
from ui.viewmodels.names import NamesViewModel
from ui.viewmodels.party import PartyViewModel
from ui.viewmodels.pay import PayViewModel
from ui.viewmodels.paywords import means_of, refusal
from ui.viewmodels.planner import Planner
from ui.viewmodels.search import SearchViewModel
from ui.viewmodels.seats import SeatsViewModel
from ui.viewmodels.staffpage import StaffViewModel
from ui.viewmodels.terminal import TerminalViewModel
from ui.viewmodels.trip import TripViewModel
from ui.viewmodels.voucher import VoucherViewModel

log = logging.getLogger(__name__)

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

PATIENCE = {
    "paying": 0.0,
    "printing": 0.0,
    "phone": 2.0,
    "problem": 4.0,
    "staff": 3.0,
}  # times the usual; 0 = nobody is timed out


@QmlElement
class SaleViewModel(ChoosingViewModel):
    """Which screen shows and what its buttons do."""

    def __init__(
        self,
        services: Services,
        terminal: TerminalViewModel,
        queries: Tasks,
        desk: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._terminal, self._at_desk = services, terminal, desk
        self._choice, self._asking_origin = Choice(), False
        self._stage, self._message, self._news = "attract", "", (0, "")
        self._attract = AttractViewModel(services, queries, self)
        self._search = SearchViewModel(services.search, queries, self._found, self)
        self._trip = TripViewModel(self._day_chosen, self._departure_chosen, lambda: self._go("when"), self)
        self._party = PartyViewModel(self._class_chosen, self._count_changed, self)
        self._seats = SeatsViewModel(services.offers, queries, self)
        self._names = NamesViewModel(self)
        self._pay = PayViewModel(services.machine, self)
        self._staff = StaffViewModel(services.matters, desk, lambda: terminal.zone, self)
        self._voucher = VoucherViewModel(
            services.look_at_voucher, services.read_voucher, queries, self._pay_by_voucher, self
        )
        self._planner = Planner(services, queries)
        self._checkout = Checkout(
            services.desk, desk, queries, self._sale_changed, self._refused, self._prompted, services.shown, self
        )
        self._pages_back = {"voucher": self._voucher.back, "names": self._names.back}  # one step back within a page
        terminal.wait_for(self._patience)
        terminal.timedOut.connect(self._leave)
        terminal.languageChanged.connect(self._draw)
        terminal.changed.connect(self._look_again)
        terminal.staffCalled.connect(self._staff_called)
        self._staff.changed.connect(self._frame)
        self._names.changed.connect(self._frame)
        self._voucher.changed.connect(self._frame)
        self._search.changed.connect(self._frame)
        self._seats.changed.connect(self._frame)
        self._leave()

    # What the screens say

    @Slot()
    def back(self) -> None:
        """One step back; from a payment under way: ask the reader to stop."""
        if self._stage == "paying":
            self._checkout.stop_payment()
        elif self._stage == "phone":
            self._pay.turn(-1)
            self._frame()
        elif self._stage == "staff":
            if not self._staff.back():
                self._leave()
        elif (page := self._pages_back.get(self._stage)) is None or not page():
            if self._stage == "summary":
                self._checkout.give_back(self._choice.sale)
                self._choice = replace(self._choice, sale=None)
                self._names.begin(self._choice, last=True)
            self._go(previous(self._stage, self._choice, searched=bool(self._search.text)))

    @Slot()
    def cancel(self) -> None:
        """Everything is forgotten and nothing is taken."""
        if self._state.canCancel:
            self._checkout.give_back(self._choice.sale)
            self._leave()

    @Slot()
    def next(self) -> None:
        """The blue button. A second, hasty tap never counts for the step that follows."""
        if self._state.nextReady and not self._checkout.busy:
            stage = self._stage
            self._planner.when_idle(lambda: self._advance(stage))

    def _advance(self, touched_on: str) -> None:
        if self._stage != touched_on:
            return
        if self._stage == "search" and self._search.best:
            self._found(self._search.best)
        elif self._stage == "departures" and self._choice.departure:
            self._departure_chosen(self._choice.departure)
        elif self._stage == "travellers":
            self._quote(None)
        elif self._stage in ("seats", "plan"):
            self._quote(self._seats.places)
        elif self._stage == "summary":
            self._begin_payment()
        elif self._stage in ("names", "hand", "phone", "voucher", "staff"):
            answers: dict[str, Callable[[], object]] = {
                "names": self._next_name,
                "hand": self._agree,
                "phone": self._next_code,
                "voucher": self._voucher.next,
            }
            answers.get(self._stage, self._staff.next)()
        elif self._stage in ("thanks", "problem"):
            self._leave()

    def _agree(self) -> None:
        """There is no paper, and the phone will do."""
        self._choice = replace(self._choice, phone=True)
        self._begin_payment()

    def _next_code(self) -> None:
        if self._pay.turn(1):
            self._frame()
        else:
            self._leave(said=True)

    def _staff_called(self) -> None:
        """Somebody held the clock of the first screen."""
        if self._stage == "attract" and self._staff.available:
            self._staff.begin()
            self._go("staff")

    # What follows

    def _begin_payment(self) -> None:
        if not hand_of(self._choice, self._terminal.health):
            self._go("hand")
            return
        means = means_of(self._choice, self._terminal.health)
        if means == "voucher":
            self._voucher.begin(Money(self._choice.due_minor, self._choice.prices[0].currency))
            self._go("voucher")
        else:
            self._take(means)

    def _take(self, means: str, amount_minor: int | None = None, presented: str = "") -> None:
        if (quote := self._choice.quote) is not None:
            self._choice = replace(self._choice, means=means, prompt=None)
            self._go("paying")
            why = why_shown(self._choice, self._terminal.health)
            self._checkout.begin(quote, self._choice.sale, self._language, means, amount_minor, presented, why)

    def _pay_by_voucher(self, code: str, amount_minor: int) -> None:
        self._take("voucher", amount_minor, code)

    @Slot(str)
    def chooseWay(self, means: str) -> None:
        self._choice = replace(self._choice, means=means)
        self._draw()

    @Slot(str)
    def chooseHand(self, hand: str) -> None:
        self._choice = replace(self._choice, phone=hand == "phone")
        self._draw()

    def _prompted(self, prompt: Prompt) -> None:
        self._choice = replace(self._choice, prompt=prompt)
        self._draw()

    def _sale_changed(self, sale: Sale, codes: tuple[Shown, ...]) -> None:
        """The desk moved the sale a step: the stage follows it."""
        rest = sale.stage == "held" and sale.attempt is not None and sale.attempt.state == "approved"
        means = "" if rest else self._choice.means  # what a part was paid with does not pay the rest
        self._choice = replace(self._choice, sale=sale, codes=codes, means=means)
        self._go(stage_of(sale))

    def _refused(self, error: BaseException) -> None:
        """A service said no: the passenger reads why and stays where the choice can be changed."""
        if self._stage == "paying":
            self._stage = "summary"
        log.warning("refused at %s: %s", self._stage, error)
        self._message = refusal(error)
        self._draw()

    def _leave(self, *, said: bool = False) -> None:
        """Back to the first screen, for the next passenger; `said`: their tickets are on the phone."""
        self._checkout.give_back(self._choice.sale, said=said)
        self._at_desk.run(self._services.leave, lambda _: None, lambda error: log.error("leaving: %s", error))
        self._planner.forget()
        self._names.forget()
        self._choice, self._asking_origin = Choice(origin=self._attract.here()), False
        self._terminal.forget_passenger()
        self._attract.refresh()
        self._go("attract")

    # What shows

    def _patience(self) -> float:
        if self._stage == "attract" and not self._terminal.state.overlay and not self._terminal.changed_by_passenger:
            return 0.0
        return PATIENCE.get(self._stage, 1.0)

    def _go(self, stage: str, *, draw: bool = True) -> None:
        self._message = ""
        if stage != "voucher":
            self._voucher.leave()
        if stage == "search" and self._stage != "search":
            excluded = self._choice.origin.id if self._choice.origin else ""
            self._search.begin(self._language, excluded)
        self._stage = stage
        if draw:
            self._draw()

    def _look_again(self) -> None:
        """The terminal changed: devices, time, the catalogue, or the passenger's picture."""
        news = (self._terminal.health.catalogue_version, self._terminal.state.time)
        if self._stage == "attract" and news != self._news:
            self._news = news
            self._choice = replace(self._choice, origin=self._attract.here())
            self._attract.refresh()
        if self._stage in ("attract", "summary", "hand"):
            self._draw()

    def _draw(self) -> None:
        language, today = self._language, self._terminal.today
        self._attract.draw(language)
        self._search.speak(language)
        self._trip.draw(self._choice, language, today)
        self._party.draw(self._choice, language)
        self._seats.speak(language)
        self._names.speak(self._choice, language)
        self._staff.draw()
        self._pay.draw(self._choice, self._terminal.health, language, today, self._terminal.state.time)
        self._frame()

    def _frame(self) -> None:
        if self._stage == "staff":
            self._show(self._staff.frame())
            return
        best = self._search.best
        context = Context(
            stage=self._stage,
            language=self._language,
            today=self._terminal.today,
            best=texts.name_of(best, self._language) if best else "",
            asking_origin=self._asking_origin,
            means=means_of(self._choice, self._terminal.health),
            hand=hand_of(self._choice, self._terminal.health),
            code=self._pay.at,
            places=self._seats.places,
        )
        own = self._names.frame() if self._stage == "names" else None
        state = replace(frame(self._choice, context, own), message=self._message)
        self._show(self._voucher.words(state) if self._stage == "voucher" else state)
