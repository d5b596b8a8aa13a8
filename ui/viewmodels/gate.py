"""The gate's screen: the camera's picture until a code is seen, then a verdict that fills it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from PySide6.QtCore import Property, QObject, Signal
from PySide6.QtQml import QmlElement

from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.world import Question
from ui.rows import RowsModel
from ui.viewmodels.gatefacts import VerdictFact
from ui.viewmodels.gatesignals import other_word, word_of
from ui.viewmodels.gatetold import Scan, Told, told
from ui.viewmodels.texts import translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

LAST_SCANS = 10
NOTHING = Told()
HINTS_AFTER = 3  # looks with the same hint before it is shown: a hand that passes by is no darkness


@dataclass(frozen=True)
class Count:
    """People in, out and inside, of a product or a gate; `out` -1 = only who came in is known. `about`: how old the
    figure is, or whose it is; "" = this gate's, now."""

    label: str
    value: int
    out: int = -1
    inside: int = 0
    about: str = ""


@dataclass(frozen=True)
class Around:
    """What stands around the verdict: where, when, how many, how fresh."""

    station: str = ""
    today: str = ""  # ISO date
    time: str = ""
    count: int = 0  # let in today
    out: int = 0  # left today
    inside: int = 0
    currency: str = ""
    counts: tuple[Count, ...] = ()  # products, other gates
    lists: str = ""  # how old the lists are; "" = none, nobody can be let in
    stale: bool = False  # older than they should be
    offline: bool = False
    hint: str = ""  # what is wrong with the camera's picture: too_dark, glare, blurred
    zone: ZoneInfo | None = None
    plan_refused: str = ""  # why central's newest plan is not in force
    questions: tuple[Question, ...] = ()  # of the plan in force


@dataclass(frozen=True)
class GateState:
    """Everything on the gate's screen."""

    stage: str = "waiting"  # waiting, verdict, blind (no camera)
    gate: str = ""
    around: Around = Around()
    picture: int = 0  # grows with every camera picture
    told: Told = NOTHING
    fault: str = ""  # of the camera, or of the record of a verdict
    trouble: str = ""  # of the terminal itself, until it could be looked at again
    emergency: bool = False  # the lane stands open
    hints: int = 0  # looks in a row with the same hint

    @property
    def verdict(self) -> str:
        """Reason code of the last verdict."""
        return self.told.code

    @property
    def ticket(self) -> str:
        """Id of the ticket it was about."""
        return self.told.ticket


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
        self.own = False  # passengers answer themselves
        self.scans: deque[Scan] = deque(maxlen=LAST_SCANS)  # the newest is the first

    @property
    def state(self) -> GateState:
        return self._state

    @property
    def verdict(self) -> Verdict | None:
        """The one on screen."""
        return self._verdict

    @property
    def language(self) -> str:
        return self._language

    def speak(self, language: str) -> None:
        self._language = language
        if self._verdict is not None:
            self._tell(self._verdict)
        self.changed.emit()

    def judge(self, verdict: Verdict, at: float = 0.0) -> None:
        """Show a verdict, and keep it among the last scans."""
        self.scans.appendleft(Scan(int(at), verdict))
        self._tell(verdict)

    def _tell(self, verdict: Verdict) -> None:
        self._verdict = verdict
        around = self._state.around
        said = told(verdict, self._language, around.today, around.currency)
        self._facts.show(said.facts)
        self._show(replace(self._state, stage="verdict", told=said, fault=""))

    def wait(self) -> None:
        """Nobody is in front of the camera."""
        self._verdict = None
        self._show(replace(self._state, stage="waiting", fault=""))

    def badge(self, words: str) -> None:
        """What becomes of the badge of the verdict on screen."""
        if self._verdict is not None:
            self._show(replace(self._state, told=replace(self._state.told, step=words)))

    def not_turned(self) -> None:
        """Let in, but nobody went through: the ticket may be shown again. Said until the next thing happens."""
        self._verdict = None
        said = Told(
            signal="again",
            code="not_turned",
            word=word_of("again"),
            other=other_word("again", self._language),
            reason=translate("Gate", "Nobody went through"),
            step=translate("Gate", "Show the ticket again, then go"),
        )
        self._facts.show(())
        self._show(replace(self._state, stage="verdict", told=said, fault=""))

    def blind(self, fault: str) -> None:
        """No camera, or nothing can be recorded: nobody is let in."""
        self._show(replace(self._state, stage="blind", fault=fault))

    def picture_taken(self) -> None:
        """A new camera picture can be drawn."""
        self._show(replace(self._state, picture=self._state.picture + 1))

    def look_around(self, around: Around) -> None:
        """The clock went on, somebody came in, the lists got older."""
        again = around.hint and around.hint == self._state.around.hint
        hints = min(self._state.hints + 1, HINTS_AFTER) if again else 0
        self._show(replace(self._state, around=around, hints=hints, trouble=""))

    def in_trouble(self, fault: str) -> None:
        """The terminal cannot say how it is: closed until it can, whatever the camera sees."""
        self._show(replace(self._state, trouble=fault))

    def stand_open(self, on: bool) -> None:
        """The lane is open for everybody, or no longer."""
        self._show(replace(self._state, emergency=on))

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
        return self._state.told.left

    @Property(str, notify=changed)
    def sign(self) -> str:
        return self._state.told.signal

    @Property(str, notify=changed)
    def icon(self) -> str:
        return self._state.told.icon

    @Property(str, notify=changed)
    def word(self) -> str:
        return self._state.told.word

    @Property(str, notify=changed)
    def other(self) -> str:
        return self._state.told.other

    @Property(str, notify=changed)
    def reason(self) -> str:
        return self._state.told.reason

    @Property(str, notify=changed)
    def step(self) -> str:
        if self.own and self._state.told.code == "answer_required":
            return translate("Gate", "Please answer with the keys")
        return self._state.told.step

    @Property(int, notify=changed)
    def count(self) -> int:
        return self._state.around.count

    @Property(int, notify=changed)
    def out(self) -> int:
        return self._state.around.out

    @Property(int, notify=changed)
    def inside(self) -> int:
        return self._state.around.inside

    @Property(str, notify=changed)
    def lists(self) -> str:
        return self._state.around.lists

    @Property(bool, notify=changed)
    def stale(self) -> bool:
        return self._state.around.stale

    @Property(bool, notify=changed)
    def offline(self) -> bool:
        return self._state.around.offline

    @Property(bool, notify=changed)
    def emergency(self) -> bool:
        return self._state.emergency

    @Property(str, notify=changed)
    def hint(self) -> str:
        """How to hold the ticket so that it can be read; "" = as it is."""
        if self._state.hints < HINTS_AFTER:
            return ""
        words = {
            "too_dark": translate("Gate", "Too dark: switch the light on"),
            "glare": translate("Gate", "Glare on the code: tilt the ticket a little"),
            "blurred": translate("Gate", "Blurred: hold the ticket farther away and still"),
        }
        return words.get(self._state.around.hint, "")

    @Property(str, notify=changed)
    def fault(self) -> str:
        return self._state.fault or self._state.trouble
