"""Hold, pay, print: the desk's verbs on its own thread, the sale's steps told to the screens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QObject, QTimer

from kiosk.domain.errors import KioskError
from kiosk.domain.offers import Quote
from kiosk.domain.sale import Sale
from kiosk.ports import Prompt
from ui.services import SaleDesk, Shown
from ui.tasks import Failed, Tasks

log = logging.getLogger(__name__)

ASK_EVERY_MS = 15_000
STOP_EVERY_MS = 700

Why = Literal["", "chosen", "no_paper"]
"""Why tickets are shown instead of printed; "" = they are printed."""

Told = Callable[[Sale, tuple[Shown, ...]], None]


def stage_of(sale: Sale) -> str:
    """Which screen a sale asks for."""
    stages = {
        "held": "summary",
        "paying": "paying",
        "unresolved": "problem",
        "reversing": "problem",
        "approved": "printing",
        "issued": "printing",
        "printing": "printing",
        "done": "thanks",
        "undelivered": "thanks",
    }
    if sale.shown and not sale.resting:
        return "phone"
    return stages.get(sale.stage, "attract")


class Checkout(QObject):
    """Carries one sale through the desk. Steps of a sale left behind are not told.

    `aside`: a thread that may talk to a reader while the desk's waits for it.
    """

    def __init__(
        self,
        desk: SaleDesk,
        tasks: Tasks,
        aside: Tasks,
        told: Told,
        failed: Failed,
        asked: Callable[[Prompt], None],
        shown: Callable[[Sale], tuple[Shown, ...]] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._tasks, self._aside, self._told, self._failed = desk, tasks, aside, told, failed
        self._sale_id = ""
        self._shown = shown or self._ours
        self._codes: tuple[Shown, ...] = ()
        self._why: Why = ""
        self._stop = False  # "stop payment" was asked for before the charge had begun
        self.busy = self._saying = False
        self._again = QTimer(self)
        self._again.setInterval(ASK_EVERY_MS)
        self._again.timeout.connect(self.ask_again)
        self._stopping = QTimer(self)
        self._stopping.setInterval(STOP_EVERY_MS)
        self._stopping.timeout.connect(self._say_stop)
        desk.on_change = self._heard
        self._asked = asked
        desk.on_prompt = self._prompted

    def begin(
        self,
        quote: Quote,
        held: Sale | None,
        language: str,
        means: str,
        amount_minor: int | None = None,
        presented: str = "",
        why_shown: Why = "",
    ) -> None:
        """Take the money for the quote, or a part; a sale still held (refused, or paid in part) is not held again."""
        self.busy, self._stop, self._codes, self._why = True, False, (), why_shown

        def work() -> Sale:
            sale = held if held is not None and held.stage == "held" else self._desk.hold(quote, language)
            self._sale_id = sale.sale_id
            if self._stop:
                return sale
            return self._carry_on(self._desk.pay(sale.sale_id, means, amount_minor, presented))

        self._tasks.run(work, self._over, self._broken)

    def stop_payment(self) -> None:
        """Ask the reader to stop, until `pay` answers whether money moved: a reader does not hear what comes before
        the charge itself."""
        if self.busy:
            self._stop = True
            self._say_stop()
            self._stopping.start()

    def _say_stop(self) -> None:
        sale_id = self._sale_id
        if sale_id and not self._saying:
            self._saying = True
            self._aside.run(lambda: self._desk.cancel_payment(sale_id), self._said, self._not_said)

    def _said(self, _: object) -> None:
        self._saying = False

    def _not_said(self, error: BaseException) -> None:
        self._saying = False
        log.warning("the reader could not be asked to stop: %s", error)

    def give_back(self, sale: Sale | None, *, said: bool = False) -> None:
        """The passenger leaves: places held without money are free again; a settled sale is let go.

        `said`: they have their tickets on the phone; without that word staff are told.
        """
        self._again.stop()
        self._sale_id, self._codes = "", ()
        if sale is not None and sale.stage == "held":
            self._tasks.run(lambda: self._desk.free(sale.sale_id, "cancelled"), lambda _: None, lambda _: None)
        elif sale is not None and sale.shown and not sale.resting:
            taken = lambda: self._desk.taken(sale.sale_id, said=said)  # noqa: E731
            self._tasks.run(taken, lambda _: None, lambda error: log.error("tickets on a phone: %s", error))

    def ask_again(self) -> None:
        """Ask what became of the payment; never charges."""
        sale_id = self._sale_id
        if sale_id and not self.busy:
            self.busy = True
            self._tasks.run(lambda: self._carry_on(self._desk.ask(sale_id)), self._over, self._broken)

    def _carry_on(self, sale: Sale) -> Sale:
        """On the desk's thread: print what was paid, or show it."""
        if sale.tickets:
            self._codes = self._shown(sale)
        if sale.stage == "issued" and self._why and not sale.jobs:
            return self._desk.show(sale.sale_id, self._why)
        if sale.stage in ("issued", "printing"):
            return self._desk.deliver(sale.sale_id)
        return sale

    def _ours(self, sale: Sale) -> tuple[Shown, ...]:
        return tuple(Shown(self._desk.ticket_text(sale, ticket.item_no)) for ticket in sale.tickets)

    def _heard(self, sale: Sale) -> None:
        """On the desk's thread: a step was taken. The end of the work is told by the work itself."""
        if self._why and sale.stage in ("approved", "issued") and not sale.shown:
            return  # nothing is printed: the next thing to see are the codes
        if sale.stage in ("paying", "approved", "issued", "printing"):
            self._tasks.tell(lambda: self._tell(sale))

    def _prompted(self, sale_id: str, prompt: Prompt) -> None:
        """On the desk's thread: the terminal wants something of the passenger."""
        self._tasks.tell(lambda: self._asked(prompt) if sale_id == self._sale_id else None)

    def _tell(self, sale: Sale) -> None:
        if sale.sale_id == self._sale_id:
            self._told(sale, self._codes)

    def _over(self, sale: Sale) -> None:
        self.busy = False
        self._stopping.stop()
        self._tell(sale)
        if sale.stage in ("unresolved", "reversing") and self._sale_id:
            self._again.start()
        else:
            self._again.stop()

    def _broken(self, error: BaseException) -> None:
        self.busy = False
        self._stopping.stop()
        if not isinstance(error, KioskError):
            raise error
        self._failed(error)
