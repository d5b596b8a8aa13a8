"""The vocabulary of the journal: facts in the past tense, the only things it holds.

A sale's life:  PlacesHeld -> PaymentRequested -> PaymentApproved + TicketIssued (each ticket, one transaction)
-> PrintStarted -> PrintFinished ... -> SaleClosed.  PlacesFreed, PaymentDeclined, PaymentUnresolved, PaymentReversed
and PrintFailed are the ways it can go wrong. Each event of a sale carries its `sale_id`.
"""

from __future__ import annotations

from typing import Literal

from kiosk.domain.allotment import Block, Gid, SignedGrant
from kiosk.domain.event import Event as Event
from kiosk.domain.gate_events import AdmissionAnnulled as AdmissionAnnulled
from kiosk.domain.gate_events import AdmissionRefused as AdmissionRefused
from kiosk.domain.gate_events import Admitted as Admitted
from kiosk.domain.gate_events import BadgePrintEnded as BadgePrintEnded
from kiosk.domain.gate_events import BadgePrintStarted as BadgePrintStarted
from kiosk.domain.gate_events import Exited as Exited
from kiosk.domain.gate_events import TicketLookedUp as TicketLookedUp
from kiosk.domain.gate_events import VerdictExplained as VerdictExplained
from kiosk.domain.items import SaleItem
from kiosk.domain.money import Pieces
from kiosk.domain.network_events import AdmissionContested as AdmissionContested
from kiosk.domain.network_events import AdmissionGiven as AdmissionGiven
from kiosk.domain.network_events import AdmissionLearned as AdmissionLearned
from kiosk.domain.refund_events import RefundDeclined as RefundDeclined
from kiosk.domain.refund_events import RefundPaid as RefundPaid
from kiosk.domain.refund_events import RefundRequested as RefundRequested
from kiosk.domain.refund_events import TicketVoided as TicketVoided


class TerminalEnrolled(Event, frozen=True, kw_only=True):
    """First record of every incarnation (P0)."""

    terminal_id: int
    incarnation: int
    epoch: int


class GrantAccepted(Event, frozen=True, kw_only=True):
    """P2: the grant's cells are in this terminal's hands from here on."""

    grant: SignedGrant


class CellsReleased(Event, frozen=True, kw_only=True):
    """P5: given back, the only way back. Written before central hears of it."""

    journey_id: int
    gid: Gid
    blocks: tuple[Block, ...]
    reason: str = ""


class EpochAdopted(Event, frozen=True, kw_only=True):
    """P11: central came back as an older self. From here on no grant of an earlier epoch is taken."""

    epoch: int


class PlacesHeld(Event, frozen=True, kw_only=True):
    """P3a: a sale begins; its places are in the cart."""

    sale_id: str
    items: tuple[SaleItem, ...]
    currency: str
    language: str = "en"


class PlacesFreed(Event, frozen=True, kw_only=True):
    """The sale ended without money; its places are back in hand."""

    sale_id: str
    reason: Literal["cancelled", "timed_out", "declined", "restarted", "device"]


class PaymentRequested(Event, frozen=True, kw_only=True, omit_defaults=True):
    """P3b: intent, durable before the payment terminal hears of it. attempt_id is the idempotency key.

    The amount is what is still to be paid, or a part of it: a sale may be paid by several means.
    """

    sale_id: str
    attempt_id: str
    amount_minor: int
    currency: str
    means: str  # "card", "qr.alipay" (our code is shown), "scan" (the passenger's is read), "cash", "voucher"
    mark: str = ""  # what the terminal knew before: `kiosk.ports.PaymentTerminal.mark`


