"""`kiosk gate decide`: play written cases through the gate's decision and name each that comes out otherwise."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import click

from kiosk.app.gate_read import read_pictures
from kiosk.domain.gate.case import BadCase, cases_of
from kiosk.domain.gate.play import play


@click.group()
def gate() -> None:
    """The gate: what it decides, shown on written cases."""


gate.add_command(read_pictures)


@gate.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--quiet", is_flag=True, help="name only the cases that differ")
def decide(files: tuple[Path, ...], quiet: bool) -> None:
    """Play the cases in FILES (TOML, docs/gate-cases.md); a folder = all its files. Exit status 1 when any differs."""
    played, failed = 0, 0
    for path in paths_of(files):
        for name, wrong in results_of(path):
            played += 1
            failed += bool(wrong)
            if wrong or not quiet:
                click.echo(f"{'differs' if wrong else 'as written'}  {name}  ({path.name})")
            for line in wrong:
                click.echo(f"    {line}")
    click.echo(f"{played} cases, {failed} differ")
    sys.exit(1 if failed or not played else 0)


def paths_of(files: tuple[Path, ...]) -> list[Path]:
    """The case files meant; the list of inapplicable ones in a folder is none of them."""
    return [
        each
        for path in files
        for each in (sorted(path.glob("*.toml")) if path.is_dir() else [path])
        if each.name != "inapplicable.toml"
    ]


def results_of(path: Path) -> list[tuple[str, list[str]]]:
    """(case, differences) of a file; a file or case that cannot be read counts as one that differs."""
    try:
        cases = cases_of(tomllib.loads(path.read_text(encoding="utf-8")))
    except (BadCase, tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        return [(path.stem, [f"cannot be read: {fault}"])]
    results = []
    for case, raw_world in cases:
        try:
            results.append((case.id, play(case, raw_world)))
        except (BadCase, ValueError, LookupError) as fault:
            results.append((case.id, [f"cannot be played: {fault!r}"]))
    return results
