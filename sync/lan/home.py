"""The home gate: one gate decides over a ticket, the others ask it, so that there is never a second admission.

It writes down to whom it gave the ticket before it answers; asked again by the same gate (an answer may get lost) it
gives the same answer until that gate has told that the holder came in. Silence is a no.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from kiosk.domain.events import AdmissionGiven, Event
from kiosk.domain.passages import Author, Passage, uses
from kiosk.ports import Clock
from sync.lan.gossip import Out
from sync.lan.wire import Answer, Ask, Have, Message

log = logging.getLogger(__name__)


class Register(Protocol):
    """The home's own store: what used a ticket, and a fact on top of it, with nothing in between."""

    def alone(self) -> AbstractContextManager[object]: ...

    def passages(self, ticket_id: str) -> list[Passage]: ...

    def append(self, *events: Event) -> None: ...


def decide(register: Register, ask: Ask, asker: Author, name: str, at: int) -> Answer:
    """The home's answer, durable before it is given. StoreFault: none."""
    with register.alone():
        used = uses(register.passages(ask.ticket_id), asker)
        if used:
            return Answer(ask.number, False, used[0].fact.gate, used[0].fact.at)
        mine = [each for each in register.passages(ask.ticket_id) if each.given_to == asker]
        if not mine:
            register.append(
                AdmissionGiven(
                    ticket_id=ask.ticket_id,
                    journey_id=ask.journey_id,
                    gate=name,
                    at=at,
                    to_terminal=asker.terminal_id,
                    to_incarnation=asker.incarnation,
                    place=ask.place,
                    from_call=ask.from_call,
                    to_call=ask.to_call,
                )
            )
        return Answer(ask.number, True)


class Home:
    """Answers for this gate and asks others. `heard` and `ask` run on the engine's thread."""

    def __init__(self, register: Register, clock: Clock) -> None:
        self._register, self._clock = register, clock
        self._lines: dict[int, tuple[Author, str]] = {}
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[int, asyncio.Future[Answer]]] = {}
        self.send: Callable[[list[Out]], object] = lambda out: None
        self.author_of: Callable[[int], Author | None] = lambda line: None

    def heard(self, line: int, message: Message, now: float) -> list[Out]:
        author = self.author_of(line)
        if author is None:
            return []
        if isinstance(message, Have):
            self._lines[line] = author, message.name
        elif isinstance(message, Ask):
            _, name = self._lines.get(line, (author, str(author.terminal_id)))
            return [Out(line, decide(self._register, message, author, name, int(self._clock.now())))]
        elif isinstance(message, Answer):
            asked, waiting = self._waiting.get(message.number, (0, None))
            if waiting is not None and asked == line and not waiting.done():
                waiting.set_result(message)
        return []

    def left(self, line: int) -> None:
        self._lines.pop(line, None)
        for asked, waiting in self._waiting.values():
            if asked == line and not waiting.done():
                waiting.cancel()

    def tick(self, now: float) -> list[Out]:
        return []

    async def ask(
        self, home: str, ticket_id: str, journey_id: int, place: int, from_call: int, to_call: int, wait_s: float
    ) -> Answer | None:
        """What the gate of this name says; None = it is not reached, or two bear the name."""
        lines = [line for line, (_, name) in self._lines.items() if name == home]
        if len(lines) != 1:
            return None
        number = next(self._numbers)
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = lines[0], waiting
        self.send([Out(lines[0], Ask(number, ticket_id, journey_id, place, from_call, to_call))])
        try:
            async with asyncio.timeout(wait_s):
                return await waiting
        except (TimeoutError, asyncio.CancelledError):
            return None
        finally:
            del self._waiting[number]
