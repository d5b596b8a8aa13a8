"""The written form of a case: a world, what happens at its gates, and what must come of it (docs/gate-cases.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from kiosk.domain.gate.faults import mistakes_of, read
from kiosk.domain.gate.form import Form, Mode
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Passage, World


class BadCase(Exception):
    """A case that cannot be read or played; says where."""


class Lookup(Form, frozen=True, kw_only=True):
    """By hand: a part of a code, a name, an e-mail or a booking, in any case. Always on record."""

    text: str
    by: str = ""  # who looks it up, for the audit
    role: str = ""
    lists: tuple[str, ...] | None = None  # of these lists' events; None = as the gate; () = none


class Used(Form, frozen=True, kw_only=True):
    gate: str = ""
    at: datetime | None = None


class Expect(Form, frozen=True, kw_only=True):
    """What must be so after the step; what is not named is not looked at."""

    verdict: Word | None = None
    verdict_in: tuple[Word, ...] | None = None  # any of these will do
    signal: str | None = None
    rule: str | None = None
    detail: str | None = None  # a part of it
    next_at: datetime | None = None
    no_next: bool | None = None  # true: there is no next useful instant
    right_gate: str | None = None
    used: Used | None = None
    remaining: int | None = None
    fare_due: int | None = None
    questions: tuple[str, ...] | None = None
    attention: bool | None = None
    note: str | None = None
    acknowledge: bool | None = None
    doubts: tuple[str, ...] | None = None
    may_override: bool | None = None
    override: str | None = None  # the verdict that was passed over
    badge: bool | None = None
    answers: dict[str, str] | None = None  # on record with this scan
    list: str | None = None
    event: str | None = None  # of the list that was chosen
    ticket: str | None = None  # which ticket a medium or an add-on list chose
    product: str | None = None
    variation: str | None = None
    holder: str | None = None
    medium: str | None = None
    recorded: tuple[str, ...] | None = None  # of this step: "entry", "exit", "refused used", "annulled", "looked up"
    record_list: str | None = None  # on which list's record
    same: bool | None = None  # true: the answer before, given again; nothing was decided
    passages: int | None = None  # that count, of all gates, after the step
    known_here: int | None = None  # of those, what this gate knows
    refusals: int | None = None  # on record at this gate
    queued: int | None = None  # records of this gate that central has not acknowledged
    left_over: tuple[str, ...] | None = None  # tickets whose records central did not take
    inside: int | None = None  # people in the gate's zone, as this gate knows them
    contested: tuple[str, ...] | None = None  # tickets with an admission too many, known to this gate
    contested_at: tuple[str, ...] | None = None  # the gates of those later admissions
    hits: tuple[str, ...] | None = None
    hits_are: dict[str, str] | None = None  # code = paid, pending, …, or used
    counts: dict[str, int] | None = None  # of a status: tickets, came, inside, products, and of product 1: "1.tickets"


class Step(Scan, frozen=True, kw_only=True):
    """One thing that happens: a scan, or one of the others below."""

    look_up: Lookup | None = None
    annul: bool = False  # an admission at this gate, "not turned": the last, or the one of `nonce`
    annul_code: str = ""  # the last of this ticket
    split: tuple[tuple[str, ...], ...] = ()  # the network falls into these parts
    exchange: tuple[str, ...] = ()  # these gates tell each other what each knows
    merge: bool = False  # all do, and the network is one again
    arrive: tuple[Passage, ...] = ()  # passages that are heard of only now, each with its own time
    upload: bool = False  # the gate's records go up to central
    refuse: tuple[str, ...] = ()  # central does not take the records of these tickets: they are kept for a person
    acknowledge: int = -1  # so many are acknowledged before the line is cut; -1 = all
    restart: bool = False  # the gate begins anew with what is on its disk
    forget: bool = False  # the history is wiped
    status: bool = False  # the figures of the gate's list
    change: dict[str, Any] = msgspec.field(default_factory=dict)  # new values, as in the case's own world
    why: datetime | None = None  # what was said at that instant, decided again from the record
    why_code: str = ""  # of several, the one of this ticket
    nonce: str = ""  # the same try again is no second passing
    gates: tuple[str, ...] = ()  # a change that only these gates have heard of; () = all
    printer: Literal["works", "stops"] = "works"  # of badges
    times: int = 1  # so many scans in a row …
    every_s: float = 0  # … so far apart
    expect: Expect = Expect()


class Case(Form, frozen=True, kw_only=True):
    id: str
    title: str = ""
    source: str = ""
    note: str = ""
    mode: Mode = "local"
    world: World = World()
    steps: tuple[Step, ...]


def laid_over(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """A world with values changed: rows of a table replace or extend the row of the same id or code."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(value, list) and isinstance(old, list) and all(isinstance(each, dict) for each in (*old, *value)):
            result[key] = _rows(old, value)
        else:
            result[key] = value
    return result


def _rows(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = [(_name(row, number), row) for number, row in enumerate(old)]
    known_before = {name for name, _ in rows}
    for number, row in enumerate(new):
        name = _name(row, number)
        if row.get("gone"):
            rows = [each for each in rows if each[0] != name]
            known_before.discard(name)
        elif name in known_before:
            rows = [(known, {**before, **row} if known == name else before) for known, before in rows]
        else:
            rows.append((name, row))
    return [row for _, row in rows]


def _name(row: dict[str, Any], number: int) -> str:
    return str(row.get("id") or row.get("code") or row.get("key") or row.get("journey") or number)


def cases_of(document: dict[str, Any]) -> list[tuple[Case, dict[str, Any]] | tuple[str, BadCase]]:
    """The cases of a document with their raw worlds; of one that cannot be read its name and what is wrong with it.

    BadCase: the document itself is none.
    """
    if unknown := set(document) - {"world", "case", "about"}:
        raise BadCase(f"unknown key {', '.join(map(repr, sorted(unknown)))} at the top; known are world, case, about")
    shared, rows = document.get("world", {}), document.get("case", [])
    if not isinstance(shared, dict) or not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise BadCase("`world` must be a table and `case` a list of tables: [world] and [[case]] in TOML")
    if not rows:
        raise BadCase("there is no case in it; each begins with [[case]]")
    found: list[tuple[Case, dict[str, Any]] | tuple[str, BadCase]] = []
    names = set[str]()
    for number, raw in enumerate(rows, 1):
        name = str(raw.get("id") or f"number {number}")
        try:
            world = laid_over(shared, raw.get("world", {}))
            case = read({**raw, "world": world}, Case)
            mistakes = mistakes_of(case.world)
            mistakes += [] if case.steps else ["it has no steps: nothing happens in it, [[case.steps]] is needed"]
            mistakes += ["another case of this file has its name"] if name in names else []
            found.append((name, BadCase(f"cannot be played: {'; '.join(mistakes)}")) if mistakes else (case, world))
        except (ValueError, AttributeError, TypeError) as fault:
            found.append((name, BadCase(f"cannot be read: {fault}")))
        names.add(name)
    return found
