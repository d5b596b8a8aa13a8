"""Plays one seed of one scenario. The same seed plays the same, so a violation is replayed by its seed."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from kiosk.domain import ticket as tickets
from kiosk.services.rides import GateCatalogue
from kiosk.store.catalogue import CatalogueStore
from sync.lan.wire import Fact, Tell
from tests.gate_world import berlin
from tests.gates.operator import Operator
from tests.gates.sim import check
from tests.gates.sim.gate import SimGate, SkewedClock
from tests.gates.sim.world import Counts, Entry, Lan, World
from tests.small_catalogue import small_catalogue

BEGIN = berlin("2026-10-23T07:30")
SHOW_S = 600.0  # how long people come
AFTER_S = 45.0  # then the network is whole again, and quiet
SETTLED_S = 6.0  # before the first: lines stand
SEATS = 40  # of coach 2, leased to the terminal whose key is stolen
SOLD = 3  # of them, as central knows
MEMORY = "/dev/shm"


class Play:
    """One run."""

    def __init__(self, scenario: str, seed: int, folder: Path, catalogue: GateCatalogue, small: bool) -> None:
        self.scenario, self.small = scenario, small
        self.world = World(seed)
        self.chance = self.world.chance
        self.count = self.chance.randint(4, 6) if small else self.chance.randint(4, 20)
        self.lan = Lan(self.world, delay_s=self.chance.choice((0.005, 0.05, 0.3)))
        self.operator = Operator(BEGIN)
        self.entries: list[Entry] = []
        self.revoked: dict[str, float] = {}  # ticket -> when the first gate knew
        self.sold = SOLD if scenario == "stolen" else 0
        self.places: dict[str, tuple[int, int, int]] = {}  # reserved ticket -> seat, from, to
        self.world.counts.gates = self.count
        enrolled = [self.operator.enrol(f"G{number}", 20 + number) for number in range(self.count)]
        home = "G0" if scenario == "home" else ""
        for number, each in enumerate(enrolled):
            clock = SkewedClock(self.world, BEGIN, self.chance.uniform(-200, 200))
            gate = SimGate(number, folder / str(number), each, catalogue, self.world, self.lan, clock, home)
            self.lan.gates.append(gate)
        self.lan.group = [0] * self.count
        page = self.operator.everything()
        for gate in self.gates:
            gate.lists.take([page])
        self.codes = self._people()

    @property
    def gates(self) -> list[SimGate]:
        return self.lan.gates

    # who comes

    def _people(self) -> list[str]:
        """Tickets and their copies: some come all at once, most over the whole show."""
        honest = [self.operator.central.seller.sell_unreserved() for _ in range(25 if self.small else 60)]
        for code in honest:
            begin = self.chance.uniform(SETTLED_S, SHOW_S)
            within_s = self.chance.choice((0.2, 2.0)) if self.chance.random() < 0.3 else 0.0
            for _ in range(self.chance.choice((1, 2, 2, 3, 5))):
                at = begin + self.chance.uniform(0, within_s) if within_s else self.chance.uniform(SETTLED_S, SHOW_S)
                self.world.later(at, self._comes, code, False)
        return honest

    def _comes(self, code: str, forged: bool, at: int = -1) -> None:
        gate = self.chance.choice(self.gates) if at < 0 else self.gates[at]
        if not gate.up or gate.gate.seen(code) is not None:
            return  # a code that is still in view is the same person
        word = gate.scan(code)
        if word == "admit":
            ticket_id = tickets.read(code)[0].ticket_id
            self.entries.append(Entry(self.world.now, gate.number, ticket_id, forged))
            self._late(gate, ticket_id)

    def _late(self, gate: SimGate, ticket_id: str) -> None:
        since = self.revoked.get(ticket_id)
        if since is not None and self._reached(gate, since):
            self.world.counts.violation("late_revocations", f"gate {gate.number} let in a revoked ticket")

    def _reached(self, gate: SimGate, since: float) -> bool:
        """Long enough with a line to the gate that has the link, for its news to be here."""
        steady = self.lan.together(0, gate.number, self.world.now - check.SECONDS_S, self.world.now)
        return self.world.now - since > check.SECONDS_S and (gate.number == 0 or steady)

    def _forgeries(self) -> None:
        """Whoever stole the terminal's key makes up tickets for every place it knows of; some were sold before."""
        honest = [self.operator.central.seller.sell(seat=seat, from_call=0, to_call=2) for seat in range(1, SOLD + 1)]
        page = self.operator.sell(*honest)
        for gate in self.gates:
            gate.lists.take([page])
        for code in honest:
            self.world.later(self.chance.uniform(SETTLED_S, SHOW_S), self._comes, code, False)
        for seat in range(1, SEATS + 21):
            for _ in range(4):
                first = self.chance.choice((0, 0, 1))
                last = self.chance.randint(first + 1, 3)
                code = self.operator.central.seller.sell(seat=seat, from_call=first, to_call=last)
                self.places[tickets.read(code)[0].ticket_id] = seat, first, last
                self.world.later(self.chance.uniform(SETTLED_S, SHOW_S), self._comes, code, True)

    # what goes wrong

    def _storm(self) -> None:
        if self.world.now < SHOW_S:
            parts = self.chance.choice((1, 1, 2, 3))
            self.lan.split([self.chance.randrange(parts) for _ in self.gates])
            self.world.counts.splits += 1
            self.world.later(self.chance.uniform(5, 90), self._storm)

    def _crashes(self) -> None:
        if self.world.now < SHOW_S:
            self.chance.choice(self.gates).doomed = self.chance.choice(("before", "within", "after", "report"))
            self.world.later(self.chance.uniform(3, 30), self._crashes)

    def _lies(self) -> None:
        """A gate in wrong hands tells what others never wrote."""
        if self.world.now < SHOW_S and self.lan.links:
            link = self.chance.choice(list(self.lan.links.values()))
            liar, victim = self.gates[link.ends[0]], self.gates[link.ends[1]]
            other = self.chance.choice(self.gates)
            facts = liar.ledger.facts(other.author, 0, 8)
            if facts:
                fact = self.chance.choice(facts)
                code = tickets.read(self.chance.choice(self.codes))[0].ticket_id
                body = fact.body.replace(fact.body.split('"ticket_id":"')[1][:16], code)
                seq = max(victim.memory.heads().get(other.author, 0), fact.seq) + 1
                told = Fact(*other.author, seq, victim.memory.heads().get(other.author, 0), body, fact.signature)
                victim.heard(link.number, Tell((told,)))
            self.world.later(self.chance.uniform(2, 20), self._lies)

    def _at_the_moment(self, gate: int) -> None:
        """Somebody comes in just when a line comes up, before both ends said what they have."""
        if self.world.now < SHOW_S and self.chance.random() < 0.4:
            code = self.operator.central.seller.sell_unreserved()
            self.world.later(self.chance.uniform(0, self.lan.delay_s), self._comes, code, False, gate)

    def _revoke(self, code: str) -> None:
        gate = self.gates[0]
        if not gate.up:
            self.world.later(5.0, self._revoke, code)
            return
        ticket_id = tickets.read(code)[0].ticket_id
        gate.lists.take([self.operator.revoke(ticket_id)])
        self.revoked[ticket_id] = self.world.now
        gate.news()
        self.world.later(0.0, check.how_long, self, ticket_id, self.world.now)
        self.world.later(check.SECONDS_S, check.revoked_everywhere, self, ticket_id, self.world.now)

    def _old_list(self) -> None:
        """An old page, and one by another hand, are brought to some gate."""
        if self.world.now < SHOW_S:
            gate = self.chance.choice(self.gates)
            if gate.up:
                check.keeps_its_list(self, gate)
            self.world.later(self.chance.uniform(20, 60), self._old_list)

    # the run

    def run(self) -> None:
        later, scenario = self.world.later, self.scenario
        later(0.0, self.lan.connect)
        if scenario in ("storm", "home"):
            later(SETTLED_S, self._storm)
            later(SETTLED_S, self._crashes)
        if scenario == "storm":
            self.lan.linked = self._at_the_moment
        if scenario in ("storm", "lan"):
            later(SETTLED_S, self._lies)
            later(SETTLED_S, self._old_list)
            for code in self.codes[:: 4 if self.small else 6]:
                later(self.chance.uniform(SETTLED_S, SHOW_S), self._revoke, code)
        if scenario == "partition":
            parts = self.chance.choice((2, 3))
            later(SETTLED_S - 1, self.lan.split, [self.chance.randrange(parts) for _ in self.gates])
            self.world.counts.splits += 1
        if scenario == "stolen":
            self._forgeries()
        self.world.run(SHOW_S + 5)
        self.lan.split([0] * self.count)
        for gate in self.gates:
            gate.doomed = ""
        self.world.run(SHOW_S + 30)  # whoever lies without power is up again
        self.world.run(SHOW_S + 30 + AFTER_S)
        check.everything(self)
        for gate in self.gates:
            gate.store.close()


def play(scenario: str, seed: int, *, small: bool = False) -> tuple[Counts, str]:
    """(counts, trace) of one run."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(dir=MEMORY if Path(MEMORY).is_dir() else None)))
        catalogue = CatalogueStore(folder, b"0" * 32)
        closing.callback(catalogue.close)
        catalogue.replace(small_catalogue(), '"1"')
        run = Play(scenario, seed, folder, catalogue, small)
        run.run()
        return run.world.counts, run.world.trace
