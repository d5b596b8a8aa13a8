"""Is a guest list right by itself and beside what central knows? Every mistake with its line and the way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from central.guests.files import GuestList, ReadMedium, ReadTicket
from kiosk.domain.codes import is_ticket_id
from kiosk.domain.gate.choice import clean
from kiosk.domain.gate.guests import CODE_MAX, ID_MAX
from kiosk.domain.gate.world import Medium, Ticket
from kiosk.domain.ticket import PREFIX

TEXT_MAX = 500
TEXTS = ("holder", "email", "booking", "text", "variation", "event", "day", "home_gate")
HEADS_MAX = 10_000


def mistakes_of(found: GuestList, known: Callable[[Iterable[str]], set[str]], *, to_tickets: bool) -> list[str]:
    """`known`: which of these codes central has as guests. `to_tickets`: the codes are ids of tickets of ours."""
    mistakes = _twice(found)
    for each in found.tickets:
        mistakes += [f"{each.where}: {fault}" for fault in _of_ticket(each.row, to_tickets=to_tickets)]
    for medium in found.media:
        mistakes += [f"{medium.where}: {fault}" for fault in _code_faults(medium.row.code, to_tickets=False)]
    return mistakes + _missing(found, known)


def _twice(found: GuestList) -> list[str]:
    """A code is one thing: scanned, it must not stand for two."""
    mistakes, first = list[str](), dict[str, str]()
    codes = [(at, row.code) for at, row in found.tickets] + [(at, row.code) for at, row in found.media]
    for where, code in codes:
        before = first.setdefault(code, where)
        if before != where:
            mistakes.append(f"{where}: the code {code!r} is already that of {before}")
    return mistakes


def _of_ticket(row: Ticket, *, to_tickets: bool) -> list[str]:
    faults = _code_faults(row.code, to_tickets=to_tickets)
    faults += [f"`{name}` has more than {TEXT_MAX} letters" for name in TEXTS if len(getattr(row, name)) > TEXT_MAX]
    if len(row.product) > ID_MAX:
        faults.append(f"`product` has {len(row.product)} letters; an id has at most {ID_MAX}")
    if not 1 <= row.persons <= HEADS_MAX:
        faults.append(f"`persons` = {row.persons} must be 1 to {HEADS_MAX}")
    if not 0 <= row.rides <= HEADS_MAX:
        faults.append(f"`rides` = {row.rides} must be 0 to {HEADS_MAX}")
    if any(each < 0 for each in row.leases.values()):
        faults.append("`leases` of rides must not be negative")
    elif row.rides and sum(row.leases.values()) > row.rides:
        faults.append(f"`leases` give {sum(row.leases.values())} rides to gates, the ticket has {row.rides}")
    if row.code in (row.companion_of, row.addon_of):
        faults.append("a ticket is neither its own companion nor its own add-on")
    return faults


def _code_faults(code: str, *, to_tickets: bool) -> list[str]:
    if to_tickets:
        return []
    if not code or clean(code) != code or any(ord(letter) < 32 for letter in code):
        return [f"the code {code!r} is empty, or has spaces around it or hidden signs in it: no reader gives it so"]
    if len(code.encode()) > CODE_MAX:
        return [f"the code has {len(code.encode())} bytes; a gate keeps {CODE_MAX}"]
    if code.startswith(PREFIX):
        return [f"the code {code[:20]!r} is that of a signed ticket; add to such tickets by --to-tickets"]
    if is_ticket_id(code):
        return [
            f"the code {code} looks like the id of a ticket of ours, and such an id is no proof at a gate; "
            "to add to tickets that were sold here say --to-tickets, other codes of 16 hex digits cannot be taken"
        ]
    return []


def _missing(found: GuestList, known: Callable[[Iterable[str]], set[str]]) -> list[str]:
    """Codes that a row names and nobody has."""
    here = {each.row.code for each in found.tickets}
    named: list[tuple[str, str, str]] = []
    for each in found.tickets:
        for word in ("companion_of", "addon_of"):
            named.append((each.where, f"`{word}`", getattr(each.row, word)))
    for medium in found.media:
        named += [(medium.where, "`tickets`", code) for code in medium.row.tickets]
    asked = {code for _, _, code in named if code and code not in here and not is_ticket_id(code)}
    have = known(asked) if asked else set()
    return [
        f"{where}: {word} names {code!r}, which is neither in this file nor known; import that ticket first"
        for where, word, code in named
        if code in asked and code not in have
    ]


def resolved(found: GuestList, zone: ZoneInfo) -> tuple[GuestList, list[str]]:
    """With every time an instant: what has no offset is wall clock in this zone. And windows that end before they
    begin."""
    tickets, mistakes = list[ReadTicket](), list[str]()
    for where, row in found.tickets:
        used = tuple(msgspec.structs.replace(each, at=_instant(each.at, zone)) for each in row.used)
        row = msgspec.structs.replace(
            row, valid_from=_moment(row.valid_from, zone), valid_until=_moment(row.valid_until, zone), used=used
        )
        if row.valid_from and row.valid_until and row.valid_from > row.valid_until:
            mistakes.append(f"{where}: `valid_until` is before `valid_from`")
        tickets.append(ReadTicket(where, row))
    media = [
        ReadMedium(where, msgspec.structs.replace(row, expires=_moment(row.expires, zone)))
        for where, row in found.media
    ]
    return GuestList(tickets, media), mistakes


def _moment(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else _instant(at, zone)


def _instant(at: datetime, zone: ZoneInfo) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=zone)


def until_of(row: Ticket | Medium) -> int:
    """Unix s from when nobody misses it, a day after its end; 0 = always."""
    end = row.valid_until if isinstance(row, Ticket) else row.expires
    return 0 if end is None else int(end.timestamp()) + 86400


def renamed(found: GuestList, ids: Mapping[str, str]) -> GuestList:
    """Rows under the ids of the tickets of ours that they add to."""
    tickets = [
        ReadTicket(w, msgspec.structs.replace(row, code=ids.get(row.code, row.code))) for w, row in found.tickets
    ]
    return GuestList(tickets, found.media)


def body_of(row: Any) -> str:
    """As the feed tells it: without what is as usual."""
    return msgspec.json.encode(row).decode()
