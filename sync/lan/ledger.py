"""The merge: what other gates tell becomes facts of our own journal, and every contested admission is told once.

Rules only; `Memory` is where it lies: the store in a gate, a disk that can be cut in the simulation.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from kiosk.domain.events import AdmissionContested, AdmissionLearned, Event
from kiosk.domain.passages import KEPT_S, Author, Passage, Written, contested
from kiosk.ports import Clock
from sync.lan.facts import Word, judge
from sync.lan.members import Member
from sync.lan.wire import Fact, fact_bytes

log = logging.getLogger(__name__)


class Memory(Protocol):
    """What a gate remembers of all gates; `append` is durable when it returns, all or none."""

    def heads(self) -> Mapping[Author, int]:
        """The last fact known of each author, also of this gate."""
        ...

    def written(self, author: Author, after: int, limit: int) -> list[Written]: ...

    def recent(self, author: Author, since: int) -> int:
        """The last of an author's facts that is older than `since` (unix s); 0 = none."""
        ...

    def passages(self, ticket_id: str) -> list[Passage]: ...

    def reported(self, ticket_id: str) -> set[tuple[Author, int]]:
        """The admissions of a ticket that are on record as contested."""
        ...

    def doubled(self) -> list[str]:
        """Tickets with more than one admission."""
        ...

    def append(self, *events: Event) -> None: ...


class Ledger:
    """One gate's part in the network's memory."""

    def __init__(
        self,
        memory: Memory,
        me: Author,
        sign: Callable[[bytes], bytes],
        member_of: Callable[[Author], Member | None],
        clock: Clock,
    ) -> None:
        self.me = me
        self._memory, self._sign, self._member_of, self._clock = memory, sign, member_of, clock
        self.refused: dict[Word, int] = {}

    def heads(self) -> Mapping[Author, int]:
        return self._memory.heads()

    def facts(self, author: Author, after: int, limit: int) -> list[Fact]:
        """What an author told after a seq, oldest first; what is over is left out but for the last of it, which shows
        that all before it is over too."""
        after = max(after, self._memory.recent(author, int(self._clock.now()) - KEPT_S) - 1)
        return [self._fact(author, each) for each in self._memory.written(author, after, limit)]

    def _fact(self, author: Author, written: Written) -> Fact:
        signature = written.signature
        if not signature:
            signature = self._sign(fact_bytes(*author, written.seq, written.previous, written.body))
        return Fact(*author, written.seq, written.previous, written.body, signature)

    def take(self, facts: Sequence[Fact]) -> tuple[int, bool]:
        """(how many were new, is something missing before them). Durable when it returns; StoreFault: nothing is."""
        heads = dict(self._memory.heads())
        fresh: list[AdmissionLearned] = []
        missing = False
        now = self._clock.now()
        for fact in facts:
            author = Author(fact.terminal_id, fact.incarnation)
            word = judge(fact, heads.get(author, 0), self.me, self._member_of, now)
            if word is Word.KEEP:
                heads[author] = fact.seq
                fresh.append(
                    AdmissionLearned(
                        terminal_id=fact.terminal_id,
                        incarnation=fact.incarnation,
                        seq=fact.seq,
                        previous=fact.previous,
                        body=fact.body,
                        signature=fact.signature.hex(),
                    )
                )
            elif word is not Word.KNOWN:
                missing = missing or word is Word.GAP
                self._refuse(word, fact)
        if fresh:
            self._memory.append(*fresh)
            self.settle()
        return len(fresh), missing

    def _refuse(self, word: Word, fact: Fact) -> None:
        self.refused[word] = self.refused.get(word, 0) + 1
        if word in (Word.FORGED, Word.OURS) and self.refused[word] == 1:
            log.error("a fact under the name of gate %d.%d is %s", fact.terminal_id, fact.incarnation, word)

    def settle(self) -> int:
        """Put on record what is contested and not yet told; also what was interrupted before. Returns how many."""
        events: list[AdmissionContested] = []
        for ticket_id in self._memory.doubled():
            events += self._contests(ticket_id)
        if events:
            self._memory.append(*events)
        return len(events)

    def _contests(self, ticket_id: str) -> Iterable[AdmissionContested]:
        found = contested(self._memory.passages(ticket_id))
        told = self._memory.reported(ticket_id) if found else set()
        for first, each in found:
            if (each.author, each.seq) not in told:
                yield AdmissionContested(
                    ticket_id=ticket_id,
                    journey_id=each.fact.journey_id,
                    terminal_id=each.author.terminal_id,
                    incarnation=each.author.incarnation,
                    seq=each.seq,
                    gate=each.fact.gate,
                    at=each.fact.at,
                    first_gate=first.fact.gate,
                    first_at=first.fact.at,
                )
