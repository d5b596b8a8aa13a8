"""Play a written case through the gate's decision, and say what comes out otherwise than written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from kiosk.domain.gate.case import BadCase, Case, Step, laid_over
from kiosk.domain.gate.choice import Chosen, choose
from kiosk.domain.gate.compare import Outcome, differences
from kiosk.domain.gate.decision import OVERRIDABLE, decide
from kiosk.domain.gate.words import Asked, Decision, Word
from kiosk.domain.gate.world import GateList, GatePost, Mode, Passage, World

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Entry(msgspec.Struct, kw_only=True):
    """One record: a passage that counts, or a refusal, with what was decided then."""

    passage: Passage
    decision: Decision
    known_to: set[str]
    counts: bool
    nonce: str = ""


class Player:
    """The gates of one case, with what each has seen."""

    def __init__(self, case: Case, raw_world: dict[str, Any]) -> None:
        self.case, self.world, self._raw = case, case.world, raw_world
        self._parts: tuple[frozenset[str], ...] = ()
        self._now = EPOCH
        self._gate = GatePost(id="")
        everyone = {each.id for each in case.world.gates} | {""}
        self.record = [
            Entry(
                passage=msgspec.structs.replace(used, ticket=ticket.code),
                decision=Decision(word=Word.ADMIT),
                known_to=set(everyone),
                counts=True,
            )
            for ticket in case.world.tickets
            for used in ticket.used
        ]
        self.record.sort(key=lambda entry: case.world.instant(entry.passage.at))

    def step(self, step: Step) -> Outcome:
        """What comes of one step."""
        self._now = step.at or self._now
        if step.gate or not self._gate.id:
            gates = {each.id: each for each in self.world.gates}
            self._gate = gates.get(step.gate, GatePost(id=step.gate))
        if step.change:
            self._raw = laid_over(self._raw, step.change)
            self.world = msgspec.convert(self._raw, World)
        elif step.split:
            self._parts = tuple(frozenset(part) for part in step.split)
        elif step.merge:
            self._merge()
        elif step.annul:
            return self._annul()
        elif step.why:
            return self._why(step.why)
        elif step.look_up:
            needle = step.look_up.text.casefold()
            hits = [t.code for t in self.world.tickets if needle in f"{t.code}\n{t.holder}\n{t.booking}".casefold()]
            return self._outcome(Decision(word=Word.ADMIT), None, (f"looked up {step.look_up.by}".strip(),), hits)
        elif step.scan:
            return self._scan(step)
        else:
            raise BadCase("a step without anything that happens")
        return self._outcome(None, None, ())

    def _scan(self, step: Step) -> Outcome:
        lists = {each.id: each for each in self.world.lists}
        gate, mode = self._gate, step.mode or self.case.mode
        chosen_list = lists.get(step.list or gate.list)
        if chosen_list is None and (step.list or gate.list or lists):
            return self._outcome(Decision(word=Word.NOT_CONFIGURED, detail=step.list or gate.list), None, ())
        passing = chosen_list or GateList(id="")
        self._check_out(passing)
        again = next((each for each in self.record if step.nonce and each.nonce == step.nonce and each.counts), None)
        if again is not None:
            chosen = choose(self.world, step.scan, passing, self._instant(), mode)
            return self._outcome(again.decision, chosen, ())
        chosen = choose(self.world, step.scan, passing, self._instant(), mode)
        decision = chosen.refusal or decide(self._asked(step, chosen, passing, mode))
        recorded = ""
        if step.override is not None and not decision.passes:
            decision, recorded = self._overridden(step, decision)
        kind = step.kind if decision.passes else "entry"
        passage = Passage(
            ticket=chosen.ticket.code if chosen.ticket else step.scan,
            at=self._now,
            list=passing.id,
            gate=gate.id,
            kind=kind,
            persons=step.persons,
        )
        entry = Entry(
            passage=passage,
            decision=decision,
            known_to=self._hearers(mode),
            counts=decision.passes,
            nonce=step.nonce,
        )
        self.record.append(entry)
        return self._outcome(decision, chosen, (recorded or (kind if decision.passes else f"refused {decision.word}"),))

    def _asked(self, step: Step, chosen: Chosen, passing: GateList, mode: Mode) -> Asked:
        assert chosen.ticket is not None
        return Asked(
            world=self.world,
            ticket=chosen.ticket,
            gate=self._gate,
            list=passing,
            now=self._instant(),
            mode=mode,
            kind=step.kind,
            journey=step.journey,
            alight=step.alight,
            persons=step.persons,
            answers=step.answers,
            ask=step.ask,
            document_seen=step.document_seen,
            allow_unpaid=step.allow_unpaid,
            inside=self.inside(),
            seen=tuple(e.passage for e in self.record if e.counts and (self._gate.id in e.known_to or mode == "live")),
        )

    def _overridden(self, step: Step, decision: Decision) -> tuple[Decision, str]:
        override = step.override
        assert override is not None
        allowed = decision.word in OVERRIDABLE and override.role in self.world.override_roles and override.reason
        if not allowed:
            refused = msgspec.structs.replace(decision, word=Word.OVERRIDE_REFUSED, detail=decision.word)
            return refused, ""
        passed = msgspec.structs.replace(decision, word=Word.ADMIT)
        return passed, f"override {decision.word} {override.role}: {override.reason}"

    def _instant(self) -> float:
        return self.world.instant(self._now)

    def _hearers(self, mode: Mode) -> set[str]:
        """Which gates learn of it at once."""
        here = self._gate.id
        if mode in ("signed-only", "local"):
            return {here}
        if mode == "live" or not self._parts:
            return {each.id for each in self.world.gates} | {here}
        return {here, *(next((part for part in self._parts if here in part), frozenset()))}

    def _merge(self) -> None:
        """Every gate learns all; of several single entries the earliest stands, later ones are contested."""
        self._parts = ()
        everyone = {each.id for each in self.world.gates} | {""}
        for entry in self.record:
            entry.known_to |= everyone
        lists = {each.id: each for each in self.world.lists}
        ordered = sorted(
            (e for e in self.record if e.counts),
            key=lambda e: (self.world.instant(e.passage.at), e.passage.gate),
        )
        came: dict[tuple[str, str], str] = {}
        for entry in ordered:
            passage = entry.passage
            key = (passage.ticket, passage.list)
            rules = lists.get(passage.list, GateList(id=""))
            twice = passage.kind == "entry" and came.get(key) == "entry" and not rules.multi_entry
            entry.passage = msgspec.structs.replace(passage, contested=twice)
            came[key] = passage.kind if rules.reentry else came.get(key, passage.kind)

    def _check_out(self, passing: GateList) -> None:
        """The list's hour has struck since the last entry: whoever is inside is out."""
        if not passing.checkout_at:
            return
        local = self.world.local(self._instant())
        hour, minute = (int(part) for part in passing.checkout_at.split(":"))
        struck = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if local < struck:
            return
        last = {e.passage.ticket: e for e in self.record if e.counts and e.passage.list == passing.id}
        for entry in last.values():
            if entry.passage.kind == "entry" and self.world.instant(entry.passage.at) < struck.timestamp():
                out = msgspec.structs.replace(entry.passage, at=struck, kind="exit")
                decision = Decision(word=Word.EXIT, detail="hour")
                self.record.append(Entry(passage=out, decision=decision, known_to=entry.known_to, counts=True))

    def _annul(self) -> Outcome:
        for entry in reversed(self.record):
            if entry.counts and entry.passage.gate == self._gate.id:
                entry.counts = False
                entry.passage = msgspec.structs.replace(entry.passage, annulled=True)
                return self._outcome(None, None, ("annulled",))
        return self._outcome(None, None, ())

    def _why(self, at: datetime) -> Outcome:
        found = [
            e
            for e in self.record
            if self.world.instant(e.passage.at) == self.world.instant(at) and e.passage.gate == self._gate.id
        ]
        if not found:
            return self._outcome(None, None, ())
        return self._outcome(found[-1].decision, None, (), [found[-1].passage.ticket])

    def inside(self) -> int:
        """People in the zone of the gate of this step."""
        if not self._gate.zone:
            return 0
        posts = {each.id for each in self.world.gates if each.zone == self._gate.zone}
        start = sum(each.inside for each in self.world.zones if each.id == self._gate.zone)
        passed = [e.passage for e in self.record if e.counts and e.passage.gate in posts]
        return start + sum(each.persons if each.kind == "entry" else -each.persons for each in passed)

    def _outcome(
        self, decision: Decision | None, chosen: Chosen | None, recorded: tuple[str, ...], hits: list[str] | None = None
    ) -> Outcome:
        ticket = chosen.ticket if chosen else None
        products = {each.id: each for each in self.world.products}
        known = [e.passage for e in self.record if e.counts and self._gate.id in e.known_to]
        return Outcome(
            decision=decision,
            ticket=ticket,
            product=products.get(ticket.product) if ticket else None,
            recorded=recorded,
            passages=sum(e.counts for e in self.record),
            inside=self.inside(),
            contested=tuple(dict.fromkeys(each.ticket for each in known if each.contested)),
            hits=tuple(hits or ()),
        )


def play(case: Case, raw_world: dict[str, Any]) -> list[str]:
    """Play a case; every difference in one line, none = as written."""
    player = Player(case, raw_world)
    found = []
    for number, step in enumerate(case.steps, 1):
        outcome = player.step(step)
        found += [f"step {number}: {each}" for each in differences(player.world, step.expect, outcome)]
    return found
