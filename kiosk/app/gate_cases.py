"""`kiosk gate decide`: play written cases through the gate's decision and name each that comes out otherwise."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kiosk.app.gate_read import read_pictures
from kiosk.app.gate_why import why
from kiosk.domain.gate.case import BadCase, cases_of
from kiosk.domain.gate.play import play

READERS: dict[str, Callable[[str], Any]] = {".toml": tomllib.loads, ".json": json.loads}


@click.group()
def gate() -> None:
    """The gate: what it decides, shown on written cases."""


gate.add_command(read_pictures)
gate.add_command(why)


@gate.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--quiet", is_flag=True, help="name only the cases that differ")
@click.option("--case", "only", multiple=True, metavar="ID", help="only this case; may be given several times")
@click.option("--list", "listed", is_flag=True, help="name the cases with their titles, play nothing")
def decide(files: tuple[Path, ...], quiet: bool, only: tuple[str, ...], listed: bool) -> None:
    """Play the cases in FILES through the gate's decision and say what comes out otherwise than written.

    FILES are TOML or JSON in the form of docs/gate-cases.md; a folder means all such files in it and below.
    Exit status: 0 all as written, 1 a case differs or cannot be read, 2 there was nothing to play.
    """
    played, failed = 0, 0
    for path in paths_of(files):
        if listed:
            for name, title in titles_of(path):
                click.echo(f"{name}  {title}  ({path})")
                played += 1
            continue
        for name, wrong in results_of(path, only):
            played += 1
            failed += bool(wrong)
            if wrong or not quiet:
                click.echo(f"{'differs' if wrong else 'as written'}  {name}  ({path})")
            for line in wrong:
                click.echo(f"    {line}")
    if only and not played:
        click.echo(f"there is no case {', '.join(only)}; --list names those there are")
    click.echo(f"{played} cases" if listed else f"{played} cases, {failed} differ")
    sys.exit(1 if failed else 0 if played else 2)


def paths_of(files: tuple[Path, ...]) -> list[Path]:
    """The case files meant; the list of inapplicable ones in a folder is none of them."""
    found = [
        each
        for path in files
        for each in (sorted(each for each in path.rglob("*") if each.suffix in READERS) if path.is_dir() else [path])
    ]
    return list(dict.fromkeys(each for each in found if each.name != "inapplicable.toml"))


def _document(path: Path) -> dict[str, Any]:
    """BadCase: not TOML or JSON, or not a table."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        suffix = ".json" if text.lstrip().startswith("{") else path.suffix  # JSON is JSON, whatever its name
        document = READERS[suffix if suffix in READERS else ".toml"](text) if text.strip() else {}
    except UnicodeDecodeError as fault:
        raise BadCase(f"it is not text in UTF-8: byte {fault.start + 1} is {fault.object[fault.start]:#x}") from fault
    except OSError as fault:
        raise BadCase(fault.strerror or str(fault)) from fault
    except ValueError as fault:
        raise BadCase(f"it is not {'JSON' if suffix == '.json' else 'TOML'}: {fault}") from fault
    if not isinstance(document, dict):
        raise BadCase("the file must hold a table with `case` in it")
    return document


def titles_of(path: Path) -> list[tuple[str, str]]:
    try:
        return [(str(each.get("id", "?")), str(each.get("title", ""))) for each in _document(path).get("case", [])]
    except (BadCase, AttributeError) as fault:
        return [(path.stem, f"cannot be read: {fault}")]


def results_of(path: Path, only: tuple[str, ...] = ()) -> list[tuple[str, list[str]]]:
    """(case, differences) of a file; a file or case that cannot be read counts as one that differs."""
    try:
        cases = cases_of(_document(path))
    except BadCase as fault:
        return [(path.stem, [f"cannot be read: {fault}"])]
    results = []
    for case, raw in cases:
        if isinstance(case, str):
            if not only or case in only:
                results.append((case, [str(raw)]))
            continue
        assert isinstance(raw, dict)
        if only and case.id not in only:
            continue
        try:
            results.append((case.id, play(case, raw)))
        except BadCase as fault:
            results.append((case.id, [f"cannot be played: {fault}"]))
        except Exception as fault:  # whatever a case makes of the world, the others are played
            results.append((case.id, [f"cannot be played: {type(fault).__name__}: {fault}"]))
    return results
