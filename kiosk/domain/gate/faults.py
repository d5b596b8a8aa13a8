"""What is wrong with something written in the form of the cases, in words for who wrote it: where, and the way out."""

from __future__ import annotations

import re
from datetime import time
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import inspect

from kiosk.domain.gate.world import World

NAMES = {
    "array": "a list, such as [{ … }, { … }]",
    "object": "a table, such as { … }",
    "str": 'text, such as "…"',
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "datetime": "a time, such as 2026-05-01T09:00:00Z, or without Z for the wall clock",
    "null": "nothing",
    "date": "a date",
    "time": "a time of day",
}
MANY = 20  # more names than these are not told one by one


def plain(fault: str, form: type) -> str:
    """msgspec's words about a `form`, with the way to the key as a reader counts: `$.steps[0]` is step 1."""
    found = re.fullmatch(r"(.*?)(?: - at `(?:key in )?\$?\.?(.*)`)?", fault, re.DOTALL)
    assert found is not None
    said, way = found[1], found[2] or ""
    parts = re.findall(r"\w+|\[\d+\]|\[\.\.\.\]", way)
    words = re.sub(r"\[(\d+)\]", lambda found: f" {int(found[1]) + 1}", way).replace("[...]", "").replace(".", ", ")
    told = _said(said, _type_at(inspect.type_info(form), parts))
    return f"in {words.replace('steps', 'step')}: {told}" if words else told


def _said(said: str, kind: inspect.Type | None) -> str:
    if unknown := re.search(r"unknown field `(.*)`", said):
        keys = [each.encode_name for each in kind.fields] if isinstance(kind, inspect.StructType) else []
        return f"unknown key `{unknown[1]}`{_instead(unknown[1], keys)}"
    if wrong := re.search(r"Invalid enum value '(.*)'", said):
        return f"{wrong[1]!r} is not known{_instead(wrong[1], _values(kind))}"
    if missing := re.search(r"missing required field `(.*)`", said):
        return f"`{missing[1]}` is missing"
    if "RFC3339" in said:
        return f"that is not {NAMES['datetime']}"
    if expected := re.fullmatch(r"Expected `(.*)`, got `(.*)`", said):
        wanted = [NAMES.get(each, each) for each in expected[1].split(" | ") if each != "null"]
        return f"must be {' or '.join(wanted)}; it is {NAMES.get(expected[2], expected[2]).split(',')[0]}"
    return said


def _instead(wrong: str, names: list[str]) -> str:
    if near := get_close_matches(wrong, names, n=1, cutoff=0.6):
        return f"; did you mean `{near[0]}`?"
    return f"; known are {', '.join(names)}" if 0 < len(names) <= MANY else "; docs/gate-cases.md has all"


def _values(kind: inspect.Type | None) -> list[str]:
    if isinstance(kind, inspect.UnionType):
        return [value for each in kind.types for value in _values(each)]
    if isinstance(kind, inspect.EnumType):
        return [str(each.value) for each in kind.cls]
    return list(map(str, kind.values)) if isinstance(kind, inspect.LiteralType) else []


def _type_at(kind: inspect.Type | None, parts: list[str]) -> inspect.Type | None:
    """What stands at the end of a way through tables and lists."""
    for part in parts:
        options: list[Any] = list(kind.types) if isinstance(kind, inspect.UnionType) else [kind]
        kind = next((found for each in options if (found := _step(each, part)) is not None), None)
    return kind


def _step(kind: Any, part: str) -> inspect.Type | None:
    if isinstance(kind, inspect.StructType):
        return next((each.type for each in kind.fields if each.encode_name == part), None)
    if isinstance(kind, inspect.DictType):
        return kind.value_type
    return getattr(kind, "item_type", None)


def mistakes_of(world: World) -> list[str]:
    """Zones and hours that no clock has."""
    mistakes = []
    try:
        ZoneInfo(world.time_zone)
    except (ValueError, OSError, LookupError):
        mistakes.append(f"time_zone = {world.time_zone!r} is not a time zone, such as Europe/Berlin")
    hours = {f"list {each.id}: checkout_at": each.checkout_at or "00:00" for each in world.lists}
    for name, hour in {"day_starts": world.day_starts, **hours}.items():
        try:
            time.fromisoformat(hour)
        except ValueError:
            mistakes.append(f"{name} = {hour!r} must be an hour, such as 22:00")
    return mistakes


def read(raw: Any, form: type[msgspec.Struct], *, strict: bool = True) -> Any:
    """ValueError in plain words. `strict` False: texts may stand for numbers and times, as in a table of texts."""
    try:
        return msgspec.convert(raw, form, strict=strict)
    except msgspec.ValidationError as fault:
        raise ValueError(plain(str(fault), form)) from fault
