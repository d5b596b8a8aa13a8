"""The tables of a gate's records, and how a change of central's feed becomes a row of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from kiosk.domain.codes import human_code, normalise
from kiosk.domain.gate.world import Medium, Ticket, World
from kiosk.store.gate_search import INDEX, folded, letters, runs
from sync.wire import BookedRow, Change

TOPICS = frozenset({"booked", "guest", "medium", "plan"})  # what goes here and not into the gate's list

TABLES = (
    "CREATE TABLE booked (ticket INTEGER PRIMARY KEY, sale_id, journey_id INTEGER, place INTEGER, from_call INTEGER, "
    "to_call INTEGER, place_class TEXT, product_id TEXT, category_id TEXT, persons INTEGER, holder TEXT, "
    "covered INTEGER, code TEXT, until INTEGER)",
    f"CREATE VIRTUAL TABLE booked_runs {INDEX}",
    # held: unix s until when it counts on although central has it no more; 0 = central has it
    "CREATE TABLE guest (row INTEGER PRIMARY KEY, code TEXT UNIQUE, body TEXT, short TEXT, until INTEGER, "
    "held INTEGER DEFAULT 0, addon_of TEXT)",
    f"CREATE VIRTUAL TABLE guest_runs {INDEX}",
    "CREATE TABLE medium (code TEXT PRIMARY KEY, body TEXT, until INTEGER, held INTEGER DEFAULT 0) WITHOUT ROWID",
    "CREATE TABLE medium_ticket (ticket TEXT, medium TEXT, PRIMARY KEY (ticket, medium)) WITHOUT ROWID",
    "CREATE TABLE plan (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT)",
    "CREATE TABLE mark (name TEXT PRIMARY KEY, value) WITHOUT ROWID",  # cursor, taken_at
)
# Made after a first fetch is in: sorted once instead of written here and there a million times.
INDEXES = (
    "CREATE INDEX booked_of_sale ON booked (sale_id)",
    "CREATE INDEX booked_on_place ON booked (journey_id, place)",
    "CREATE INDEX booked_by_code ON booked (code)",
    "CREATE INDEX booked_until ON booked (until)",
    "CREATE INDEX guest_short ON guest (short)",
    "CREATE INDEX guest_until ON guest (until) WHERE until > 0",
    "CREATE INDEX guest_held ON guest (held) WHERE held > 0",
    "CREATE INDEX guest_addon ON guest (addon_of) WHERE addon_of <> ''",
    "CREATE INDEX medium_ticket_of ON medium_ticket (medium)",
)
BOOKED = (
    "ticket, sale_id, journey_id, place, from_call, to_call, place_class, product_id, category_id, persons, holder, "
    "covered"
)
_booked: msgspec.json.Decoder[BookedRow] = msgspec.json.Decoder(BookedRow)
_guest: msgspec.json.Decoder[Ticket] = msgspec.json.Decoder(Ticket)
_medium: msgspec.json.Decoder[Medium] = msgspec.json.Decoder(Medium)
_plan: msgspec.json.Decoder[World] = msgspec.json.Decoder(World)


class Booked(NamedTuple):
    """A ticket that a terminal sold, as central told of it."""

    ticket_id: str
    row: BookedRow

    @property
    def code(self) -> str:
        """The human code on its paper."""
        return human_code(self.ticket_id)


def number_of(ticket_id: str) -> int:
    """As SQLite keeps it, which has a sign. ValueError for what is no ticket id."""
    if len(ticket_id) != 16:
        raise ValueError(f"{ticket_id[:40]!r} is no ticket id")
    number = int(ticket_id, 16)
    return number - (1 << 64) if number >> 63 else number


def ticket_id_of(number: int) -> str:
    return f"{number & (1 << 64) - 1:016x}"


def booked_row(change: Change) -> tuple[tuple[Any, ...], str]:
    """(row of `booked`, its runs). ValueError when it cannot be read."""
    number, row, digits = number_of(change.key), _booked.decode(change.body or ""), normalise(human_code(change.key))
    values = (
        number,
        _packed(row.sale_id),
        row.journey_id,
        row.place,
        row.from_call,
        row.to_call,
        row.place_class,
        row.product_id,
        row.category_id,
        row.persons,
        row.holder,
        row.covered,
        digits,
        change.until,
    )
    return values, runs((digits.lower(), folded(row.holder)) if row.holder else (digits.lower(),))


def booked_of(values: Any) -> Booked:
    """From the columns BOOKED."""
    number, sale_id, *rest = values
    rest[-1] = bool(rest[-1])
    return Booked(ticket_id_of(number), BookedRow(_unpacked(sale_id), *rest))


def sale_key(sale_id: str) -> str | bytes:
    return _packed(sale_id)


def guest_of(body: str) -> Ticket:
    return _guest.decode(body)


def medium_of(body: str) -> Medium:
    return _medium.decode(body)


def plan_of(body: str) -> World:
    return _plan.decode(body)


def texts_of_guest(guest: Ticket) -> tuple[str, ...]:
    """What a guest is found by, folded; codes also without what stands between their letters."""
    codes = [each for each in (guest.code, guest.short_code, guest.booking) if each]
    names = [each for each in (guest.holder, guest.email) if each]
    return tuple(dict.fromkeys([*map(folded, codes), *map(letters, codes), *map(folded, names)]))


def texts_of_booked(booked: Booked) -> tuple[str, ...]:
    code = booked.code.lower()
    return code, code.replace("-", ""), folded(booked.row.holder)


def _packed(sale_id: str) -> str | bytes:
    """A UUID in its 16 bytes, anything else as it is."""
    if len(sale_id) == 36 and sale_id[8] == sale_id[13] == sale_id[18] == sale_id[23] == "-":
        try:
            short = bytes.fromhex(sale_id.replace("-", ""))
        except ValueError:
            return sale_id
        return short if _unpacked(short) == sale_id else sale_id
    return sale_id


def _unpacked(value: str | bytes) -> str:
    if isinstance(value, str):
        return value
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
