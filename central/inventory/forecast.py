"""What is likely: demand still to come, whether a train sells out, what one more place in a terminal's hands is worth.

Pure: numbers in, numbers out, hours as floats. A booking curve says which share of all passengers buys in the last so
many hours before the departure; `central.inventory.demand` learns it from sales.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

# Hours before the departure, share of the passengers that buy within them. Until there is a history: half on the day.
Curve = tuple[tuple[float, float], ...]
USUAL_CURVE: Curve = (
    (0.0, 0.0),
    (1.0, 0.12),
    (3.0, 0.25),
    (6.0, 0.35),
    (12.0, 0.48),
    (24.0, 0.62),
    (72.0, 0.86),
    (336.0, 1.0),
)

NODES = 10  # outages that end before the departure stand for this many lengths, each as likely as the others
PLACES_MAX = 400  # of one terminal in one class
STEP, ROWS_MAX = 0.05, 1 << 16  # relative grid of what is remembered
FORECAST_ERROR = 0.15  # standard deviation of a day's demand beside its forecast, as a share of it


class Link(NamedTuple):
    """A terminal's record of being offline."""

    share: float  # of time without a link
    outage_h: float  # mean length of an outage


class Terms(NamedTuple):
    """What the operator holds dear. Costs are shares of a fare."""

    lost_here: float = 1.0  # a passenger whom a dark terminal turned away
    lost_elsewhere: float = 1.0  # a place in a dark terminal that somebody else wanted
    unsold: float = 0.03  # a place left in a dark terminal that nobody wanted: forecasts err
    holding: float = 0.0002  # of having a place in a terminal's hands at all
    choice: float = 0.002  # of one more place to choose from, up to `choice_up_to`: seat plans, families
    choice_up_to: int = 20
    party: float = 1.0  # passengers that come together: mean of squares by mean, so that large parties count


USUAL_TERMS = Terms()
CHOICE_SHARE, CHOICE_LEAST, CHOICE_MOST = 0.05, 10, 40  # of a class, places


def terms_for(places: int, party: float, usual: Terms = USUAL_TERMS) -> Terms:
    """The terms for a class of so many places: the larger it is, the more of it a terminal shows to choose from."""
    choice = min(CHOICE_MOST, max(CHOICE_LEAST, round(places * CHOICE_SHARE)))
    return usual._replace(choice_up_to=choice, party=party)


def still_to_come(curve: Curve, hours: float) -> float:
    """Share of a departure's passengers that buy within its last `hours`."""
    if hours <= 0:
        return 0.0
    at = bisect_right(curve, (hours, math.inf))
    if at == len(curve):
        return curve[-1][1]
    (low, share), (high, next_share) = curve[at - 1], curve[at]
    return share + (next_share - share) * (hours - low) / (high - low)


def sells_out(expected: float, places: int) -> float:
    """Probability that more than `places` are asked for when `expected` are."""
    if expected <= 0:
        return 0.0
    spread = math.sqrt(expected + (FORECAST_ERROR * expected) ** 2)
    return 0.5 * math.erfc((places + 0.5 - expected) / (spread * math.sqrt(2)))


def margins(
    expected: float, hours: float, curve: Curve, link: Link, sell_out: float, terms: Terms = USUAL_TERMS
) -> tuple[float, ...]:
    """What the 1st, 2nd ... place in a terminal's hands is worth, falling; ends where one costs more than it is worth.

    `expected`: passengers that will ask this terminal until the departure in `hours`. An outage may begin any moment;
    N of them come within it. The place after the q-th is worth P(N > q), and is lost to others if the outage lasts to
    the departure and no more than q came: the newsvendor's balance, weighed by how often the terminal is dark at all.
    """
    return worth_of(curve, terms).row(expected, rounded(hours, link), round(sell_out, 2))


class Rounded(NamedTuple):
    """Hours until the departure and a link, on the grid of what is remembered."""

    hours: float
    share: float
    outage_h: float


def rounded(hours: float, link: Link) -> Rounded:
    """Of one terminal and departure, once; a plan asks for many rows of it."""
    return Rounded(_near(hours, STEP), _near(link.share, 2 * STEP), _near(link.outage_h, 2 * STEP))


class Worth:
    """Rows of `margins` for one curve and terms, remembered: a plan of a busy train looks at a thousand."""

    def __init__(self, curve: Curve, terms: Terms) -> None:
        self._curve, self._terms = curve, terms
        self._rows: dict[tuple[int, Rounded, float], tuple[float, ...]] = {}

    def row(self, expected: float, at: Rounded, sell_out: float) -> tuple[float, ...]:
        """`sell_out` rounded to hundredths."""
        if expected <= 1e-9:
            return ()
        key = round(math.log(expected) / STEP), at, sell_out
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= ROWS_MAX:
                self._rows.clear()
            link = Link(at.share, at.outage_h)
            row = self._rows[key] = _margins(
                math.exp(key[0] * STEP), at.hours, self._curve, link, sell_out, self._terms
            )
        return row


@lru_cache(maxsize=16)
def worth_of(curve: Curve, terms: Terms) -> Worth:
    """One for each class and what was last learned."""
    return Worth(curve, terms)


def _margins(
    expected: float, hours: float, curve: Curve, link: Link, sell_out: float, terms: Terms
) -> tuple[float, ...]:
    if expected <= 0 or hours <= 0:
        return ()
    mean_h = max(link.outage_h, 1e-3)
    to_the_end = math.exp(-hours / mean_h)
    nodes = [(to_the_end, expected)]
    left = still_to_come(curve, hours)
    for index in range(NODES):
        length = -mean_h * math.log1p(-(index + 0.5) / NODES * (1 - to_the_end))
        share = 1 - still_to_come(curve, hours - length) / left if left else length / hours
        nodes.append(((1 - to_the_end) / NODES, expected * share))
    party = max(1.0, terms.party)
    nodes = [(weight, mean / party) for weight, mean in nodes]
    at_most = [[math.exp(-mean), math.exp(-mean), mean, weight] for weight, mean in nodes]  # pmf(q), cdf(q)
    price = terms.lost_elsewhere * max(sell_out, terms.unsold)
    found: list[float] = []
    for parties in range(PLACES_MAX):
        asked = sum(weight * (1 - cdf) for _, cdf, _, weight in at_most)
        idle = to_the_end * at_most[0][1]
        worth = link.share * (terms.lost_here * asked - price * idle) - terms.holding
        worth_to_choose = worth + terms.choice
        for _ in range(len(found), round(party * (parties + 1))):
            value = worth_to_choose if len(found) < terms.choice_up_to else worth
            if value <= 0:
                return tuple(found)
            found.append(value)
        for node in at_most:
            node[0] *= node[2] / (parties + 1)
            node[1] = min(1.0, node[1] + node[0])
    return tuple(found)


def at_least(expected: float, sure: float) -> int:
    """Smallest number that a Poisson count with this mean does not pass with probability `sure`."""
    pmf = cdf = math.exp(-expected) if expected < 700 else 0.0
    if not pmf:
        return math.ceil(expected + 4 * math.sqrt(expected))
    count = 0
    while cdf < sure and count < 10_000:
        count += 1
        pmf *= expected / count
        cdf += pmf
    return count


def _near(value: float, step: float) -> float:
    """The value rounded to a grid of relative `step`, so that answers can be remembered."""
    return math.exp(round(math.log(value) / step) * step) if value > 1e-9 else 0.0
