"""From "check and pay" to the paper in the hand: journey, sums, ways to pay, what comes out, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from ui.rows import RowsModel
from ui.services import Health
from ui.viewmodels import cashwords, handwords, paywords, texts
from ui.viewmodels.cashwords import CashState
from ui.viewmodels.choice import Choice
from ui.viewmodels.party import category_name, price_lines
from ui.viewmodels.rows import CodeRow, FactRow, HandRow, NoteRow, PriceRow, TakeLine, TopicRow, WayRow
from ui.viewmodels.seatwords import place_words
from ui.viewmodels.texts import translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True)
class PayState:
    day: str = ""
    places: str = ""
    departs: str = ""
    arrives: str = ""
    origin: str = ""
    originOther: str = ""
    destination: str = ""
    destinationOther: str = ""
    between: str = ""
    amount: str = ""
    warning: str = ""  # about the last try to pay
    code: int = 0  # which of the codes shows
    reference: str = ""
    means: str = ""  # how the payment under way is made
    askCode: str = ""  # hex of the code to be scanned with a payment app
    heard: bool = False  # the passenger's code was read: now it is up to the payment app
    cash: CashState = field(default_factory=CashState)


@QmlElement
class PayViewModel(QObject):
    """What the last screens of a sale show."""

    changed = Signal()

    def __init__(self, machine: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._machine = machine
        self._state = PayState()
        self._lines = RowsModel(PriceRow, self)
        self._notes = RowsModel(NoteRow, self)
        self._ways = RowsModel(WayRow, self)
        self._hands = RowsModel(HandRow, self)
        self._take = RowsModel(TakeLine, self)
        self._topics = RowsModel(TopicRow, self)
        self._facts = RowsModel(FactRow, self)
        self._codes = RowsModel(CodeRow, self)

    def draw(self, choice: Choice, health: Health, language: str, today: str, time: str) -> None:
        """Everything from the choice and the state of its sale."""
        departure, sale = choice.departure, choice.sale
        if departure is None:
            return
        origin, other = texts.both_names(departure.origin, language)
        to, to_other = texts.both_names(departure.destination, language)
        places = choice.quote.places if choice.quote else ()
        currency = departure.classes[0].currency
        amount = texts.money(sale.total.amount_minor if sale else choice.total_minor, currency)
        if sale is not None and sale.stage == "paying":
            amount = texts.money(paywords.asked_minor(sale), currency)
        event = choice.event
        title = texts.localized(choice.title, departure.headsign or departure.line_name, language)
        self._lines.show(price_lines(choice, language) + paywords.parts(sale))
        self._notes.show(paywords.notes(choice))
        self._ways.show(paywords.ways(choice, health))
        self._hands.show(handwords.hands(choice, health))
        self._take.show(paywords.take(choice, language) if sale else [])
        self._topics.show(paywords.topics(sale, amount, bool(places)) if sale else [])
        self._facts.show(self._numbers(choice, time))
        self._codes.show(self._code_rows(choice, language))
        self._state = PayState(
            day=texts.long_date(paywords.day_of(choice, today), language),
            places=place_words(choice.layout, places, language),
            departs=departure.departs,
            arrives="" if event else departure.arrives,
            origin=title if event else origin,
            originOther="" if event else other,
            destination="" if event else to,
            destinationOther="" if event else to_other,
            between=origin if event else paywords.between(choice, language),
            amount=amount,
            warning=paywords.warning(sale),
            code=min(self._state.code, max(0, self._codes.rowCount() - 1)),
            means=paywords.means_of(choice, health),
            askCode=choice.prompt.text.encode().hex() if choice.prompt and choice.prompt.what == "qr" else "",
            heard=choice.prompt is not None and choice.prompt.what == "wait",
            cash=cashwords.cash(choice.prompt, currency),
            reference=sale.tickets[0].code if sale and sale.tickets else paywords.reference_of(sale),
        )
        self.changed.emit()

    def _numbers(self, choice: Choice, time: str) -> list[FactRow]:
        sale = choice.sale
        if sale is None:
            return []
        facts = [
            FactRow(translate("Pay", "Reference"), paywords.reference_of(sale)),
            FactRow(translate("Pay", "Machine"), self._machine),
            FactRow(translate("Pay", "Time"), time),
        ]
        departure = choice.departure
        if sale.tickets and departure is not None:
            facts = [
                FactRow(translate("Pay", "Begins") if choice.event else translate("Pay", "Leaves"), departure.departs)
            ]
            if not choice.event:
                facts.append(FactRow(translate("Pay", "Arrives"), departure.arrives))
            if departure.platform:
                facts.append(FactRow(translate("Pay", "Platform"), departure.platform))
            elif not choice.event:
                facts.append(FactRow(translate("Pay", "Number"), departure.number))
        return facts

    def _code_rows(self, choice: Choice, language: str) -> list[CodeRow]:
        sale = choice.sale
        if sale is None or not sale.tickets:
            return []
        rows = []
        categories = {price.category.id: category_name(price.category, language) for price in choice.prices}
        for ticket, shown in zip(sale.tickets, choice.codes, strict=False):
            item = sale.items[ticket.item_no]
            place = place_words(choice.layout, [item.place], language) if item.place is not None else ""
            about = ", ".join(part for part in (item.holder, categories.get(item.category_id, ""), place) if part)
            uic = f"aztec-{shown.uic.hex()}" if shown.uic else ""
            ours = shown.text.encode().hex()
            rows.append(CodeRow(ours or uic, uic if ours else "", ticket.code, about))
        return rows

    @Slot()
    def nextCode(self) -> None:
        """The next ticket's code on screen, round and round."""
        count = self._codes.rowCount()
        if count:
            self._state = PayState(**{**vars(self._state), "code": (self._state.code + 1) % count})
            self.changed.emit()

    @Property(RowsModel, constant=True)
    def lines(self) -> RowsModel:
        return self._lines

    @Property(RowsModel, constant=True)
    def notes(self) -> RowsModel:
        return self._notes

    @Property(RowsModel, constant=True)
    def ways(self) -> RowsModel:
        return self._ways

    @property
    def at(self) -> int:
        """Which of the codes shows, for Python."""
        return self._state.code

    def turn(self, by: int) -> bool:
        """The code of another ticket; False at the end of them."""
        to = self._state.code + by
        if not 0 <= to < self._codes.rowCount():
            return False
        self._state = PayState(**{**vars(self._state), "code": to})
        self.changed.emit()
        return True

    @Property(RowsModel, constant=True)
    def hands(self) -> RowsModel:
        return self._hands

    @Property(RowsModel, constant=True)
    def take(self) -> RowsModel:
        return self._take

    @Property(RowsModel, constant=True)
    def topics(self) -> RowsModel:
        return self._topics

    @Property(RowsModel, constant=True)
    def facts(self) -> RowsModel:
        return self._facts

    @Property(RowsModel, constant=True)
    def codes(self) -> RowsModel:
        return self._codes

    @Property(str, notify=changed)
    def day(self) -> str:
        return self._state.day

    @Property(str, notify=changed)
    def places(self) -> str:
        return self._state.places

    @Property(str, notify=changed)
    def departs(self) -> str:
        return self._state.departs

    @Property(str, notify=changed)
    def arrives(self) -> str:
        return self._state.arrives

    @Property(str, notify=changed)
    def origin(self) -> str:
        return self._state.origin

    @Property(str, notify=changed)
    def originOther(self) -> str:
        return self._state.originOther

    @Property(str, notify=changed)
    def destination(self) -> str:
        return self._state.destination

    @Property(str, notify=changed)
    def destinationOther(self) -> str:
        return self._state.destinationOther

    @Property(str, notify=changed)
    def between(self) -> str:
        return self._state.between

    @Property(str, notify=changed)
    def amount(self) -> str:
        return self._state.amount

    @Property(str, notify=changed)
    def warning(self) -> str:
        return self._state.warning

    @Property(int, notify=changed)
    def codeShown(self) -> int:
        return self._state.code

    @Property(str, notify=changed)
    def means(self) -> str:
        return self._state.means

    @Property(str, notify=changed)
    def askCode(self) -> str:
        return self._state.askCode

    @Property(bool, notify=changed)
    def heard(self) -> bool:
        return self._state.heard

    @Property(str, notify=changed)
    def left(self) -> str:
        return self._state.cash.left

    @Property(str, notify=changed)
    def inside(self) -> str:
        return self._state.cash.inside

    @Property(str, notify=changed)
    def change(self) -> str:
        return self._state.cash.change

    @Property(str, notify=changed)
    def pieces(self) -> str:
        return self._state.cash.pieces

    @Property(str, notify=changed)
    def back(self) -> str:
        return self._state.cash.back

    @Property(str, notify=changed)
    def reference(self) -> str:
        return self._state.reference
