"""The staff page: number and PIN, what waits for a person, what became of it. One question at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.codes import ALPHABET
from kiosk.domain.errors import KioskError
from kiosk.services.matters import Matter, Matters, Outcome
from kiosk.services.staff import PIN_DIGITS_MAX, Member, StaffRefused
from ui.rows import RowsModel
from ui.tasks import Tasks
from ui.viewmodels import staffwords
from ui.viewmodels.frame import FrameState
from ui.viewmodels.rows import SayRow, WaitRow
from ui.viewmodels.staffstate import CODE_LETTERS, NUMBER_DIGITS_MAX, StaffState, View, frame
from ui.viewmodels.texts import translate

log = logging.getLogger(__name__)

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1


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
        before: dict[View, View] = {"pin": "number", "code": "list", "matter": "list", "reason": "matter"}
        self._show(replace(state, view=before[state.view], typed="", reason="", message=""))
        return True

    def next(self) -> None:
        state = self._state
        if state.view == "number":
            self._show(replace(state, view="pin", number=state.typed, typed="", message=""))
        elif state.view == "pin":
            self._sign_in(state.number, state.typed)
        elif state.view == "list":
            self._show(replace(state, view="code", typed="", message=""))
        elif state.view == "code":
            self._find(state.typed)
        elif state.view == "matter" and state.matter is not None:
            if state.say in staffwords.REASONS:
                self._show(replace(state, view="reason", reason="", message=""))
            else:
                self._act(state.matter, state.say)
        elif state.view == "reason" and state.matter is not None:
            self._settle(state.matter, state.say, state.reason)

    @Slot(str)
    def type(self, figure: str) -> None:
        most = {"number": NUMBER_DIGITS_MAX, "code": CODE_LETTERS}.get(self._state.view, PIN_DIGITS_MAX)
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
            self._ask_about(matter)

    def _ask_about(self, matter: Matter) -> None:
        first = staffwords.says(matter, "", supervisor=self._supervisor)[0]
        said = first.key if first.available else ""
        self._show(replace(self._state, view="matter", matter=matter, say=said, message=""))

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

    def _find(self, code: str) -> None:
        def done(found: Matter | None) -> None:
            if found is not None:
                self._ask_about(found)
            else:
                message = translate("Staff", "No ticket that counts was sold here with this code.")
                self._show(replace(self._state, message=message))

        self._run(lambda matters: matters.ticket(code), done)

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
            about = "refund" if matter.kind == "ticket" else matter.kind
            still = any(each.key == replace(matter, kind=about).key for each in open_)
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
        return frame(self._state, self._zone())

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
        typed = self._state.typed
        if self._state.view == "code":
            typed = typed.upper()
            return f"{typed[:4]}-{typed[4:]}" if len(typed) > 4 else typed
        return typed if self._state.view == "number" else "•" * len(typed)

    @Property(str, constant=True)
    def letters(self) -> str:
        """What codes are made of: nothing that looks like something else."""
        return ALPHABET.lower()

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


_SAID: dict[str, Outcome] = {
    "approved": "approved",
    "declined": "declined",
    "reversed": "reversed",
    "change": "change",
    "given_back": "given_back",
}
