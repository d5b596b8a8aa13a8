"""The vocabulary of the journal: facts in the past tense, the only things it holds.

A sale's life:  PlacesHeld -> PaymentRequested -> PaymentApproved + TicketIssued (each ticket, one transaction)
-> PrintStarted -> PrintFinished ... -> SaleClosed.  PlacesFreed, PaymentDeclined, PaymentUnresolved and
PrintFailed are the ways it can go wrong. Each event of a sale carries its `sale_id`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kiosk.domain.allotment import Block, Gid, SignedGrant
from kiosk.domain.network import Names


class Event(msgspec.Struct, frozen=True, tag_field="kind", tag=True, kw_only=True):
    """Base of all facts. `kind` on the wire is the class name; new fields need a default."""


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


class RideFacts(msgspec.Struct, frozen=True):
    """Everything paper and clerks say about a ride, kept with the sale: catalogues change, sales do not.

    `Names` hold the feed's own text under "" and translations by language tag.
    """

    number: str  # train number or line name
    mode: int
    headsign: str
    operating_day: str
    origin: Names
    destination: Names
    departs_at: int  # unix s
    arrives_at: int  # unix s
    timezone: str
    operator: str
    line: str = ""
    title: Names = {}  # an event's title
    platform: str = ""
    coach: Names = {}  # as printed, "" -> "6"
    place: str = ""  # as printed: "8F"
    features: tuple[str, ...] = ()
    counted: bool = False  # a unit of a pool: no seat number on paper
    place_class: Names = {}
    product: str = ""
    category: Names = {}
    attribution: str = ""
    opens_at: int = 0  # unix s; when an event's doors open, 0 = with its beginning


class SaleItem(msgspec.Struct, frozen=True):
    """One traveller's part of a sale; becomes one ticket."""

    journey_id: int
    from_call: int  # index into the service journey's calls
    to_call: int
    place: int | None  # index into the layout; None = unreserved
    gids: tuple[tuple[Gid, int, int], ...]  # (grant, from_segment, to_segment) that cover the place
    place_class: str  # "" = unreserved
    product_id: str
    category_id: str
    price_minor: int
    draft: str = ""  # hex of the ticket's bytes, complete but for seq, issue time and key
    facts: RideFacts | None = None


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


class PaymentRequested(Event, frozen=True, kw_only=True):
    """P3b: intent, durable before the payment terminal hears of it. attempt_id is the idempotency key."""

    sale_id: str
    attempt_id: str
    amount_minor: int
    currency: str
    means: str  # "card"


class PaymentApproved(Event, frozen=True, kw_only=True):
    sale_id: str
    attempt_id: str
    reference: str  # the acquirer's approval
    card: str = ""  # masked, for the receipt


class PaymentDeclined(Event, frozen=True, kw_only=True):
    """No money moved: declined, cancelled by the passenger, or never started."""

    sale_id: str
    attempt_id: str
    reason: str


class PaymentUnresolved(Event, frozen=True, kw_only=True):
    """Nobody knows yet: places stay held, no second charge, staff list; asked again in the background."""

    sale_id: str
    attempt_id: str


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
    proof: str  # "status" (asked before and after) or "process_id"


class PrintFailed(Event, frozen=True, kw_only=True):
    sale_id: str
    what: Literal["ticket", "receipt"]
    item_no: int
    copy: int
    reason: str
    certain: bool  # True: nothing of this page is on paper, the same copy number may be printed again


class SaleClosed(Event, frozen=True, kw_only=True):
    """The sale rests. undelivered: paid, tickets valid, paper missing; staff reprint by code."""

    sale_id: str
    outcome: Literal["delivered", "undelivered"]


class TicketVoided(Event, frozen=True, kw_only=True):
    """P12: the ticket no longer counts and its money is owed; durable before anyone is asked to pay it back.

    Only for a sale that was never sent; after that central alone may do it.
    """

    sale_id: str
    item_no: int
    refund_id: str  # idempotency key of the refund
    amount_minor: int
    reason: str = ""


class RefundPaid(Event, frozen=True, kw_only=True):
    """The money of a voided ticket went back."""

    sale_id: str
    item_no: int
    refund_id: str
    reference: str


class Admitted(Event, frozen=True, kw_only=True):
    """The gate let the holder in."""

    ticket_id: str  # 16 hex digits
    journey_id: int
    gate: str
    at: int  # unix s


class AdmissionRefused(Event, frozen=True, kw_only=True):
    """The gate did not; `ticket_id` is "" when the code could not be read as a ticket."""

    ticket_id: str
    reason: str
    gate: str
    at: int


AnyEvent = (
    TerminalEnrolled
    | GrantAccepted
    | CellsReleased
    | EpochAdopted
    | PlacesHeld
    | PlacesFreed
    | PaymentRequested
    | PaymentApproved
    | PaymentDeclined
    | PaymentUnresolved
    | TicketIssued
    | PrintStarted
    | PrintFinished
    | PrintFailed
    | SaleClosed
    | TicketVoided
    | RefundPaid
    | Admitted
    | AdmissionRefused
)
