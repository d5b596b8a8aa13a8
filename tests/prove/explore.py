"""Every state a small world can reach, breadth first, with the invariants checked in each.

A world is a tuple of numbers, one for each part: central, its backup, the terminals, what is on the wire, what was printed.
A part's step is worked out once by the product's rules and remembered; the explorer only combines them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations
from typing import Any

from kiosk.domain.protocol import ownership, refunds
from tests.prove import model
from tests.prove.model import Bounds, Central, Chain, Terminal, Ticket, Witness

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


Extra = Callable[[Central], Iterator[tuple[str, Central]]]  # a step that a mutant adds to central


class Explorer:
    """Successors of worlds within bounds."""

    def __init__(self, bounds: Bounds, extra: Extra | None = None) -> None:
        self.bounds = bounds
        self._extra = extra
        self._parts = Parts()
        number = self._parts.number
        ids = range(1, bounds.terminals + 1)
        witnesses = tuple(Witness(terminal_id, 1) for terminal_id in ids)
        full = (1 << bounds.cells) - 1
        central = Central(1, 0, 0, 0, ((ownership.POOL, full),), witnesses, frozenset())
        outside = Outside(1, tuple((terminal_id, 1) for terminal_id in ids))
        fresh = Terminal(1, (("E", 1, 0, 0),))
        self.start: World = (
            number(central), number(None), number(outside), number((frozenset(), frozenset())), number(()),
            *(number(fresh) for _ in ids),
        )  # fmt: skip
        # Each is worked out once for the parts it depends on.
        self._local = cache(self._local_steps)
        self._taken = cache(self._taken_steps)
        self._given = cache(self._given_steps)
        self._received = cache(self._received_steps)
        self._alone = cache(self._central_alone)
        self._refunded = cache(self._refunded_steps)
        self._failed = cache(self._failed_over)
        self._enrolled = cache(self._enrolled_steps)
        self._renamed = cache(self._renamed_part)
        self.broken = cache(self._broken)
        self._orders = [dict(zip(ids, order, strict=True)) for order in permutations(ids)][1:]

    def after(self, world: World) -> Iterator[tuple[str, World]]:
        central, backup, outside, wire, paper, *devices = world
        for index, device in enumerate(devices, 1):
            at = index + 4
            for step, new_device, new_outside, new_wire, new_paper in self._local(index, device, outside, wire, paper):
                yield step, (central, backup, new_outside, new_wire, new_paper, *_put(world[5:], index, new_device))
            for step, new_device in self._taken(index, device, wire):
                yield step, (*world[:at], new_device, *world[at + 1 :])
            for step, new_central, new_wire in self._given(index, central, wire):
                yield step, (new_central, backup, outside, new_wire, *world[4:])
            for step, new_central, new_device, new_outside in self._enrolled(index, central, device, outside):
                yield step, (new_central, backup, new_outside, wire, paper, *_put(world[5:], index, new_device))
        for step, new_central in self._received(central, wire, outside):
            yield step, (new_central, *world[1:])
        for step, new_central in self._alone(central):
            yield step, (new_central, *world[1:])
        if self.bounds.refunds:
            for step, new_central, new_outside, new_paper in self._refunded(central, outside, paper):
                yield step, (new_central, backup, new_outside, wire, new_paper, *world[5:])
        for step, new_central, new_backup, new_outside in self._failed(central, backup, outside):
            yield step, (new_central, new_backup, new_outside, *world[3:])

    def canonical(self, world: World) -> World:
        """Terminals are alike: of the worlds that differ only in their names the first one stands for all."""
        least = world
        for number, names in enumerate(self._orders):
            renamed = [self._renamed(part, number) for part in world[:5]] + [0] * len(names)
            for index, name in names.items():
                renamed[name + 4] = world[index + 4]
            least = min(least, tuple(renamed))
        return least

    def _renamed_part(self, part_no: int, order: int) -> int:
        return self._parts.number(_rename(self._parts.things[part_no], self._orders[order]))

    # one terminal: sell, print, send, release, refund, adopt, back up, restore

    def _local_steps(self, index: int, device_no: int, outside_no: int, wire_no: int, paper_no: int) -> list[Any]:
        number, things = self._parts.number, self._parts.things
        device: Terminal = things[device_no]
        outside: Outside = things[outside_no]
        grants, chains = things[wire_no]
        paper: tuple[Ticket, ...] = things[paper_no]
        found: list[Any] = []

        def add(
            step: str, new: Terminal, *, wire: Any = None, tickets: Any = None, away: Outside | None = None
        ) -> None:
            found.append(
                (
                    f"T{index} {step}",
                    number(new),
                    number(away) if away else outside_no,
                    number(wire) if wire else wire_no,
                    number(tickets) if tickets is not None else paper_no,
                )
            )

        journal = device.journal
        room = model.length(journal) < self.bounds.journal
        if not device.locked:
            if room:
                for epoch, n, cell in model.owned(device, index, "free"):
                    add(f"sells cell {cell}", model.append(device, ("S", epoch, n, cell)))
                    add(f"releases cell {cell}", model.append(device, ("R", epoch, n, cell)))
            for seq, record in enumerate(journal, 1):
                ticket = Ticket(index, device.incarnation, seq, record[3])
                if record[0] == "S" and not any(t[:4] == ticket[:4] for t in paper):
                    if not any(r[0] == "V" and r[1:] == record[1:] for r in journal[seq:]):
                        new = device._replace(counter=max(device.counter, seq))
                        add(f"prints {seq}", new, tickets=tuple(sorted([*paper, ticket])))
            if self.bounds.refunds and room:
                for seq, record in enumerate(journal, 1):
                    printed = next((t for t in paper if t[:3] == (index, device.incarnation, seq)), None)
                    voided = any(r[0] == "V" and r[1:] == record[1:] for r in journal[seq:])
                    if record[0] != "S" or printed is None or voided or not refunds.terminal_may(seq, device.sent):
                        continue
                    new = model.append(device, ("V", *record[1:]))
                    new = new._replace(counter=len(new.journal))
                    add(f"refunds {seq}", new, tickets=_refund(paper, printed))
            if model.adopted(journal) < outside.epoch:
                add(f"adopts epoch {outside.epoch}", model.append(device, ("E", outside.epoch, 0, 0)))
        if device.sent < len(journal):
            # A locked terminal sends too: its old journal is all central will ever hear of that incarnation.
            new = device._replace(sent=len(journal), counter=max(device.counter, len(journal)))
            message = (index, device.incarnation, journal, new.counter)
            add("sends", new, wire=(grants, self._with_message(chains, message)))
        if outside.restores < self.bounds.restores and not device.locked:
            away = Outside(outside.epoch, outside.registry, outside.voids, outside.failovers, outside.restores + 1)
            for records in range(1, len(journal)):
                add(f"is restored from a backup of {records} records", model.restored(device, records), away=away)
        return found

    def _with_message(self, sent: frozenset[Message], new: Message) -> frozenset[Message]:
        """Records go one by one, so the beginning of a longer journal brings nothing new, but for what it tells of refunds."""
        if self.bounds.refunds:
            return sent | {new}
        return frozenset({old for old in sent if old[:2] != new[:2] or new[2][: len(old[2])] != old[2]} | {new})

    def _taken_steps(self, index: int, device_no: int, wire_no: int) -> list[tuple[str, int]]:
        device: Terminal = self._parts.things[device_no]
        if model.length(device.journal) >= self.bounds.journal:
            return []
        found = []
        for grant in sorted(self._parts.things[wire_no][0]):
            new = model.take(device, index, grant)
            if new is not None:
                found.append(
                    (f"T{index} takes grant {grant[0]}.{grant[1]} of cell {grant[4]}", self._parts.number(new))
                )
        return found

    # central

    def _given_steps(self, index: int, central_no: int, wire_no: int) -> list[tuple[str, int, int]]:
        grants, chains = self._parts.things[wire_no]
        if len(grants) >= self.bounds.grants:
            return []
        found = []
        for cell in range(self.bounds.cells):
            given = model.give(self._parts.things[central_no], index, cell)
            if given is not None:
                wire = self._parts.number((grants | {given[1]}, chains))
                found.append((f"C grants cell {cell} to T{index}", self._parts.number(given[0]), wire))
        return found

    def _received_steps(self, central_no: int, wire_no: int, outside_no: int) -> list[tuple[str, int]]:
        central: Central = self._parts.things[central_no]
        found = []
        for message in sorted(self._parts.things[wire_no][1]):
            after = model.receive(central, *message, self._parts.things[outside_no].voids)
            if after != central:
                found.append((f"C hears T{message[0]}.{message[1]}", self._parts.number(after)))
        return found

    def _central_alone(self, central_no: int) -> list[tuple[str, int]]:
        central: Central = self._parts.things[central_no]
        found = []
        for step, after in (("ends the recovery", model.end_recovery(central)), ("reopens", model.reopen(central))):
            if after is not None:
                found.append((f"C {step}", self._parts.number(after)))
        if self._extra is not None:
            found += [(f"C {step}", self._parts.number(after)) for step, after in self._extra(central)]
        return found

    def _refunded_steps(self, central_no: int, outside_no: int, paper_no: int) -> list[tuple[str, int, int, int]]:
        central: Central = self._parts.things[central_no]
        outside: Outside = self._parts.things[outside_no]
        found = []
        for witness in central.witnesses:
            if not refunds.central_may(len(witness.chain), witness.told):
                continue
            for seq, record in enumerate(witness.chain, 1):
                ticket = Ticket(witness.terminal_id, witness.incarnation, seq, record[3])
                voided = any(r[0] == "V" and r[1:] == record[1:] for r in witness.chain[seq:])
                if record[0] != "S" or voided or any(void[:4] == ticket[:4] for void in outside.voids):
                    continue
                paper = self._parts.things[paper_no]
                printed = next((t for t in paper if t[:4] == ticket[:4]), None)
                if printed is None:
                    continue
                away = Outside(
                    outside.epoch,
                    outside.registry,
                    outside.voids | {ticket._replace(refunds=central.epoch)},
                    outside.failovers,
                    outside.restores,
                )
                after = model.void(central, ticket, (record[1], record[2]), central.epoch)
                number = self._parts.number
                new_paper = number(_refund(paper, printed))
                found.append((f"C refunds {ticket[:3]}", number(after), number(away), new_paper))
        return found

    def _failed_over(self, central_no: int, backup_no: int, outside_no: int) -> list[tuple[str, int, int, int]]:
        central, backup = self._parts.things[central_no], self._parts.things[backup_no]
        outside: Outside = self._parts.things[outside_no]
        if outside.failovers >= self.bounds.failovers:
            return []
        number = self._parts.number
        found = []
        if central != backup:
            found.append(("C is backed up", central_no, central_no, outside_no))
        if backup is not None:
            away = Outside(outside.epoch + 1, outside.registry, outside.voids, outside.failovers + 1, outside.restores)
            after = model.fail_over(backup, away.epoch, away.registry)
            found.append(("C fails over to its backup", number(after), backup_no, number(away)))
        return found

    def _enrolled_steps(self, index: int, central_no: int, device_no: int, outside_no: int) -> list[Any]:
        """A locked terminal is enrolled anew; its old journal was sent before, or never will be."""
        device: Terminal = self._parts.things[device_no]
        if not device.locked:
            return []
        outside: Outside = self._parts.things[outside_no]
        central: Central = self._parts.things[central_no]
        if model.witness(central, index, device.incarnation) is None or central.epoch != outside.epoch:
            return []
        after, fresh = model.enrol(central, index)
        registry = tuple(sorted({*outside.registry, (index, fresh.incarnation)}))
        away = Outside(outside.epoch, registry, outside.voids, outside.failovers, outside.restores)
        number = self._parts.number
        return [(f"T{index} is enrolled anew", number(after), number(fresh), number(away))]

    # what must hold

    def _broken(self, central_no: int, paper_no: int) -> str:
        """I2, I3, I9."""
        paper: tuple[Ticket, ...] = self._parts.things[paper_no]
        valid = [ticket.cell for ticket in paper if not ticket.refunds]
        if len(valid) != len(set(valid)):
            return f"I2: two valid tickets on one cell: {paper}"
        if any(ticket.refunds > 1 for ticket in paper):
            return f"I9: refunded twice: {paper}"
        masks = [mask for _, mask in self._parts.things[central_no].holdings]
        if sum(masks) != (1 << self.bounds.cells) - 1 or sum(mask.bit_count() for mask in masks) != self.bounds.cells:
            return f"I3: cells without or with two owners: {self._parts.things[central_no].holdings}"
        return ""


def _rename(thing: Any, names: dict[int, int]) -> Any:
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


def _put(devices: World, index: int, device: int) -> World:
    return (*devices[: index - 1], device, *devices[index:])


def _refund(paper: tuple[Ticket, ...], ticket: Ticket) -> tuple[Ticket, ...]:
    return tuple(sorted([*(t for t in paper if t != ticket), ticket._replace(refunds=ticket.refunds + 1)]))


def explore(bounds: Bounds, *, extra: Extra | None = None, most: int = 0, trace: bool = False) -> Result:
    """Walk all worlds within bounds (or the first `most`); stops at the first violation, which has the fewest steps.

    The way to a violation is found by walking once more: to remember where every world came from takes too much room.
    """
    explorer, result = Explorer(bounds, extra), Result(bounds)
    begin = time.perf_counter()
    seen = {explorer.start}
    from_where: dict[World, tuple[World, str]] = {}
    ring = [explorer.start]
    while ring and not result.violation and not (most and len(seen) >= most):
        result.depth += 1
        following_ring: list[World] = []
        for world in ring:
            for step, following in explorer.after(world):
                result.transitions += 1
                following = explorer.canonical(following)
                if following in seen:
                    continue
                seen.add(following)
                following_ring.append(following)
                if trace:
                    from_where[following] = (world, step)
                if said := explorer.broken(following[0], following[4]):
                    result.violation = said
                    result.trace = _trace(from_where, following) if trace else []
                    break
            if result.violation:
                break
        ring = following_ring
    result.states, result.seconds = len(seen), time.perf_counter() - begin
    if result.violation and not trace:
        result.trace = explore(bounds, extra=extra, trace=True).trace
    return result


def _trace(from_where: dict[World, tuple[World, str]], world: World) -> list[str]:
    steps = []
    while world in from_where:
        world, step = from_where[world]
        steps.append(step)
    return steps[::-1]
