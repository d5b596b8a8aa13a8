"""Of several tickets that one code stands for, the one that is meant here and now."""

from __future__ import annotations

from kiosk.domain.gate.asked import Asked
from kiosk.domain.gate.of_journey import boarding
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.world import GateList, GatePost, Ticket, World


def meant(world: World, scan: Scan, gate: GatePost, passing: GateList, found: list[Ticket], now: float) -> list[Ticket]:
    """The one that is valid now, else the one that will be next, else the one that was last; several = nobody knows.

    A ticket for the train that boards here comes before all others.
    """
    found = [each for each in found if scan.journey and each.journey == scan.journey] or found
    found = picked(found, scan.pick)
    if len(found) < 2:
        return found
    windows = [(each, *_window(world, scan, gate, passing, each, now)) for each in found]
    valid = [each for each, opens, closes in windows if opens <= now <= closes]
    if len(valid) > 1 and passing.products is not None:
        valid = [each for each in valid if each.product in passing.products] or valid
    if valid:
        return valid
    coming = sorted((row for row in windows if row[1] > now), key=lambda row: row[1])
    return [row[0] for row in coming[:1] or sorted(windows, key=lambda row: row[2])[-1:]]


def picked(found: list[Ticket], pick: str) -> list[Ticket]:
    """Staff say which of several is meant; what is none of them says nothing."""
    return [each for each in found if pick and pick in (each.code, each.product)] or found


def _window(
    world: World, scan: Scan, gate: GatePost, passing: GateList, ticket: Ticket, now: float
) -> tuple[float, float]:
    """When a ticket lets in here, as far as its own times and its train's say."""
    asked = Asked(world=world, ticket=ticket, gate=gate, list=passing, now=now, journey=scan.journey)
    opens, closes = boarding(asked) or (float("-inf"), float("inf"))
    opens = max(opens, world.instant(ticket.valid_from) if ticket.valid_from else opens)
    return opens, min(closes, world.instant(ticket.valid_until) if ticket.valid_until else closes)
