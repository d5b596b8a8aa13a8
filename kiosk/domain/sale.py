"""A sale as pure functions: what is true after each fact, and what is owed next.

held -> paying -> approved -> issued -> printing -> ... -> done -> refunding -> done
  ^ \\        |                  \\-> undelivered -> (reprint) -> done
  |  \\-> freed \\-> unresolved
  \\-- declined, a part of the price, or reversing: see `kiosk.domain.paying`
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kiosk.domain import paying
from kiosk.domain.errors import WrongState
from kiosk.domain.events import (
    Event,
    PlacesFreed,
    PlacesHeld,
    PrintFailed,
    PrintFinished,
    PrintStarted,
    RefundDeclined,
    RefundPaid,
    RefundRequested,
    SaleClosed,
    SaleUndone,
    TicketIssued,
    TicketsShown,
    TicketVoided,
)
from kiosk.domain.items import SaleItem
from kiosk.domain.money import Money
from kiosk.domain.paying import MONEY_EVENTS, Attempt

Stage = Literal[
    "held", "paying", "unresolved", "reversing", "approved", "issued", "printing", "done", "undelivered", "freed",
    "refunding",
]  # fmt: skip
UNCLEAR: frozenset[str] = frozenset({"paying", "unresolved", "reversing", "refunding"})
Step = Literal["free", "charge", "ask", "give_back", "issue", "confirm", "page", "close", "refund"]
RESTING: frozenset[str] = frozenset({"done", "undelivered", "freed"})
_SETTLED = RESTING | {"refunding"}  # pages and words about change move nothing any more
SALE_EVENTS = (
    PlacesHeld | PlacesFreed | MONEY_EVENTS | TicketIssued | PrintStarted | PrintFinished | PrintFailed
    | TicketsShown | SaleClosed | SaleUndone | TicketVoided | RefundRequested | RefundDeclined | RefundPaid
)  # fmt: skip


class IssuedTicket(msgspec.Struct, frozen=True):
    """A ticket of this sale; `seq` of its record is the last part of its id."""

    item_no: int
    seq: int
    payload: str
    code: str


class PageJob(msgspec.Struct, frozen=True):
    """One try to put a page on paper."""

    what: Literal["ticket", "receipt"]
    item_no: int
    copy: int
    state: Literal["started", "finished", "failed", "uncertain"] = "started"
    reason: str = ""


class Voided(msgspec.Struct, frozen=True):
    """A ticket of this sale that no longer counts; "" as reference = its money is still owed."""

    item_no: int
    refund_id: str
    amount_minor: int
    reference: str = ""
    attempt_id: str = ""  # the payment it goes back to; "" = no terminal has been asked
    mark: str = ""  # what that terminal knew before
    refused: str = ""  # why it gave nothing back; only a person goes on


class Sale(msgspec.Struct, frozen=True):
    """One passenger's purchase at this terminal."""

    sale_id: str
    stage: Stage
    items: tuple[SaleItem, ...]
    currency: str
    language: str
    attempts: tuple[Attempt, ...] = ()
    tickets: tuple[IssuedTicket, ...] = ()
    jobs: tuple[PageJob, ...] = ()
    reason: str = ""
    voided: tuple[Voided, ...] = ()
    shown: str = ""  # why its tickets went to a phone instead of on paper; "" = they did not

    @property
    def total(self) -> Money:
        return Money(sum(item.price_minor for item in self.items), self.currency)

    @property
    def attempt(self) -> Attempt | None:
        """The latest try to pay."""
        return self.attempts[-1] if self.attempts else None

    @property
    def paid(self) -> bool:
        """The whole price was taken, and is not going back."""
        return paying.stage_of(self.attempts, self.total.amount_minor) == "approved"

    @property
    def left(self) -> Money:
        """What is still to be paid."""
        return Money(self.total.amount_minor - paying.paid_minor(self.attempts), self.currency)

    @property
    def cancelled(self) -> bool:
        """Every ticket of it was voided."""
        return bool(self.tickets) and not self.standing

    @property
    def standing(self) -> list[int]:
        """Numbers of the items whose tickets were not voided."""
        gone = {each.item_no for each in self.voided}
        return [number for number in range(len(self.items)) if number not in gone]

    @property
    def resting(self) -> bool:
        """Nothing is owed by the machine any more."""
        return self.stage in RESTING


