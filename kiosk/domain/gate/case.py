"""The written form of a case: a world, what happens at its gates, and what must come of it (docs/gate-cases.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Form, Kind, Mode, World


class BadCase(Exception):
    """A case that cannot be read; says where."""


class Override(Form, frozen=True, kw_only=True):
    role: str
    reason: str


class Lookup(Form, frozen=True, kw_only=True):
    """By hand: a typed code, a name, a booking; any part of it, in any case."""

    text: str
    by: str = ""  # who looks it up, for the audit


class Used(Form, frozen=True, kw_only=True):
    gate: str = ""
    at: datetime | None = None


class Expect(Form, frozen=True, kw_only=True):
    """What must be so after the step; what is not named is not looked at."""

    verdict: Word | None = None
    rule: str | None = None
    detail: str | None = None  # a part of it
    next_at: datetime | None = None
    used: Used | None = None
    remaining: int | None = None
    fare_due: int | None = None
    questions: tuple[str, ...] | None = None
    attention: bool | None = None
    note: str | None = None
    may_override: bool | None = None
    ticket: str | None = None  # which ticket a medium or an add-on list chose
    product: str | None = None
    holder: str | None = None
    recorded: tuple[str, ...] | None = None  # of this step: "entry", "exit", "refused used", "annulled", "looked up"
    passages: int | None = None  # valid ones of all gates, after the step
    inside: int | None = None  # people in the gate's zone, after the step
    contested: tuple[str, ...] | None = None  # tickets with an admission too many, known to this gate
    hits: tuple[str, ...] | None = None


class Step(Form, frozen=True, kw_only=True):
    """One thing that happens. Exactly one of scan, look_up, annul, split, merge, change, why."""

    scan: str = ""
    look_up: Lookup | None = None
    annul: bool = False  # the last admission at this gate: "not turned"
    split: tuple[tuple[str, ...], ...] = ()  # the network falls into these parts
    merge: bool = False
    change: dict[str, Any] = msgspec.field(default_factory=dict)  # new values of the world, as in the case's own world
    why: datetime | None = None  # the refusal at that instant, from the record
    at: datetime | None = None  # None = as the step before
    gate: str = ""
    list: str = ""  # "" = the gate's
    mode: Mode | None = None
    kind: Kind = "entry"
    journey: str = ""
    alight: str = ""
    persons: int = 1
    answers: dict[str, str] = msgspec.field(default_factory=dict)
    ask: bool = True
    document_seen: bool = False
    allow_unpaid: bool = False
    override: Override | None = None
    nonce: str = ""  # the same try again is no second passing
    expect: Expect = Expect()


class Case(Form, frozen=True, kw_only=True):
    id: str
    title: str = ""
    mode: Mode = "local"
    world: World = World()
    steps: tuple[Step, ...]


def laid_over(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """A world with values changed: rows of a table replace or extend the row of the same id or code."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(value, list) and isinstance(old, list) and all(isinstance(each, dict) for each in value):
            result[key] = _rows(old, value)
        else:
            result[key] = value
    return result


def _rows(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = {_name(row, number): row for number, row in enumerate(old)}
    for number, row in enumerate(new):
        name = _name(row, len(old) + number)
        rows[name] = {**rows.get(name, {}), **row}
    return list(rows.values())


def _name(row: dict[str, Any], number: int) -> str:
    return str(row.get("id") or row.get("code") or row.get("journey") or number)


def cases_of(document: dict[str, Any]) -> list[tuple[Case, dict[str, Any]]]:
    """The cases of a document, each with its raw world; BadCase names the case and the key."""
    shared = document.get("world", {})
    if unknown := set(document) - {"world", "case"}:
        raise BadCase(f"unknown key {', '.join(sorted(unknown))} at the top")
    found = []
    for number, raw in enumerate(document.get("case", [])):
        world = laid_over(shared, raw.get("world", {}))
        try:
            found.append((msgspec.convert({**raw, "world": world}, Case), world))
        except msgspec.ValidationError as fault:
            raise BadCase(f"case {raw.get('id', number + 1)}: {fault}") from fault
    return found
