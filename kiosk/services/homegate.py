"""Tickets that one gate alone decides over: asked before anybody comes in; its silence refuses and says where to go."""

from __future__ import annotations

from typing import Protocol

import msgspec

from kiosk.domain.gate.grounds import Grounds, decided
from kiosk.domain.gate.presented import Presented
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Passage, Ticket


class Homes(Protocol):
    """Which gate decides over which tickets, and how it is asked."""

    @property
    def me(self) -> str:
        """Name of this gate."""
        ...

    def of(self, group: int) -> str:
        """Name of the gate that decides over tickets of a gate group (0 = of none); "" = whichever they come to."""
        ...

    def ask(self, home: str, presented: Presented) -> tuple[bool, Passage | None] | None:
        """(given, by whom it was used if not). None: the home does not answer."""
        ...


def settled(homes: Homes, presented: Presented, grounds: Grounds) -> tuple[Presented, tuple[Passage, ...]]:
    """What is presented with what the ticket's home says in it, and a use that only the home knew of.

    So the rules decide by it, and a replay from the record decides the same.
    """
    free = _bound(presented, "")
    judged = decided(msgspec.structs.replace(grounds, world=free.world))
    ticket = judged.ticket
    if ticket is None or grounds.scan.kind == "exit":
        return presented, ()
    bound = next(each.home_gate for each in presented.world.tickets if each.code == ticket.code)
    home = homes.of(int(bound) if bound.isdecimal() else 0)
    if not home or _elsewhere(presented, bound):
        return presented, ()
    if home == homes.me:
        return free, ()
    if judged.passage is None or judged.decision.word is Word.EMERGENCY or judged.again or judged.decision.override:
        return free, ()
    if ticket.leases:
        return free, ()  # rides that are lent to gates: no copy rides twice on them
    answer = homes.ask(home, msgspec.structs.replace(presented, code=ticket.code))
    if answer is None:
        return _bound(presented, home), ()
    given, used = answer
    return free, () if given or used is None else (used,)


def _elsewhere(presented: Presented, bound: str) -> bool:
    """This gate is of an entrance and the ticket of another, or it is bound to a gate by name: whatever its home says,
    its holder must go there."""
    post = presented.world.gates[0]
    return bool(post.group and bound and bound not in (post.group, post.id)) or bool(bound and not bound.isdecimal())


def _bound(presented: Presented, home: str) -> Presented:
    """The ticket bound to this gate, "" = to none; but one that names a gate itself."""
    tickets: tuple[Ticket, ...] = tuple(
        msgspec.structs.replace(each, home_gate=home) if each.home_gate.isdecimal() or not each.home_gate else each
        for each in presented.world.tickets
    )
    return msgspec.structs.replace(presented, world=msgspec.structs.replace(presented.world, tickets=tickets))
