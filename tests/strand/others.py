"""The two ways most systems sell: only with a link, or offline from the last picture of what was free."""

from __future__ import annotations

from kiosk.domain.segments import choose_places, take
from tests.strand.ledger import Ledger
from tests.strand.world import CENTRAL, CLASS, SEGMENTS, TRAIN, World


def online_only(world: World) -> Ledger:
    """A dark terminal sells nothing."""
    ledger = Ledger(world)
    free = [TRAIN.full_mask] * SEGMENTS
    for request in world.requests:
        dark = request.seller != CENTRAL and world.dark(request.seller, request.at)
        ride = request.from_call, request.to_call
        places = () if dark else choose_places(free, TRAIN, CLASS, *ride, request.party)
        free = take(free, places, *ride)
        ledger.sell(request, places, dark)
    return ledger


def from_snapshot(world: World) -> Ledger:
    """A dark terminal sells what was free when its link went, less what it sold itself; central hears of it later."""
    ledger = Ledger(world)
    free = [TRAIN.full_mask] * SEGMENTS
    pictures: dict[int, tuple[int, list[int]]] = {}  # terminal -> (its outage, what it believes is free)
    before: list[list[int]] = []  # what was free after each request: the picture at any earlier time
    times: list[float] = []
    for request in world.requests:
        ride = request.from_call, request.to_call
        dark = request.seller != CENTRAL and world.dark(request.seller, request.at)
        if dark:
            outage = next(
                number for number, (start, end) in enumerate(world.outages[request.seller]) if start <= request.at < end
            )
            if pictures.get(request.seller, (-1,))[0] != outage:
                start = world.outages[request.seller][outage][0]
                count = sum(at <= start for at in times)
                pictures[request.seller] = outage, list(before[count - 1]) if count else [TRAIN.full_mask] * SEGMENTS
            picture = pictures[request.seller][1]
            places = choose_places(picture, TRAIN, CLASS, *ride, request.party)
            pictures[request.seller] = outage, take(picture, places, *ride)
        else:
            _hear(world, pictures, free, request.at, ledger)
            places = choose_places(free, TRAIN, CLASS, *ride, request.party)
            free = take(free, places, *ride)
        ledger.sell(request, places, dark)
        times.append(request.at)
        before.append(free)
    return ledger


def _hear(
    world: World, pictures: dict[int, tuple[int, list[int]]], free: list[int], now: float, ledger: Ledger
) -> None:
    """Terminals whose link is back have told central what they sold."""
    for terminal, (outage, _) in list(pictures.items()):
        start, end = world.outages[terminal][outage]
        if end <= now:
            del pictures[terminal]
            for ticket in ledger.tickets:
                if ticket.seller == terminal and start <= ticket.at < end:
                    for segment in range(ticket.from_call, ticket.to_call):
                        free[segment] &= ~(1 << ticket.place)
