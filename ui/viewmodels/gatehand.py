"""What staff do at the gate with one hand: keys in the lower third, and the sheets they open.

The keys and lines shown are rows of two tables; QML draws them and says which was touched. What needs the gate itself
is asked for by signals; nothing here decides who comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.gate.scan import Override, Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Question
from ui.rows import RowsModel
from ui.viewmodels import gatesheets
from ui.viewmodels.gate import GateViewModel
from ui.viewmodels.gateask import KeyRow, open_question, waits_for_staff
from ui.viewmodels.gatesheets import LineRow

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

TYPED_MAX = 24


@dataclass(frozen=True)
class HandState:
    """The sheet that is open, what is typed on it, and how the screen is held."""

    sheet: str = ""  # "" = none; last, detail, counts, lookup, more, answer, number, pin, reasons
    page: int = 0
    picked: int = 0
    typed: str = ""
    found: tuple[LineRow, ...] | None = None  # of a look-up; None = not looked up yet
    note: str = ""
    number: str = ""  # of the person who lets somebody in all the same
    by: str = ""
    role: str = ""
    persons: int = 0  # of a group, how many enter now
    lefty: bool = False
    sun: bool = False
    torch: bool = False
    dark: bool = False  # this camera has no light
    out: bool = False  # who shows a ticket leaves
    bare: bool = False  # for passengers: no keys but those they need themselves
    badges: bool = False  # badges are printed here


@QmlElement
class GateHandViewModel(QObject):
    """Sheets, keys, how the screen is held; asks the window for what needs the gate."""

    changed = Signal()
    rested = Signal(bool)  # nothing is judged while somebody is busy with the screen
    wantedLight = Signal(bool)
    wantedTicket = Signal(str)
    said = Signal(object)  # a Scan with what staff add
    counted = Signal(int)  # fewer of the group that was let in went in
    annulled = Signal()
    signedOn = Signal(str, str)  # staff number, PIN
    turned = Signal(bool)  # True: people leave here
    stoodOpen = Signal(bool)  # emergency
    wantedBadge = Signal()  # once more

    def __init__(self, gate: GateViewModel, questions: Sequence[Question] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gate, self._state = gate, HandState()
        self.questions = {each.id: each for each in questions}
        self._answers: dict[str, str] = {}
        self._keys, self._lines = RowsModel(KeyRow, self), RowsModel(LineRow, self)
        self._verdict: Verdict | None = None
        self._fill()

    @property
    def state(self) -> HandState:
        return self._state

    # what is touched

    @Slot(str)
    def press(self, name: str) -> None:
        """A key."""
        verb, _, what = name.partition(" ")
        state = self._state
        verbs: dict[str, Callable[[], None]] = {
            "last": lambda: self._open("last") if what or not self._gate.verdict else self._open("detail"),
            "lookup": lambda: self._open("lookup"),
            "counts": lambda: self._open("counts"),
            "more": lambda: self._open("more") if not what else self._show(replace(state, persons=state.persons + 1)),
            "less": lambda: self._show(replace(state, persons=state.persons - 1)),
            "back": self._back,
            "older": lambda: self._show(replace(state, page=state.page + 1)),
            "newer": lambda: self._show(replace(state, page=max(0, state.page - 1))),
            "light": lambda: self.wantedLight.emit(not state.torch),
            "hand": lambda: self._show(replace(state, lefty=not state.lefty)),
            "sun": lambda: self._show(replace(state, sun=not state.sun)),
            "out": self._turn,
            "open": lambda: self.stoodOpen.emit(not self._gate.emergency),
            "erase": lambda: self._type(state.typed[:-1]),
            "search": lambda: self.wantedTicket.emit(state.typed),
            "enter": self._enter,
            "answer": lambda: self._answer(what) if what else self._open("answer"),
            "document": lambda: self._say(Scan(document_seen=True, persons=0, answers=self._answers)),
            "group": lambda: self._say(Scan(persons=state.persons, answers=self._answers)),
            "fewer": lambda: self.counted.emit(state.persons - 1),
            "annul": self._annul,
            "seen": lambda: self.rested.emit(False),
            "next": lambda: self.rested.emit(False),
            "override": lambda: self._open("number"),
            "badge": self.wantedBadge.emit,
        }
        verbs[verb]()

    @Slot(str)
    def choose(self, name: str) -> None:
        """A line: one of the last scans, an answer, or a reason."""
        kind, _, what = name.partition(" ")
        if kind == "scan":
            self._show(replace(self._state, sheet="detail", picked=int(what)))
        elif kind == "answer":
            self._answer(what)
        elif kind == "reason":
            state = self._state
            self._close()
            override = Override(role=state.role, reason=what, by=state.by)
            self._say(Scan(override=override, persons=0, answers=self._answers))

    @Slot(str)
    def type(self, letter: str) -> None:
        """A letter or figure."""
        if len(self._state.typed) < TYPED_MAX:
            self._type(self._state.typed + letter.upper())

    def _type(self, text: str) -> None:
        self._show(replace(self._state, typed=text, found=None, note=""))

    def _open(self, sheet: str) -> None:
        self.rested.emit(True)
        self._show(replace(self._state, sheet=sheet, page=0, picked=0, typed="", found=None, note=""))

    def _back(self) -> None:
        state = self._state
        if state.sheet == "lookup" and state.found is not None:
            self._show(replace(state, found=None))
        elif state.sheet == "detail" and not self._gate.verdict:
            self._show(replace(state, sheet="last"))
        else:
            self._close()
            verdict = self._gate.verdict
            self.rested.emit(verdict is not None and waits_for_staff(verdict))

    def _close(self) -> None:
        self._show(replace(self._state, sheet="", typed="", found=None, note="", number="", by="", role=""))

    def _turn(self) -> None:
        self._show(replace(self._state, out=not self._state.out))
        self.turned.emit(self._state.out)

    def _enter(self) -> None:
        state = self._state
        if state.sheet == "answer":
            self._answer(state.typed)
        elif state.sheet == "number":
            self._show(replace(state, sheet="pin", number=state.typed, typed="", note=""))
        elif state.sheet == "pin":
            self.signedOn.emit(state.number, state.typed)

    def _answer(self, text: str) -> None:
        verdict = self._gate.verdict
        question = open_question(verdict.decision, self.questions) if verdict else None
        if question is not None:
            self._answers[question.id] = text
            self._close()
            self._say(Scan(answers=dict(self._answers), persons=0))

    def _annul(self) -> None:
        self.annulled.emit()

    def _say(self, scan: Scan) -> None:
        self.said.emit(scan)

    # what the window says

    def light(self, on: bool, obeyed: bool) -> None:
        """The camera's light was switched, or it has none."""
        self._show(replace(self._state, torch=on and obeyed, dark=not obeyed))

    def found(self, lines: Sequence[LineRow]) -> None:
        """What the look-up found."""
        self._show(replace(self._state, found=tuple(lines)))

    def signed_on(self, by: str, role: str) -> None:
        """The person is who they say."""
        self._show(replace(self._state, sheet="reasons", by=by, role=role, typed="", note=""))

    def refused(self, why: str) -> None:
        """Number and PIN do not let anybody in."""
        self._show(replace(self._state, sheet="number", number="", typed="", note=why))

    def serve(self, *, passengers: bool, badges: bool) -> None:
        """Who stands before the screen, and what is printed here."""
        self._show(replace(self._state, bare=passengers, badges=badges))

    @Slot()
    def hold(self) -> None:
        """Staff hold the time: their keys come, or go away again."""
        self._show(replace(self._state, bare=not self._state.bare))

    @property
    def answers(self) -> dict[str, str]:
        """To the questions asked about the ticket on screen."""
        return dict(self._answers)

    def follow(self) -> None:
        """The gate went on: keys and lists may be others."""
        verdict = self._gate.verdict
        if verdict is not self._verdict:
            if verdict is None or self._verdict is None or self._verdict.ticket_id != verdict.ticket_id:
                self._answers.clear()
            self._verdict = verdict
            self._state = replace(self._state, persons=_persons(verdict))
        self._fill()

    # what is shown

    def _show(self, state: HandState) -> None:
        if state != self._state:
            self._state = state
            self._fill()
            self.changed.emit()

    def _fill(self) -> None:
        self._lines.show(gatesheets.lines_of(self._gate, self._state, self.questions))
        self._keys.show(gatesheets.keys_of(self._gate, self._state, self.questions))

    @Property(RowsModel, constant=True)
    def keys(self) -> RowsModel:
        return self._keys

    @Property(RowsModel, constant=True)
    def lines(self) -> RowsModel:
        return self._lines

    @Property(str, notify=changed)
    def sheet(self) -> str:
        return self._state.sheet

    @Property(str, notify=changed)
    def title(self) -> str:
        return gatesheets.title_of(self._gate, self._state, self.questions)

    @Property(str, notify=changed)
    def typed(self) -> str:
        """What was typed; a PIN only as dots."""
        return "•" * len(self._state.typed) if self._state.sheet == "pin" else self._state.typed

    @Property(bool, notify=changed)
    def padded(self) -> bool:
        """Letters to type with are shown."""
        return gatesheets.typing(self._state)

    @Property(str, notify=changed)
    def letters(self) -> str:
        """On the pad, in this order; what no code has comes last."""
        return gatesheets.letters_of(self._state)

    @Property(str, notify=changed)
    def note(self) -> str:
        """A sentence below the title."""
        return gatesheets.note_of(self._state)

    @Property(bool, notify=changed)
    def lefty(self) -> bool:
        return self._state.lefty

    @Property(bool, notify=changed)
    def sun(self) -> bool:
        return self._state.sun

    @Property(bool, notify=changed)
    def bare(self) -> bool:
        return self._state.bare

    @Property(bool, notify=changed)
    def out(self) -> bool:
        return self._state.out


def _persons(verdict: Verdict | None) -> int:
    """Of a group: how many were let in, or how many are left to be."""
    if verdict is None:
        return 0
    if verdict.reason is Word.GROUP_REST:
        return max(verdict.decision.remaining, 0)
    return verdict.persons if verdict.admitted else 0
