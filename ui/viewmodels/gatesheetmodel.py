"""What is shown of the open sheet, its keys and lines, as QML reads it; what is touched is `gatehand`'s."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Property, QObject, Signal
from PySide6.QtQml import QmlAnonymous

from kiosk.domain.gate.world import Question
from ui.rows import RowsModel
from ui.viewmodels import gatesheets
from ui.viewmodels.gate import GateViewModel
from ui.viewmodels.gateask import KeyRow
from ui.viewmodels.gatelines import LineRow
from ui.viewmodels.gatestate import HandState

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1


@QmlAnonymous
class GateSheetModel(QObject):
    """One frozen state; keys and lines are rows of it."""

    changed = Signal()

    def __init__(self, gate: GateViewModel, questions: Sequence[Question], parent: QObject | None) -> None:
        super().__init__(parent)
        self._gate, self._state = gate, HandState()
        self.questions = {each.id: each for each in questions}
        self._keys, self._lines = RowsModel(KeyRow, self), RowsModel(LineRow, self)
        self._fill()

    @property
    def state(self) -> HandState:
        return self._state

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
        return gatesheets.note_of(self._gate, self._state)

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
