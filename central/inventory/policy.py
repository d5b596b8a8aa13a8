"""How many places of one class of one journey each terminal should hold: a plan as data, from numbers alone.

On every segment the places that can be given (the pool, and what terminals with a link hold free) go one after the
other to the terminal where the next one is worth most, until what is left is the reserve of central's own sales. A
terminal's holdings get fewer along the run, as its passengers do: beyond the last of them a place is of use to others.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain
from operator import neg
from typing import NamedTuple

from central.inventory.forecast import USUAL_TERMS, Curve, Link, Terms, rounded, sells_out, worth_of
from sync.wire import Recall

OWN_SHARE = 0.8  # of its part of what is unsold, for central's own sales: terminals give back when asked
TIGHT = 0.2  # probability of selling out from which on nobody keeps more than planned


class Seller(NamedTuple):
    """A terminal, as far as one class of one journey is concerned. Sequences run from its segment to the last."""

    key: int
    channel: str
    from_call: int  # 0 also for a terminal without a station
    hours: float  # until the departure from its stop; <= 0: it sells no more
    expected: tuple[float, ...]  # passengers still to ask it who ride over this segment
    link: Link
    held: tuple[int, ...]  # places free in its hands from its stop through this segment
    spare: tuple[int, ...]  # cells free in its hands on this segment, whether it can sell them or not
    dark: bool = False  # not heard of lately: what it holds, it keeps


class Stock(NamedTuple):
    """One class of one journey. Sequences have one number for each segment."""

    journey_id: int
    place_class: str
    pool: tuple[int, ...]  # free cells
    expected: tuple[float, ...]  # passengers still to come over the segment, through every channel
    reserve: tuple[int, ...]  # kept for central's own sales
    quotas: Mapping[str, tuple[int, ...]] = {}  # channel -> places kept for it that it has not sold; none released yet


class Plan(NamedTuple):
    """What each terminal should hold free (see `Seller.held`), and where demand is about to pass the stock."""

    targets: dict[int, tuple[int, ...]]
    tight: tuple[bool, ...]


def plan(
    stock: Stock, sellers: Sequence[Seller], curve: Curve, terms: Terms = USUAL_TERMS, *, whole: bool = False
) -> Plan:
    """Targets of all terminals. `whole`: whole places to the end of the run, however short the rides are."""
    targets: dict[int, list[int]] = {seller.key: [] for seller in sellers}
    tight = []
    row = worth_of(curve, terms).row
    at = {seller.key: rounded(seller.hours, seller.link) for seller in sellers}
    holding = [seller for seller in sellers if any(seller.spare)]
    for segment, pool in enumerate(stock.pool):
        here = [seller for seller in sellers if seller.from_call <= segment]
        in_hand = [
            (seller.spare[segment - seller.from_call], seller.dark) for seller in holding if seller.from_call <= segment
        ]
        risk = sells_out(stock.expected[segment], pool + sum(spare for spare, _ in in_hand))
        tight.append(risk > TIGHT)
        open_ = [seller for seller in here if not seller.dark]
        risk = round(risk, 2)
        worth = [
            row(seller.expected[0 if whole else segment - seller.from_call], at[seller.key], risk) for seller in open_
        ]
        can_give = pool + sum(spare for spare, dark in in_hand if not dark)
        quotas = _left_of_quotas(stock, here, segment)
        counts = _shared(open_, worth, can_give - stock.reserve[segment], quotas)
        for seller in here:
            chain = targets[seller.key]
            count = seller.held[segment - seller.from_call] if seller.dark else counts[seller.key]
            chain.append(min(count, chain[-1]) if chain else count)
    return Plan({key: tuple(chain) for key, chain in targets.items()}, tuple(tight))


def most(seller: Seller, risks: Sequence[float], curve: Curve, terms: Terms = USUAL_TERMS) -> tuple[int, ...]:
    """What no plan gives the terminal more of: its targets if nobody else wanted the places.

    `risks`: of selling out, from its segment on, or less than that.
    """
    row, at = worth_of(curve, terms).row, rounded(seller.hours, seller.link)
    each = zip(seller.expected, risks, strict=True)
    return tuple(accumulate((len(row(expected, at, round(risk, 2))) for expected, risk in each), min))


def _left_of_quotas(stock: Stock, here: Sequence[Seller], segment: int) -> dict[str, int]:
    """Of each channel's quota what its dark terminals do not hold already."""
    left = {channel: places[segment] for channel, places in stock.quotas.items()}
    for seller in here:
        if seller.dark and seller.channel in left:
            left[seller.channel] = max(0, left[seller.channel] - seller.spare[segment - seller.from_call])
    return left


