"""The plan of the gates: what an operator writes for them, in the form of docs/gate-cases.md, without tickets."""

from __future__ import annotations

import tomllib
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from kiosk.app.config import ConfigWrong
from kiosk.domain.gate.case import plain
from kiosk.domain.gate.world import World

# What a ticket proves or central says is nobody's to write here.
NOT_HERE = ("tickets", "media", "certificates", "leases", "keys", "revoked", "lists_as_of")


def load_plan(path: Path | None, gate: str) -> World:
    """ConfigWrong names file and key of every mistake. None = no plan: one list, one entry, trains and events."""
    if path is None:
        return World()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        plan = msgspec.convert(raw, World)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ConfigWrong(f"{path}: {fault}") from fault
    except msgspec.ValidationError as fault:
        raise ConfigWrong(f"{path}: {plain(str(fault))}; docs/gate-cases.md has every key") from fault
    mistakes = [f"`{name}` is not for a plan: tickets and central say it" for name in NOT_HERE if name in raw]
    mistakes += _times(plan)
    lists, gates = {each.id for each in plan.lists}, {each.id: each for each in plan.gates}
    for post in plan.gates:
        mistakes += [
            f"gate {post.id} names the list {name}, which is not there"
            for name in (post.list, *post.lists)
            if name and name not in lists
        ]
        if post.zone and post.zone not in {each.id for each in plan.zones}:
            mistakes.append(f"gate {post.id} names the zone {post.zone}, which is not there")
    if lists and gate not in gates:
        mistakes.append(f"there are lists, but no gate {gate!r} that says which is its own")
    if mistakes:
        raise ConfigWrong(f"{path}:\n" + "\n".join(f"  - {mistake}" for mistake in mistakes))
    return plan


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
