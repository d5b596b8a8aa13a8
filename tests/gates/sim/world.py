"""What is outside the gates: time, the network between them, people with tickets and copies, and who really went in."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from sync.lan.wire import Message, decode, encode


class Entry(NamedTuple):
    """Somebody went through a gate."""

    at: float
    gate: int
    ticket_id: str
    forged: bool


@dataclass
class Counts:
    """What the proof is about, and what happened on the way."""

    gates: int = 0
    scans: int = 0
    entries: int = 0
    extra: int = 0  # entries that were not their ticket's first, as the delay or a partition allows
    extra_beyond: int = 0  # entries that nothing allows: the gate could have known
    contested: int = 0
    unreported: int = 0
    unequal: int = 0
    lost: int = 0
    believed: int = 0  # facts that no gate wrote
    forged: int = 0
    forged_beyond: int = 0
    late_revocations: int = 0
    damaged: int = 0
    crashes: int = 0
    splits: int = 0
    messages: int = 0
    slowest_revocation_s: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def violation(self, kind: str, words: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.wrong) < 20:
            self.wrong.append(f"{kind}: {words}")


class World:
    """The queue of things to come."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = 0.0
        self.counts = Counts()
        self._queue: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = 0
        self._trace = sha256()

    def later(self, delay_s: float, do: Callable[..., None], *arguments: Any) -> None:
        self._number += 1
        heapq.heappush(self._queue, (self.now + delay_s, self._number, do, arguments))

    def run(self, until: float) -> None:
        while self._queue and self._queue[0][0] <= until:
            self.now, _, do, arguments = heapq.heappop(self._queue)
            do(*arguments)
        self.now = until

    def note(self, *words: object) -> None:
        """Into the trace, by which two runs of a seed are compared."""
        self._trace.update(f"{self.now:.6f} {words}\n".encode())

    @property
    def trace(self) -> str:
        return self._trace.hexdigest()[:16]


@dataclass
class Link:
    """A line between two gates; `since` when it stands, both ends know it."""

    ends: tuple[int, int]
    number: int
    since: float
    clear_at: dict[int, float] = field(default_factory=dict)  # by receiver: nothing overtakes


class Lan:
    """Lines between gates: FIFO, with delay, cut by partitions and crashes with all that is under way."""

    def __init__(self, world: World, delay_s: float) -> None:
        self.world, self.delay_s = world, delay_s
        self.gates: list[Any] = []
        self.group: list[int] = []  # gates of one number see each other
        self.links: dict[frozenset[int], Link] = {}
        self._by_number: dict[int, Link] = {}
        self._log: dict[frozenset[int], list[tuple[float, bool]]] = {}  # of a pair: when, up or down
        self._numbers = 0
        self.linked: Callable[[int], None] = lambda gate: None  # hears that a gate has a line more

    def reachable(self, a: int, b: int) -> bool:
        return self.group[a] == self.group[b] and self.gates[a].up and self.gates[b].up

    def split(self, groups: list[int]) -> None:
        """A new partition; lines across it are gone, those within come up again by themselves."""
        self.group = groups
        self.world.note("split", groups)
        for pair in list(self.links):
            if not self.reachable(*pair):
                self.cut(pair)

    def cut(self, pair: frozenset[int]) -> None:
        link = self.links.pop(pair)
        del self._by_number[link.number]
        self._log[pair].append((self.world.now, False))
        for end in link.ends:
            self.gates[end].left(link.number)

    def connect(self) -> None:
        """Now and then: whoever can see each other and has no line makes one."""
        count = len(self.gates)
        for a in range(count):
            for b in range(a + 1, count):
                pair = frozenset((a, b))
                if pair not in self.links and self.reachable(a, b) and self.world.chance.random() < 0.5:
                    self._numbers += 1
                    link = self.links[pair] = Link((a, b), self._numbers, self.world.now)
                    self._by_number[self._numbers] = link
                    self._log.setdefault(pair, []).append((self.world.now, True))
                    for end, other in ((a, b), (b, a)):
                        self.gates[end].joined(link.number, self.gates[other])
                        self.linked(end)
        self.world.later(0.5, self.connect)

    def send(self, sender: int, number: int, message: Message) -> None:
        link = self._by_number.get(number)
        if link is None:
            return
        receiver = link.ends[0] if link.ends[1] == sender else link.ends[1]
        data = encode(message)
        at = max(self.world.now + self.world.chance.uniform(0.0005, self.delay_s), link.clear_at.get(receiver, 0.0))
        link.clear_at[receiver] = at
        self.world.counts.messages += 1
        self.world.later(at - self.world.now, self._arrive, link, receiver, data)

    def _arrive(self, link: Link, receiver: int, data: bytes) -> None:
        if self.links.get(frozenset(link.ends)) is link:
            message = decode(data)
            assert message is not None
            self.gates[receiver].heard(link.number, message)

    def together(self, a: int, b: int, begin: float, end: float) -> bool:
        """Did a line stand between them all this time?"""
        up = False
        for at, state in self._log.get(frozenset((a, b)), ()):
            if at <= begin:
                up = state
            elif at <= end and not state:
                return False
        return up
