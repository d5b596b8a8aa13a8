"""What one gate says to the others and when: pure, so that the simulation plays the very same rules.

A fresh admission is told to every line at once. Besides, each gate says every second how far it knows every gate, and
gets what it lacks; so lost lines, restarts and gates that do not see each other heal by themselves. How old a gate's
figures are follows from the same words and from nobody's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from kiosk.domain.passages import Author
from sync.lan.ledger import Ledger
from sync.lan.wire import FACTS_MAX, HEADS_MAX, NAME_MAX, Fact, Have, Head, Message, Tell

HAVE_EVERY_S = 1.0
BYTES_MAX = 40_000  # of the facts in one message, so that a frame has room
AGE_MAX_MS = 1 << 40


class Out(NamedTuple):
    """A message for one line."""

    line: int
    message: Message


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of another gate, for people."""

    author: Author
    name: str = ""
    linked: bool = False  # a line to it stands
    seq: int = 0
    age_s: float | None = None  # since its figures were surely all there is; None = never heard


class _Line(msgspec.Struct):
    author: Author
    theirs: dict[Author, int] = {}


class Gossip:
    """One gate's part of the talk. Not thread-safe. `now` is monotonic seconds everywhere."""

    def __init__(self, ledger: Ledger, name: str, about_list: Callable[[float], tuple[str, str, int]]) -> None:
        """`about_list`: (cursor, chain, ms since it was the newest or -1) of central's list here."""
        self._ledger, self._name, self._about_list = ledger, name[:NAME_MAX], about_list
        self._me = ledger.me
        self._lines: dict[int, _Line] = {}
        self._as_of: dict[Author, float] = {}
        self._names: dict[Author, str] = {}
        self._told = ledger.heads().get(self._me, 0)
        self._list_told = ""

    # lines

    def joined(self, line: int, author: Author, now: float) -> list[Out]:
        """A line stands: say what is here."""
        self._lines[line] = _Line(author)
        return [Out(line, self.have(now))]

    def left(self, line: int) -> None:
        self._lines.pop(line, None)

    # words

    def heard(self, line: int, message: Message, now: float) -> list[Out]:
        """What to answer. StoreFault: nothing was kept, and it will come again."""
        if isinstance(message, Have):
            return self._heard_have(line, message, now)
        if isinstance(message, Tell):
            return self._heard_facts(line, message, now)
        return []

    def tick(self, now: float) -> list[Out]:
        """Every second."""
        have = self.have(now)
        return [Out(line, have) for line in self._lines]

    def news(self, now: float) -> list[Out]:
        """Facts of this gate became durable, or a newer list: tell everybody, put on record what is contested."""
        self._ledger.settle()
        out: list[Out] = []
        if (cursor := self._about_list(now)[0]) != self._list_told:
            self._list_told = cursor
            out += self.tick(now)
        if self._ledger.heads().get(self._me, 0) <= self._told:
            return out
        facts = self._ledger.facts(self._me, self._told, FACTS_MAX)
        if not facts:
            return out
        self._told = facts[-1].seq
        for number, line in self._lines.items():
            out += [Out(number, tell) for tell in _packed(facts)]
            line.theirs[self._me] = max(line.theirs.get(self._me, 0), self._told)
        return out

    def have(self, now: float) -> Have:
        heads = []
        for author, seq in self._ledger.heads().items():
            age = 0.0 if author == self._me else now - self._as_of.get(author, now - AGE_MAX_MS / 1000)
            heads.append(Head(*author, seq, min(int(age * 1000), AGE_MAX_MS)))
        if self._me not in self._ledger.heads():
            heads.append(Head(*self._me, 0, 0))
        return Have(self._name, tuple(heads[:HEADS_MAX]), *self._about_list(now))

    def _heard_have(self, line: int, have: Have, now: float) -> list[Out]:
        known = self._lines[line]
        self._names[known.author] = have.name
        known.theirs = {Author(head.terminal_id, head.incarnation): head.seq for head in have.heads}
        ours = self._ledger.heads()
        for head in have.heads:
            author = Author(head.terminal_id, head.incarnation)
            if ours.get(author, 0) >= head.seq and author != self._me and head.age_ms < AGE_MAX_MS:
                self._as_of[author] = max(self._as_of.get(author, 0.0), now - head.age_ms / 1000)
        return self._lacking(line)

    def _lacking(self, line: int) -> list[Out]:
        """The next of what the other end lacks."""
        known, out = self._lines[line], []
        for author, seq in self._ledger.heads().items():
            theirs = known.theirs.get(author, 0)
            if theirs >= seq or author == known.author:
                continue
            facts = self._ledger.facts(author, theirs, FACTS_MAX)
            if facts:
                known.theirs[author] = facts[-1].seq
                out += [Out(line, tell) for tell in _packed(facts, more=facts[-1].seq < seq)]
        return out

    def _heard_facts(self, line: int, tell: Tell, now: float) -> list[Out]:
        kept, missing = self._ledger.take(tell.facts)
        for fact in tell.facts:
            author = Author(fact.terminal_id, fact.incarnation)
            theirs = self._lines[line].theirs
            theirs[author] = max(theirs.get(author, 0), fact.seq)
            if author == self._lines[line].author and kept and not tell.more:
                self._as_of[author] = now
        return [Out(line, self.have(now))] if missing or (tell.more and kept) else []

    # for people

    def others(self, now: float) -> list[Other]:
        """Every other gate that is known, linked or not."""
        linked = {line.author for line in self._lines.values()}
        heads: Mapping[Author, int] = self._ledger.heads()
        found: Iterable[Author] = (heads.keys() | linked | self._as_of.keys()) - {self._me}
        return [
            Other(
                author=author,
                name=self._names.get(author, ""),
                linked=author in linked,
                seq=heads.get(author, 0),
                age_s=now - self._as_of[author] if author in self._as_of else None,
            )
            for author in sorted(found)
        ]


def _packed(facts: list[Fact], *, more: bool = False) -> list[Tell]:
    """Into messages that fit a frame."""
    tells: list[list[Fact]] = [[]]
    size = 0
    for fact in facts:
        if size + len(fact.body) + 128 > BYTES_MAX and tells[-1]:
            tells.append([])
            size = 0
        tells[-1].append(fact)
        size += len(fact.body.encode()) + 128
    return [Tell(tuple(each), more or number < len(tells) - 1) for number, each in enumerate(tells)]
