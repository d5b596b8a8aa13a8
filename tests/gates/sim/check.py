"""The oracle: counted from who went in and from what each gate wrote itself, with none of the product's rules."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kiosk.domain.errors import KioskError
from kiosk.domain.events import AdmissionContested, Admitted
from kiosk.domain.passages import SHARED
from tests.gates.operator import Operator
from tests.gates.sim.world import Entry

if TYPE_CHECKING:
    from tests.gates.sim.gate import SimGate
    from tests.gates.sim.play import Play

SECONDS_S = 2.0  # "in seconds": a revocation on a line that stands
SLACK_S = 0.05  # beyond the network's delay
Name = tuple[int, int, int]  # terminal, incarnation, seq


def everything(play: Play) -> None:
    people(play)
    if play.scenario == "stolen":
        forgeries(play)
    memories(play)
    reports(play)
    for gate in play.gates:
        if found := gate.store.examine():
            play.world.counts.violation("damaged", f"gate {gate.number}: {found}")


def people(play: Play) -> None:
    """Nobody went in on a copy where the gate could have known."""
    counts = play.world.counts
    by_ticket: dict[str, list[Entry]] = defaultdict(list)
    for entry in play.entries:
        by_ticket[entry.ticket_id].append(entry)
        counts.entries += 1
        counts.forged += entry.forged
    for ticket_id, entries in by_ticket.items():
        for number, entry in enumerate(entries[1:], 1):
            knew = [e for e in entries[:number] if _could_know(play, e, entry)]
            if knew or play.scenario == "home":
                words = f"{ticket_id} at gate {entry.gate} at {entry.at:.2f} s, before at {entries[0]}"
                counts.violation("extra_beyond", words)
            counts.extra += 1
        if play.scenario == "partition":
            groups = {play_group(play, entry.gate) for entry in entries}
            delayed = sum(b.at - a.at <= play.lan.delay_s + SLACK_S for a, b in pairwise(entries))
            if len(entries) > len(groups) + delayed:
                counts.violation("extra_beyond", f"{ticket_id}: {len(entries)} entries in {len(groups)} groups")


def play_group(play: Play, gate: int) -> frozenset[int]:
    """The gates it saw during the show."""
    return frozenset(
        other for other in range(play.count) if other == gate or play.lan.together(gate, other, 20.0, 500.0)
    )


def _could_know(play: Play, before: Entry, entry: Entry) -> bool:
    if before.gate == entry.gate:
        return True
    if entry.at - before.at <= play.lan.delay_s + SLACK_S:
        return False
    return play.lan.together(before.gate, entry.gate, before.at - 3.0, entry.at)


def forgeries(play: Play) -> None:
    """Of tickets made up with a stolen key, no more than one goes in on any stretch of any leased, unsold place."""
    counts = play.world.counts
    taken: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for entry in play.entries:
        if entry.forged:
            seat, first, last = play.places[entry.ticket_id]
            if seat <= play.sold and first < 2:
                counts.violation("forged_beyond", f"seat {seat} was sold: {entry}")
            for stretch in range(first, last):
                for before in taken[seat, stretch]:
                    if _could_know(play, before, entry):
                        counts.violation("forged_beyond", f"seat {seat} stretch {stretch} twice: {before} {entry}")
                taken[seat, stretch].append(entry)
    leased = play.operator.central.manifest().leases[0].blocks[0].mask.bit_count()
    seats = {seat for seat, stretch in taken if stretch < 2}
    if len(seats) > leased - play.sold:
        counts.violation("forged_beyond", f"{len(seats)} seats, {leased} were leased, {play.sold} of them sold")


def memories(play: Play) -> None:
    """Every gate has every fact that any gate wrote, as it wrote it, and nothing else; and says the same of each."""
    counts = play.world.counts
    written = {gate.author: _own(gate) for gate in play.gates}
    for gate in play.gates:
        held = _held(gate)
        for author, facts in written.items():
            missing, made_up = facts.items() - held[author].items(), held[author].items() - facts.items()
            if missing:
                counts.violation("lost", f"gate {gate.number} lacks {len(missing)} facts of {author}")
            if made_up:
                counts.violation("believed", f"gate {gate.number} believes {len(made_up)} facts of {author}")
    first = play.gates[0]
    for code in {entry.ticket_id for entry in play.entries}:
        said = {gate.store.admitted(code) for gate in play.gates}
        if len(said) != 1:
            counts.violation("unequal", f"{code} was first used at {said}")
    if len({gate.gate.etag() for gate in play.gates}) != 1:
        counts.violation("unequal", f"lists {[gate.gate.etag() for gate in play.gates]}, gate 0 {first.gate.etag()}")


def _own(gate: SimGate) -> dict[int, str]:
    return {
        record.seq: record.body
        for record in gate.store.journal._records_after(0, 1_000_000)
        if record.kind in {kind.__name__ for kind in SHARED}
    }


def _held(gate: SimGate) -> dict[Any, dict[int, str]]:
    held: dict[Any, dict[int, str]] = defaultdict(dict)
    for author in gate.memory.heads():
        held[author] = {each.seq: each.body for each in gate.memory.written(author, 0, 1_000_000)}
    return held


def reports(play: Play) -> None:
    """Every admission but a ticket's first is told by every gate, once."""
    counts = play.world.counts
    admitted: dict[str, list[tuple[int, Name]]] = defaultdict(list)
    for gate in play.gates:
        for seq, event in gate.store.journal.events():
            if isinstance(event, Admitted) and not event.again and not event.override:
                admitted[event.ticket_id].append((event.at, (*gate.author, seq)))
    wanted = {name for each in admitted.values() for _, name in sorted(each)[1:]}
    counts.contested += len(wanted)
    for gate in play.gates:
        told = [
            (event.terminal_id, event.incarnation, event.seq)
            for _, event in gate.store.journal.events()
            if isinstance(event, AdmissionContested)
        ]
        if missing := wanted - set(told):
            counts.violation("unreported", f"gate {gate.number} did not tell of {sorted(missing)[:3]}")
        if len(told) != len(set(told)) or set(told) - wanted:
            counts.violation("unequal", f"gate {gate.number} told of {len(told)}, there are {len(wanted)}")


