"""What staff do at the gate with one hand: keys in the lower third, and the sheets they open.

The keys and lines shown are rows of two tables; QML draws them and says which was touched. What needs the gate itself
is asked for by signals; nothing here decides who comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as replaced
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.gate.onward import Stop
from kiosk.domain.gate.scan import Override, Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Question
from kiosk.services.gate_lookup import LookedUp
from ui.viewmodels.gate import GateViewModel
from ui.viewmodels.gateask import open_question, persons_of, waits_for_staff
from ui.viewmodels.gatefound import nothing_of
from ui.viewmodels.gatesheetmodel import GateSheetModel
from ui.viewmodels.gatestate import TYPED_MAX, FoundHit

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
class GateHandViewModel(GateSheetModel):
    """Sheets, keys, how the screen is held; asks the window for what needs the gate."""

    rested = Signal(bool)  # nothing is judged while somebody is busy with the screen
    wantedLight = Signal(bool)
    sought = Signal(str, str, str)  # a text, who looks, their role
    letInHit = Signal(object, object)  # a Hit, and the Override or None
    wantedMedium = Signal(bool)  # the next code is that of a card or wristband to hand out
    wantedStops = Signal()  # where the holder may ride on to
    rodeOn = Signal(object)  # a Scan with where they want out
    said = Signal(object)  # a Scan with what staff add
    counted = Signal(int)  # fewer of the group that was let in went in
    annulled = Signal()
    signedOn = Signal(str, str)  # staff number, PIN
    turned = Signal(bool)  # True: people leave here
    stoodOpen = Signal(bool)  # emergency
    wantedBadge = Signal()  # once more

    def __init__(self, gate: GateViewModel, questions: Sequence[Question] = (), parent: QObject | None = None) -> None:
        super().__init__(gate, questions, parent)
        self.look_up_roles: Callable[[], tuple[str, ...] | None] = lambda: None  # who may look up; None = everybody
        self._added = Scan(persons=0)  # what staff said of the ticket on screen
        self._verdict: Verdict | None = None

    # what is touched

    @Slot(str)
    def press(self, name: str) -> None:
        """A key."""
        verb, _, what = name.partition(" ")
        state = self._state
        verbs: dict[str, Callable[[], None]] = {
            "last": lambda: self._open("last") if what or not self._gate.verdict else self._open("detail"),
            "lookup": lambda: self._open("lookup") if self.look_up_roles() is None else self._ask_who("lookup"),
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
            "search": lambda: self.sought.emit(state.typed, state.by, state.role),
            "in": self._let_in_hit,
            "beyond": self.wantedStops.emit,
            "fare": lambda: self._ask_who("fare"),
            "within": lambda: self._say(alight=""),
            "enter": self._enter,
            "answer": lambda: self._answer(what) if what else self._open("answer"),
            "document": lambda: self._say(document_seen=True),
            "unpaid": lambda: self._say(allow_unpaid=True),
            "band": lambda: self._open("band"),
            "group": lambda: self._say(persons=state.persons),
            "fewer": lambda: self.counted.emit(state.persons - 1),
            "annul": self.annulled.emit,
            "seen": lambda: self.rested.emit(False),
            "next": lambda: self.rested.emit(False),
            "override": lambda: self._ask_who("override"),
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
            self._let_in(what)
        elif kind == "hit":
            self._show(replace(self._state, sheet="hit", picked=int(what)))
        elif kind == "stop":
            self._close()
            self._show(replace(self._state, alight=what))
            self._added = replaced(self._added, alight=what)
            self.rodeOn.emit(self._added)

    def _let_in(self, reason: str) -> None:
        """All the same, on somebody's responsibility."""
        state, found = self._state, self._state.hit
        override = Override(role=state.role, reason=reason, by=state.by)
        self._close()
        if state.purpose == "hit" and found is not None:
            self.letInHit.emit(found.hit, override)
        else:
            self.said.emit(replaced(self._added, override=override, persons=0, alight=state.alight))

    def _let_in_hit(self) -> None:
        found, state = self._state.hit, self._state
        if found is None:
            return
        if found.hit.verdict.passes:  # a code typed is proof here
            self._close()
            self.letInHit.emit(found.hit, None)
        elif state.by:
            self._show(replace(state, sheet="reasons", purpose="hit"))
        else:
            self._show(replace(state, sheet="number", purpose="hit", typed="", note=""))

    def _ask_who(self, purpose: str) -> None:
        """Number and PIN first."""
        self._open("number")
        self._show(replace(self._state, purpose=purpose))

    @Slot(str)
    def type(self, letter: str) -> None:
        """A letter or figure."""
        if len(self._state.typed) < TYPED_MAX:
            self._type(self._state.typed + letter.upper())

    @Slot(str)
    def put(self, text: str) -> None:
        """What a keyboard or an input method of the machine wrote."""
        self._type(text[:TYPED_MAX])

    def _type(self, text: str) -> None:
        self._show(replace(self._state, typed=text, note=""))

    def _open(self, sheet: str) -> None:
        self.rested.emit(True)
        self.wantedMedium.emit(sheet == "band")
        self._show(replace(self._state, sheet=sheet, page=0, picked=0, typed="", hits=(), note="", purpose=""))

    def _back(self) -> None:
        state = self._state
        if state.sheet == "hits":
            self._show(replace(state, sheet="lookup", page=0, typed=state.sought))
        elif state.sheet == "hit":
            self._show(replace(state, sheet="hits"))
        elif state.purpose == "hit":
            self._show(replace(state, sheet="hit", purpose="", typed="", note=""))
        elif state.sheet == "detail" and not self._gate.verdict:
            self._show(replace(state, sheet="last"))
        else:
            self._close()
            verdict = self._gate.verdict
            self.rested.emit(verdict is not None and waits_for_staff(verdict))

    def _close(self) -> None:
        self.wantedMedium.emit(False)
        empty: dict[str, Any] = dict.fromkeys(("sheet", "typed", "note", "number", "by", "role", "purpose"), "")
        self._show(replace(self._state, hits=(), stops=(), **empty))

    def _turn(self) -> None:
        self._show(replace(self._state, out=not self._state.out))
        self.turned.emit(self._state.out)

    def _enter(self) -> None:
        state = self._state
        if state.sheet == "answer":
            self._answer(state.typed)
        elif state.sheet == "band":
            self.hand_out(state.typed)
        elif state.sheet == "number":
            self._show(replace(state, sheet="pin", number=state.typed, typed="", note=""))
        elif state.sheet == "pin":
            self.signedOn.emit(state.number, state.typed)

    def _answer(self, text: str) -> None:
        verdict = self._gate.verdict
        question = open_question(verdict.decision, self.questions) if verdict else None
        if question is not None:
            self._close()
            self._say(answers={**self._added.answers, question.id: text})

    @Slot(str)
    def hand_out(self, medium: str) -> None:
        """A card or wristband was scanned, or its code typed, for the ticket on screen."""
        if self._state.sheet == "band" and medium:
            self._close()
            self._say(hand_out=medium)

    def _say(self, **more: object) -> None:
        """With what was said of it before: who answers after the document was seen need not show it again."""
        self._added = replaced(self._added, **more)
        self.said.emit(self._added)

    # what the window says

    def light(self, on: bool, obeyed: bool) -> None:
        """The camera's light was switched, or it has none."""
        self._show(replace(self._state, torch=on and obeyed, dark=not obeyed))

    def found(self, found: LookedUp, hits: Sequence[FoundHit]) -> None:
        """What the look-up brought."""
        state = self._state
        if state.sheet == "lookup":
            sheet = "hits" if hits else "lookup"
            sought = state.typed.strip()
            self._show(replace(state, sheet=sheet, page=0, hits=tuple(hits), sought=sought, note=nothing_of(found)))

    def offer_stops(self, stops: Sequence[Stop]) -> None:
        """Where the holder of the ticket on screen may ride on to."""
        self._open("stops")
        self._show(replace(self._state, stops=tuple(stops)))

    def signed_on(self, by: str, role: str) -> None:
        """The person is who they say; now what they wanted to do."""
        state = replace(self._state, by=by, role=role, typed="", note="")
        if state.purpose == "fare":
            verdict = self._gate.verdict
            due = max(verdict.decision.fare_due, 0) if verdict else 0
            self._close()
            self._say(fare_paid=due, alight=state.alight, by=by)
        elif state.purpose != "lookup":
            self._show(replace(state, sheet="reasons"))
        elif (roles := self.look_up_roles()) is None or role in roles:
            self._show(replace(state, sheet="lookup"))
        else:
            self.refused(nothing_of(LookedUp(word=Word.OVERRIDE_REFUSED)))

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
        return dict(self._added.answers)

    def follow(self) -> None:
        """The gate went on: keys and lists may be others."""
        verdict, planned = self._gate.verdict, self._gate.state.around.questions
        if planned:
            self.questions = {each.id: each for each in planned}
        if verdict is not self._verdict:
            if verdict is None or self._verdict is None or self._verdict.ticket_id != verdict.ticket_id:
                self._added = Scan(persons=0)
            self._verdict = verdict
            alight = self._state.alight if verdict is not None and verdict.alight else ""
            self._state = replace(self._state, persons=persons_of(verdict), alight=alight)
        self._fill()
