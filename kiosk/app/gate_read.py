"""`kiosk gate read`: what the gate's eye reads in pictures, by which strategy and how fast."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kiosk.domain.errors import ReaderFault

if TYPE_CHECKING:
    from devices.camera.ladder import Reading


@click.command("read")
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="one JSON list instead of lines")
def read_pictures(pictures: tuple[Path, ...], as_json: bool) -> None:
    """Read the codes in PICTURES; a folder = all pictures in it. Exit status 1 when any picture was not read."""
    from devices.camera.frames import picture_at  # the decoders are loaded by who reads pictures, not by every command
    from devices.camera.ladder import Reading, read

    results = []
    for path in paths_of(pictures):
        try:
            reading, fault = read(picture_at(path)), ""
        except ReaderFault as error:
            reading, fault = Reading((), 0.0), str(error).removeprefix(f"{path} ")
        results.append((path, reading, fault))
        if not as_json:
            click.echo("\n".join(as_text(path, reading, fault)))
    unread = sum(not reading.found for _, reading, _ in results)
    if as_json:
        click.echo(json.dumps([as_object(*result) for result in results], ensure_ascii=False))
    else:
        mean_ms = sum(reading.took_ms for _, reading, _ in results) / max(1, len(results))
        click.echo(f"{len(results)} pictures, {unread} not read, {mean_ms:.1f} ms a picture")
    sys.exit(1 if unread or not results else 0)


def paths_of(named: tuple[Path, ...]) -> Iterator[Path]:
    """The pictures meant, folders with all that lies below them; a name that is nothing stays, to be named."""
    from devices.camera.frames import PICTURES

    kinds = {*PICTURES, ".heic", ".heif"}  # these are named, not passed over
    for path in named:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix.lower() in kinds and each.is_file())
        else:
            yield path


def as_text(path: Path, reading: Reading, fault: str) -> list[str]:
    """A line for each code, or one that says why there is none."""
    if fault:
        return [f"fault     {path}  {fault}"]
    if not reading.found:
        return [f"not read  {path}  {reading.took_ms:.1f} ms"]
    return [
        f"read      {path}  {each.code.symbology}  {json.dumps(each.code.text, ensure_ascii=False)}"
        f"  by {each.strategy}  {reading.took_ms:.1f} ms"
        for each in reading.found
    ]


def as_object(path: Path, reading: Reading, fault: str) -> dict[str, Any]:
    """The same for programs; "fault" is null when the file is a picture."""
    codes = [
        {
            "symbology": each.code.symbology,
            "text": each.code.text,
            "reader": each.code.reader,
            "strategy": each.strategy,
            "corners": each.code.corners,
        }
        for each in reading.found
    ]
    ms = round(reading.took_ms, 3)
    return {"picture": str(path), "codes": codes, "ms": ms, "fault": fault or None}
