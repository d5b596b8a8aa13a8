"""The gate's screen: the camera's picture until a code is seen, then a verdict that fills it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Property, QObject, Signal
from PySide6.QtQml import QmlElement

from kiosk.domain.gate.held import EVENT_MODE
from kiosk.domain.gate.shown import TicketFacts, Verdict
from kiosk.domain.gate.words import Word
from kiosk.domain.network import Names
from ui.rows import RowsModel
from ui.viewmodels.gatewords import next_step, reason_words
from ui.viewmodels.texts import is_train, localized, people, short_date, translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True)
class VerdictFact:
    """One of at most three facts below the verdict."""

    label: str
    value: str


@dataclass(frozen=True)
class Around:
    """What stands around the verdict: where, when, how many, how fresh."""

    station: str = ""
    today: str = ""  # ISO date
    time: str = ""
    count: int = 0  # let in today
    lists: str = ""  # how old the lists are; "" = none, nobody can be let in
    offline: bool = False


@dataclass(frozen=True)
class GateState:
    """Everything on the gate's screen."""

    stage: str = "waiting"  # waiting, verdict, blind (no camera)
    gate: str = ""
    around: Around = Around()
    picture: int = 0  # grows with every camera picture
    admitted: bool = False
    word: str = ""
    other: str = ""  # the word in the second language
    reason: str = ""
    step: str = ""
    fault: str = ""  # of the camera, or of the record of a verdict
    trouble: str = ""  # of the terminal itself, until it could be looked at again
    verdict: str = ""  # reason code of the last verdict
    ticket: str = ""  # id of the ticket it was about