def revoked_everywhere(play: Play, ticket_id: str, since: float) -> None:
    """Some seconds after one gate knew: whoever had a line to it all the time knows too."""
    for gate in play.gates:
        steady = gate.number == 0 or play.lan.together(0, gate.number, since - 3.0, play.world.now)
        if gate.up and steady and gate.up_since < since and ticket_id not in gate.gate.trust().revoked_tickets:
            play.world.counts.violation("late_revocations", f"gate {gate.number}, {SECONDS_S} s after gate 0")


def how_long(play: Play, ticket_id: str, since: float) -> None:
    """Until every gate with a line to the one that has the link knows."""
    ignorant = [
        gate
        for gate in play.gates
        if gate.up
        and (gate.number == 0 or play.lan.together(0, gate.number, since - 3.0, play.world.now))
        and ticket_id not in gate.gate.trust().revoked_tickets
    ]
    if ignorant and play.world.now - since < SECONDS_S:
        play.world.later(0.02, how_long, play, ticket_id, since)
    elif not ignorant:
        play.world.counts.slowest_revocation_s = max(play.world.counts.slowest_revocation_s, play.world.now - since)


def keeps_its_list(play: Play, gate: SimGate) -> None:
    """An older list, and one by another hand, change nothing."""
    before = gate.gate.etag(), gate.gate.trust()
    stranger = Operator(play.operator.now)
    stranger.begin_at(1_000_000)  # newer than everything, if it were central's
    for page in (next(gate.lists.shelf.after("0.0")).pages[0], stranger.everything()):
        with contextlib.suppress(KioskError):
            gate.lists.take([page])
    if gate.gate.etag() != before[0] or gate.gate.trust() is not before[1]:
        play.world.counts.violation("unequal", f"gate {gate.number} took another list over")
