"""Paper as values: what a ticket and a receipt say, in the passenger's words, before anybody draws them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from kiosk.domain import ticket as tickets
from kiosk.domain.items import RideFacts
from kiosk.domain.money import Money
from kiosk.domain.network import Names
from kiosk.domain.page_texts import text_of
from kiosk.domain.paying import Attempt, kind_of
from kiosk.domain.sale import Sale

EVENT = -1
RAIL = 2
EXTENDED_RAIL = range(100, 118)  # GTFS extended route types of railways


class Fact(msgspec.Struct, frozen=True):
    """A label and its value in large type."""

    label: str
    value: str


class Stop(msgspec.Struct, frozen=True):
    """One end of the ride. `other` is the name in the second script, "" if there is none."""

    time: str
    name: str
    other: str
    later: str = ""  # "+1 day", below the time


class TicketPage(msgspec.Struct, frozen=True):
    """One traveller's ticket."""

    day: str
    count: str  # "Ticket 1 of 2"
    stops: tuple[Stop, ...]  # two for a ride, one for an event
    title: str  # an event's title
    facts: tuple[Fact, ...]  # up to four, widest last
    code: str  # text of the QR code
    details: tuple[str, ...]  # beside the code; the first and the price are bold
    notes: tuple[str, ...]  # below the code
    human_code: str
    origin: str  # machine and time of issue
    mark: str = ""  # "COPY 1": a page that is not the original
    uic: bytes = b""  # content of a second code, for railways abroad; b"" = none
    holder: str = ""  # the traveller's name; "" = the ticket is not named


class ReceiptPage(msgspec.Struct, frozen=True):
    """Proof of payment; not valid for travel and not to be taken for a ticket. It names nobody: it goes to offices."""

    title: str
    warning: str
    head: tuple[Fact, ...]
    lines: tuple[Fact, ...]  # what and its price; an empty value is a heading
    total: Fact
    payment: tuple[Fact, ...]
    notes: tuple[str, ...]
    mark: str = ""


class BadgePage(msgspec.Struct, frozen=True):
    """What somebody wears who checked in; it opens nothing."""

    name: str  # as answered at the check-in; else who the ticket is for
    title: str  # of the event or ride
    day: str
    place: str
    category: str
    human_code: str
    notes: tuple[str, ...] = ()
    mark: str = ""  # "COPY 1": printed again


Page = TicketPage | ReceiptPage | BadgePage


def ticket_page(sale: Sale, item_no: int, copy: int, *, code: str, machine: str, uic: bytes = b"") -> TicketPage:
    """The page of one issued ticket; `code` is what its QR says ("" = no QR code), `uic` what its UIC code does."""
    t = text_of(sale.language)
    issued = next(each for each in sale.tickets if each.item_no == item_no)
    item = sale.items[item_no]
    facts = _facts_of(sale, item_no)
    zone = ZoneInfo(facts.timezone)
    at = tickets.unpack(bytes.fromhex(issued.payload)).issued
    event = facts.mode == EVENT
    price = Money(item.price_minor, sale.currency).text()
    return TicketPage(
        day=_day(facts.departs_at, zone, sale.language),
        count=t["ticket_of"].format(n=item_no + 1, count=len(sale.items)),
        stops=_stops(facts, zone, sale.language),
        title=named(facts.title, sale.language) if event else "",
        facts=_place_facts(facts, zone, t, sale.language),
        code=code,
        details=tuple(
            each
            for each in (named(facts.category, sale.language), named(facts.place_class, sale.language), price)
            if each
        ),
        notes=(
            *([t["doors"].format(time=_time(facts.opens_at, zone))] if 0 < facts.opens_at < facts.departs_at else []),
            t["valid_event"] if event else t["valid_seat"] if facts.place else t["valid_open"],
            t["keep_flat"],
        ),
        human_code=issued.code,
        origin=f"{machine}  {_clock(at, zone)}  {facts.operator}".strip(),
        mark=t["copy"].format(n=copy) if copy else "",
        uic=uic,
        holder=item.holder,
    )


def receipt_page(sale: Sale, copy: int, *, machine: str, receipt_no: str) -> ReceiptPage:
    """The receipt of a paid sale."""
    t = text_of(sale.language)
    facts = _facts_of(sale, 0)
    zone = ZoneInfo(facts.timezone)
    at = tickets.unpack(bytes.fromhex(sale.tickets[0].payload)).issued
    lines = [Fact(_ride_line(facts, zone, sale.language), "")]
    if facts.mode != EVENT:
        lines.append(Fact(f"{named(facts.origin, sale.language)} – {named(facts.destination, sale.language)}", ""))
    for number, item in enumerate(sale.items):
        its = _facts_of(sale, number)
        what = [named(its.category, sale.language), named(its.place_class, sale.language)]
        if its.place and not its.counted:
            what.append(f"{named(its.coach, sale.language)} / {its.place}")
        lines.append(Fact(t["comma"].join(each for each in what if each), _money(item.price_minor, sale.currency)))
    total = _money(sale.total.amount_minor, sale.currency)
    return ReceiptPage(
        title=t["receipt"],
        warning=t["not_a_ticket"],
        head=(
            Fact(t["sold"], _clock(at, zone)),
            Fact(t["at"], machine),
            Fact(t["receipt_no"], receipt_no),
            Fact(t["booking"], sale.tickets[0].code),
        ),
        lines=tuple(lines),
        total=Fact(t["total"], total),
        payment=tuple(fact for paid in sale.attempts if paid.state == "approved" for fact in _paid(paid, t)),
        notes=tuple(each for each in (t["receipt_note"], facts.operator, facts.attribution) if each),
        mark=t["copy"].format(n=copy) if copy else "",
    )


