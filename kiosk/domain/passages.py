"""Who came in where, as several gates know it: the first of a ticket's admissions counts, every later one is contested.

The answer follows from the set of facts alone: the same set gives the same answer on every gate, in whatever order it
was heard. A set of admissions that grows never takes back that one of them is contested, so each is reported once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from kiosk.domain.events import AdmissionAnnulled, AdmissionGiven, Admitted, AnyEvent, Event, Exited

SHARED: tuple[type[Event], ...] = (Admitted, Exited, AdmissionAnnulled, AdmissionGiven)  # what others must hear of
KEPT_S = 35 * 86400  # what is older is not told to a gate that missed it: its ticket is over
_decoder = msgspec.json.Decoder(AnyEvent)


class Author(NamedTuple):
    """One life of one gate."""

    terminal_id: int
    incarnation: int


class Written(NamedTuple):
    """A fact as its author wrote it. `signature` empty: our own, made anew when it is told (Ed25519 gives the same)."""

    seq: int
    previous: int
    body: str
    signature: bytes


class Passage(msgspec.Struct, frozen=True):
    """A fact about a ticket at one gate. (author, seq) is its name everywhere."""

    author: Author
    seq: int  # in the author's journal
    fact: Any  # one of SHARED

    @property
    def order(self) -> tuple[int, Author, int]:
        """By time, and between equal times by number: clocks decide which one is called the first, never whether."""
        return self.fact.at, self.author, self.seq

    @property
    def given_to(self) -> Author | None:
        """Not an admission: the home gate lets this gate admit."""
        to = self.fact
        return Author(to.to_terminal, to.to_incarnation) if isinstance(to, AdmissionGiven) else None


def read_shared(body: str) -> AnyEvent | None:
    """The fact in another gate's record; None for a kind a newer gate has. ValueError when it is no fact at all."""
    try:
        event: AnyEvent = _decoder.decode(body)
    except msgspec.ValidationError:
        msgspec.json.decode(body, type=dict[str, object])  # text of the right form, of a kind we do not know
        return None
    return event if isinstance(event, SHARED) else None


def standing(passages: Iterable[Passage]) -> list[Passage]:
    """Without what its own gate took back, and the taking back; in order."""
    found = list(passages)
    gone = {(each.author, each.fact.of_seq) for each in found if isinstance(each.fact, AdmissionAnnulled)}
    left = [e for e in found if not isinstance(e.fact, AdmissionAnnulled) and (e.author, e.seq) not in gone]
    return sorted(left, key=lambda each: each.order)


def uses(passages: Iterable[Passage], me: Author | None = None) -> list[Passage]:
    """What makes the ticket used, in order. What a home gate gave to `me` does not stand in my way, and what it gave
    to another counts until that one tells of the admission itself."""
    found = standing(passages)
    came_in = {each.author for each in found if isinstance(each.fact, Admitted)}
    return [
        each
        for each in found
        if isinstance(each.fact, Admitted) or (each.given_to is not None and each.given_to not in {me, *came_in})
    ]


def contested(passages: Iterable[Passage]) -> list[tuple[Passage, Passage]]:
    """Every admission of one ticket that was too many, with the first one, in order.

    What a gate let in knowing of the one before (a further entry, staff's own responsibility) contests nothing. Of a
    carnet or a group, entries are too many from where more rides or heads came in than were bought. Each list counts
    for itself; a passage that names none counts on all.
    """
    known = list(passages)
    lists = {each.fact.list for each in known if isinstance(each.fact, Admitted)}
    found = {later.order: (first, later) for name in (lists - {""} or lists) for first, later in _on_list(known, name)}
    return [found[order] for order in sorted(found)]


def _on_list(passages: list[Passage], name: str) -> list[tuple[Passage, Passage]]:
    entries = [each for each in passages if isinstance(each.fact, Admitted) and each.fact.list in ("", name)]
    entries.sort(key=lambda each: each.order)
    single = [each for each in entries if not each.fact.of and not each.fact.allowed]
    found, used = [(single[0], each) for each in single[1:]], 0
    left = {(each.author, each.seq) for each in standing(passages)}
    for each in entries:
        if each.fact.of and not each.fact.override and (each.author, each.seq) in left:
            used += each.fact.persons
            if used > each.fact.of:
                found.append((entries[0], each))
    return found


def on_place(passages: Iterable[Passage], ticket_id: str, from_call: int, to_call: int) -> Passage | None:
    """The first of other tickets on the same place and a part of the same way."""
    others = [
        each
        for each in standing(passages)
        if isinstance(each.fact, Admitted | AdmissionGiven)
        and each.fact.ticket_id != ticket_id
        and each.fact.from_call < to_call
        and from_call < each.fact.to_call
    ]
    return min(others, key=lambda each: each.order, default=None)