def evolve(sale: Sale | None, event: Event) -> Sale:
    """The sale after one more fact; total over every fact a journal can hold for it."""
    if isinstance(event, PlacesHeld):
        return Sale(event.sale_id, "held", event.items, event.currency, event.language)
    if sale is None:
        raise WrongState(f"{type(event).__name__} for a sale that never began")
    if isinstance(event, MONEY_EVENTS):
        return _money_moved(sale, event)
    match event:
        case PlacesFreed(reason=reason):
            return msgspec.structs.replace(sale, stage="freed", reason=reason)
        case SaleClosed() | TicketsShown() | SaleUndone():
            return _handed_over(sale, event)
        case TicketIssued():
            raise WrongState("a ticket's seq is that of its record: use evolve_record")
        case PrintStarted() | PrintFinished() | PrintFailed():
            return _page_moved(sale, event)
        case TicketVoided() | RefundRequested() | RefundDeclined() | RefundPaid():
            return _voided(sale, event)
        case _:
            raise WrongState(f"{type(event).__name__} is not a fact of a sale")


def _handed_over(sale: Sale, event: SaleClosed | TicketsShown | SaleUndone) -> Sale:
    if isinstance(event, TicketsShown):
        return msgspec.structs.replace(sale, shown=event.why)
    undelivered = isinstance(event, SaleClosed) and event.outcome == "undelivered"
    return msgspec.structs.replace(sale, stage="undelivered" if undelivered else "done")


def _money_moved(sale: Sale, event: MONEY_EVENTS) -> Sale:
    attempts = paying.moved(sale.attempts, event)
    stage: Stage = paying.stage_of(attempts, sale.total.amount_minor)
    if sale.tickets and stage not in ("unresolved", "reversing"):
        stage = sale.stage if sale.stage in _SETTLED else "issued"
    return msgspec.structs.replace(sale, stage=stage, attempts=attempts, reason=getattr(event, "reason", ""))


def _page_moved(sale: Sale, event: PrintStarted | PrintFinished | PrintFailed) -> Sale:
    match event:
        case PrintStarted():
            job = PageJob(event.what, event.item_no, event.copy)
            stage = sale.stage if sale.stage in _SETTLED else "printing"
            return msgspec.structs.replace(sale, stage=stage, jobs=(*sale.jobs, job))
        case PrintFinished():
            return _page_over(sale, "finished", "")
        case PrintFailed():
            return _page_over(sale, "failed" if event.certain else "uncertain", event.reason)


def _voided(sale: Sale, event: TicketVoided | RefundRequested | RefundDeclined | RefundPaid) -> Sale:
    if isinstance(event, TicketVoided):
        if any(each.item_no == event.item_no for each in sale.voided):
            raise WrongState(f"ticket {event.item_no} of this sale was voided before")
        gone = Voided(event.item_no, event.refund_id, event.amount_minor)
        stage: Stage = "refunding" if sale.stage in ("done", "undelivered") else sale.stage
        return msgspec.structs.replace(sale, voided=(*sale.voided, gone), stage=stage)
    if isinstance(event, RefundRequested):
        asked = {"attempt_id": event.attempt_id, "mark": event.mark, "refused": ""}
        return msgspec.structs.replace(sale, voided=_changed(sale, event.refund_id, **asked))
    if isinstance(event, RefundDeclined):
        no = {"attempt_id": "", "mark": "", "refused": event.reason or "declined"}
        return msgspec.structs.replace(sale, voided=_changed(sale, event.refund_id, **no))
    voided = _changed(sale, event.refund_id, reference=event.reference)
    stage = sale.stage
    if stage == "refunding" and all(each.reference for each in voided):
        stage = "done" if tickets_on_paper(sale) else "undelivered"
    return msgspec.structs.replace(sale, voided=voided, stage=stage)


