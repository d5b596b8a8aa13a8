"""The plan of the gates: what an operator writes for them, checked alike by central and by a gate with its own file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kiosk.domain.errors import KioskError
from kiosk.domain.gate.case import plain
from kiosk.domain.gate.world import World

# What a ticket proves or central says is nobody's to write here.
NOT_HERE = ("tickets", "media", "certificates", "leases", "keys", "revoked", "lists_as_of")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")


class BadPlan(KioskError):
    """A plan that cannot be taken; `mistakes` names each by its key."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(f"  - {mistake}" for mistake in self.mistakes))


def plan_of(raw: dict[str, Any], gates: Iterable[str] = ()) -> World:
    """BadPlan with every mistake. `gates`: names of the gates that must find themselves in it."""
    try:
        plan = msgspec.convert(raw, World)
    except msgspec.ValidationError as fault:
        raise BadPlan([f"{named(str(fault))}; docs/gate-cases.md has every key"]) from fault
    mistakes = [f"`{name}` is not for a plan: tickets and central say it" for name in NOT_HERE if name in raw]
    mistakes += _times(plan) + _names(plan)
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


def named(fault: str, near: Iterable[str] = ()) -> str:
    """msgspec's words as a reader counts, with the key that was probably meant."""
    words = plain(fault).replace(" in the case", "").replace("Object contains", "there is an")
    unknown = _UNKNOWN.search(fault)
    close = difflib.get_close_matches(unknown[1], list(near), 1) if unknown else []
    return f"{words} (meant `{close[0]}`?)" if close else words


def _names(plan: World) -> list[str]:
    """What names something that is not there."""
    mistakes = []
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


def _times(plan: World) -> list[str]:
    mistakes = []
    try:
        ZoneInfo(plan.time_zone)
    except (ValueError, OSError, LookupError):
        mistakes.append(f"time_zone = {plan.time_zone!r} is not a time zone, such as Europe/Berlin")
    for each in plan.lists:
        try:
            time.fromisoformat(each.checkout_at or "00:00")
        except ValueError:
            mistakes.append(f"list {each.id}: checkout_at = {each.checkout_at!r} must be an hour, such as 22:00")
    return mistakes
