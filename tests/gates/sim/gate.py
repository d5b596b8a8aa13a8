"""One simulated gate: the product's gate, store, merge, gossip, home and lists; power that can go at any write."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.gate.presented import Presented
from kiosk.domain.gate.world import Passage
from kiosk.domain.passages import Author
from kiosk.services.gate import Gate
from kiosk.services.rides import GateCatalogue
from kiosk.store.manifest import ManifestStore
from kiosk.store.network_memory import NetworkMemory
from kiosk.store.shelf import Shelf
from kiosk.store.store import open_store
from sync.lan import home
from sync.lan.gossip import HAVE_EVERY_S, Gossip, Out
from sync.lan.ledger import Ledger
from sync.lan.members import Members
from sync.lan.passing import Passing
from sync.lan.wire import Ask, Message
from sync.lists import Lists
from tests.gate_world import Ids
from tests.gates.sim.world import Lan, World
from tests.gates.whole import Enrolled


class PowerLost(BaseException):
    """At this very write."""


class SkewedClock:
    """The gate's own clock: wrong by so much."""

    def __init__(self, world: World, begin: int, skew_s: float) -> None:
        self._world, self._begin, self._skew = world, begin, skew_s

    def now(self) -> float:
        return self._begin + self._world.now + self._skew

    def monotonic(self) -> float:
        return self._world.now


class SimGate:
    """Gate number `number`."""

    def __init__(
        self,
        number: int,
        folder: Path,
        enrolled: Enrolled,
        catalogue: GateCatalogue,
        world: World,
        lan: Lan,
        clock: SkewedClock,
        home_name: str = "",
    ) -> None:
        self.number, self.folder, self.enrolled, self.catalogue = number, folder, enrolled, catalogue
        self.world, self.lan, self.clock, self.home_name = world, lan, clock, home_name
        self.name = self.me = enrolled.reply.name
        self.author = Author(enrolled.reply.terminal_id, enrolled.reply.incarnation)
        self.up = False
        self.doomed = ""  # the next write: "before", "within", "after", or the next "report"
        self.up_since = 0.0
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(enrolled.key))
        self._ids = Ids()
        self._ticking = 0
        self.start()

    def start(self) -> None:
        """Power on: everything from the disk."""
        reply, clock = self.enrolled.reply, self.clock
        root = bytes.fromhex(reply.root_key)
        self.store = open_store(
            self.folder, terminal_id=self.author[0], incarnation=self.author[1], epoch=1, clock=clock, ids=self._ids
        )
        self._write, self.store.journal._write = self.store.journal._write, self._powered  # type: ignore[method-assign]
        gate = self.gate = Gate(
            self.store, self.catalogue, ManifestStore(self.folder), clock,
            name=self.name, stop_place_id="", tenant=reply.tenant, root_key=root,
        )  # fmt: skip
        self.lists = Lists(
            root,
            gate.kept,
            gate.take_manifest,
            gate.confirm,
            Shelf(self.folder, self.store.key),
            clock,
            self.store.gate_records,
        )
        self.memory = NetworkMemory(self.store, self.author)
        self.members = Members(root, reply.tenant, gate.trust, clock)
        self.ledger = Ledger(self.memory, self.author, self._key.sign, self.members.get, clock)
        self.passing = Passing(self.lists, self._list_age, lambda: None)
        self.gossip = Gossip(self.ledger, self.name, self.passing.about)
        if self.home_name:
            self.gate.homes = self
        self.up, self.up_since = True, self.world.now
        self._ticking += 1
        self.world.later(self.world.chance.uniform(0, HAVE_EVERY_S), self._tick, self._ticking)

    def _list_age(self) -> float | None:
        checked = self.gate.checked_at()
        return None if checked is None else self.clock.now() - checked

    def _powered(self, records: Any, changes: Any) -> None:
        """Every write of the journal, with the power that may go at it."""
        doom, self.doomed = self.doomed, ""
        if doom == "report":  # at the very write that tells of a contested admission, whenever that is
            doom = "before" if any(record.kind == "AdmissionContested" for record in records) else ""
            self.doomed = "" if doom else "report"
        if doom == "before":
            raise PowerLost
        if doom == "within":
            self.store.journal._db.conn.execute("BEGIN IMMEDIATE")
            self.store.journal.projections.write(changes)
            raise PowerLost
        self._write(records, changes)
        if doom == "after":
            raise PowerLost

    # power

    def guarded(self, do: Any, *arguments: Any) -> Any:
        """Something the gate does; None when its power went meanwhile."""
        if not self.up:
            return None
        try:
            return do(*arguments)
        except PowerLost:
            self.lose_power()
            return None

    def lose_power(self) -> None:
        self.world.counts.crashes += 1
        self.world.note("power lost", self.number)
        self.up = False
        for pair in [pair for pair in self.lan.links if self.number in pair]:
            self.lan.cut(pair)
        self.store.close()
        self.world.later(self.world.chance.uniform(1, 20), self.start)

    # network

    def joined(self, line: int, other: SimGate) -> None:
        self.members.shown(*_certificates(other.enrolled))
        self._send(self.gossip.joined(line, other.author, self.world.now))

    def left(self, line: int) -> None:
        if self.up:
            self.gossip.left(line)
            self.passing.left(line)

    def heard(self, line: int, message: Message) -> None:
        for part in (self.gossip, self.passing):
            self._send(self.guarded(part.heard, line, message, self.world.now) or [])
        self.news()

    def news(self) -> None:
        self._send(self.guarded(self.gossip.news, self.world.now) or [])

    def _tick(self, ticking: int) -> None:
        if not self.up or ticking != self._ticking:
            return
        self._send(self.guarded(self.gossip.tick, self.world.now) or [])
        self.news()
        self.world.later(HAVE_EVERY_S, self._tick, ticking)

    def _send(self, out: list[Out]) -> None:
        for line, message in out:
            self.lan.send(self.number, line, message)

    # people

    def scan(self, code: str) -> str:
        """The verdict; "" = the power went, and nobody saw one."""
        self.world.counts.scans += 1
        verdict = self.guarded(self.gate.scan, code)
        word = "" if verdict is None else str(verdict.decision.word)
        self.world.later(0.0, self.news)
        self.world.note("scan", self.number, word)
        return word

    # homes

    def of(self, group: int) -> str:
        return self.home_name

    def ask(self, home_name: str, presented: Presented) -> tuple[bool, Passage | None] | None:
        other = next(each for each in self.lan.gates if each.name == home_name)
        ticket = presented.ticket
        assert ticket is not None
        if not self.lan.reachable(self.number, other.number):
            return None
        question = Ask(
            1, presented.code, presented.journey_id, ticket.coach << 10 | ticket.seat, ticket.from_call, ticket.to_call
        )
        answer = other.guarded(home.decide, other.memory, question, self.author, self.name, int(other.clock.now()))
        if answer is None or self.world.chance.random() < 0.1:
            return None  # its power went, or the answer is lost
        return answer.given, None if answer.given else _used(presented.code, answer.gate, answer.at)


def _used(ticket_id: str, gate: str, at: int) -> Passage:
    return Passage(ticket=ticket_id, at=datetime.fromtimestamp(at, UTC), gate=gate)


def _certificates(enrolled: Enrolled) -> tuple[bytes, bytes]:
    return bytes.fromhex(enrolled.reply.certificate), bytes.fromhex(enrolled.reply.issuer_certificate)