def leave(stock: Stock, sellers: Sequence[Seller], channel: str) -> tuple[int, ...]:
    """Cells of each segment that a terminal of this channel must leave in the pool: the reserve and others' quotas."""
    found = list(stock.reserve)
    for other, places in stock.quotas.items():
        if other == channel:
            continue
        for segment, count in enumerate(places):
            leased = sum(
                seller.spare[segment - seller.from_call]
                for seller in sellers
                if seller.channel == other and seller.from_call <= segment
            )
            found[segment] += max(0, count - leased)
    return tuple(found)


def _shared(
    sellers: Sequence[Seller], worth: Sequence[tuple[float, ...]], places: int, quotas: Mapping[str, int]
) -> dict[int, int]:
    """Places for each seller: the most valuable first, as long as there are any for its channel."""
    if not quotas:
        return dict(zip((seller.key for seller in sellers), _most_valuable(worth, places), strict=True))
    counts = {seller.key: 0 for seller in sellers}
    kept = dict(quotas)
    common = places - sum(kept.values())
    order = sorted(
        ((value, -index) for index, row in enumerate(worth) for value in row), reverse=True
    )  # each row falls, so a seller's places come in order
    for _, index in order:
        seller = sellers[-index]
        if places <= 0:
            break
        if kept.get(seller.channel, 0) > 0:
            kept[seller.channel] -= 1
        elif common > 0:
            common -= 1
        else:
            continue
        places -= 1
        counts[seller.key] += 1
    return counts


def _most_valuable(worth: Sequence[tuple[float, ...]], places: int) -> list[int]:
    """How many of each falling row are among the `places` highest values of all."""
    if sum(map(len, worth)) <= places:
        return [len(row) for row in worth]
    if places <= 0:
        return [0] * len(worth)
    least = sorted(chain.from_iterable(worth), reverse=True)[places - 1]
    counts = [bisect_left(row, -least, key=neg) for row in worth]  # those above it
    left = places - sum(counts)
    for index, row in enumerate(worth):
        equal = min(left, bisect_right(row, -least, key=neg) - counts[index])
        counts[index] += equal
        left -= equal
    return counts


def wish(target: Sequence[int], held: Sequence[int]) -> tuple[int, ...]:
    """What to bring the holdings to; () while three quarters of the target are in hand everywhere."""
    if all(have >= aim - aim // 4 for have, aim in zip(held, target, strict=True)):
        return ()
    return tuple(max(have, aim) for have, aim in zip(held, target, strict=True))


def recalls(stock: Stock, seller: Seller, made: Plan) -> tuple[Recall, ...]:
    """What the terminal is to give back. A little more than planned may stay where nobody is short of places."""
    target = made.targets[seller.key]
    found: list[Recall] = []
    for index, (cells, keep) in enumerate(zip(seller.spare, target, strict=True)):
        segment = seller.from_call + index
        ending = seller.hours <= max(seller.link.outage_h, 1.0)
        slack = 0 if made.tight[segment] or ending or not keep else max(1, keep // 4)
        if cells <= keep + slack:
            continue
        if found and found[-1].to_call == segment and found[-1].keep == keep:
            found[-1] = Recall(stock.journey_id, stock.place_class, found[-1].from_call, segment + 1, keep)
        else:
            found.append(Recall(stock.journey_id, stock.place_class, segment, segment + 1, keep))
    return tuple(found)


def reserve(stock_expected: Sequence[float], own: Sequence[float], unsold: Sequence[int]) -> tuple[int, ...]:
    """Places that stay in the pool for central's own sales: its share of what is still expected, of what is unsold.

    Its customers may get any free place, but not before terminals have answered a recall.
    """
    return tuple(
        math.ceil(OWN_SHARE * places * each / whole) if whole > 0 else 0
        for places, each, whole in zip(unsold, own, stock_expected, strict=True)
    )
