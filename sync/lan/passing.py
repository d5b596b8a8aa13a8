"""Passes central's signed list from gate to gate: who has an older one asks, who has the rounds in between sends them.

What comes is judged by `sync.lists` alone; the gate that brings it is not believed in anything but how old its word is,
and in that no further than the signature's date.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable

import msgspec

from kiosk.domain.errors import KioskError, StoreFault
from kiosk.store.shelf import Round, parts
from sync.lan.gossip import Out
from sync.lan.wire import PART_BYTES, Have, ListPart, Message, WantList
from sync.lists import Lists
from sync.pages import SignedPage

log = logging.getLogger(__name__)

ASK_EVERY_S = 5.0  # one line
YOUNGER_S = 10.0  # a list as new as ours, but surely so more lately by this much
UNPACKED_MAX = 256 << 20
_rounds: msgspec.msgpack.Decoder[list[Round]] = msgspec.msgpack.Decoder(list[Round])


class _Line(msgspec.Struct):
    asked_at: float = float("-inf")
    asked_for: str = ""
    heard_at: float = 0.0
    age_s: float = 0.0
    parts: list[bytes] = []


class Passing:
    """One gate's part. On the engine's thread only."""

    def __init__(self, lists: Lists, age_s: Callable[[], float | None], taken: Callable[[], object]) -> None:
        """`age_s` of our list, None = there is none; `taken` hears that a newer one was taken over."""
        self._lists, self._age_s, self._taken = lists, age_s, taken
        self._lines: dict[int, _Line] = {}

    def about(self, now: float) -> tuple[str, str, int]:
        """(cursor, chain, age in ms or -1) as a gate tells it of itself."""
        cursor, chain, _ = self._lists.state()
        age = self._age_s()
        return cursor, chain, -1 if age is None else int(max(age, 0) * 1000)

    def heard(self, line: int, message: Message, now: float) -> list[Out]:
        if isinstance(message, Have):
            return self._have(line, message, now)
        if isinstance(message, WantList):
            return [Out(line, part) for part in self._packed(message.cursor)]
        if isinstance(message, ListPart):
            self._part(line, message, now)
        return []

    def left(self, line: int) -> None:
        self._lines.pop(line, None)

    def tick(self, now: float) -> list[Out]:
        return []

    def _have(self, line: int, have: Have, now: float) -> list[Out]:
        """Is theirs newer, or surely the newest more lately?"""
        known = self._lines.setdefault(line, _Line())
        ours, chain, _ = self._lists.state()
        if have.list_age_ms < 0 or parts(have.list_cursor) < parts(ours):
            return []
        if have.list_cursor == ours and have.list_chain and chain and have.list_chain != chain:
            self._lists.forked = f"another gate ({have.name}) has another list under the same number {ours}"
            return []
        age, theirs = self._age_s(), have.list_age_ms / 1000
        if have.list_cursor == ours and (age is None or age < theirs + YOUNGER_S):
            return []
        if have.list_cursor == known.asked_for and now - known.asked_at < ASK_EVERY_S:
            return []
        known.asked_for, known.parts = have.list_cursor, []
        known.asked_at, known.heard_at, known.age_s = now, now, theirs
        return [Out(line, WantList(ours or "0.0"))]

    def _packed(self, cursor: str) -> list[ListPart]:
        """What leads on from there, or central's last word that nothing changed, or nothing."""
        rounds = list(self._lists.shelf.after(cursor))
        ours, _, _ = self._lists.state()
        if self._lists.latest is not None and (rounds or cursor == ours):
            rounds.append(Round(ours, ours, (self._lists.latest,)))
        if not rounds:
            return []
        data = zlib.compress(msgspec.msgpack.encode(rounds), 6)
        pieces = [data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)]
        return [ListPart(number, len(pieces), piece) for number, piece in enumerate(pieces)]

    def _part(self, line: int, part: ListPart, now: float) -> None:
        known = self._lines.get(line)
        if known is None or part.part != len(known.parts):
            return  # not asked for
        known.parts.append(part.data)
        if part.part + 1 < part.parts:
            return
        data, known.parts = b"".join(known.parts), []
        known.asked_at = float("-inf")
        try:
            for round_ in _rounds.decode(_unpacked(data)):
                self._take(round_.pages, known.age_s + now - known.heard_at)
        except StoreFault:
            raise
        except (KioskError, ValueError, zlib.error) as fault:
            known.asked_at = now + 10 * ASK_EVERY_S  # the same not again soon
            log.warning("a list that another gate passed on is not taken: %s", fault)

    def _take(self, pages: tuple[SignedPage, ...], age_s: float) -> None:
        news, waiting = self._lists.take(pages, age_s)
        if waiting:
            log.warning("%d entries of the list wait for staff (kiosk confirm)", len(waiting))
        if news:
            self._taken()


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(data, UNPACKED_MAX)
    if not unpacker.eof:
        raise ValueError("a list that is not whole, or larger than any")
    return plain
