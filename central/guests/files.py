"""Guest lists as files: TOML or JSON in the words of docs/gate-cases.md, or CSV with a header of the same words."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kiosk.domain.errors import KioskError
from kiosk.domain.gate.faults import read
from kiosk.domain.gate.world import Medium, Ticket

SHOWN = 20  # mistakes that are told; the rest are counted
CELLS = {"fare_zones": ";", "tickets": ";"}  # lists in one cell
PAIRS = {"leases", "answers"}  # "North=3; South=2" in one cell
# What only a signed ticket or a gate says.
NOT_HERE = frozenset(
    {"stored", "signature", "key", "operator", "seller", "number", "issued", "test", "fresh_s", "journey", "bound"}
    | {"origin", "origin_call", "destination", "destination_call", "place", "place_class"}
)
TICKET_WORDS = tuple(each for each in Ticket.__struct_fields__ if each not in NOT_HERE)
MEDIUM_WORDS = Medium.__struct_fields__
TOP = ("tickets", "media", "about")


class BadList(KioskError):
    """A file that is not taken; every mistake is named with file and line."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        more = [f"… and {len(mistakes) - SHOWN} more"] if len(mistakes) > SHOWN else []
        super().__init__("\n".join([*mistakes[:SHOWN], *more, "Nothing of the file is taken."]))


class ReadTicket(NamedTuple):
    where: str  # "guests.csv, line 7"
    row: Ticket


class ReadMedium(NamedTuple):
    where: str
    row: Medium


class GuestList(NamedTuple):
    """What a file says, not yet held against what central knows."""

    tickets: list[ReadTicket]
    media: list[ReadMedium]


def read_list(
    path: Path, columns: Mapping[str, str] | None = None, *, others: bool = False, media: bool = False
) -> GuestList:
    """BadList names every mistake. For CSV: `columns`: their header = our word; `others`: further columns are passed
    by; `media`: the lines are media, not tickets."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise BadList([f"{path}: {fault.strerror}"]) from fault
    except UnicodeDecodeError as fault:
        line = path.read_bytes()[: fault.start].count(b"\n") + 1
        raise BadList([f"{path}, line {line}: this is not UTF-8; save the file as UTF-8 (CSV UTF-8)"]) from fault
    mistakes: list[str] = []
    rows: Iterable[tuple[str, str, dict[str, Any]]]
    if path.suffix.casefold() in (".toml", ".json"):
        rows = _document(path, text, mistakes)
    else:
        rows = _lines(path, text, mistakes, dict(columns or {}), others=others, media=media)
    found = GuestList([], [])
    for kind, where, raw in rows:
        mistakes += [
            f"{where}: `{key}` is not for a guest list: only a signed ticket says it" for key in NOT_HERE & {*raw}
        ]
        try:
            if kind == "media":
                found.media.append(ReadMedium(where, read(raw, Medium, strict=False)))
            else:
                raw = {key: value for key, value in raw.items() if key not in NOT_HERE}
                found.tickets.append(ReadTicket(where, read(raw, Ticket, strict=False)))
        except ValueError as fault:
            mistakes.append(f"{where}: {fault}")
    if not mistakes and not found.tickets and not found.media:
        mistakes.append(f"{path}: there is no ticket and no medium in it")
    if mistakes:
        raise BadList(mistakes)
    return found


def _document(path: Path, text: str, mistakes: list[str]) -> list[tuple[str, str, dict[str, Any]]]:
    try:
        raw = tomllib.loads(text) if path.suffix.casefold() == ".toml" else json.loads(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as fault:
        raise BadList([f"{path}: {fault}"]) from fault
    if not isinstance(raw, dict):
        raise BadList([f'{path}: the file must be a table with `tickets` or `media`, such as {{"tickets": […]}}'])
    mistakes += [f"{path}: unknown key {key!r} at the top; known are {', '.join(TOP)}" for key in raw if key not in TOP]
    found = []
    for kind in ("tickets", "media"):
        rows = raw.get(kind, [])
        if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
            mistakes.append(f"{path}: `{kind}` must be a list of tables")
            continue
        found += [(kind, f"{path}, {kind} {number}", row) for number, row in enumerate(rows, 1)]
    return found


def _lines(
    path: Path, text: str, mistakes: list[str], columns: dict[str, str], *, others: bool, media: bool
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    words = MEDIUM_WORDS if media else TICKET_WORDS
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        names = _header(path, header, mistakes, columns, words, others=others)
        if "code" not in names:
            mistakes.append(
                f"{path}, line 1: no column is `code`; name the column with the codes: --column 'THEIR NAME=code'"
            )
            return
        for cells in reader:
            where = f"{path}, line {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                mistakes.append(f"{where}: {len(cells)} cells, the header has {len(header)}; quote cells with commas")
                continue
            try:
                row = {
                    name: _cell(name, cell.strip())
                    for name, cell in zip(names, cells, strict=False)
                    if name and cell.strip()
                }
            except ValueError as fault:
                mistakes.append(f"{where}: {fault}")
                continue
            yield ("media" if media else "tickets"), where, row
    except csv.Error as fault:
        mistakes.append(f"{path}, line {reader.line_num}: {fault}")


def _header(
    path: Path, header: list[str], mistakes: list[str], columns: dict[str, str], words: tuple[str, ...], *, others: bool
) -> list[str]:
    """Our word for each column, "" = it is passed by."""
    known = {each.casefold(): each for each in header}
    mistakes += [
        f"{path}, line 1: there is no column {theirs!r}, it has: {', '.join(header)}"
        for theirs in columns
        if theirs.casefold() not in known
    ]
    mistakes += [
        f"--column {theirs}={word}: known words are {', '.join(words)}"
        for theirs, word in columns.items()
        if word not in words
    ]
    given = {theirs.casefold(): word for theirs, word in columns.items()}
    names = []
    for cell in header:
        word = given.get(cell.casefold(), cell.casefold().replace(" ", "_"))
        if word in words:
            names.append(word)
            continue
        names.append("")
        if not others and cell:
            hint = "" if word not in NOT_HERE else " (only a signed ticket says it)"
            mistakes.append(
                f"{path}, line 1: unknown column {cell!r}{hint}; known are {', '.join(words)}. "
                f"Name it with --column '{cell}=WORD', or pass such columns by with --pass-by"
            )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    mistakes += [f"{path}, line 1: two columns are `{name}`" for name in twice]
    return names


def _delimiter(text: str) -> str:
    """Of the header: what spreadsheets write differs by country."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _cell(name: str, cell: str) -> Any:
    if name in CELLS:
        return [each.strip() for each in cell.split(CELLS[name]) if each.strip()]
    if name in PAIRS:
        pairs = [each.partition("=") for each in cell.split(";") if each.strip()]
        if not all(equals for _, equals, _ in pairs):
            raise ValueError(f"`{name}` in one cell looks like: North=3; South=2")
        return {key.strip(): value.strip() for key, _, value in pairs}
    if name == "used":
        raise ValueError("`used` does not fit into a cell; write such tickets as TOML or JSON")
    return cell
