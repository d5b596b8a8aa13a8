"""The parts of a small world, numbered so that a world is small and quick to compare."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from tests.prove.model import Bounds, Central, Chain, Ticket

Paper = tuple[Ticket, ...]
World = tuple[int, ...]  # central, backup, outside, wire, paper, then the terminals
Grants = frozenset[tuple[int, int, int, int, int]]
Message = tuple[int, int, Chain, int]  # terminal, incarnation, its journal, and how far it ever acted


@dataclass(frozen=True)
class Outside:
    """What no failover takes back: the epoch, who was ever enrolled, central's own refunds, how many faults so far."""

    epoch: int
    registry: tuple[tuple[int, int], ...]
    voids: frozenset[Ticket] = frozenset()
    failovers: int = 0
    restores: int = 0


@dataclass
class Result:
    """What an exploration found. `trace`: the steps to a violation, in words."""

    bounds: Bounds
    states: int = 0
    transitions: int = 0
    depth: int = 0
    seconds: float = 0.0
    violation: str = ""
    trace: list[str] = field(default_factory=list)


class Parts:
    """Numbers for things, so that a world is small and quick to compare."""

    def __init__(self) -> None:
        self.things: list[Any] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, thing: Hashable) -> int:
        found = self._numbers.get(thing)
        if found is None:
            found = self._numbers[thing] = len(self.things)
            self.things.append(thing)
        return found


def rename(thing: Any, names: dict[int, int]) -> Any:
    """A part of the world with other numbers for the terminals."""
    match thing:
        case Central():
            owners = [
                (owner._replace(terminal_id=names.get(owner.terminal_id, 0)), mask) for owner, mask in thing.holdings
            ]
            witnesses = [w._replace(terminal_id=names[w.terminal_id]) for w in thing.witnesses]
            voided = tuple(sorted((names[void[0]], *void[1:]) for void in thing.voided))
            witnesses.sort()
            return thing._replace(holdings=tuple(sorted(owners)), witnesses=tuple(witnesses), voided=voided)
        case Outside():
            registry = tuple(sorted((names[terminal_id], incarnation) for terminal_id, incarnation in thing.registry))
            voids = frozenset(ticket._replace(terminal_id=names[ticket.terminal_id]) for ticket in thing.voids)
            return Outside(thing.epoch, registry, voids, thing.failovers, thing.restores)
        case (frozenset() as grants, frozenset() as chains):
            return (
                frozenset((epoch, n, names[to], incarnation, cell) for epoch, n, to, incarnation, cell in grants),
                frozenset((names[message[0]], *message[1:]) for message in chains),
            )
        case tuple():
            return tuple(sorted(ticket._replace(terminal_id=names[ticket.terminal_id]) for ticket in thing))
    return thing


def is_voided(journal: Chain, seq: int) -> bool:
    """The sale of this record was voided later in the same journal."""
    return any(record[0] == "V" and record[1:] == journal[seq - 1][1:] for record in journal[seq:])


def put(devices: World, index: int, device: int) -> World:
    return (*devices[: index - 1], device, *devices[index:])


def refunded(paper: tuple[Ticket, ...], ticket: Ticket) -> tuple[Ticket, ...]:
    return tuple(sorted([*(t for t in paper if t != ticket), ticket._replace(refunds=ticket.refunds + 1)]))
