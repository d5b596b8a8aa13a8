"""Sales of every kind that comes on paper: railway, bus, metro, hall; for the tests of paper."""

from __future__ import annotations

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain import ticket as tickets
from kiosk.domain.items import RideFacts, SaleItem
from kiosk.domain.sale import Attempt, IssuedTicket, Sale

MACHINE = "K14"
RAIL = RideFacts(
    number="G1",
    mode=2,
    headsign="Shanghai Hongqiao",
    operating_day="2026-11-24",
    origin={"": "北京南", "en": "Beijing South", "zh-Hans": "北京南"},
    destination={"": "上海虹桥", "en": "Shanghai Hongqiao", "zh-Hans": "上海虹桥"},
    departs_at=1_795_474_800,  # 2026-11-24 07:00 in Shanghai
    arrives_at=1_795_490_940,  # 11:29
    timezone="Asia/Shanghai",
    operator="China Railway",
    platform="10",
    coach={"": "6"},
    place="8F",
    features=("window",),
    place_class={"": "Second class", "zh-Hans": "二等座"},
    category={"": "Adult", "zh-Hans": "成人"},
    attribution="Timetable: public timetable",
)
change = msgspec.structs.replace
UNRESERVED = change(RAIL, place="", coach={}, features=(), place_class={}, platform="")
NIGHT = change(RAIL, arrives_at=RAIL.departs_at + 20 * 3600)
BUS = change(
    UNRESERVED,
    number="910",
    mode=3,
    origin={"": "des Pins | de la Cascade"},
    destination={"": "Cégep Gabrielle-Roy via Route 148 et boulevard des Allumettières"},
    timezone="America/Toronto",
    operator="Transcollines",
    category={"": "Passage simple, adulte avec correspondance"},
)
METRO = change(BUS, number="", line="Blue Line: Raidurg – Nagole, Corridor III", mode=1, timezone="Asia/Kolkata")
HALL = change(
    RAIL,
    number="",
    mode=-1,
    title={"": "Yellow River Piano Concerto and The Butterfly Lovers", "zh-Hans": "《黄河》钢琴协奏曲与《梁祝》"},
    origin={"": "City Philharmonic Hall", "zh-Hans": "城市爱乐厅"},
    coach={"": "Balcony left", "zh-Hans": "左侧楼座"},
    place="12-34",
    features=("aisle",),
    platform="",
    opens_at=RAIL.departs_at - 2700,
)
STANDING = change(HALL, counted=True, place="417", coach={"": "Standing area"}, features=(), opens_at=0)
KINDS = {
    "rail": RAIL,
    "unreserved": UNRESERVED,
    "night": NIGHT,
    "bus": BUS,
    "metro": METRO,
    "hall": HALL,
    "standing": STANDING,
}


def a_ticket(seq: int = 77) -> tickets.Ticket:
    return tickets.Ticket(
        key_id=b"demo", tenant=1, terminal_id=14, incarnation=1, seq=seq, issued=1_795_387_140, journey_id=9,
        valid_from_min=-90, valid_for_min=600, from_call=0, to_call=3, coach=6, seat=38, product_class=2,
        price_minor=66200, currency="CNY",
    )  # fmt: skip


def code_of(seq: int = 77, extensions: tuple[tuple[int, bytes], ...] = ()) -> str:
    """What the QR code says."""
    payload = tickets.pack(change(a_ticket(seq), extensions=extensions))
    return tickets.sign(payload, Ed25519PrivateKey.from_private_bytes(bytes(32)))


def sale_of(facts: RideFacts, language: str = "en", count: int = 2, price_minor: int = 66200) -> Sale:
    """A paid sale with its tickets."""
    items = tuple(
        SaleItem(
            journey_id=9, from_call=0, to_call=3, place=37 + n, gids=(), place_class="second", product_id="p",
            category_id="adult", price_minor=price_minor, facts=facts,
        )
        for n in range(count)
    )  # fmt: skip
    issued = tuple(IssuedTicket(n, 77 + n, tickets.pack(a_ticket(77 + n)).hex(), f"7QK4-MX2{n}") for n in range(count))
    attempts = (
        Attempt("a1", price_minor * count, "CNY", "card", "declined"),
        Attempt("a2", price_minor * count, "CNY", "card", "approved", "A000001", "**** **** **** 4417"),
    )
    return Sale("sale-1", "issued", items, "CNY", language, attempts, issued)
