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
    ticket = presented.ticket
    home = homes.of(ticket.gate_group) if ticket is not None else ""
    if not home or grounds.scan.kind == "exit" or _elsewhere(presented):
        return presented, ()
    free = _bound(presented, "")
    if home == homes.me:
        return free, ()
    judged = decided(msgspec.structs.replace(grounds, world=free.world))
    if judged.passage is None or judged.decision.word is Word.EMERGENCY or judged.again or judged.decision.override:
        return free, ()
    answer = homes.ask(home, presented)
    if answer is None:
        return _bound(presented, home), ()
    given, used = answer
    return free, () if given or used is None else (used,)


def _elsewhere(presented: Presented) -> bool:
    """This gate is of an entrance and the ticket of another: whatever its home says, its holder must go there."""
    mine, its = presented.world.gates[0].group, presented.world.tickets[0].home_gate
    return bool(mine and its) and its not in (mine, presented.world.gates[0].id)


def _bound(presented: Presented, home: str) -> Presented:
    """The ticket bound to this gate, "" = to none."""
    tickets: tuple[Ticket, ...] = tuple(
        msgspec.structs.replace(each, home_gate=home) for each in presented.world.tickets
    )
    return msgspec.structs.replace(presented, world=msgspec.structs.replace(presented.world, tickets=tickets))