class PaymentApproved(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Exactly the amount asked for was taken."""

    sale_id: str
    attempt_id: str
    reference: str  # the acquirer's approval
    card: str = ""  # masked, for the receipt
    provisional: bool = False  # the other side undoes it unless PaymentConfirmed follows
    pieces: Pieces = ()  # cash that moved
    short_minor: int = 0  # change the machine could not give: owed to the passenger
    offline: bool = False  # the terminal decided without its bank: outstanding, see kiosk.domain.offline
    stored: int = -1  # approvals of that kind the terminal still keeps; -1 = it does not say


class PaymentConfirmed(Event, frozen=True, kw_only=True):
    """The tickets are issued, and the other side knows: a provisional approval is final."""

    sale_id: str
    attempt_id: str


class PaymentDeclined(Event, frozen=True, kw_only=True, omit_defaults=True):
    """No money moved, or all of it is back: declined, cancelled by the passenger, or never started."""

    sale_id: str
    attempt_id: str
    reason: str
    pieces: Pieces = ()


class PaymentUnresolved(Event, frozen=True, kw_only=True):
    """Nobody knows yet: places stay held, no second charge, staff list; asked again in the background."""

    sale_id: str
    attempt_id: str


class PaymentReversalRequested(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Intent to give a whole approved payment back, because its sale did not come about.

    Written once as the will, and again with `begun` before the terminal hears of it.
    """

    sale_id: str
    attempt_id: str
    refund_id: str  # idempotency key of giving back
    mark: str = ""
    begun: bool = False


class PaymentReversalDeclined(Event, frozen=True, kw_only=True):
    """The terminal said a clear no: nothing went back. The will stays, for a person; other payments need not wait."""

    sale_id: str
    attempt_id: str
    refund_id: str
    reason: str


class PaymentReversed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The money of an approved payment is back with the passenger."""

    sale_id: str
    attempt_id: str
    refund_id: str  # "" = the other side undid a provisional approval by itself
    reference: str
    pieces: Pieces = ()


class PaymentSettled(Event, frozen=True, kw_only=True):
    """A person said what became of a payment the machine could not clear; the fact itself follows it.

    `outcome`: approved, declined, reversed (paid back by hand), change (owed change was handed over).
    """

    sale_id: str
    attempt_id: str
    outcome: Literal["approved", "declined", "reversed", "change"]
    who: str
    reason: str


class StoredPaymentsForwarded(Event, frozen=True, kw_only=True):
    """A person says that the bank has every payment the terminal of these means approved without it."""

    means: str
    who: str
    reason: str


class TicketIssued(Event, frozen=True, kw_only=True):
    """P3c: the sale of one place. ticket id = (terminal, incarnation, seq of this very record)."""

    sale_id: str
    item_no: int  # 0-based
    payload: str  # hex of the ticket's bytes without signature; signing is deterministic and done later
    code: str  # for human typing: no 0 O 1 I L


class PrintStarted(Event, frozen=True, kw_only=True):
    """Intent: from here on something may be on paper."""

    sale_id: str
    what: Literal["ticket", "receipt"]
    item_no: int
    copy: int  # 0 = the original; n = n-th marked copy


class PrintFinished(Event, frozen=True, kw_only=True):
    sale_id: str
    what: Literal["ticket", "receipt"]
    item_no: int
    copy: int
    proof: str  # what the printer's word is worth: process_id, status, realtime, host_status, spooler, file, sent


class PrintFailed(Event, frozen=True, kw_only=True):
    sale_id: str
    what: Literal["ticket", "receipt"]
    item_no: int
    copy: int
    reason: str
    certain: bool  # True: nothing of this page is on paper, the same copy number may be printed again


class TicketsShown(Event, frozen=True, kw_only=True):
    """Intent: from here on the codes of all tickets are on the screen, for a phone, by the passenger's own choice.

    `why`: they wanted it so, or there was no paper and they agreed before they paid.
    """

    sale_id: str
    why: Literal["chosen", "no_paper"]


class SaleClosed(Event, frozen=True, kw_only=True):
    """The sale rests. undelivered: paid, tickets valid, paper missing; staff reprint by code."""

    sale_id: str
    outcome: Literal["delivered", "undelivered"]


class SaleUndone(Event, frozen=True, kw_only=True):
    """The sale rests: its payment was undone before anything was handed out, and its tickets are void."""

    sale_id: str


AnyEvent = (
    TerminalEnrolled
    | GrantAccepted
    | CellsReleased
    | EpochAdopted
    | PlacesHeld
    | PlacesFreed
    | PaymentRequested
    | PaymentApproved
    | PaymentConfirmed
    | PaymentDeclined
    | PaymentUnresolved
    | PaymentReversalRequested
    | PaymentReversalDeclined
    | PaymentReversed
    | PaymentSettled
    | StoredPaymentsForwarded
    | TicketIssued
    | PrintStarted
    | PrintFinished
    | PrintFailed
    | TicketsShown
    | SaleClosed
    | SaleUndone
    | TicketVoided
    | RefundRequested
    | RefundDeclined
    | RefundPaid
    | Admitted
    | AdmissionRefused
    | AdmissionGiven
    | AdmissionLearned
    | AdmissionContested
    | Exited
    | AdmissionAnnulled
    | TicketLookedUp
    | BadgePrintStarted
    | BadgePrintEnded
    | VerdictExplained
)
