"""Every state a small world can reach, breadth first, with the invariants checked in each.

A world is a tuple of numbers, one for each part: central, its backup, the terminals, the wire, what was printed. A
part's step is worked out once by the product's rules and remembered; the explorer only combines them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import permutations
from typing import Any

from kiosk.domain.protocol import ownership, refunds
from tests.prove import model
from tests.prove.model import Bounds, Central, Terminal, Ticket, Witness
from tests.prove.parts import Message, Outside, Paper, Parts, World, is_voided, put, refunded, rename

Extra = Callable[[Central], Iterator[tuple[str, Central]]]  # a step that a mutant adds to central


class Explorer:
    """Successors of worlds within bounds.

    Unless the `whole` is asked for, worlds that no later step can tell apart are one:
    - without refunds no rule reads how far a terminal has sent, nor how far central was told that it acted;
    - then the beginning of a journal that is on the wire teaches central nothing that the longer one does not;
    - a backup that is replaced was never used, so with one failover it is enough to take one at any moment;
    - after the last failover nobody reads the backup.
    `test_prove` walks both and compares what can be reached.
    """

    def __init__(self, bounds: Bounds, extra: Extra | None = None, *, whole: bool = False) -> None:
        self.bounds = bounds
        self._sent_counts = bounds.refunds or whole
        self._backups_count = bounds.failovers > 1 or whole
        self._whole = whole
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

    def after(self, world: World) -> Iterator[tuple[str, World]]:  # noqa: C901 - one loop for each part
        central, backup, outside, wire, paper, *devices = world
        for index, device in enumerate(devices, 1):
            at = index + 4
            for step, new_device, new_outside, new_wire, new_paper in self._local(index, device, outside, wire, paper):
                yield step, (central, backup, new_outside, new_wire, new_paper, *put(world[5:], index, new_device))
            for step, new_device in self._taken(index, device, wire):
                yield step, (*world[:at], new_device, *world[at + 1 :])
            for step, new_central, new_wire in self._given(index, central, wire):
                yield step, (new_central, backup, outside, new_wire, *world[4:])
            for step, new_central, new_device, new_outside in self._enrolled(index, central, device, outside):
                yield step, (new_central, backup, new_outside, wire, paper, *put(world[5:], index, new_device))
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
        return self._parts.number(rename(self._parts.things[part_no], self._orders[order]))

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

        for step, new in self._sold(index, device):
            add(step, new)
        for step, new, tickets in [*self._on_paper(index, device, paper), *self._given_back(index, device, paper)]:
            add(step, new, tickets=tickets)
        journal = device.journal
        if not device.locked and model.adopted(journal) < outside.epoch:
            add(f"adopts epoch {outside.epoch}", model.append(device, ("E", outside.epoch, 0, 0)))
        if device.sent < len(journal):
            # A locked terminal sends too: its old journal is all central will ever hear of that incarnation.
            new = device._replace(sent=len(journal), counter=max(device.counter, len(journal)))
            if not self._sent_counts:
                new = new._replace(sent=0)
            message = (index, device.incarnation, journal, new.counter if self._sent_counts else 0)
            after = self._with_message(chains, message)
            if new != device or after != chains:
                add("sends", new, wire=(grants, after))
        if outside.restores < self.bounds.restores and not device.locked:
            away = Outside(outside.epoch, outside.registry, outside.voids, outside.failovers, outside.restores + 1)
            for records in range(1, len(journal)):
                add(f"is restored from a backup of {records} records", model.restored(device, records), away=away)
        return found

    def _sold(self, index: int, device: Terminal) -> Iterator[tuple[str, Terminal]]:
        if not device.locked and model.length(device.journal) < self.bounds.journal:
            for epoch, n, cell in model.owned(device, index, "free"):
                yield f"sells cell {cell}", model.append(device, ("S", epoch, n, cell))
                yield f"releases cell {cell}", model.append(device, ("R", epoch, n, cell))

    def _on_paper(self, index: int, device: Terminal, paper: Paper) -> Iterator[tuple[str, Terminal, Paper]]:
        for seq, record in enumerate(device.journal, 1):
            ticket = Ticket(index, device.incarnation, seq, record[3])
            out = any(printed[:4] == ticket[:4] for printed in paper)
            if record[0] == "S" and not device.locked and not out and not is_voided(device.journal, seq):
                new = device._replace(counter=max(device.counter, seq))
                yield f"prints {seq}", new, tuple(sorted([*paper, ticket]))

    def _given_back(self, index: int, device: Terminal, paper: Paper) -> Iterator[tuple[str, Terminal, Paper]]:
        if device.locked or not self.bounds.refunds or model.length(device.journal) >= self.bounds.journal:
            return
        for seq, record in enumerate(device.journal, 1):
            printed = next((t for t in paper if t[:3] == (index, device.incarnation, seq)), None)
            mine = record[0] == "S" and not is_voided(device.journal, seq) and refunds.terminal_may(seq, device.sent)
            if mine and printed is not None:
                new = model.append(device, ("V", *record[1:]))
                yield f"refunds {seq}", new._replace(counter=len(new.journal)), refunded(paper, printed)

    def _with_message(self, sent: frozenset[Message], new: Message) -> frozenset[Message]:
        """Records go one by one: of a journal and its beginning only the longer one is kept."""
        if self._sent_counts:
            return sent | {new}
        if any(old[:2] == new[:2] and old[2][: len(new[2])] == new[2] for old in sent):
            return sent
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
        for terminal_id, incarnation, chain, told in sorted(self._parts.things[wire_no][1]):
            voids = self._parts.things[outside_no].voids
            after = model.receive(central, terminal_id, incarnation, chain, told, voids)
            if after != central:
                found.append((f"C hears T{terminal_id}.{incarnation}", self._parts.number(after)))
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
                if (
                    record[0] != "S"
                    or is_voided(witness.chain, seq)
                    or any(void[:4] == ticket[:4] for void in outside.voids)
                ):
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
                new_paper = number(refunded(paper, printed))
                found.append((f"C refunds {ticket[:3]}", number(after), number(away), new_paper))
        return found

    def _failed_over(self, central_no: int, backup_no: int, outside_no: int) -> list[tuple[str, int, int, int]]:
        central, backup = self._parts.things[central_no], self._parts.things[backup_no]
        outside: Outside = self._parts.things[outside_no]
        if outside.failovers >= self.bounds.failovers:
            return []
        number = self._parts.number
        found = []
        if central != backup and (backup is None or self._backups_count):
            found.append(("C is backed up", central_no, central_no, outside_no))
        if backup is not None:
            away = Outside(outside.epoch + 1, outside.registry, outside.voids, outside.failovers + 1, outside.restores)
            after = model.fail_over(backup, away.epoch, away.registry)
            kept = backup_no if self._whole or away.failovers < self.bounds.failovers else number(None)
            found.append(("C fails over to its backup", number(after), kept, number(away)))
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
