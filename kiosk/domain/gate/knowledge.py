"""Which gate of a written case has heard of which lists: a change may reach only some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from kiosk.domain.gate.case import BadCase, laid_over
from kiosk.domain.gate.faults import read
from kiosk.domain.gate.world import World


class Known(msgspec.Struct):
    """The lists at one gate. `version` only grows."""

    version: int
    raw: dict[str, Any]
    world: World


class Knowledge:
    """The lists of every gate. Gates that no change was for alone know what everybody knows."""

    def __init__(self, world: World, raw: dict[str, Any]) -> None:
        self._all = Known(0, raw, world)
        self._of: dict[str, Known] = {}
        self._handed: list[tuple[str, str]] = []
        self._version = 0

    def world(self, gate: str) -> World:
        return self._of.get(gate, self._all).world

    def change(self, change: dict[str, Any], gates: Collection[str]) -> bool:
        """New values, at all gates or at some; False: older lists are not taken over. BadCase: they cannot be read."""
        self._version += 1
        known = self._of.get(next(iter(gates), ""), self._all)
        if change.get("version", known.world.version) < known.world.version:
            return False
        for name in gates:
            self._of[name] = self._changed(self._of.get(name, self._all), change)
        if not gates:
            self._all = self._changed(self._all, change)
            self._of = {name: self._changed(known, change) for name, known in self._of.items()}
        return True

    def _changed(self, known: Known, change: dict[str, Any]) -> Known:
        raw = laid_over(known.raw, change)
        try:
            world = read(raw, World)
        except ValueError as fault:
            raise BadCase(f"the change cannot be read: {fault}") from fault
        for medium, ticket in self._handed:
            world = _linked(world, medium, ticket)
        return Known(self._version, raw, world)

    def exchange(self, gates: Iterable[str] | None) -> None:
        """The newest lists among these gates are now those of each; None = among all."""
        if gates is None:
            self._all = max((self._all, *self._of.values()), key=lambda each: each.version)
            self._of = {}
            return
        newest = max((self._of.get(name, self._all) for name in gates), key=lambda each: each.version)
        self._of |= dict.fromkeys(gates, newest)

    def hand_out(self, medium: str, ticket: str) -> None:
        """A medium stands for a ticket from now on, at every gate."""
        self._handed.append((medium, ticket))
        for known in (self._all, *self._of.values()):
            known.world = _linked(known.world, medium, ticket)


def _linked(world: World, medium: str, ticket: str) -> World:
    media = tuple(
        msgspec.structs.replace(each, tickets=(*each.tickets, ticket))
        if each.code == medium and ticket not in each.tickets
        else each
        for each in world.media
    )
    return msgspec.structs.replace(world, media=media)
