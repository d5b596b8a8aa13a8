"""What the screens need from the rest of the terminal, handed over once by the wiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from kiosk.domain.money import Money
from kiosk.domain.offers import Quote
from kiosk.domain.sale import Sale
from kiosk.ports import Clock, Prompt
from kiosk.services.carry import FreeReason
from kiosk.services.matters import Matters
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.store.catalogue import CatalogueStore


class SaleDesk(Protocol):
    """`kiosk.services.desk.Desk` as the screens use it."""

    on_change: Callable[[Sale], None] | None
    on_prompt: Callable[[str, Prompt], None]

    def hold(self, quote: Quote, language: str = "en") -> Sale: ...

    def free(self, sale_id: str, reason: FreeReason = "cancelled") -> Sale: ...

    def pay(self, sale_id: str, means: str = "card", amount_minor: int | None = None, presented: str = "") -> Sale: ...

    def cancel_payment(self, sale_id: str) -> None: ...

    def deliver(self, sale_id: str) -> Sale: ...

    def show(self, sale_id: str, why: Literal["chosen", "no_paper"]) -> Sale: ...

    def taken(self, sale_id: str, *, said: bool) -> Sale: ...

    def ask(self, sale_id: str) -> Sale: ...

    def recover(self) -> list[Sale]: ...

    def ticket_text(self, sale: Sale, item_no: int) -> str: ...


@dataclass(frozen=True)
class Shown:
    """The codes of one ticket on a screen: ours ("" = not to be shown), and one for railways abroad (b"" = none)."""

    text: str
    uic: bytes = b""


@dataclass(frozen=True)
class Way:
    """A way to pay that this machine has. `exact`: cash, and no change to give."""

    means: str  # card, qr.wechat, qr.alipay, scan, cash, voucher
    works: bool = True
    exact: bool = False


@dataclass(frozen=True)
class Health:
    """What works now, asked now and then off the UI thread."""

    ways: tuple[Way, ...] = ()  # how one can pay here, best first
    printer: bool = False  # it can print a ticket
    paper_low: bool = False
    online: bool = False  # central was reached lately
    selling: bool = True  # False: this terminal must not sell
    reason: str = ""  # why not, for a passenger
    catalogue_version: int = 0  # a new one is news for the first screen


@dataclass(frozen=True)
class Voucher:
    """What is on a voucher. `why_not`: it pays nothing: expired, blocked."""

    balance: Money
    why_not: str = ""


LookAtVoucher = Callable[[str], Voucher]
"""By its code; CentralRefused or CentralUnreachable when that is not known."""

ReadVoucher = Callable[[Callable[[], bool]], str]
"""Waits for a voucher's code at the scanner until it is told to stop; "" = none came."""


@dataclass(frozen=True)
class Services:
    """Everything behind the screens. All calls block and are made off the UI thread."""

    catalogue: CatalogueStore
    search: Search
    offers: Offers
    desk: SaleDesk
    clock: Clock
    health: Callable[[], Health]
    machine: str  # "K14"
    stop_place_id: str = ""  # where this terminal stands; "" = anywhere, then it asks
    staff: str = ""  # where people are, in the operator's words
    look_at_voucher: LookAtVoucher | None = None  # None = this terminal takes no vouchers
    read_voucher: ReadVoucher | None = None  # None = there is no scanner for passengers
    matters: Matters | None = None  # what waits for staff; None = this terminal has no staff page
    typed: Callable[[str], object] | None = None  # hears the scans of a scanner that types; None = there is none
    shown: Callable[[Sale], tuple[Shown, ...]] | None = None  # codes of a sale's tickets; None = ours alone
    leave: Callable[[], object] = lambda: None  # the passenger has gone: what was fetched for them goes back