def _changed(sale: Sale, refund_id: str, **fields: str) -> tuple[Voided, ...]:
    return tuple(
        msgspec.structs.replace(each, **fields) if each.refund_id == refund_id else each for each in sale.voided
    )


def evolve_record(sale: Sale | None, event: Event, seq: int) -> Sale:
    """`evolve`, for facts whose place in the journal matters."""
    if not isinstance(event, TicketIssued):
        return evolve(sale, event)
    if sale is None:
        raise WrongState("TicketIssued for a sale that never began")
    ticket = IssuedTicket(event.item_no, seq, event.payload, event.code)
    tickets = (*sale.tickets, ticket)
    stage: Stage = "issued" if len(tickets) == len(sale.items) else "approved"
    return msgspec.structs.replace(sale, stage=stage, tickets=tickets)


def _page_over(sale: Sale, state: Literal["finished", "failed", "uncertain"], reason: str) -> Sale:
    if not sale.jobs:
        raise WrongState("a page ended that never began")
    job = msgspec.structs.replace(sale.jobs[-1], state=state, reason=reason)
    stage = sale.stage if sale.stage in _SETTLED else "issued"
    return msgspec.structs.replace(sale, stage=stage, jobs=(*sale.jobs[:-1], job))


def owed(sale: Sale, *, after_restart: bool) -> Step | None:
    """The next step of the machine; None = the sale rests, or waits for the passenger.

    The one difference after a restart: outcomes are asked for where otherwise money would be charged, and places
    nobody pays for any more are freed.
    """
    match sale.stage:
        case "held" if after_restart:
            return "give_back" if paying.paid_minor(sale.attempts) else "free"
        case "paying":
            return "ask" if after_restart else "charge"
        case "unresolved" | "reversing":
            return "ask" if after_restart else None
        case "refunding":
            return "refund" if after_restart else None
        case "approved":
            return "issue"
        case "issued" | "printing":
            return _owed_with_tickets(sale, after_restart=after_restart)
        case _:
            return None


def _owed_with_tickets(sale: Sale, *, after_restart: bool) -> Step | None:
    if sale.cancelled:  # a part of the price was undone: the rest goes back, nothing is printed
        return "give_back" if paying.paid_minor(sale.attempts) else "close"
    if any(each.provisional for each in sale.attempts):
        return "confirm"
    if sale.shown:  # on the screen until the passenger says that they have them; a dark screen shows nothing
        return "close" if after_restart else None
    return "page" if next_page(sale) is not None else "close"


def tickets_on_paper(sale: Sale) -> bool:
    """Every ticket that counts was printed, and the printer said so."""
    printed = {job.item_no for job in sale.jobs if job.what == "ticket" and job.state == "finished"}
    return bool(sale.tickets) and printed >= set(sale.standing)


def next_page(sale: Sale) -> PageJob | None:
    """The page that is owed: tickets first, the receipt last; None when all are on paper.

    A job without an outcome may be on paper (the power went), so the next one is a marked copy.
    """
    for item_no in sale.standing:
        if (job := _owed(sale, "ticket", item_no)) is not None:
            return job
    return _owed(sale, "receipt", 0)


def _owed(sale: Sale, what: Literal["ticket", "receipt"], item_no: int) -> PageJob | None:
    jobs = [job for job in sale.jobs if job.what == what and job.item_no == item_no]
    if any(job.state == "finished" for job in jobs):
        return None
    return PageJob(what, item_no, copies_on_paper(sale, what, item_no))


def copies_on_paper(sale: Sale, what: str, item_no: int) -> int:
    """The number the next page of this kind carries: one more than any that is, or may be, on paper or on a phone."""
    first = 1 if sale.shown and what == "ticket" else 0
    out = (job.copy for job in sale.jobs if job.what == what and job.item_no == item_no and job.state != "failed")
    return max((first - 1, *out)) + 1
