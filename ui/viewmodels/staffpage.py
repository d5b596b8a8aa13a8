"""The staff page: number and PIN, what waits for a person, what became of it. One question at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any, Literal

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.errors import KioskError
from kiosk.services.desk import Said
from kiosk.services.matters import Matter, Matters
from kiosk.services.staff import PIN_DIGITS_MAX, PIN_DIGITS_MIN, Member, StaffRefused
from ui.rows import RowsModel
from ui.tasks import Tasks
from ui.viewmodels import staffwords
from ui.viewmodels.frame import FrameState
from ui.viewmodels.rows import SayRow, WaitRow
from ui.viewmodels.texts import translate

log = logging.getLogger(__name__)

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

View = Literal["number", "pin", "list", "matter", "reason"]
NUMBER_DIGITS_MAX = 8


@dataclass(frozen=True)
class StaffState:
    view: View = "number"
    typed: str = ""
    number: str = ""
    who: Member | None = None
    matters: tuple[Matter, ...] = ()
    matter: Matter | None = None
    say: str = ""
    reason: str = ""
    page: int = 0
    rows: int = 6
    busy: bool = False
    message: str = ""


@QmlElement
class StaffViewModel(QObject):
    """What staff see and say. `changed` also tells the sale's frame to draw itself."""

    changed = Signal()

    def __init__(
        self, matters: Matters | None, desk: Tasks, zone: Callable[[], tzinfo | None], parent: QObject | None = None
    ) -> None:
        """`desk`: the desk's thread; a sale under way and this page never act at once."""
        super().__init__(parent)
        self._matters, self._desk, self._zone = matters, desk, zone
        self._state = StaffState()
        self._waiting = RowsModel(WaitRow, self)
        self._says = RowsModel(SayRow, self)

    @property
    def available(self) -> bool:
        return self._matters is not None

    # verbs

    def begin(self) -> None:
        """Nobody has said yet who they are."""
        self._show(StaffState(rows=self._state.rows))

    def back(self) -> bool:
        """One step back; False: the page is left."""
        state = self._state
        if state.view in ("number", "list"):
            self.begin()
            return False
        before: dict[View, View] = {"pin": "number", "matter": "list", "reason": "matter"}
        self._show(replace(state, view=before[state.view], typed="", reason="", message=""))
        return True

    def next(self) -> None:
        state = self._state
        if state.view == "number":
            self._show(replace(state, view="pin", number=state.typed, typed="", message=""))
        elif state.view == "pin":
            self._sign_in(state.number, state.typed)
        elif state.view == "matter" and state.matter is not None:
            if state.say in staffwords.REASONS:
                self._show(replace(state, view="reason", reason="", message=""))
            else:
                self._act(state.matter, state.say)
        elif state.view == "reason" and state.matter is not None:
            self._settle(state.matter, state.say, state.reason)

    @Slot(str)
    def type(self, figure: str) -> None:
        most = NUMBER_DIGITS_MAX if self._state.view == "number" else PIN_DIGITS_MAX
        if not self._state.busy:
            self._show(replace(self._state, typed=(self._state.typed + figure)[:most], message=""))

    @Slot()
    def erase(self) -> None:
        self._show(replace(self._state, typed=self._state.typed[:-1], message=""))

    @Slot(str)
    def open(self, key: str) -> None:
        """A line of the list."""
        matter = next((each for each in self._state.matters if each.key == key), None)
        if matter is not None and not self._state.busy:
            first = staffwords.says(matter, "", supervisor=self._supervisor)[0].key
            self._show(replace(self._state, view="matter", matter=matter, say=first, message=""))

    @Slot(str)
    def say(self, key: str) -> None:
        reason = self._state.view == "reason"
        self._show(replace(self._state, reason=key) if reason else replace(self._state, say=key))

    @Slot(int)
    def fits(self, rows: int) -> None:
        """How many lines the screen has room for."""
        if rows != self._state.rows:
            self._show(replace(self._state, rows=max(1, rows), page=0))

    @Slot(int)
    def turn(self, pages: int) -> None:
        self._show(replace(self._state, page=max(0, min(self._state.page + pages, self._pages - 1))))

    # what they do

    def _run(self, work: Callable[[Matters], Any], done: Callable[[Any], None]) -> None:
        if (matters := self._matters) is None or self._state.busy:
            return
        self._show(replace(self._state, busy=True, message=""))

        def over(result: Any) -> None:
            self._show(replace(self._state, busy=False))
            done(result)

        self._desk.run(lambda: work(matters), over, self._failed)

    def _sign_in(self, number: str, pin: str) -> None:
        def done(found: tuple[Member, list[Matter]]) -> None:
            who, open_ = found
            self._show(replace(self._state, view="list", who=who, typed="", matters=tuple(open_), page=0))

        self._run(lambda matters: (matters.check(number, pin), matters.open()), done)

    def _act(self, matter: Matter, verb: str) -> None:
        work = Matters.print if verb == "print" else Matters.ask
        self._changing(lambda matters: work(matters, matter), matter)

    def _settle(self, matter: Matter, outcome: str, reason: str) -> None:
        who, said = self._state.who, _SAID.get(outcome)
        if who is not None and said is not None:
            self._changing(lambda matters: matters.settle(matter, said, who, reason), matter)

    def _changing(self, act: Callable[[Matters], object], matter: Matter) -> None:
        """Do it, then show the list as it is now, and whether the matter left it."""

        def work(matters: Matters) -> list[Matter]:
            act(matters)
            return matters.open()

        def done(open_: list[Matter]) -> None:
            still = any(each.key == matter.key for each in open_)
            message = translate("Staff", "Still as it was. Nothing is lost; it is asked for again and again.")
            self._show(replace(
                self._state, view="list", matter=None, matters=tuple(open_), page=0,
                message=message if still else translate("Staff", "Done, and kept in the journal."),
            ))  # fmt: skip

        self._run(work, done)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, KioskError):
            self._show(replace(self._state, busy=False))
            raise error
        log.warning("the staff page: %s", error)
        if isinstance(error, StaffRefused):
            message = translate("Staff", "This number and PIN do not belong together.")
            if error.wait_s:
                wait = translate("Staff", "Too many wrong PINs. Try again in %1 s.")
                message = wait.replace("%1", str(int(error.wait_s + 0.999)))
            self._show(replace(self._state, busy=False, view="number", typed="", number="", message=message))
        else:
            self._show(replace(self._state, busy=False, message=str(error)))

    # what shows

    def frame(self) -> FrameState:
        """The words around it."""
        state = self._state
        empty = FrameState(stage="staff", backText=translate("Frame", "Back"), canCancel=False, message=state.message)
        on = translate("Staff", "Continue")
        match state.view:
            case "number":
                ready = bool(state.typed)
                question = translate("Staff", "Your staff number")
                hint = translate("Staff", "Only for people who work here")
                return replace(empty, question=question, hint=hint, nextText=on, nextReady=ready)
            case "pin":
                ready = len(state.typed) >= PIN_DIGITS_MIN and not state.busy
                hint = translate("Staff", "Staff number %1").replace("%1", state.number)
                return replace(
                    empty, question=translate("Staff", "Your PIN"), hint=hint, nextText=on, nextReady=ready
                )  # fmt: skip
            case "list":
                return replace(
                    empty,
                    question=translate("Staff", "What waits for staff"),
                    hint=state.who.signature if state.who else "",
                    backText=translate("Staff", "Close"),
                    backIcon="cross",
                )
        if state.matter is None:
            return empty
        hint = staffwords.about(state.matter, self._zone())
        if state.view == "matter":
            words = {"ask": translate("Staff", "Ask"), "print": translate("Staff", "Print")}
            return replace(
                empty,
                question=staffwords.question(state.matter),
                hint=hint,
                nextText=words.get(state.say, on),
                nextReady=not state.busy,
            )
        return replace(
            empty,
            question=translate("Staff", "How do you know?"),
            hint=hint,
            summary=translate("Staff", "Your name is kept with it"),
            nextText=translate("Staff", "Settle"),
            nextIcon="check",
            nextReady=bool(state.reason) and not state.busy,
        )

    def draw(self) -> None:
        """The language changed."""
        state, zone = self._state, self._zone()
        here = state.matters[state.page * state.rows : (state.page + 1) * state.rows]
        self._waiting.show([staffwords.row(each, zone) for each in here])
        says: list[SayRow] = []
        if state.view == "matter" and state.matter is not None:
            says = staffwords.says(state.matter, state.say, supervisor=self._supervisor)
        elif state.view == "reason":
            says = staffwords.reasons(state.say, state.reason)
        self._says.show(says)

    @property
    def _supervisor(self) -> bool:
        return self._state.who is not None and self._state.who.role == "supervisor"

    @property
    def _pages(self) -> int:
        return max(1, -(-len(self._state.matters) // self._state.rows))

    def _show(self, state: StaffState) -> None:
        if state != self._state:
            self._state = state
            self.draw()
            self.changed.emit()

    @Property(str, notify=changed)
    def view(self) -> str:
        return self._state.view

    @Property(str, notify=changed)
    def typed(self) -> str:
        return self._state.typed if self._state.view == "number" else "•" * len(self._state.typed)

    @Property(RowsModel, constant=True)
    def waiting(self) -> RowsModel:
        return self._waiting

    @Property(RowsModel, constant=True)
    def says(self) -> RowsModel:
        return self._says

    @Property(int, notify=changed)
    def page(self) -> int:
        return self._state.page

    @Property(int, notify=changed)
    def pages(self) -> int:
        return self._pages


_SAID: dict[str, Said] = {
    "approved": "approved",
    "declined": "declined",
    "reversed": "reversed",
    "change": "change",
}
