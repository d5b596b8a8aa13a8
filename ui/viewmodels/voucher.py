"""A voucher is typed, looked at, and used for what it is worth: three looks of one screen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.codes import ALPHABET, normalise, voucher_code_of
from kiosk.domain.errors import CentralRefused, KioskError
from kiosk.domain.money import Money
from ui.rows import RowsModel
from ui.services import LookAtVoucher, ReadVoucher, Voucher
from ui.tasks import Tasks
from ui.viewmodels import texts
from ui.viewmodels.frame import FrameState
from ui.viewmodels.rows import PriceRow
from ui.viewmodels.texts import translate

log = logging.getLogger(__name__)

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

SIGNS = 12
NOTHING = Money(0, "")
Pay = Callable[[str, int], None]


@dataclass(frozen=True)
class VoucherState:
    typed: str = ""
    due: Money = NOTHING  # what is to be paid
    found: Voucher | None = None
    busy: bool = False
    message: str = ""


@QmlElement
class VoucherViewModel(QObject):
    """`pay` hears the code and what of the voucher is to be used."""

    changed = Signal()

    def __init__(
        self,
        look: LookAtVoucher | None,
        read: ReadVoucher | None,
        tasks: Tasks,
        pay: Pay,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self._read, self._tasks, self._pay = look, read, tasks, pay
        self._left = threading.Event()  # of the screen that is shown now
        self._state = VoucherState()
        self._facts = RowsModel(PriceRow, self)

    def begin(self, due: Money) -> None:
        """An empty field; a code may be typed, or held to the scanner."""
        self.leave()
        self._show(VoucherState(due=due))
        if (read := self._read) is None:
            return
        left = self._left = threading.Event()

        def scan() -> None:
            code = read(lambda: left.is_set() or self._tasks.closed)
            if code:
                self._tasks.tell(lambda: None if left.is_set() else self._scanned(code))

        threading.Thread(target=scan, name="voucher scanner", daemon=True).start()

    def leave(self) -> None:
        """The screen is left: nobody waits for a code any more."""
        self._left.set()

    def _scanned(self, code: str) -> None:
        if self._state.found is None and not self._state.busy and voucher_code_of(code):
            self._show(replace(self._state, typed=normalise(code), message=""))
            self.next()

    def back(self) -> bool:
        """One step back; False: the screen is left."""
        if self._state.found is None:
            return False
        self._show(replace(self._state, found=None, message=""))
        return True

    def next(self) -> None:
        state = self._state
        code = voucher_code_of(state.typed)
        if code is None or self._look is None or state.busy:
            return
        if state.found is not None:
            self._pay(code, self._used.amount_minor)
            return
        look = self._look
        self._show(replace(state, busy=True, message=""))
        self._tasks.run(lambda: look(code), lambda found: self._found(code, found), self._not_found)

    def words(self, frame: FrameState) -> FrameState:
        """The frame of the last step before paying, with this screen's words."""
        state = self._state
        if state.found is None:
            return replace(
                frame,
                question=translate("Voucher", "Type the voucher's code"),
                nextText=translate("Voucher", "One moment") if state.busy else translate("Voucher", "Check the code"),
                nextIcon="arrow-right",
                nextReady=voucher_code_of(state.typed) is not None and not state.busy,
            )
        used = (self._used.amount_minor, self._used.currency)
        rest = translate("Voucher", "The rest is paid another way") if self._rest.amount_minor else ""
        return replace(
            frame,
            question=translate("Voucher", "Pay with this voucher?"),
            hint=rest or translate("Voucher", "It pays for everything"),
            nextText=translate("Voucher", "Use %1 of it").replace("%1", texts.money(*used)),
            nextReady=True,
        )

    @Slot(str)
    def type(self, sign: str) -> None:
        if len(self._state.typed) < SIGNS and sign in ALPHABET and self._state.found is None:
            typed = self._state.typed + sign
            wrong = len(typed) == SIGNS and voucher_code_of(typed) is None
            message = translate("Voucher", "One of these signs is wrong. Please compare them with the voucher.")
            self._show(replace(self._state, typed=typed, message=message if wrong else ""))

    @Slot()
    def erase(self) -> None:
        self._show(replace(self._state, typed=self._state.typed[:-1], message=""))

    @Slot()
    def clear(self) -> None:
        self._show(replace(self._state, typed="", message=""))

    # what came of it

    def _found(self, code: str, found: Voucher) -> None:
        state = replace(self._state, busy=False)
        if voucher_code_of(state.typed) != code:  # typed on, or left
            self._show(state)
            return
        no = ""
        if found.why_not == "expired":
            no = translate("Voucher", "This voucher is too old. Please choose another way to pay, or ask staff.")
        elif found.why_not:
            no = translate("Voucher", "This voucher was stopped. Please choose another way to pay, or ask staff.")
        elif found.balance.amount_minor <= 0:
            no = translate("Voucher", "Nothing is left on this voucher. Please choose another way to pay.")
        elif found.balance.currency != state.due.currency:
            no = translate("Voucher", "This voucher is for another currency. Please choose another way to pay.")
        self._show(replace(state, message=no) if no else replace(state, found=found))

    def _not_found(self, error: BaseException) -> None:
        if not isinstance(error, KioskError):
            raise error
        log.warning("a voucher could not be looked at: %s", error)
        message = translate("Voucher", "Vouchers cannot be looked at now. Please choose another way to pay.")
        if isinstance(error, CentralRefused) and error.code == "unknown_voucher":
            message = translate("Voucher", "Nobody knows this code. Please compare it with the voucher.")
        elif isinstance(error, CentralRefused) and error.code == "too_many_tries":
            message = translate("Voucher", "Too many wrong codes. Please choose another way to pay, or ask staff.")
        self._show(replace(self._state, busy=False, message=message))

    @property
    def _used(self) -> Money:
        found, due = self._state.found, self._state.due
        return Money(min(found.balance.amount_minor if found else 0, due.amount_minor), due.currency)

    @property
    def _rest(self) -> Money:
        return Money(self._state.due.amount_minor - self._used.amount_minor, self._state.due.currency)

    def _show(self, state: VoucherState) -> None:
        self._state = state
        rows = []
        if state.found is not None:
            left = state.found.balance.amount_minor - self._used.amount_minor
            amounts = (
                (translate("Voucher", "To pay"), state.due.amount_minor),
                (translate("Voucher", "On the voucher"), state.found.balance.amount_minor),
                (translate("Voucher", "Left to pay another way"), self._rest.amount_minor),
                (translate("Voucher", "Left on the voucher"), left),
            )
            rows = [PriceRow(name, "", texts.money(minor, state.due.currency)) for name, minor in amounts]
        self._facts.show(rows)
        self.changed.emit()

    @Property(str, notify=changed)
    def typed(self) -> str:
        """In groups of four, as it is printed."""
        typed = self._state.typed
        return "-".join(typed[at : at + 4] for at in range(0, len(typed), 4))

    @Property(str, constant=True)
    def signs(self) -> str:
        """What codes are made of."""
        return ALPHABET

    @Property(bool, constant=True)
    def scans(self) -> bool:
        """There is a scanner."""
        return self._read is not None

    @Property(bool, notify=changed)
    def found(self) -> bool:
        return self._state.found is not None

    @Property(bool, notify=changed)
    def full(self) -> bool:
        return len(self._state.typed) == SIGNS

    @Property(str, notify=changed)
    def message(self) -> str:
        return self._state.message

    @Property(RowsModel, constant=True)
    def facts(self) -> RowsModel:
        return self._facts