@QmlElement
class GateViewModel(QObject):
    """State of the gate in one frozen value; nothing here decides who comes in."""

    changed = Signal()

    def __init__(self, gate: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = GateState(gate=gate)
        self._language = "en"
        self._facts = RowsModel(VerdictFact, self)
        self._verdict: Verdict | None = None

    @property
    def state(self) -> GateState:
        return self._state

    def speak(self, language: str) -> None:
        self._language = language
        if self._verdict is not None:
            self.judge(self._verdict)
        self.changed.emit()

    def judge(self, verdict: Verdict) -> None:
        """Show a verdict."""
        self._verdict = verdict
        self._facts.show(facts_of(verdict, self._language, self._state.around.today))
        other = {True: "请进", False: "请停"} if self._language == "en" else {True: "Go", False: "Stop"}
        self._show(
            replace(
                self._state,
                stage="verdict",
                admitted=verdict.admitted,
                word=translate("Gate", "Go") if verdict.admitted else translate("Gate", "Stop"),
                other=other[verdict.admitted],
                reason=_holder(verdict, self._language) or reason_words(verdict.reason, verdict.facts),
                step=next_step(verdict.reason, verdict.facts) or _way(verdict, self._language),
                fault="",
                verdict=verdict.reason.value,
                ticket=verdict.ticket_id,
            )
        )

    def wait(self) -> None:
        """Nobody is in front of the camera."""
        self._verdict = None
        self._show(replace(self._state, stage="waiting", fault=""))

    def blind(self, fault: str) -> None:
        """No camera, or nothing can be recorded: nobody is let in."""
        self._show(replace(self._state, stage="blind", fault=fault))

    def picture_taken(self) -> None:
        """A new camera picture can be drawn."""
        self._show(replace(self._state, picture=self._state.picture + 1))

    def look_around(self, around: Around) -> None:
        """The clock went on, somebody came in, the lists got older."""
        self._show(replace(self._state, around=around, trouble=""))

    def in_trouble(self, fault: str) -> None:
        """The terminal cannot say how it is: closed until it can, whatever the camera sees."""
        self._show(replace(self._state, trouble=fault))

    def _show(self, state: GateState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit()

    @Property(str, notify=changed)
    def last(self) -> str:
        """Reason code and ticket of the last verdict, for the remote control."""
        return f"{self._state.verdict} {self._state.ticket}".strip()

    @Property(RowsModel, constant=True)
    def facts(self) -> RowsModel:
        return self._facts

    @Property(str, notify=changed)
    def stage(self) -> str:
        return "blind" if self._state.trouble and self._state.stage == "waiting" else self._state.stage

    @Property(str, notify=changed)
    def gate(self) -> str:
        return self._state.gate

    @Property(str, notify=changed)
    def station(self) -> str:
        return self._state.around.station

    @Property(str, notify=changed)
    def time(self) -> str:
        return self._state.around.time

    @Property(int, notify=changed)
    def picture(self) -> int:
        return self._state.picture

    @Property(bool, notify=changed)
    def admitted(self) -> bool:
        return self._state.admitted

    @Property(str, notify=changed)
    def word(self) -> str:
        return self._state.word

    @Property(str, notify=changed)
    def other(self) -> str:
        return self._state.other

    @Property(str, notify=changed)
    def reason(self) -> str:
        return self._state.reason

    @Property(str, notify=changed)
    def step(self) -> str:
        return self._state.step

    @Property(int, notify=changed)
    def count(self) -> int:
        return self._state.around.count

    @Property(str, notify=changed)
    def lists(self) -> str:
        return self._state.around.lists

    @Property(bool, notify=changed)
    def offline(self) -> bool:
        return self._state.around.offline

    @Property(str, notify=changed)
    def fault(self) -> str:
        return self._state.fault or self._state.trouble


def facts_of(verdict: Verdict, language: str, today: str = "") -> list[VerdictFact]:
    """Three facts a guard can use at a glance."""
    facts = verdict.facts
    if facts is None:
        return []
    zone = ZoneInfo(facts.timezone)
    train = VerdictFact(_what(facts), f"{_number(facts, language)}, {_clock(facts.departs_at, zone)}")
    if verdict.reason is Word.USED and verdict.first_use is not None:
        used = _clock(verdict.first_use.at, zone)
        day = datetime.fromtimestamp(verdict.first_use.at, zone).date().isoformat()
        label = translate("Gate", "Used today") if day == today else short_date(day, language)
        return [
            VerdictFact(label, used),
            VerdictFact(translate("Gate", "At"), verdict.first_use.gate),
            train,
        ]
    if verdict.reason is Word.NOT_YET:
        return [train, VerdictFact(translate("Gate", "Opens"), _clock(facts.opens_at, zone)), _to(facts, language)]
    if verdict.reason is Word.WRONG_DAY:
        day = datetime.fromtimestamp(facts.departs_at, zone).date().isoformat()
        return [VerdictFact(translate("Gate", "Day"), short_date(day, language)), train, _to(facts, language)]
    if verdict.reason is Word.WRONG_PLACE:
        origin = VerdictFact(translate("Gate", "From"), _name(facts.origin, language))
        return [train, origin, _to(facts, language)]
    if verdict.admitted and facts.place and not facts.counted:
        coach = VerdictFact(translate("Gate", "Coach"), _name(facts.coach, language))
        return [train, coach, VerdictFact(translate("Gate", "Seat"), facts.place)]
    if verdict.admitted:
        return [train, _place(facts, language)]
    return [train, _place(facts, language), _to(facts, language)]


def _holder(verdict: Verdict, language: str) -> str:
    """Who comes in: a guard sees a reduced ticket at a glance; "" when nothing is known of them."""
    facts = verdict.facts
    if facts is None or not verdict.admitted:
        return ""
    words = [people(facts.persons)] if facts.persons > 1 else []
    words += [_name(names, language) for names in (facts.category, facts.place_class) if names]
    return translate("Gate", ", ").join(words)


def _way(verdict: Verdict, language: str) -> str:
    """Where the ride goes, in both languages."""
    facts = verdict.facts
    if facts is None:
        return ""
    if facts.mode == EVENT_MODE:
        return _name(facts.origin, language)
    own = facts.destination.get("", "")
    names = dict.fromkeys((_name(facts.destination, language), own))
    return translate("Gate", "To %1").replace("%1", "  ".join(name for name in names if name))


def _what(facts: TicketFacts) -> str:
    if facts.mode == EVENT_MODE:
        return translate("Gate", "Event")
    return translate("Gate", "Train") if is_train(facts.mode) else translate("Gate", "Line")


def _number(facts: TicketFacts, language: str) -> str:
    return _name(facts.title, language) if facts.mode == EVENT_MODE else facts.number


def _name(names: Names, language: str) -> str:
    return localized(names, names.get("", ""), language)


def _clock(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")


def _place(facts: TicketFacts, language: str) -> VerdictFact:
    coach = _name(facts.coach, language)
    if facts.counted:
        return VerdictFact(translate("Gate", "Area"), coach)
    if facts.place:
        return VerdictFact(translate("Gate", "Seat"), f"{coach} / {facts.place}")
    return VerdictFact(translate("Gate", "Seat"), translate("Gate", "any"))


def _to(facts: TicketFacts, language: str) -> VerdictFact:
    names = facts.destination if facts.mode != EVENT_MODE else facts.origin
    label = translate("Gate", "To") if facts.mode != EVENT_MODE else translate("Gate", "Hall")
    return VerdictFact(label, _name(names, language))
