"""One layout file: rows and columns as text become places with numbers, grid positions and features."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec

from kiosk.domain.errors import KioskError
from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from kiosk.domain.network import Named

MAX_COACHES = 63  # a ticket has 6 bits for the coach and 10 for the place in it
MAX_PLACES = 1023


class LayoutFault(KioskError):
    """A layout, ties or event file cannot be used; the message names file, key and the way out."""


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables; LayoutFault if it is missing or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LayoutFault(f"{path}: no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise LayoutFault(f"{path}: not readable as TOML: {error}") from error


class Reader:
    """A table of a TOML file that knows where it stands, so that every complaint names file and key."""

    def __init__(self, path: Path, table: Mapping[str, Any], where: str = "") -> None:
        self.path = path
        self.table = table
        self.where = where

    def fault(self, key: str, message: str) -> LayoutFault:
        at = ".".join(part for part in (self.where, key) if part)
        return LayoutFault(f"{self.path}: {at}: {message}")

    def only(self, *known: str) -> None:
        for key in self.table:
            if key not in known:
                raise self.fault(key, f"unknown key (known here: {', '.join(known)})")

    def has(self, key: str) -> bool:
        return key in self.table

    def text(self, key: str, default: str | None = None) -> str:
        value = self.table.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or (value == "" and default is None):
            raise self.fault(key, f"a text is needed, not {value!r}")
        return value

    def number(self, key: str, low: int, high: int) -> int:
        value = self.table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.fault(key, f"a whole number from {low} to {high} is needed, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts, as texts; () if the key is missing."""
        value = self.table.get(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.fault(key, f'a text or a list of texts such as ["second*"] is needed, not {value!r}')
        return tuple(value)

    def named(self) -> str | msgspec.UnsetType:
        """`named`: are travellers asked for their names? Nothing where they are not."""
        value = self.text("named", "no")
        if value not in get_args(Named):
            raise self.fault("named", f'write "no", "optional" or "required", not {value!r}')
        return msgspec.UNSET if value == "no" else value

    def names(self, key: str = "names") -> dict[str, str]:
        value = self.table.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
            raise self.fault(key, f'language and text are needed, such as {{ zh-Hans = "…" }}, not {value!r}')
        return dict(value)

    def globs_by_name(self, key: str) -> dict[str, tuple[str, ...]]:
        inner = self.inner(key)
        return {name: inner.texts(name) for name in inner.table}

    def inner(self, key: str) -> Reader:
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(key, f"a table is needed, not {value!r}")
        return Reader(self.path, value, ".".join(part for part in (self.where, key) if part))

    def tables(self, key: str) -> list[Reader]:
        value = self.table.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.fault(key, f"at least one [[{key}]] is needed")
        where = f"{self.where}." if self.where else ""
        return [Reader(self.path, item, f"{where}{key}[{n}]") for n, item in enumerate(value, 1)]


def read_layout(path: Path) -> Layout:
    """The layout in this file; its id is the file's name without .toml."""
    reader = Reader(path, read_toml(path))
    reader.only("name", "direction", "class", "coach")
    return build_layout(reader, path.stem)


def build_layout(reader: Reader, layout_id: str) -> Layout:
    """The layout in the [[class]] and [[coach]] tables of a file."""
    classes = tuple(_class(table) for table in reader.tables("class"))
    ids = [place_class.id for place_class in classes]
    if len(set(ids)) != len(ids):
        raise reader.fault("class", f"two classes have the same id ({', '.join(ids)})")
    tables = reader.tables("coach")
    if len(tables) > MAX_COACHES:
        raise reader.fault("coach", f"{len(tables)} coaches; a ticket can name at most {MAX_COACHES}")
    direction = reader.text("direction", "up")
    coaches: list[Coach] = []
    places: list[Place] = []
    printed: dict[tuple[str, str], str] = {}
    for ordinal, table in enumerate(tables):
        coach = _coach(table, ids, hall=direction == "stage")
        coaches.append(coach)
        for place in _places(table, ordinal, coach, hall=direction == "stage"):
            if (coach.number, place.number) in printed:
                other = printed[coach.number, place.number]
                raise table.fault("rows", f"place {place.number} of coach {coach.number} is also in {other}")
            printed[coach.number, place.number] = table.where
            places.append(place)
    return Layout(layout_id, classes, tuple(coaches), tuple(places), direction)


def _class(table: Reader) -> PlaceClass:
    table.only("id", "name", "names", "fares")
    return PlaceClass(id=table.text("id"), name=table.text("name"), names=table.names(), fares=table.texts("fares"))


def _coach(table: Reader, classes: list[str], *, hall: bool) -> Coach:
    table.only("number", "class", "names", "entrance", "units", "rows", "columns", "blocks", "label", "marks")
    place_class = table.text("class")
    if place_class not in classes:
        raise table.fault("class", f"there is no class {place_class!r} (known: {', '.join(classes)})")
    if table.has("entrance") and not hall:
        raise table.fault("entrance", 'a train is boarded at every station; only a hall (direction = "stage") has them')
    return Coach(
        number=table.text("number"),
        place_class=place_class,
        counted=table.has("units"),
        names=table.names(),
        entrance=table.number("entrance", 1, 255) if table.has("entrance") else 0,
    )


def _places(table: Reader, ordinal: int, coach: Coach, *, hall: bool) -> Iterator[Place]:
    if coach.counted:
        for key in ("rows", "columns", "blocks", "label", "marks"):
            if table.has(key):
                raise table.fault(key, "a counted pool (units) has no seats; remove one of the two")
        for unit in range(1, table.number("units", 1, MAX_PLACES) + 1):
            yield Place(ordinal, str(unit))
        return
    made = list(_seats(table, ordinal, hall=hall))
    if not 1 <= len(made) <= MAX_PLACES:
        raise table.fault("rows", f"{len(made)} seats; 1 to {MAX_PLACES} can be ticketed, split a larger block in two")
    marks = table.inner("marks")
    numbers = {place.number for place in made}
    marked: dict[str, tuple[str, ...]] = {}
    for feature in marks.table:
        for number in marks.texts(feature):
            if number not in numbers:
                raise marks.fault(feature, f"coach {coach.number} has no place {number!r}")
            marked[number] = (*marked.get(number, ()), feature)
    for place in made:
        extra = marked.get(place.number, ())
        yield Place(place.coach, place.number, place.row, place.column, place.features + extra)


def _seats(table: Reader, ordinal: int, *, hall: bool) -> Iterator[Place]:
    blocks = [table]
    if table.has("blocks"):
        if table.has("rows") or table.has("columns"):
            raise table.fault("blocks", "use either rows and columns, or blocks")
        blocks = table.tables("blocks")
        for block in blocks:
            block.only("rows", "columns")
    label = table.text("label", "{row}{column}")
    if "{row}" not in label or "{column}" not in label:
        raise table.fault("label", f"{label!r} must contain {{row}} and {{column}}")
    grid_row = 0
    for block in blocks:
        pattern = _pattern(block, hall=hall)
        for row in _series(block, "rows"):
            grid_row += 1
            for column, grid_column, features in pattern:
                number = label.replace("{row}", row).replace("{column}", column)
                yield Place(ordinal, number, grid_row, grid_column, features)


def _pattern(block: Reader, *, hall: bool) -> list[tuple[str, int, tuple[str, ...]]]:
    """Column names with their grid column (an aisle takes one) and features."""
    sides = [_expand(block, "columns", side) for side in block.text("columns").split("|")]
    made: list[tuple[str, int, tuple[str, ...]]] = []
    grid_column = 0
    for number, side in enumerate(sides):
        seats = [column for column in side if column != "_"]
        for column in side:
            grid_column += 1
            if column == "_":
                continue
            first, last = column == seats[0], column == seats[-1]
            wall = (first and number == 0) or (last and number == len(sides) - 1)
            aisle = (first and number > 0) or (last and number < len(sides) - 1)
            features = (("aisle",) if wall or aisle else ()) if hall else _in_coach(wall, aisle)
            made.append((column, grid_column, features))
        grid_column += 1
    if len({column for column, _, _ in made}) != len(made):
        raise block.fault("columns", f"a column appears twice in {block.text('columns')!r}")
    return made


def _in_coach(wall: bool, aisle: bool) -> tuple[str, ...]:
    return (("window",) if wall else ()) + (("aisle",) if aisle else ()) or ("middle",)


def _series(block: Reader, key: str) -> list[str]:
    found = _expand(block, key, block.text(key))
    if "_" in found or not found or len(set(found)) != len(found):
        raise block.fault(key, f'rows such as "1-18" or "A-H J-M" are needed, each once, not {block.text(key)!r}')
    return found


def _expand(block: Reader, key: str, text: str) -> list[str]:
    """ "A B", "1-18" or "A-H J-M" as a list."""
    found: list[str] = []
    for part in text.split():
        first, dash, last = part.partition("-")
        if not dash:
            found.append(part)
        elif first.isdecimal() and last.isdecimal() and int(first) <= int(last) <= MAX_PLACES:
            found += [str(n) for n in range(int(first), int(last) + 1)]
        elif len(first) == len(last) == 1 and first.isalpha() and last.isalpha() and first <= last:
            found += [chr(n) for n in range(ord(first), ord(last) + 1)]
        else:
            raise block.fault(key, f'{part!r} is not a range such as "1-18" or "A-M"')
    return found
