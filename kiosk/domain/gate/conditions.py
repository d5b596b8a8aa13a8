"""Rules that an organiser writes for a list, as nested arrays; their truth now, and when they will next be true.

`["and", …]`, `["or", …]`, `["not", x]`; `["<", a, b]` and the other five comparisons, `["in", a, [..]]`;
`["after", when, tolerance_min]`, `["before", when, tolerance_min]`. A value is a number, a text in `'…'`, or a name:
gate, list, product, variation, status ('inside', 'outside'), now (unix s), weekday (1 = Monday), entries, days,
entries_today, since_first_min, since_last_min (-1 = never).
With a list behind it, `["entries", "stamp"]`, what is told of passings is told of that list.
`["entries_since", when]`, `["entries_before", when]`, `["days_since", when]`, `["days_before", when]` count. `when` is
the name of an instant, "HH:MM" of the local day, or an ISO time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from kiosk.domain.gate.asked import Asked

DAYS_AHEAD = 8
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


TIMES = ("after", "before")
OF_TICKET = ("product", "variation", "gate", "list", "status")
OF_HISTORY = ("entries", "entries_today", "days", "since_first_min", "since_last_min", "status")


class NotUnderstood(Exception):
    """A rule that cannot be evaluated; says which part."""


class Seen:
    """What a condition may look at, now or at another instant."""

    def __init__(self, asked: Asked, now: float | None = None) -> None:
        self.asked, self.world = asked, asked.world
        self.now = asked.now if now is None else now
        self.entries = tuple(self.world.instant(each.at) for each in asked.entries)

    def on(self, name: str) -> Seen:
        """The same with what happened on another list."""
        passing = next((each for each in self.world.lists if each.id == name), None)
        if passing is None:
            raise NotUnderstood(f"no list {name!r}")
        return Seen(msgspec.structs.replace(self.asked, list=passing), self.now)


def holds(rule: Any, seen: Seen) -> bool:
    """True or false; NotUnderstood for an unknown word, a missing instant or values that do not compare."""
    if isinstance(rule, bool):
        return rule
    if not isinstance(rule, Sequence) or isinstance(rule, str) or not rule:
        raise NotUnderstood(repr(rule))
    word, *rest = rule
    try:
        if word == "and":
            return all([holds(each, seen) for each in rest])
        if word == "or":
            return any([holds(each, seen) for each in rest])
        if word == "not":
            return not holds(rest[0], seen)
        if word in COMPARE:
            return COMPARE[word](_value(rest[0], seen), _value(rest[1], seen))
        if word == "in":
            return str(_value(rest[0], seen)) in map(str, rest[1])
        if word in TIMES:
            return seen.now >= _limit(rule, seen) if word == "after" else seen.now <= _limit(rule, seen)
    except (IndexError, TypeError, ValueError) as fault:
        raise NotUnderstood(f"{rule!r}: {fault}") from fault
    raise NotUnderstood(repr(word))


def _limit(rule: Any, seen: Seen) -> float:
    """Unix seconds from which, or until which, with its tolerance."""
    tolerance = 60 * (rule[2] or 0 if len(rule) > 2 else 0)
    return _when(rule[1], seen) + (tolerance if rule[0] == "before" else -tolerance)


def _value(word: Any, seen: Seen) -> Any:
    if isinstance(word, (int, float)):
        return word
    if isinstance(word, str) and word.startswith("'"):
        return word.strip("'")
    if isinstance(word, list) and len(word) == 2 and word[0] in OF_HISTORY and isinstance(word[1], str):
        return _value(word[0], seen.on(word[1]))
    if isinstance(word, list) and len(word) == 2:
        name, at = word[0], _when(word[1], seen)
        before = name.endswith("_before")
        chosen = [each for each in seen.entries if (each < at) == before]
        if name in ("entries_since", "entries_before"):
            return len(chosen)
        if name in ("days_since", "days_before"):
            return len({seen.world.local_day(each) for each in chosen})
    values: dict[str, Callable[[], Any]] = {
        "gate": lambda: seen.asked.gate.id,
        "list": lambda: seen.asked.list.id,
        "product": lambda: seen.asked.ticket.product,
        "variation": lambda: seen.asked.ticket.variation,
        "status": lambda: "inside" if seen.asked.is_inside else "outside",
        "now": lambda: seen.now,
        "weekday": lambda: seen.world.local_day(seen.now).isoweekday(),
        "entries": lambda: len(seen.entries),
        "entries_today": lambda: sum(_same_day(seen, each) for each in seen.entries),
        "days": lambda: len({seen.world.local_day(each) for each in seen.entries}),
        "since_first_min": lambda: (seen.now - seen.entries[0]) / 60 if seen.entries else -1,
        "since_last_min": lambda: (seen.now - seen.entries[-1]) / 60 if seen.entries else -1,
    }
    if not isinstance(word, str) or word not in values:
        raise NotUnderstood(repr(word))
    return values[word]()


def _same_day(seen: Seen, at: float) -> bool:
    return seen.world.local_day(at) == seen.world.local_day(seen.now)


def _when(word: Any, seen: Seen) -> float:
    if isinstance(word, datetime):
        return seen.world.instant(word)
    if isinstance(word, time):
        return seen.world.at_hour(seen.world.local_day(seen.now), word)
    if not isinstance(word, str):
        raise NotUnderstood(repr(word))
    for its in (seen.asked.ticket.day, seen.asked.event):
        if word in seen.world.instants_of.get(its, {}):
            return seen.world.instant(seen.world.instants_of[its][word])
    if word in seen.world.instants:
        return seen.world.instant(seen.world.instants[word])
    try:
        if word[2:3] == ":":
            return seen.world.at_hour(seen.world.local_day(seen.now), time.fromisoformat(word))
        return seen.world.instant(datetime.fromisoformat(word))
    except ValueError as fault:
        raise NotUnderstood(f"no instant {word!r}") from fault


def why_not(rule: Any, seen: Seen) -> str:
    """The part that is not true, in words of the rule: a count before a time, for waiting does not mend it; a time
    before a kind of ticket, for nobody can mend that."""
    parts = _failing(rule, seen)
    times = sorted((each for each in parts if each[0] in TIMES), key=lambda each: abs(_limit(each, seen) - seen.now))
    others = [each for each in parts if each[0] not in TIMES]
    counts = [each for each in others if each[0] in COMPARE and each[1] not in OF_TICKET]
    chosen = (counts or times or others or [[]])[0]
    if not chosen:
        return ""
    if chosen[0] in TIMES:
        return f"{chosen[0]} {seen.world.local(_limit(chosen, seen)).isoformat(timespec='minutes')}"
    if chosen[0] in (*COMPARE, "in"):
        word = " ".join(map(str, chosen[1])) if isinstance(chosen[1], list) else chosen[1]
        among = ", ".join(map(str, chosen[2])) if isinstance(chosen[2], (list, tuple)) else chosen[2]
        return f"{word} {chosen[0]} {among}"
    return str(chosen[0])


def _failing(rule: Any, seen: Seen) -> list[Any]:
    """The smallest parts that are not true."""
    if isinstance(rule, bool) or holds(rule, seen):
        return []
    if rule[0] in ("and", "or"):
        return [part for each in rule[1:] for part in _failing(each, seen)]
    return [rule]


def next_true(rule: Any, seen: Seen) -> float | None:
    """The first later instant, within eight days, at which the rule holds if nobody passes until then."""
    at = [instant + 0.0 for instant in _instants(rule, seen)]
    at += [(seen.entries[-1] + 60 * each) for each in _numbers(rule) if seen.entries]
    for candidate in sorted({each + more for each in at for more in (0, 1) if each + more > seen.now}):
        try:
            if holds(rule, Seen(seen.asked, candidate)):
                return candidate
        except NotUnderstood:
            return None
    return None


def _instants(rule: Any, seen: Seen) -> list[float]:
    """Every boundary the rule can have: its instants, its times of day and midnights of the days ahead."""
    today = seen.world.local_day(seen.now)
    found = []
    for word, tolerance in _whens(rule):
        for ahead in range(DAYS_AHEAD):
            day = datetime.combine(today + timedelta(days=ahead), time(12), seen.world.zone).timestamp()
            try:
                found.append(_when(word, Seen(seen.asked, day)) - 60 * tolerance)
            except NotUnderstood:
                continue
    start = seen.world.day_start
    return found + [seen.world.at_hour(today + timedelta(days=ahead), start) for ahead in range(1, DAYS_AHEAD)]


def _whens(rule: Any) -> list[tuple[Any, float]]:
    if not isinstance(rule, list) or len(rule) < 2:
        return []
    if rule[0] in TIMES:
        return [(rule[1], rule[2] or 0 if len(rule) > 2 and rule[0] == "after" else 0)]
    return [each for part in rule[1:] for each in _whens(part)]


def _numbers(rule: Any) -> list[float]:
    if isinstance(rule, list):
        return [each for part in rule for each in _numbers(part)]
    return [rule] if isinstance(rule, (int, float)) and not isinstance(rule, bool) else []
