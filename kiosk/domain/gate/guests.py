"""Codes of other systems before a gate, and what a record adds to a ticket of ours: by look-ups, never by a walk.

A foreign code is proven by nothing but its record, which central signed: whoever holds a copy of it is its holder. What
is told of passings, the home gate and leased rides are what stands against copies (0026).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, Protocol

import msgspec

from kiosk.domain.codes import is_ticket_id
from kiosk.domain.gate.choice import clean
from kiosk.domain.gate.world import Medium, Ticket, World

_HIDDEN = re.compile(r"[\x00-\x1f\x7f]")
ID_MAX = 64  # letters of a list, a gate, a product
CODE_MAX = 200  # bytes; a longer text is nobody's code, and would not fit into what gates tell each other


class Records(Protocol):
    """What central told of tickets and media; every question is a look-up."""

    def guest(self, code: str) -> Ticket | None:
        """The ticket of another system with this code, or what is added to our ticket of this id."""
        ...

    def addons_of(self, code: str) -> tuple[Ticket, ...]:
        """Tickets that are add-ons of this one."""
        ...

    def medium(self, code: str) -> Medium | None: ...

    def media_of(self, code: str) -> tuple[Medium, ...]:
        """Media that stand for the ticket of this code, also those handed out at gates."""
        ...


class NoRecords:
    """Of a gate that was told of nobody."""

    def guest(self, code: str) -> Ticket | None:
        return None

    def addons_of(self, code: str) -> tuple[Ticket, ...]:
        return ()

    def medium(self, code: str) -> Medium | None:
        return None

    def media_of(self, code: str) -> tuple[Medium, ...]:
        return ()


class Found(msgspec.Struct, frozen=True):
    """What goes by a code. `code` "" = nothing does."""

    code: str = ""
    tickets: tuple[Ticket, ...] = ()
    media: tuple[Medium, ...] = ()


def possible(code: str) -> bool:
    """Can another system have printed it?"""
    try:
        return 0 < len(code.encode()) <= CODE_MAX and not _HIDDEN.search(code)
    except UnicodeEncodeError:  # half a letter: what a reader made of noise
        return False


def found_of(records: Records, text: str, hand_out: str = "") -> Found:
    """Of a text that is no ticket of ours. The id of one is no proof: such a text is nobody's."""
    code = clean(text)
    if not possible(code) or is_ticket_id(code):
        return Found()
    guest = records.guest(code)
    if guest is not None:
        return kin_of(records, guest, hand_out)
    medium = records.medium(code)
    if medium is None:
        return Found()
    # What is added to a ticket of ours is no ticket by itself.
    foreign = [each for each in medium.tickets if not is_ticket_id(each)]
    linked = [each for each in map(records.guest, foreign) if each is not None]
    return _with_addons(records, code, linked, (medium,))


def kin_of(records: Records, ticket: Ticket, hand_out: str = "") -> Found:
    """A ticket with its add-ons, the media that stand for it, and the one that staff hand out now."""
    media = {each.code: each for each in records.media_of(ticket.code)}
    handed = records.medium(hand_out) if hand_out else None
    if handed is not None:
        media[handed.code] = handed
    return _with_addons(records, ticket.code, [ticket], media.values())


def _with_addons(records: Records, code: str, tickets: list[Ticket], media: Iterable[Medium]) -> Found:
    addons = [addon for each in tickets for addon in records.addons_of(each.code)]
    known = {each.code: each for each in [*addons, *tickets]}
    return Found(code, tuple(known[each.code] for each in [*tickets, *addons]), tuple(media))


def added(ticket: Ticket, row: Ticket | None) -> Ticket:
    """Our ticket with what a record adds. What its signature says stays as it is, and its window only gets narrower."""
    if row is None or ticket.signature in ("bad", "unchecked"):
        return ticket
    begins = [each for each in (ticket.valid_from, row.valid_from) if each is not None]
    ends = [each for each in (ticket.valid_until, row.valid_until) if each is not None]
    return msgspec.structs.replace(
        ticket,
        stored=True,
        product=row.product or ticket.product,
        variation=row.variation,
        holder=row.holder or ticket.holder,
        email=row.email or ticket.email,
        booking=row.booking or ticket.booking,
        status=row.status,
        valid_if_pending=row.valid_if_pending,
        blocked=row.blocked,
        valid_from=max(begins, default=None),
        valid_until=min(ends, default=None),
        leases=row.leases,
        companion_of=row.companion_of,
        addon_of=row.addon_of,
        attention=row.attention,
        text=row.text,
        answers=row.answers,
        home_gate=ticket.home_gate or row.home_gate,
        used=row.used,
    )


def kin(world: World) -> set[str]:
    """Codes whose passings the rules look at."""
    codes = {each.code for each in world.tickets}
    return codes | {each.companion_of for each in world.tickets if each.companion_of}


class GuestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the screen may say of a record: who comes, and by what."""

    code: str
    holder: str = ""
    product: str = ""  # its name in the plan, else its id
    variation: str = ""
    event: str = ""
    booking: str = ""
    persons: int = 1
    list: str = ""
    medium: str = ""  # that was held up instead
    time_zone: str = "UTC"
    status: Literal["", "pending"] = ""


def facts_of(world: World, ticket: Ticket | None, passing: str, medium: str) -> GuestFacts | None:
    """None: nothing is on record of it."""
    if ticket is None or not ticket.stored:
        return None
    product = next((each for each in world.products if each.id == ticket.product), None)
    return GuestFacts(
        code=ticket.code,
        holder=ticket.holder,
        product=(product.name if product else "") or ticket.product,
        variation=ticket.variation,
        event=ticket.event or (product.event if product else ""),
        booking=ticket.booking,
        persons=ticket.persons,
        list=passing,
        medium=medium,
        time_zone=world.time_zone,
        status="pending" if ticket.status == "pending" else "",
    )
