"""What is outside the program: time, the network, paper, money, the platforms where people sit down."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

HOUR = 3600.0
Cell = tuple[int, int, int]  # journey, place, segment
TicketId = tuple[int, int, int, int]  # terminal, incarnation, seq, device: two disks of one identity are told apart


class Faults(NamedTuple):
    """How bad the world is. Shares are of messages; partitions last up to `partition_h`."""

    loss: float = 0.15
    replay: float = 0.25
    delay_s: float = 60.0
    partition_h: float = 96.0
    skew_h: float = 24.0


@dataclass
class Printed:
    """A ticket on paper."""

    cells: tuple[Cell, ...]
    refunds: int = 0
    copies: int = 1


@dataclass
class Counts:
    """What the proof is about, and what happened on the way."""

    oversold: int = 0
    lost: int = 0
    duplicated: int = 0
    double_refunds: int = 0
    double_charges: int = 0
    unmarked_copies: int = 0
    sat_twice: int = 0
    clone_double: int = 0
    clones: int = 0
    forks_missed: int = 0
    sales: int = 0
    tickets: int = 0
    refunds: int = 0
    crashes: int = 0
    restores: int = 0
    failovers: int = 0
    given_up: int = 0
    admitted: int = 0
    messages: int = 0
    wrong: list[str] = field(default_factory=list)

    def violation(self, kind: str, words: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.wrong) < 20:
            self.wrong.append(f"{kind}: {words}")


class World:
    """The queue of things to come, and the record of what happened outside. One step = one event of the queue."""

    def __init__(self, seed: int, faults: Faults) -> None:
        self.chance = random.Random(seed)
        self.faults = faults
        self.now = 0.0
        self.steps = 0
        self.counts = Counts()
        self._queue: list[tuple[float, int, str, Callable[..., None], tuple[Any, ...]]] = []
        self._order = 0
        self._trace = sha256()
        self.printed: dict[TicketId, Printed] = {}
        self.papers: dict[tuple[int, int, int], list[TicketId]] = defaultdict(list)  # of one number, on any disk
        self.travellers: dict[int, list[TicketId]] = defaultdict(list)  # by journey
        self.on_cell: dict[Cell, set[TicketId]] = defaultdict(set)
        self.charged: dict[str, set[str]] = defaultdict(set)  # sale -> attempts that took money
        self.tainted: set[Cell] = set()  # in the hands of a disk that was copied: bounded, not impossible
        self.sitting: dict[Cell, TicketId] = {}
        self.healed = False

    def later(self, delay_s: float, what: str, action: Callable[..., None], *arguments: Any) -> None:
        self._order += 1
        heapq.heappush(self._queue, (self.now + delay_s, self._order, what, action, arguments))

    def step(self) -> bool:
        """Let the next thing happen; False when nothing is left."""
        if not self._queue:
            return False
        self.now, _, what, action, arguments = heapq.heappop(self._queue)
        self.steps += 1
        self._trace.update(f"{self.now:.3f}{what}".encode())
        action(*arguments)
        return True

    def trace(self) -> str:
        """Equal seeds give equal hashes, or the simulation is not one."""
        return self._trace.hexdigest()[:16]

    def send(self, dark: Callable[[], bool], what: str, deliver: Callable[..., None], *message: Any) -> None:
        """The network loses, repeats, delays and so reorders; a dark link carries nothing."""
        self.counts.messages += 1
        chance, faults = self.chance, self.faults
        if not self.healed and (dark() or chance.random() < faults.loss):
            return
        copies = 1 if self.healed or chance.random() >= faults.replay else 2
        for _ in range(copies):
            delay = 0.05 if self.healed else chance.expovariate(1 / faults.delay_s)
            self.later(delay, what, deliver, *message)

    # paper, money, people

    def print_ticket(self, ticket: TicketId, cells: tuple[Cell, ...], copy: int) -> None:
        """Paper comes out. A second one of the same ticket must be marked as a copy."""
        known = self.printed.get(ticket)
        if known is not None:
            known.copies += 1
            if copy == 0:
                self.counts.violation("unmarked_copies", f"{ticket} printed twice as the original")
            return
        self.printed[ticket] = Printed(cells)
        self.papers[ticket[:3]].append(ticket)
        self.travellers[cells[0][0]].append(ticket)
        self.counts.tickets += 1
        for cell in cells:
            others = [other for other in self.on_cell[cell] if not self.printed[other].refunds]
            self.on_cell[cell].add(ticket)
            if not others:
                continue
            if cell in self.tainted:
                self.counts.clone_double += 1
            else:
                self.counts.violation("oversold", f"{cell}: {ticket} and {others}")

    def charge(self, sale_id: str, attempt_id: str) -> None:
        self.charged[sale_id].add(attempt_id)
        if len(self.charged[sale_id]) > 1:
            self.counts.violation("double_charges", f"sale {sale_id}: {sorted(self.charged[sale_id])}")

    def taint(self, journey: int, masks: Iterable[tuple[int, int]]) -> None:
        """(segment, mask) of cells that two disks of one identity may sell."""
        for segment, mask in masks:
            self.tainted |= {(journey, place, segment) for place in range(mask.bit_length()) if mask >> place & 1}

    def refund(self, number: tuple[int, int, int]) -> None:
        """Money goes back for a ticket; two disks of one identity may have printed the number each."""
        self.counts.refunds += 1
        for ticket in self.papers[number]:
            paper = self.printed[ticket]
            paper.refunds += 1
            if paper.refunds > 1 and not any(cell in self.tainted for cell in paper.cells):
                self.counts.violation("double_refunds", f"{ticket}")

    def sit(self, ticket: TicketId) -> None:
        """Somebody was let in with this ticket and takes the seat."""
        self.counts.admitted += 1
        for cell in self.printed[ticket].cells:
            there = self.sitting.setdefault(cell, ticket)
            if there != ticket and cell not in self.tainted:
                self.counts.violation("sat_twice", f"{cell}: {there} and {ticket}")
