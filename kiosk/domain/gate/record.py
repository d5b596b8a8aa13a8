"""What the gates of a written case have on record, and which gate knows what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from kiosk.domain.gate.grounds import Grounds
from kiosk.domain.gate.judge import Judged
from kiosk.domain.gate.order import counted_out
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.gate.world import GateList, Passage, World

HOUR = "hour"  # an exit that nobody scanned


class Entry(msgspec.Struct, kw_only=True):
    """One record: a passage that counts, or a refusal, with what the decision looked at."""

    passage: Passage
    decision: Decision
    known_to: set[str]
    counts: bool
    recorded_at: float  # unix s, of the step
    told_at: float = float("-inf")  # to the other gates
    nonce: str = ""
    acknowledged: bool = False
    left_over: bool = False
    judged: Judged | None = None
    grounds: Grounds | None = None


class Records:
    """All gates' records in the order in which they were made."""

    def __init__(self, world: World) -> None:
        self.entries: list[Entry] = []
        self.delay_s, self.now = world.lan_delay_s, float("inf")
        everyone = {each.id for each in world.gates} | {""}
        for ticket in world.tickets:
            for used in ticket.used:
                self.add_old(world, msgspec.structs.replace(used, ticket=ticket.code), everyone)

    def add_old(self, world: World, passage: Passage, known_to: Iterable[str]) -> None:
        """A passage heard of later; it takes its place by time among what is known."""
        at = world.instant(passage.at)
        word = Word.EXIT if passage.kind == "exit" else Word.ADMIT
        entry = Entry(
            passage=passage,
            decision=Decision(word=word),
            known_to=set(known_to),
            counts=not passage.annulled,
            recorded_at=at,
        )
        place = next((i for i, each in enumerate(self.entries) if world.instant(each.passage.at) > at), None)
        self.entries.insert(len(self.entries) if place is None else place, entry)

    def counting(self, gate: str | None = None) -> list[Entry]:
        """Those that count; of what a gate knows by now."""
        return [each for each in self.entries if each.counts and (gate is None or self._knows(gate, each))]

    def _knows(self, gate: str, entry: Entry) -> bool:
        """Its own at once; what others tell takes a moment."""
        own = entry.passage.gate == gate
        return gate in entry.known_to and (own or entry.told_at + self.delay_s <= self.now)

    def merge(self, world: World) -> None:
        """Of several single entries the earliest by time stands; a later one is contested and counts as no guest."""
        lists = {each.id: each for each in world.lists}
        many = {each.code for each in world.tickets if each.persons > 1 or each.rides}
        many |= {
            t.code for t in world.tickets for p in world.products if p.id == t.product and (p.rides or p.unlimited)
        }
        ordered = sorted(self.counting(), key=lambda each: (world.instant(each.passage.at), each.passage.gate))
        inside: dict[tuple[str, str], set[str]] = {}  # which gates let the one in who is inside
        for entry in ordered:
            passage = entry.passage
            rules = lists.get(passage.list, GateList(id=""))
            there = inside.setdefault((passage.ticket, passage.list), set())
            knowing = entry.decision.override or (entry.judged is not None and entry.judged.again)
            single = not rules.multi_entry and passage.ticket not in many and not knowing
            # One gate knows what it did itself, whatever its clock says of the order.
            twice = passage.kind == "entry" and single and bool(there - {passage.gate})
            entry.passage = msgspec.structs.replace(passage, contested=twice)
            if passage.kind == "entry":
                there.add(passage.gate)
            elif rules.reentry:
                there.clear()
        self._over_used(world, ordered)

    def _over_used(self, world: World, ordered: list[Entry]) -> None:
        """Groups and carnets: heads and rides beyond what was bought are contested too."""
        rides = {each.id: each.rides for each in world.products}
        for ticket in world.tickets:
            bought = ticket.rides or rides.get(ticket.product, 0) or (ticket.persons if ticket.persons > 1 else 0)
            used = 0
            for entry in ordered:
                if not bought or entry.passage.ticket != ticket.code or entry.passage.kind != "entry":
                    continue
                used += entry.passage.persons
                if used > bought:
                    entry.passage = msgspec.structs.replace(entry.passage, contested=True)

    def upload(self, gate: str, refuse: Iterable[str], most: int) -> None:
        """In order; one that central does not take is kept for a person and holds up nobody."""
        mine = [each for each in self.entries if each.passage.gate == gate and each.judged and not each.acknowledged]
        for entry in mine if most < 0 else mine[:most]:
            entry.acknowledged, entry.left_over = True, entry.passage.ticket in refuse

    def count_out_anew(self, ticket: str) -> None:
        """Something before the hour is taken back: who was inside then is asked again."""
        hour = [each for each in self.entries if each.decision.detail == HOUR and each.passage.ticket == ticket]
        self.entries = [each for each in self.entries if each not in hour]

    def check_out(self, world: World, passing: GateList, now: datetime) -> None:
        """The list's hour has struck since the last entry: whoever is inside is counted out."""
        if not passing.checkout_at:
            return
        at = world.instant(now)
        last = {each.passage.ticket: each for each in self.counting() if each.passage.on(passing.id)}
        for ticket, entry in last.items():
            seen = tuple(each.passage for each in self.counting())
            told = counted_out(world, passing, ticket, seen, at)
            for number, out in [(number, each) for number, each in enumerate(told) if each not in seen]:
                after = set(map(id, told[number + 1 :]))
                place = next((i for i, each in enumerate(self.entries) if id(each.passage) in after), len(self.entries))
                hour = Entry(
                    passage=out,
                    decision=Decision(word=Word.EXIT, detail=HOUR),
                    known_to=entry.known_to,
                    counts=True,
                    recorded_at=world.instant(out.at),
                )
                self.entries.insert(place, hour)
