"""Play one seed: terminals sell, gates let in, everything breaks; then the world heals and the books are compared."""

from __future__ import annotations

import copy
import time
from itertools import islice
from typing import Any

from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from tests.prove.sim.centre import Centre, Run
from tests.prove.sim.device import Device
from tests.prove.sim.world import HOUR, Counts, Faults, TicketId, World

JOURNEYS, SEATS, POOL_UNITS = 10, 40, 60


class Simulation:
    """20 terminals, 4 gates, trains and a counted pool, and a chaos that picks its moments by the seed."""

    def __init__(self, seed: int, *, terminals: int = 20, gates: int = 4, faults: Faults | None = None) -> None:
        self.world = World(seed, faults or Faults())
        self.centre = Centre(self.world)
        self.gates = gates
        self.lists: list[tuple[int, int, frozenset[Any]]] = [(0, 0, frozenset())] * gates
        self.let_in: list[set[tuple[int, int, int]]] = [set() for _ in range(gates)]
        self.journeys = 0
        for _ in range(JOURNEYS):
            self._open_journey()
        self.devices = [Device(self.world, self.centre, number, number) for number in range(1, terminals + 1)]
        self.clones: list[tuple[tuple[int, int], tuple[Device, Device]]] = []
        self.missing: list[Device] = []  # destroyed or stolen, and the operator does not know it yet
        later, chance = self.world.later, self.world.chance
        for device in self.devices:
            later(chance.uniform(0, HOUR), "tick", self._tick, device)
        for gate in range(gates):
            later(chance.uniform(0, HOUR), "gate", self._gate, gate)
        later(6 * HOUR, "chaos", self._chaos)
        later(12 * HOUR, "backup", self._back_up)

    def play(self, steps: int) -> Counts:
        while self.world.steps < steps and self.world.step():
            pass
        self._heal()
        self._compare()
        return self.world.counts

    def _open_journey(self) -> None:
        chance = self.world.chance
        self.journeys += 1
        pool = self.journeys % 3 == 0
        segments = 1 if pool else chance.randint(2, 5)
        layout = _POOL if pool else _TRAIN
        ends = self.world.now + chance.uniform(2, 10) * 24 * HOUR
        self.centre.open_journey(self.journeys, Run(segments, layout, ends))
        self.world.later(ends - self.world.now - HOUR, "boarding", self._board, self.journeys)

    def _board(self, journey: int) -> None:
        """Everybody with a paper tries a gate; then the next journey is put on sale."""
        chance = self.world.chance
        for ticket in self.world.travellers[journey]:
            self.world.later(chance.uniform(0, HOUR / 2), "scan", self._scan, ticket, chance.randrange(self.gates))
        self._open_journey()

    def _scan(self, ticket: TicketId, gate: int) -> None:
        number = ticket[:3]
        if number not in self.lists[gate][2] and number not in self.let_in[gate]:
            self.let_in[gate].add(number)
            self.world.sit(ticket)

    def _gate(self, gate: int) -> None:
        """A gate says which list it holds; the answer is the newest one, or nothing when it has that."""
        world = self.world
        dark = lambda: world.chance.random() < 0.2  # noqa: E731
        world.send(dark, "has", self._gate_has, gate, *self.lists[gate][:2])
        world.later(world.chance.uniform(0.5, 2) * HOUR, "gate", self._gate, gate)

    def _gate_has(self, gate: int, epoch: int, version: int) -> None:
        centre = self.centre
        if (epoch, version) == (centre.epoch, centre.books.version):
            centre.gate_has(gate, epoch, version, self.gates)
        else:
            revoked = frozenset(centre.books.voids) | frozenset(centre.own_voids)
            list_ = (centre.epoch, centre.books.version, revoked)
            self.world.send(lambda: False, "list", self._gate_takes, gate, list_)

    def _gate_takes(self, gate: int, list_: tuple[int, int, frozenset[Any]]) -> None:
        if list_[:2] > self.lists[gate][:2]:  # never an older list
            self.lists[gate] = list_

    # terminals

    def _tick(self, device: Device) -> None:
        world, chance = self.world, self.world.chance
        if device.gone:
            return
        open_now = [n for n, run in self.centre.runs.items() if run.ends_at > world.now]
        for _ in range(chance.randint(0, 3)):
            journey = chance.choice(open_now)
            segments = self.centre.runs[journey].segments
            first = chance.randrange(segments)
            device.sell(journey, first, chance.randint(first + 1, segments), chance.choice((1, 1, 2, 3, 4)))
        if not device.locked:
            if chance.random() < 0.02:
                device.refund()
            device.release(everything=chance.random() < 0.03)
        if not device.dark():
            self._online(device)
        world.later(chance.expovariate(1 / (0.7 * HOUR)), "tick", self._tick, device)

    def _online(self, device: Device) -> None:
        """Locked, it is enrolled anew; one whose place was taken by another machine only hands over what it has."""
        if device.locked and device.who == self._newest(device):
            device.begin(self.centre.enrol(device.terminal_id))
        elif device.locked:
            device.fold.epoch = max(device.fold.epoch, self.centre.epoch)
            device.set_aside()
        if not device.locked:
            device.sync()
        device.send_past()
        if self.world.chance.random() < 0.03:
            self._refund_at_centre()

    def _newest(self, device: Device) -> tuple[int, int]:
        return max(who for who in self.centre.registry if who[0] == device.terminal_id)

    def _refund_at_centre(self) -> None:
        books = self.centre.books
        if books.tickets:
            ticket = self.world.chance.choice([*islice(reversed(books.tickets), 200)])
            if ticket in self.world.papers and self.centre.void(ticket):
                self.world.refund(ticket)

    # chaos

    def _chaos(self) -> None:
        world, chance = self.world, self.world.chance
        device = chance.choice([each for each in self.devices if not each.gone])
        roll = chance.random()
        if roll < 0.45:
            device.dark_until = world.now + chance.uniform(0.5, world.faults.partition_h) * HOUR * chance.random()
        elif roll < 0.62:
            device.crash()
        elif roll < 0.77:
            device.skew = chance.uniform(-1, 1) * world.faults.skew_h * HOUR
        elif roll < 0.84 and len(device.disk) > 3 and not device.locked:
            device.restore(chance.randint(1, len(device.disk) - 1))
        elif roll < 0.86 and not device.locked and not device.branched and len(device.disk) > 5:
            self._clone(device)
        elif roll < 0.89:
            device.gone = True
            self.missing.append(device)
            world.later(chance.uniform(1, 48) * HOUR, "given up", self._give_up, device)
        elif roll < 0.94 and self.centre.backups:
            self.centre.fail_over(chance.choice(self.centre.backups[-4:]))
        for each in self.devices:
            if roll > 0.97:  # the whole link is down
                each.dark_until = max(each.dark_until, world.now + chance.uniform(1, 12) * HOUR)
        world.later(chance.expovariate(1 / (3 * HOUR)), "chaos", self._chaos)

    def _clone(self, device: Device) -> None:
        """Two disks, one key. All that it holds is at stake, and all that is on its way to it."""
        self.world.counts.clones += 1
        twin = copy.copy(device)
        twin.past = []
        twin.number = 1000 + len(self.clones)
        twin.life += 1000
        device.branched = twin.branched = len(device.disk)
        twin._reboot([*device.disk])
        self.clones.append((device.who, (device, twin)))
        self._taint(device)
        self.devices.append(twin)
        self.world.later(self.world.chance.uniform(0, HOUR), "tick", self._tick, twin)

    def _taint(self, device: Device) -> None:
        self.centre.copied.add(device.who)
        for journey, held in device.fold.holdings.items():
            for holding in held.values():
                for state in (holding.free, holding.cart, holding.sold):
                    self.world.taint(journey, enumerate(state))
        known = self.centre.books.known.get(device.who)
        for grant in known.grants if known else []:
            for block in grant.blocks:
                span = range(block.from_segment, block.to_segment)
                self.world.taint(grant.journey_id, [(segment, block.mask) for segment in span])

    def _give_up(self, device: Device) -> None:
        """P8; and sometimes it turns up after all."""
        if device not in self.missing:
            return
        self.missing.remove(device)
        self.world.counts.given_up += 1
        chance = self.world.chance
        self.centre.lose(*device.who)
        self.centre.end_when_over()
        if chance.random() < 0.5:
            self.world.later(chance.uniform(1, 200) * HOUR, "turns up", self._turn_up, device)
        fresh = Device(self.world, self.centre, device.terminal_id, device.number + 100)
        self.devices.append(fresh)
        self.world.later(chance.uniform(0, HOUR), "tick", self._tick, fresh)

    def _turn_up(self, device: Device) -> None:
        """Found behind a cupboard: it may not sell, but what it sold counts."""
        device.gone, device.locked = False, True
        self.world.later(HOUR, "tick", self._tick, device)

    def _back_up(self) -> None:
        self.centre.backups = [*self.centre.backups[-3:], self.centre.books.copy()]
        self.world.later(12 * HOUR, "backup", self._back_up)

    # the end

    def _heal(self) -> None:
        """Links come back for good; clocks are right; no more chaos. Everything must come to rest."""
        world = self.world
        world.healed = True
        for device in [*self.missing]:
            self._give_up(device)
        for device in self.devices:
            device.dark_until = device.skew = 0.0
        for round_ in range(60):
            for device in self.devices:
                if not device.gone:
                    self._online(device)
            until = world.now + 600
            world.later(600, "round", lambda: None)
            while world.now < until and world.step():
                pass
            if round_ > 10 and self._settled():
                return

    def _settled(self) -> bool:
        alive = [device for device in self.devices if not device.gone and not device.locked]
        handed_over = all(
            past.epoch >= self.centre.epoch for each in self.devices if not each.gone for past in each.past
        )
        return (
            not self.centre.books.since
            and handed_over
            and all(device.accepted == len(device.disk) and not device.fold.sales for device in alive)
        )

    def _compare(self) -> None:
        """L1-L3, and nothing lost: what a disk that still works has printed, central has."""
        counts, books = self.world.counts, self.centre.books
        for fault in self.centre.faults():
            counts.violation("oversold", f"I3: {fault} has cells without or with two owners")
        if books.since:
            counts.violation("lost", "the recovery never ended")
        for device in self.devices:
            lives = [(past.who, past.disk) for past in device.past] + [(device.who, device.disk)]
            for who, disk in [] if device.gone else lives:
                sold = [record for record, event in disk if type(event).__name__ == "TicketIssued"]
                missing = [
                    record.seq
                    for record in sold
                    if (*who, record.seq) not in books.tickets and (*who, record.seq, record.hash) not in books.branches
                ]
                if missing:
                    counts.violation("lost", f"{who} sold {missing[:5]}, central does not know")
        for who, disks in self.clones:
            histories = {tuple(record.hash for record, _ in disk) for disk in (self._disk(each, who) for each in disks)}
            longest = max(histories, key=len)
            diverged = any(history != longest[: len(history)] for history in histories)
            known = books.known.get(who)
            if diverged and not any(each.gone for each in disks) and known is not None and not known.forked:
                counts.violation("forks_missed", f"{who}")

    def _disk(self, device: Device, who: tuple[int, int]) -> list[Any]:
        """What this machine recorded in that life."""
        return next((past.disk for past in device.past if past.who == who), device.disk if device.who == who else [])


def _layout(coaches: int, seats: int, counted: bool) -> Layout:
    return Layout(
        "sim",
        (PlaceClass("a", "A"),),
        tuple(Coach(str(number + 1), "a", counted) for number in range(coaches)),
        tuple(Place(coach, str(seat + 1)) for coach in range(coaches) for seat in range(seats)),
    )


_TRAIN, _POOL = _layout(2, SEATS // 2, False), _layout(1, POOL_UNITS, True)


def play(seed: int, steps: int, faults: Faults | None = None) -> tuple[Counts, str, float, int]:
    """(counts, hash of the trace, seconds, steps)."""
    begin = time.perf_counter()
    simulation = Simulation(seed, faults=faults)
    counts = simulation.play(steps)
    return counts, simulation.world.trace(), time.perf_counter() - begin, simulation.world.steps
