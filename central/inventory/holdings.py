"""Who holds what of a journey, for the operator: pool, leases, sold, stranded, and what the policy makes of it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, text

from central.inventory.contact import OUTAGE_S
from central.inventory.forecast import sells_out
from central.inventory.outlook import Facts, Outlook
from central.inventory.targets import Target
from kiosk.domain.errors import KioskError


class UnknownJourney(KioskError):
    """Nothing with places goes by this name."""


class Holder(msgspec.Struct, frozen=True):
    """One terminal in one class."""

    terminal: str
    channel: str
    free: int  # places it can sell from its stop on
    target: int  # places it should hold by the plan
    free_cells: int
    sold_cells: int
    silent_s: int  # since its last call; -1 = it never called
    dark: bool


class ClassHoldings(msgspec.Struct, frozen=True):
    """One class; a cell is a place on a segment."""

    place_class: str
    cells: int
    pool: int
    leased: int
    sold: int
    void_pending: int
    stranded: int  # with terminals that were given up, or in doubt after a failover
    in_dark_hands: int  # leased to terminals that do not call: stranded if they stay silent
    sell_out: float  # probability that somewhere on the way more is asked for than is left
    quotas: dict[str, int]  # channel -> places that are not released yet
    holders: tuple[Holder, ...]


class JourneyHoldings(msgspec.Struct, frozen=True):
    """One journey."""

    journey_id: int
    service_journey_id: str
    operating_day: str
    departs_at: int  # unix s
    tickets: int
    tickets_in_the_dark: int  # sold while their terminal had no link
    classes: tuple[ClassHoldings, ...]


def journey_named(connection: Connection, name: str, day: str = "", now: float = 0.0) -> int:
    """The journey with this number, or of this service journey: on the day, else the next to end. UnknownJourney."""
    found = connection.scalar(
        text(
            "SELECT id FROM journey WHERE layout_digest IS NOT NULL AND (CAST(id AS text) = :name OR "
            "(service_journey_id = :name AND "
            "(CAST(operating_day AS text) = :day OR (:day = '' AND on_sale AND ends_at > :now)))) "
            "ORDER BY CAST(id AS text) <> :name, ends_at LIMIT 1"
        ),
        {"name": name, "day": day, "now": int(now)},
    )
    if found is None:
        rows = connection.scalars(
            text(
                "SELECT service_journey_id || ' on ' || operating_day FROM journey WHERE layout_digest IS NOT "
                "NULL AND on_sale AND ends_at > :now ORDER BY service_journey_id <> :name, ends_at, id LIMIT 3"
            ),
            {"name": name, "now": int(now)},
        )
        known = ", ".join(rows) or "none: publish a timetable first"
        asked = f"{name!r} on {day}" if day else repr(name)
        raise UnknownJourney(f"no journey with places has the number or service journey {asked}; on sale are {known}")
    return int(found)


def look(connection: Connection, journey_id: int, now: float) -> JourneyHoldings:
    """Everything at this moment."""
    outlook = Outlook(connection, [journey_id], now)
    facts = outlook.journeys[journey_id]
    row = connection.execute(
        text(
            "SELECT to_char(j.operating_day, 'YYYY-MM-DD') AS operating_day, count(t.seq) AS tickets, "
            "count(*) FILTER (WHERE extract(epoch FROM r.received_at) - r.recorded_at_ms / 1000.0 > :outage_s) AS dark "
            "FROM journey j LEFT JOIN ticket t ON t.journey_id = j.id "
            "LEFT JOIN raw_journal r USING (terminal_id, incarnation, seq) WHERE j.id = :journey GROUP BY j.id"
        ),
        {"journey": journey_id, "outage_s": OUTAGE_S},
    ).one()
    return JourneyHoldings(
        journey_id=journey_id,
        service_journey_id=facts.service_journey_id,
        operating_day=row.operating_day,
        departs_at=facts.departs[0] if facts.departs else facts.ends_at,
        tickets=row.tickets,
        tickets_in_the_dark=row.dark,
        classes=tuple(_class(outlook, facts, each, now) for each in facts.layout.class_masks),
    )


def _class(outlook: Outlook, facts: Facts, place_class: str, now: float) -> ClassHoldings:
    mask = facts.layout.class_masks[place_class]
    target = Target(outlook, facts, place_class, now)
    kinds: dict[str, int] = {}
    sold: dict[int, int] = {}
    for each in facts.held:
        count = sum((cells & mask).bit_count() for cells in each.masks)
        kinds[each.kind] = kinds.get(each.kind, 0) + count
        if each.kind == "SOLD":
            sold[each.terminal_id] = sold.get(each.terminal_id, 0) + count
    holders = tuple(_holders(outlook, target, sold, now))
    stock = target.stock
    left = [pool for pool in stock.pool]
    for seller in target.sellers:
        for index, count in enumerate(seller.spare):
            left[seller.from_call + index] += count
    return ClassHoldings(
        place_class=place_class,
        cells=mask.bit_count() * facts.segments,
        pool=kinds.get("POOL", 0),
        leased=kinds.get("LEASE", 0),
        sold=kinds.get("SOLD", 0),
        void_pending=kinds.get("VOID_PENDING", 0),
        stranded=kinds.get("STRANDED", 0),
        in_dark_hands=sum(each.free_cells for each in holders if each.dark),
        sell_out=round(max(map(sells_out, stock.expected, left), default=0.0), 3),
        quotas={channel: max(places) for channel, places in stock.quotas.items()},
        holders=holders,
    )


def _holders(outlook: Outlook, target: Target, sold: dict[int, int], now: float) -> Iterable[Holder]:
    for seller in sorted(target.sellers, key=lambda seller: outlook.machines[seller.key].name):
        machine = outlook.machines[seller.key]
        yield Holder(
            terminal=machine.name,
            channel=machine.channel,
            free=seller.held[0] if seller.held else 0,
            target=target.plan.targets[seller.key][0],
            free_cells=sum(seller.spare),
            sold_cells=sold.get(seller.key, 0),
            silent_s=-1 if machine.contact is None else max(0, int(now - machine.contact.last_at)),
            dark=seller.dark,
        )


def lines(found: JourneyHoldings) -> list[str]:
    """The same for a person."""
    text_lines = [
        f"journey {found.journey_id}: {found.service_journey_id} on {found.operating_day}; {found.tickets} tickets, "
        f"{found.tickets_in_the_dark} of them sold without a link"
    ]
    for each in found.classes:
        text_lines.append(
            f"{each.place_class}: {each.cells} cells = {each.pool} pool + {each.leased} leased + {each.sold} sold + "
            f"{each.void_pending} void pending + {each.stranded} stranded; {each.in_dark_hands} in silent terminals "
            f"({each.in_dark_hands / each.cells:.1%}); sells out with {each.sell_out:.0%}"
        )
        text_lines += [f"  {places} places only for {channel}" for channel, places in sorted(each.quotas.items())]
        text_lines += [
            f"  {holder.terminal:16} {holder.channel:8} {holder.free:4d} free, {holder.target:4d} planned, "
            f"{holder.free_cells:5d} cells free, {holder.sold_cells:5d} sold, {_silence(holder)}"
            for holder in each.holders
        ]
    return text_lines


def _silence(holder: Holder) -> str:
    if holder.silent_s < 0:
        return "never heard of"
    return f"{'silent for' if holder.dark else 'heard'} {holder.silent_s} s{'' if holder.dark else ' ago'}"
