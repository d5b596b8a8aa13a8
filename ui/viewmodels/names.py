"""Whose tickets these are: one name after another, each typed on the screen or on a keyboard that is there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.holder import LONGEST, fault_of, tidy
from ui.rows import RowsModel
from ui.viewmodels.choice import Choice
from ui.viewmodels.frame import FrameState
from ui.viewmodels.lettering import accents_of, capital_due, upper
from ui.viewmodels.party import category_name
from ui.viewmodels.payframes import back, total
from ui.viewmodels.rows import HolderRow
from ui.viewmodels.seatwords import place_words
from ui.viewmodels.texts import translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

Person = tuple[str, int]
"""A rider category and the how many'th of it: a name stays with its traveller when others come or go."""


@dataclass(frozen=True)
class NamesState:
    people: tuple[Person, ...] = ()
    typed: dict[Person, str] = field(default_factory=dict)  # also of people who were taken off again
    at: int = 0  # whose name is typed now
    shift: bool | None = None  # None = as the place in the name asks for
    message: str = ""


@QmlElement
class NamesViewModel(QObject):
    """Keeps what was typed until the passenger leaves: going back, another language or a warning loses nothing."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = NamesState()
        self._choice, self._language = Choice(), "en"
        self._people = RowsModel(HolderRow, self)

    def begin(self, choice: Choice, *, last: bool = False) -> None:
        """The travellers of this quote; `last`: coming back to it from the step behind."""
        quote = choice.quote
        people: list[Person] = []
        for category in quote.categories if quote else ():
            people.append((category, sum(known == category for known, _ in people)))
        empty = [number for number, person in enumerate(people) if not self._state.typed.get(person)]
        at = len(people) - 1 if last or not empty else empty[0]
        self._choice = choice
        self._show(replace(self._state, people=tuple(people), at=max(at, 0), shift=None, message=""))

    def forget(self) -> None:
        """The passenger has gone: nobody reads who they were."""
        self._choice = Choice()
        self._show(NamesState())

    def speak(self, choice: Choice, language: str) -> None:
        """The same in another language."""
        self._choice, self._language = choice, language
        if self._state.message:
            self._state = replace(self._state, message=self._fault())
        self._draw()

    @property
    def holders(self) -> tuple[str, ...]:
        """One for each person of the quote; "" = not named."""
        return tuple(tidy(self._state.typed.get(person, "")) for person in self._state.people)

    def back(self) -> bool:
        """To the name before; False: the screen is left."""
        if not self._state.at:
            return False
        self._show(replace(self._state, at=self._state.at - 1, shift=None, message=""))
        return True

    def next(self) -> bool:
        """To the name behind; True: all are right. What is wrong is said where it was typed."""
        if message := self._fault():
            self._show(replace(self._state, message=message))
            return False
        others = [number for number in range(len(self._state.people)) if number > self._state.at]
        wrong = [number for number, name in enumerate(self.holders) if self._wrong(name)]
        if others or wrong:
            self._show(replace(self._state, at=(others or wrong)[0], shift=None, message=""))
            return False
        return True

    def frame(self) -> FrameState:
        """The words around the field."""
        many, last = len(self._state.people) > 1, self._state.at + 1 == len(self._state.people)
        question = translate("Names", "Name on the ticket?")
        if many:
            question = translate("Names", "Name on ticket %1?").replace("%1", str(self._state.at + 1))
        forward = translate("Frame", "Continue")
        if many and not last:
            forward = translate("Names", "Next name")
        return FrameState(
            stage="names",
            question=question,
            hint=translate("Names", "As in passport or identity card"),
            summary=self._about(self._state.at),
            totalWord=translate("Frame", "Total"),
            total=total(self._choice),
            nextText=forward,
            nextReady=bool(self._text.strip()) or not self._choice.must_name,
            backText=back(),
        )

    def _about(self, number: int) -> str:
        """ "Adult, Stalls, seat A2"."""
        choice = self._choice
        if choice.quote is None or number >= len(self._state.people):
            return ""
        category = self._state.people[number][0]
        kinds = {price.category.id: category_name(price.category, self._language) for price in choice.prices}
        places = choice.quote.places[number : number + 1]
        words = (kinds.get(category, ""), place_words(choice.layout, places, self._language))
        return translate("Seats", ", ").join(each for each in words if each)

    def _wrong(self, name: str) -> bool:
        fault = fault_of(name)
        return bool(fault) and (fault != "missing" or self._choice.must_name)

    def _fault(self) -> str:
        text = self._text
        if not self._wrong(text):
            return ""
        words = {
            "missing": translate("Names", "Please type the name: these tickets are sold with names only."),
            "long": self._full(),
            "signs": translate("Names", "A name has letters only. Please take out figures and other signs."),
        }
        return words[fault_of(text)]

    @property
    def _text(self) -> str:
        at, people = self._state.at, self._state.people
        return self._state.typed.get(people[at], "") if at < len(people) else ""

    @property
    def _capital(self) -> bool:
        return capital_due(self._text) if self._state.shift is None else self._state.shift

    # what is typed

    @Slot(str)
    def type(self, letter: str) -> None:
        """A key: a letter in small, or a sign."""
        if len(self._text) >= LONGEST:
            self._show(replace(self._state, message=self._full()))
        elif letter != " " or (self._text and self._text[-1] not in " -"):
            self._write(self._text + (upper(letter) if self._capital else letter))

    @Slot(str)
    def accent(self, letter: str) -> None:
        """The last letter is meant so."""
        self._write(self._text[:-1] + letter)

    @Slot()
    def erase(self) -> None:
        self._write(self._text[:-1])

    @Slot()
    def clear(self) -> None:
        self._write("")

    @Slot()
    def turnShift(self) -> None:
        self._show(replace(self._state, shift=not self._capital))

    @Slot(str)
    def write(self, text: str) -> None:
        """The whole field: from a keyboard, or pasted."""
        if text != self._text:
            self._write(text)

    @Slot(int)
    def choose(self, number: int) -> None:
        """Another traveller of the list."""
        if 0 <= number < len(self._state.people):
            self._show(replace(self._state, at=number, shift=None, message=""))

    def _write(self, text: str) -> None:
        if self._state.at < len(self._state.people):
            typed = {**self._state.typed, self._state.people[self._state.at]: text[: 2 * LONGEST]}
            self._show(replace(self._state, typed=typed, shift=None, message=""))

    def _full(self) -> str:
        return translate("Names", "At most %1 letters fit. Please leave out middle names.").replace("%1", str(LONGEST))

    def _show(self, state: NamesState) -> None:
        self._state = state
        self._draw()

    def _draw(self) -> None:
        many = len(self._state.people) > 1
        self._people.show([self._row(number) for number in range(len(self._state.people))] if many else [])
        self.changed.emit()

    def _row(self, number: int) -> HolderRow:
        name = self.holders[number]
        about = self._about(number)
        spoken = translate("Names", "Ticket %1").replace("%1", str(number + 1))
        label = translate("Seats", ", ").join(each for each in (spoken, name, about) if each)
        quote, layout = self._choice.quote, self._choice.layout
        place = quote.places[number : number + 1] if quote and layout else ()
        brief = layout.places[place[0]].number if layout and place else about
        return HolderRow(number, str(number + 1), name, about, brief, number == self._state.at, label)

    @Property(RowsModel, constant=True)
    def people(self) -> RowsModel:
        return self._people

    @Property(str, notify=changed)
    def text(self) -> str:
        return self._text

    @Property(bool, notify=changed)
    def capital(self) -> bool:
        """The next letter is one."""
        return self._capital

    @Property(str, notify=changed)
    def accents(self) -> str:
        """What the last letter may be instead."""
        return accents_of(self._text)

    @Property(str, notify=changed)
    def message(self) -> str:
        return self._state.message

    @Property(bool, notify=changed)
    def optional(self) -> bool:
        return not self._choice.must_name

    @Property(str, notify=changed)
    def why(self) -> str:
        """What becomes of a name, before anybody types one."""
        return translate(
            "Names", "It is printed on the ticket, and staff may compare it with a document. It is not on the receipt."
        )