def _cash(paid: Attempt, t: Mapping[str, str]) -> list[Fact]:
    """What was put in, what came out, and what the machine could not give."""
    came = sum(value * count for value, count in paid.pieces if count > 0)
    went = -sum(value * count for value, count in paid.pieces if count < 0)
    told = ((t["put_in"], came), (t["change"], went), (t["owed"], paid.short_minor))
    return [Fact(word, _money(minor, paid.currency)) for word, minor in told if minor]


def _paid(paid: Attempt, t: Mapping[str, str]) -> list[Fact]:
    """One part of the payment: how, how much, with which card, and whose word it is."""
    wallet, kind = paid.reference.partition(":")[0], kind_of(paid.means)
    by = wallet if kind in ("qr", "scan") and f"paid_by_{wallet}" in t else kind
    word = t.get(f"paid_by_{by}", t["paid_by_card"]) if paid.amount_minor else t["free"]
    facts = (
        Fact(word, _money(paid.amount_minor, paid.currency)),
        Fact(t["card"] if paid.means == "card" else "", paid.card if paid.means == "card" else ""),
        *_cash(paid, t),
        Fact(t["approved"], paid.reference.partition("@")[0]),  # the time behind it is for machines
    )
    return [each for each in facts if each.value]


def named(names: Names, language: str) -> str:
    """The text in a language, else the feed's own, else anything there is."""
    own = names.get("", "")
    return names.get(language) or names.get(language.split("-")[0]) or own or next(iter(names.values()), "")


def other_name(names: Names, language: str) -> str:
    """The name in the second script of the place; "" when it is the same."""
    shown = named(names, language)
    candidates = (names.get("", ""), names.get("en", ""), names.get("zh-Hans", ""))
    return next((each for each in candidates if each and each != shown), "")


def _facts_of(sale: Sale, item_no: int) -> RideFacts:
    facts = sale.items[item_no].facts
    assert facts is not None, "every sale since version 1 keeps its facts"
    return facts


def _stops(facts: RideFacts, zone: ZoneInfo, language: str) -> tuple[Stop, ...]:
    starts = Stop(_time(facts.departs_at, zone), named(facts.origin, language), other_name(facts.origin, language))
    if facts.mode == EVENT:
        return (starts,)
    days = (_date(facts.arrives_at, zone) - _date(facts.departs_at, zone)).days
    later = text_of(language)["later" if days == 1 else "later_days"].format(n=days) if days > 0 else ""
    ends = Stop(
        _time(facts.arrives_at, zone),
        named(facts.destination, language),
        other_name(facts.destination, language),
        later,
    )
    return (starts, ends)


def _place_facts(facts: RideFacts, zone: ZoneInfo, t: dict[str, str], language: str) -> tuple[Fact, ...]:
    event = facts.mode == EVENT
    rail = facts.mode == RAIL or facts.mode in EXTENDED_RAIL
    number = facts.number or facts.line or facts.headsign
    found = [] if event or not number else [Fact(t["train"] if rail else t["line"], number)]
    if facts.entrance:
        found.append(Fact(t["entrance"], str(facts.entrance)))
    if facts.place and not facts.counted:
        where = next((t[each] for each in ("window", "aisle", "middle", "wheelchair") if each in facts.features), "")
        found.append(Fact(t["block"] if event else t["coach"], named(facts.coach, language)))
        found.append(Fact(t["comma"].join(each for each in (t["seat"], where) if each), facts.place))
    elif facts.counted:
        found.append(Fact(t["area"], named(facts.coach, language)))
    elif rail:  # nobody looks for a seat number on a bus or in a metro
        found.append(Fact(t["seat"], t["free_choice"]))
    if facts.platform and len(found) < 4:
        found.append(Fact(t["platform"], facts.platform))
    return tuple(found)


def _ride_line(facts: RideFacts, zone: ZoneInfo, language: str) -> str:
    what = named(facts.title, language) if facts.mode == EVENT else facts.number
    return text_of(language)["comma"].join(
        each for each in (what, _day(facts.departs_at, zone, language), _time(facts.departs_at, zone)) if each
    )


def _day(at: int, zone: ZoneInfo, language: str) -> str:
    when = datetime.fromtimestamp(at, zone)
    t = text_of(language)
    return t["date"].format(
        weekday=t["weekdays"].split()[when.weekday()],
        day=when.day,
        month=t["months"].split()[when.month - 1],
        year=when.year,
    )


def _date(at: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, zone).date()


def _time(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")


def _clock(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")


def _money(amount_minor: int, currency: str) -> str:
    return Money(amount_minor, currency).text(exact=True)
