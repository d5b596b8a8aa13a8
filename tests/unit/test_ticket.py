"""T1 tickets: what goes in comes out, 114 bytes, one canonical text, and nothing unknown is read."""

from __future__ import annotations

from typing import Any

import base45
import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import ticket as tickets
from kiosk.domain.errors import BadTicket
from kiosk.domain.ticket import Ticket

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PLAIN: dict[str, Any] = {
    "key_id": b"\x01\x02\x03\x04",
    "tenant": 7,
    "terminal_id": 3,
    "incarnation": 1,
    "seq": 5,
    "issued": 1_790_000_000,
    "journey_id": 101,
    "valid_from_min": -60,
    "valid_for_min": 300,
    "from_call": 0,
    "to_call": 2,
}


def make(**changes: Any) -> Ticket:
    return Ticket(**{**PLAIN, **changes})


places = st.one_of(st.just((0, 0)), st.tuples(st.integers(1, 63), st.integers(1, 1023)))
extensions = st.lists(st.tuples(st.integers(0, 0x7F), st.binary(max_size=4)), max_size=5).map(tuple)


@st.composite
def any_ticket(draw: st.DrawFn) -> Ticket:
    coach, seat = draw(places)
    first = draw(st.integers(0, 254))
    flags = draw(st.sampled_from([0, 1, 2, 4, 16, 32, 1 | 2 | 4 | 16 | 32]))
    holder = draw(st.binary(min_size=8, max_size=8).filter(any)) if flags & tickets.FLAG_NAMED else bytes(8)
    return make(
        key_id=draw(st.binary(min_size=4, max_size=4)),
        tenant=draw(st.integers(0, 0xFFFF)),
        terminal_id=draw(st.integers(1, 0xFFFF)),
        incarnation=draw(st.integers(1, 0xFF)),
        seq=draw(st.integers(1, (1 << 40) - 1)),
        issued=draw(st.integers(0, 0xFFFFFFFF)),
        journey_id=draw(st.integers(0, 0xFFFFFFFF)),
        valid_from_min=draw(st.integers(-(1 << 15), (1 << 15) - 1)),
        valid_for_min=draw(st.integers(0, 0xFFFF)),
        from_call=first,
        to_call=draw(st.integers(first + 1, 255)),
        coach=coach,
        seat=seat,
        product_class=draw(st.integers(0, 255)),
        persons=draw(st.integers(0, 15)),
        category=draw(st.integers(0, 15)),
        price_minor=draw(st.one_of(st.none(), st.integers(0, 0xFFFFFE))),
        currency=draw(st.sampled_from(tickets.CURRENCIES)),
        gate_group=draw(st.integers(0, 255)),
        holder=holder,
        flags=flags,
        extensions=draw(extensions),
    )


@given(any_ticket())
def test_what_is_packed_is_read_back(ticket: Ticket) -> None:
    payload = tickets.pack(ticket)
    text = tickets.sign(payload, KEY)
    assert tickets.read(text) == (ticket, payload, base45.b45decode(text[3:])[-64:])
    assert tickets.verified(payload, tickets.read(text)[2], KEY.public_key())
    assert len(ticket.ticket_id) == 16


@given(st.binary(max_size=120))
def test_bytes_are_a_ticket_or_refused_and_have_one_form(data: bytes) -> None:
    try:
        ticket = tickets.unpack(data)
    except BadTicket:
        return
    assert tickets.pack(ticket) == data


def test_a_plain_ticket_has_114_bytes_and_a_small_code() -> None:
    text = tickets.sign(tickets.pack(make(coach=6, seat=12)), KEY)
    assert len(base45.b45decode(text[3:])) == 114
    code = segno.make(text, error="m", micro=False)
    assert isinstance(code.version, int) and code.version <= 8
    assert tickets.sign(tickets.pack(make(coach=6, seat=12)), KEY) == text


def test_signatures_of_other_keys_and_for_other_uses_do_not_count() -> None:
    payload = tickets.pack(make())
    assert not tickets.verified(payload, KEY.sign(payload), KEY.public_key())
    other = Ed25519PrivateKey.generate()
    assert not tickets.verified(payload, other.sign(tickets.CONTEXT + payload), KEY.public_key())
    assert not tickets.verified(payload, b"short", KEY.public_key())


