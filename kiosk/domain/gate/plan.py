"""The plan of the gates: what an operator writes for them, checked alike by central and by a gate with its own file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kiosk.domain.errors import KioskError
from kiosk.domain.gate.faults import mistakes_of, read
from kiosk.domain.gate.guests import ID_MAX
from kiosk.domain.gate.world import World

# What a ticket proves or central says is nobody's to write here.
NOT_HERE = ("tickets", "media", "certificates", "leases", "keys", "revoked", "lists_as_of")


class BadPlan(KioskError):
    """A plan that cannot be taken; `mistakes` names each by its key."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(f"  - {mistake}" for mistake in self.mistakes))


def plan_of(raw: dict[str, Any], gates: Iterable[str] = ()) -> World:
    """BadPlan with every mistake. `gates`: names of the gates that must find themselves in it."""
    try:
        plan: World = read(raw, World)
    except ValueError as fault:
        raise BadPlan([f"{fault}; docs/gate-cases.md has every key"]) from fault
    mistakes = [f"`{name}` is not for a plan: tickets and central say it" for name in NOT_HERE if name in raw]
    mistakes += mistakes_of(plan) + _names(plan)
    known = {each.id for each in plan.gates}
    if plan.lists:
        mistakes += [
            f"there are lists, but no gate {gate!r} that says which is its own" for gate in gates if gate not in known
        ]
    if mistakes:
        raise BadPlan(mistakes)
    return plan


def kept_plan(body: str) -> World:
    """A plan as central tells it. BadPlan: it was written for another version of this program."""
    try:
        raw = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError as fault:
        raise BadPlan([str(fault)]) from fault
    return plan_of(raw)


def _names(plan: World) -> list[str]:
    """What names something that is not there, or is too long for what gates tell each other."""
    ids = [each.id for rows in (plan.lists, plan.gates, plan.products) for each in rows]
    mistakes = [
        f"{each[:20]}… has {len(each)} letters; an id has at most {ID_MAX}" for each in ids if len(each) > ID_MAX
    ]
    lists, zones = {each.id for each in plan.lists}, {each.id for each in plan.zones}
    for post in plan.gates:
        mistakes += [
            f"gate {post.id} names the list {name}, which is not there"
            for name in (post.list, *post.lists)
            if name and name not in lists
        ]
        if post.zone and post.zone not in zones:
            mistakes.append(f"gate {post.id} names the zone {post.zone}, which is not there")
    return mistakes
