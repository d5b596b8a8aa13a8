"""What staff do at the gate with one hand: keys in the lower third, and the sheets they open.

The keys and lines shown are rows of two tables; QML draws them and says which was touched. What needs the gate itself
is asked for by signals; nothing here decides who comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from ui.rows import RowsModel
from ui.viewmodels.gate import GateViewModel
from ui.viewmodels.gatetold import details_of, row_of
from ui.viewmodels.texts import translate

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

PAGE = 5  # lines of a sheet: a glove needs 20 mm for each
TYPED_MAX = 24
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ2345678901"


@dataclass(frozen=True)
class KeyRow:
    """A key. `name` is what `press` is told."""

    name: str
    text: str
    icon: str
    chosen: bool = False
    available: bool = True


@dataclass(frozen=True)
class LineRow:
    """A line of a sheet; `name` "" = nothing happens when it is touched."""

    name: str
    sign: str
    icon: str
    title: str
    detail: str
    value: str = ""


@dataclass(frozen=True)
class HandState:
    """The sheet that is open and how the screen is held."""

    sheet: str = ""  # "" = none; last, detail, counts, lookup, more
    page: int = 0
    picked: int = 0
    typed: str = ""
    found: tuple[LineRow, ...] | None = None  # None = not looked up yet
    lefty: bool = False
    sun: bool = False
    torch: bool = False
    dark: bool = False  # this camera has no light


@QmlElement
class GateHandViewModel(QObject):
    """Sheets, keys, how the screen is held; asks the window for what needs the gate."""

    changed = Signal()
    rested = Signal(bool)  # nothing is judged while a sheet lies over the verdict
    wantedLight = Signal(bool)
    wantedTicket = Signal(str)

    def __init__(self, gate: GateViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gate, self._state = gate, HandState()
        self._keys, self._lines = RowsModel(KeyRow, self), RowsModel(LineRow, self)
        self._fill()

    @property
    def state(self) -> HandState:
        return self._state

    # what is touched

    @Slot(str)
    def press(self, name: str) -> None:
        """A key."""
        verbs: dict[str, Callable[[], None]] = {
            "last": lambda: self._open("last"),
            "lookup": lambda: self._open("lookup"),
            "counts": lambda: self._open("counts"),
            "more": lambda: self._open("more"),
            "back": self._back,
            "older": lambda: self._show(replace(self._state, page=self._state.page + 1)),
            "newer": lambda: self._show(replace(self._state, page=max(0, self._state.page - 1))),
            "light": lambda: self.wantedLight.emit(not self._state.torch),
            "hand": lambda: self._show(replace(self._state, lefty=not self._state.lefty)),
            "sun": lambda: self._show(replace(self._state, sun=not self._state.sun)),
            "erase": lambda: self._type(self._state.typed[:-1]),
            "search": lambda: self.wantedTicket.emit(self._state.typed),
        }
        verbs[name]()

    @Slot(str)
    def choose(self, name: str) -> None:
        """A line: one of the last scans."""
        kind, _, number = name.partition(" ")
        if kind == "scan":
            self._show(replace(self._state, sheet="detail", picked=int(number)))

    @Slot(str)
    def type(self, letter: str) -> None:
        """A letter or figure of the look-up."""
        if len(self._state.typed) < TYPED_MAX:
            self._type(self._state.typed + letter.upper())

    def _type(self, text: str) -> None:
        self._show(replace(self._state, typed=text, found=None))

    def _open(self, sheet: str) -> None:
        if not self._state.sheet:
            self.rested.emit(True)
        self._show(replace(self._state, sheet=sheet, page=0, typed="", found=None))

    def _back(self) -> None:
        if self._state.sheet == "detail":
            self._show(replace(self._state, sheet="last"))
            return
        if self._state.found is not None:
            self._show(replace(self._state, found=None))
            return
        self._show(replace(self._state, sheet=""))
        self.rested.emit(False)

    # what the window says

    def light(self, on: bool, obeyed: bool) -> None:
        """The camera's light was switched, or it has none."""
        self._show(replace(self._state, torch=on and obeyed, dark=not obeyed))

    def found(self, lines: Sequence[LineRow]) -> None:
        """What the look-up found."""
        self._show(replace(self._state, found=tuple(lines)))

    # what is shown

    def _show(self, state: HandState) -> None:
        if state != self._state:
            self._state = state
            self._fill()
            self.changed.emit()

    def follow(self) -> None:
        """The gate went on: keys and lists may be others."""
        self._fill()

    def _fill(self) -> None:
        self._lines.show(self._lines_now())
        self._keys.show(self._keys_now())

    def _lines_now(self) -> list[LineRow]:
        gate, state = self._gate, self._state
        zone, language = gate.state.around.zone, gate.language
        if state.sheet == "last":
            rows = [row_of(scan, language, zone) for scan in gate.scans]
            lines = [
                LineRow(f"scan {n}", row.signal, row.icon, row.title, row.detail, row.time)
                for n, row in enumerate(rows)
            ]
            return lines[state.page * PAGE : (state.page + 1) * PAGE]
        if state.sheet == "detail" and state.picked < len(gate.scans):
            facts = details_of(gate.scans[state.picked], language, zone)
            return [LineRow("", "", "", each.value, each.label) for each in facts]
        if state.sheet == "counts":
            first = [
                LineRow("", "", "", translate("Gate", "In today"), "", str(gate.state.around.count)),
                LineRow("", "", "", translate("Gate", "Out today"), "", str(gate.state.around.out)),
                LineRow("", "", "", translate("Gate", "Inside"), "", str(gate.property("inside"))),
            ]
            return first + [LineRow("", "", "", each.label, each.age, str(each.value)) for each in gate.counts]
        if state.sheet == "lookup":
            return list(state.found or ())
        return []

    def _keys_now(self) -> list[KeyRow]:
        state, scans = self._state, len(self._gate.scans)
        back = KeyRow("back", translate("Gate", "Back"), "arrow-left")
        if state.sheet == "last":
            older = (state.page + 1) * PAGE < scans
            return [
                back,
                KeyRow("newer", translate("Gate", "Newer"), "chevron-up", available=state.page > 0),
                KeyRow("older", translate("Gate", "Older"), "chevron-down", available=older),
            ]
        if state.sheet == "more":
            return [
                back,
                KeyRow("hand", translate("Gate", "Left hand"), "hand", state.lefty),
                KeyRow("sun", translate("Gate", "Sun"), "sun", state.sun),
            ]
        if state.sheet == "lookup" and state.found is None:
            return [back, KeyRow("search", translate("Gate", "Search"), "search", available=len(state.typed) > 2)]
        if state.sheet:
            return [back]
        if self._gate.state.stage == "verdict":
            return [KeyRow("last", translate("Gate", "Details"), "list")]
        return [
            KeyRow("last", translate("Gate", "Last scans"), "list", available=scans > 0),
            KeyRow("lookup", translate("Gate", "Look up"), "search"),
            KeyRow("light", translate("Gate", "Light"), "torch", state.torch, not state.dark),
            KeyRow("counts", translate("Gate", "Counts"), "adult"),
            KeyRow("more", translate("Gate", "More"), "plus"),
        ]

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
        titles = {
            "last": translate("Gate", "The last scans"),
            "detail": translate("Gate", "One scan"),
            "counts": translate("Gate", "Counts"),
            "lookup": translate("Gate", "Code, name or booking"),
            "more": translate("Gate", "This screen"),
        }
        return titles.get(self._state.sheet, "")

    @Property(str, notify=changed)
    def typed(self) -> str:
        return self._state.typed

    @Property(bool, notify=changed)
    def padded(self) -> bool:
        """Letters to type with are shown."""
        return self._state.sheet == "lookup" and self._state.found is None

    @Property(str, constant=True)
    def letters(self) -> str:
        """On the pad, in this order; what no code has comes last."""
        return LETTERS

    @Property(str, notify=changed)
    def note(self) -> str:
        """A sentence below the title."""
        if self._state.sheet == "lookup" and self._state.found == ():
            return translate("Gate", "Nothing here goes by this. Ask for the code on the ticket.")
        return ""

    @Property(bool, notify=changed)
    def lefty(self) -> bool:
        return self._state.lefty

    @Property(bool, notify=changed)
    def sun(self) -> bool:
        return self._state.sun
