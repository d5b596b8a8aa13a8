"""Play a written case through the gate's decision, and say what comes out otherwise than written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from kiosk.domain.gate.afterwards import Outcome, inside_of, outcome_of
from kiosk.domain.gate.case import BadCase, Case, Step
from kiosk.domain.gate.choice import clean
from kiosk.domain.gate.compare import differences
from kiosk.domain.gate.figures import figures, looked_up
from kiosk.domain.gate.form import Mode
from kiosk.domain.gate.grounds import decided, grounds_of, packed, unpacked
from kiosk.domain.gate.judge import Judged, judge
from kiosk.domain.gate.knowledge import Knowledge
from kiosk.domain.gate.record import Entry, Records
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.gate.world import GateList, GatePost, Passage, World

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HAPPENINGS = (
    *("scan", "look_up", "annul", "split", "exchange", "merge", "arrive", "upload", "restart", "forget", "status"),
    *("change", "why"),
)


class Player:
    """The gates of one case, with what each has seen."""

    def __init__(self, case: Case, raw_world: dict[str, Any]) -> None:
        self.case, self._known = case, Knowledge(case.world, raw_world)
        self._parts: tuple[frozenset[str], ...] = ()
        self._now = EPOCH
        self._gate = GatePost(id="")
        self.records = Records(case.world)

    @property
    def world(self) -> World:
        """As the gate of this step knows it."""
        return self._known.world(self._gate.id)

    def step(self, step: Step) -> Outcome:
        """What comes of one step; BadCase for one that makes no sense."""
        self._now = step.at or self._now
        self._at_gate(step)
        self.records.now = self.world.instant(self._now)
        happens = [name for name in HAPPENINGS if getattr(step, name)]
        if len(happens) != 1:
            said = " and ".join(happens) or "nothing"
            raise BadCase(f"{said} in one step; exactly one of {', '.join(HAPPENINGS)} is needed")
        outcome: Outcome = getattr(self, f"_{happens[0]}")(step)
        return outcome

    def _at_gate(self, step: Step) -> None:
        gates = {each.id: each for each in self.world.gates}
        name = step.gate or self._gate.id
        if not name and len(gates) == 1 and not step.list:
            name = next(iter(gates))  # there is no other
        if name and gates and name not in gates:
            raise BadCase(f"there is no gate {name!r} in the world; it has {', '.join(gates)}")
        self._gate = gates.get(name, GatePost(id=name))

    # scans

    def _scan(self, step: Step) -> Outcome:
        outcome = self._once(step)
        for _ in range(step.times - 1):
            self._now += timedelta(seconds=step.every_s)
            self.records.now = self.world.instant(self._now)
            outcome = self._once(step)
        return outcome

    def _once(self, step: Step) -> Outcome:
        gate, mode = self._gate, step.mode or self.case.mode
        self._check_out(step)
        before = self._the_same(step)
        if before is not None:
            return msgspec.structs.replace(self._outcome(before.decision, before.judged, ()), same=True)
        seen = [each.passage for each in self.records.counting(None if mode == "live" else gate.id)]
        scan = Scan(
            **{name: getattr(step, name) for name in Scan.__struct_fields__ if name not in ("at", "gate")}, gate=gate.id
        )
        judged = judge(self.world, scan, self._now, mode=mode, inside=self.inside(), seen=seen)
        grounds = grounds_of(
            self.world,
            scan,
            self._now,
            mode=mode,
            inside=self.inside(),
            seen=seen,
            code=judged.ticket.code if judged.ticket else clean(step.scan),
        )
        decision = judged.decision
        passage = judged.passage or Passage(
            ticket=judged.ticket.code if judged.ticket else step.scan,
            at=self._now,
            list=judged.list.id,
            gate=gate.id,
            kind=step.kind,
            persons=step.persons,
        )
        counts = judged.passage is not None
        written = self._written(step, judged)
        if written:
            self.records.entries.append(
                Entry(
                    passage=passage,
                    decision=decision,
                    known_to=self._hearers(mode) if counts else {gate.id},
                    counts=counts,
                    recorded_at=self.world.instant(self._now),
                    told_at=self.world.instant(self._now),
                    nonce=step.nonce,
                    judged=judged,
                    grounds=unpacked(packed(grounds)),
                )
            )
        if counts and step.hand_out and judged.ticket:
            self._known.hand_out(step.hand_out, judged.ticket.code)
        if mode == "lan":
            self.records.merge(self.world)  # two gates may have let in before either was told
        recorded = [written] if written else []
        if decision.badge:
            recorded.append("badge" if step.printer == "works" else "no badge: the printer stops")
        outcome = self._outcome(decision, judged, tuple(recorded))
        return msgspec.structs.replace(outcome, answers=step.answers if written else {})

    def _written(self, step: Step, judged: Judged) -> str:
        """What goes on record; nothing of a gate that has no list to record it on."""
        decision = judged.decision
        if decision.word is Word.NOT_CONFIGURED or judged.gate.training:
            return ""
        if decision.override and step.override:
            return f"override {decision.override} {step.override.role}: {step.override.reason}"
        if decision.override:
            return f"{step.kind} in spite of {decision.override}"
        if decision.word is Word.EXIT and judged.ticket is None:
            return "emergency exit"
        return step.kind if decision.passes else f"refused {decision.word}"

    def _the_same(self, step: Step) -> Entry | None:
        """The same try sent again, or a code that is still held up."""
        for entry in reversed(self.records.entries):
            if step.nonce and entry.nonce == step.nonce and entry.counts:
                return entry
            again_s = self._gate.same_scan_s
            mine = entry.grounds is not None and entry.passage.gate == self._gate.id
            gone_s = self.world.instant(self._now) - entry.recorded_at
            held_up = mine and entry.grounds is not None and entry.grounds.scan.scan == step.scan
            if held_up and again_s and 0 <= gone_s <= again_s:
                entry.recorded_at = self.world.instant(self._now)
                return entry
        return None

    def _hearers(self, mode: Mode) -> set[str]:
        """Which gates learn of it at once."""
        here = self._gate.id
        if mode in ("signed-only", "local"):
            return {here}
        if mode == "live" or not self._parts:
            return {each.id for each in self.world.gates} | {here}
        return {here, *(next((part for part in self._parts if here in part), frozenset()))}

    def _check_out(self, step: Step) -> None:
        names = (step.list, self._gate.list, *(step.lists or self._gate.lists))
        for passing in [each for each in self.world.lists if each.id in names]:
            self.records.check_out(self.world, passing, self._now)

    # other steps

    def _change(self, step: Step) -> Outcome:
        taken = self._known.change(step.change, step.gates)
        return self._outcome(None, None, () if taken else ("older lists not taken",))

    def _split(self, step: Step) -> Outcome:
        self._parts = tuple(frozenset(part) for part in step.split)
        return self._outcome(None, None, ())

    def _exchange(self, step: Step) -> Outcome:
        """Two or more gates tell each other; then each knows what any of them knew."""
        for entry in self.records.entries:
            if entry.counts and entry.known_to & set(step.exchange):
                entry.known_to |= set(step.exchange)
        self._known.exchange(step.exchange)
        self.records.merge(self.world)
        return self._outcome(None, None, ())

    def _merge(self, step: Step) -> Outcome:
        self._parts = ()
        everyone = {each.id for each in self.world.gates} | {""}
        for entry in self.records.entries:
            entry.known_to |= everyone if entry.counts else set()
        self._known.exchange(None)
        self.records.merge(self.world)
        return self._outcome(None, None, ())

    def _arrive(self, step: Step) -> Outcome:
        hearers = self._hearers("lan")
        for passage in step.arrive:
            known = [each for each in self.records.entries if each.counts and _same_passage(each.passage, passage)]
            if known:
                known[0].known_to |= hearers  # heard of twice is one passage
            else:
                self.records.add_old(self.world, passage, hearers)
        self.records.merge(self.world)
        return self._outcome(None, None, ())

    def _upload(self, step: Step) -> Outcome:
        self.records.upload(self._gate.id, step.refuse, step.acknowledge)
        return self._outcome(None, None, ())

    def _restart(self, step: Step) -> Outcome:
        """Only what is on the disk is left; everything that was said is."""
        for entry in self.records.entries:
            if entry.passage.gate == self._gate.id and entry.grounds is not None:
                entry.recorded_at = float("-inf")  # nobody is held up any more
        return self._outcome(None, None, ())

    def _forget(self, step: Step) -> Outcome:
        self.records.entries.clear()
        return self._outcome(None, None, ())

    def _status(self, step: Step) -> Outcome:
        self._check_out(step)
        passing = next(
            (each for each in self.world.lists if each.id == (step.list or self._gate.list)), GateList(id="")
        )
        passages = [each.passage for each in self.records.counting(self._gate.id)]
        outcome = self._outcome(None, None, ())
        return msgspec.structs.replace(outcome, list=passing, counts=figures(self.world, passing, passages))

    def _annul(self, step: Step) -> Outcome:
        limit_s, now = self._gate.annul_within_s, self.world.instant(self._now)
        for entry in reversed(self.records.entries):
            wanted = step.nonce in ("", entry.nonce) and step.annul_code in ("", entry.passage.ticket)
            if entry.counts and entry.judged and entry.passage.gate == self._gate.id and wanted:
                if limit_s and now - self.world.instant(entry.passage.at) > limit_s:
                    return self._outcome(None, entry.judged, ("too late to annul",))
                entry.counts = False
                entry.passage = msgspec.structs.replace(entry.passage, annulled=True)
                self.records.count_out_anew(entry.passage.ticket)
                return self._outcome(None, entry.judged, ("annulled",))
        return self._outcome(None, None, ("nothing to annul",))

    def _why(self, step: Step) -> Outcome:
        """The last answer at that instant, decided again; a different answer would be a broken record."""
        assert step.why is not None
        at = self.world.instant(step.why)
        for entry in reversed(self.records.entries):
            if entry.grounds is None or entry.passage.gate != self._gate.id:
                continue
            if self.world.instant(entry.grounds.at) == at and step.why_code in ("", entry.passage.ticket):
                replayed = decided(entry.grounds)
                if replayed.decision != entry.decision:
                    raise BadCase(f"the record said {entry.decision}, decided again it is {replayed.decision}")
                return self._outcome(replayed.decision, replayed, (), [entry.passage.ticket])
        return self._outcome(None, None, ())

    def _look_up(self, step: Step) -> Outcome:
        assert step.look_up is not None
        decision, hits = looked_up(self.world, self._gate, step.look_up)
        return self._outcome(decision, None, (f"looked up {step.look_up.by}".strip(),), hits)

    # what came of it

    def inside(self) -> int:
        """People in the zone of this gate, as far as it knows."""
        return inside_of(self.world, self._gate, self.records)

    def _outcome(
        self,
        decision: Decision | None,
        judged: Judged | None,
        recorded: tuple[str, ...],
        hits: list[str] | None = None,
    ) -> Outcome:
        return outcome_of(self.world, self._gate, self.records, decision, judged, recorded, hits or [])


def _same_passage(one: Passage, two: Passage) -> bool:
    return (one.ticket, one.at, one.gate, one.kind) == (two.ticket, two.at, two.gate, two.kind)


def play(case: Case, raw_world: dict[str, Any]) -> list[str]:
    """Play a case; every difference in one line, none = as written."""
    player = Player(case, raw_world)
    found = []
    for number, step in enumerate(case.steps, 1):
        try:
            outcome = player.step(step)
        except BadCase as fault:
            raise BadCase(f"step {number}: {fault}") from fault
        found += [f"step {number}: {each}" for each in differences(player.world, step.expect, outcome)]
    return found