@pytest.mark.parametrize(
    ("offset", "value"),
    [(0, 2), (1, 8), (1, 64), (1, 128), (37, 255), (39, 1), (49, 1), (48, 1), (29, 0), (30, 0x04), (31, 1)],
)
def test_what_is_unknown_or_impossible_is_refused(offset: int, value: int) -> None:
    data = bytearray(tickets.pack(make()))
    data[offset] = value
    with pytest.raises(BadTicket):
        tickets.unpack(bytes(data))


def test_extensions_are_strict() -> None:
    good = tickets.pack(make(extensions=((1, b"ab"),)))
    assert tickets.unpack(good).extensions == ((1, b"ab"),)
    for bad in (good + b"\0", good[:-1], good[:50] + b"\x81\x00", good[:50] + b"\x01\xff"):
        with pytest.raises(BadTicket):
            tickets.unpack(bad)
    with pytest.raises(ValueError, match="32 bytes"):
        tickets.pack(make(extensions=((1, bytes(31)),)))


@pytest.mark.parametrize(
    "field",
    [
        {"terminal_id": 0},
        {"terminal_id": 1 << 16},
        {"incarnation": 0},
        {"seq": 0},
        {"seq": 1 << 40},
        {"coach": 64, "seat": 1},
        {"seat": 1024, "coach": 1},
        {"persons": 16},
        {"category": 16},
        {"flags": 8},
        {"journey_id": 1 << 32},
        {"valid_from_min": 1 << 15},
        {"from_call": 256},
    ],
)
def test_a_field_that_does_not_fit_is_not_packed(field: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fit"):
        tickets.pack(make(**field))


@pytest.mark.parametrize(
    "field",
    [
        {"coach": 2},
        {"seat": 3},
        {"from_call": 2},
        {"extensions": ((0x81, b""),)},
        {"key_id": b"abc"},
        {"key_id": b"abcde"},
        {"holder": b"short"},
        {"price_minor": -1, "currency": "EUR"},
    ],
)
def test_nothing_is_sold_that_no_gate_would_read(field: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        tickets.pack(make(**field))


@pytest.mark.parametrize(
    ("price", "read"),
    [
        ((500, "EUR"), (500, "EUR")),
        ((0, "EUR"), (0, "EUR")),
        ((0xFFFFFE, "EUR"), (0xFFFFFE, "EUR")),
        ((0xFFFFFF, "EUR"), (None, "EUR")),
        ((1 << 30, "EUR"), (None, "EUR")),
        ((500, "ZZZ"), (None, "XXX")),
    ],
)
def test_a_price_is_right_or_not_stated(price: tuple[int, str], read: tuple[int | None, str]) -> None:
    ticket = tickets.unpack(tickets.pack(make(price_minor=price[0], currency=price[1])))
    assert (ticket.price_minor, ticket.currency) == read


def test_a_currency_keeps_its_index_for_ever() -> None:
    """Paper that was printed holds the index; new currencies are added at the end, and all fit a byte."""
    printed = {0: "XXX", 11: "CNY", 16: "EUR", 61: "USD", 67: "ZAR", 68: "AFN"}
    assert {index: tickets.CURRENCIES[index] for index in printed} == printed
    assert len(tickets.CURRENCIES) == len(set(tickets.CURRENCIES)) <= 255
    assert all(len(code) == 3 and code.isupper() for code in tickets.CURRENCIES)


def test_the_text_has_one_form() -> None:
    text = tickets.sign(tickets.pack(make()), KEY)
    for other in (
        text[3:],
        text.lower(),
        text + "\n",
        "\n" + text,
        text + "0",
        text + "000",
        text[:-1],
        "T1:" + " " * 171,
        "T1:",
        "",
    ):
        with pytest.raises(BadTicket):
            tickets.read(other)


@given(st.text())
def test_any_text_is_a_ticket_or_refused(text: str) -> None:
    with pytest.raises(BadTicket):
        tickets.read("T1:" + text)
