"""`kiosk central guests import | list | cancel` and `kiosk central plan set | show | clear`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from central.cli import opened, place_options

FILE = click.Path(exists=True, path_type=Path, dir_okay=False)


@click.group()
def guests() -> None:
    """Guests: tickets of other systems, wristbands, and what is added to tickets of ours."""


@guests.command("import")
@click.argument("file", type=FILE)
@click.option("--batch", default="", help="name under which the list is kept  [default: the file's name]")
@click.option("--replace-of", default="", metavar="BATCH", help="the file is all of this batch: what is not in it goes")
@click.option("--column", "columns", multiple=True, metavar="THEIRS=WORD", help="CSV: their header is our word; repeat")
@click.option("--pass-by", is_flag=True, help="CSV: columns that are not ours are passed by")
@click.option("--media", is_flag=True, help="CSV: the lines are wristbands or cards, not tickets")
@click.option("--to-tickets", is_flag=True, help="the codes are those of tickets sold here, to which the rows add")
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of lines")
@place_options
def import_guests(
    file: Path,
    batch: str,
    replace_of: str,
    columns: tuple[str, ...],
    pass_by: bool,
    media: bool,
    to_tickets: bool,
    as_json: bool,
    database: str | None,
    data: Path | None,
    clock_offset_s: float,
) -> None:
    """Take over FILE (TOML, JSON, or CSV with a header); a file with a mistake changes nothing.

    The words are those of docs/gate-cases.md, `tickets` and `media`. The same file again changes nothing.
    """
    from central.guests.files import read_list
    from central.guests.office import take

    pairs = [each.partition("=") for each in columns]
    if not all(word for _, _, word in pairs):
        raise click.BadParameter("looks like 'Ticket code=code'", param_hint="--column")
    if batch and replace_of and batch != replace_of:
        raise click.UsageError("the list is kept under the name of the batch it replaces: leave --batch out")
    found = read_list(file, {theirs.strip(): word.strip() for theirs, _, word in pairs}, others=pass_by, media=media)
    with opened(database, data, clock_offset_s) as context:
        taken = take(context, file, found, batch=batch, replace_of=replace_of, to_tickets=to_tickets)
    click.echo(json.dumps(taken._asdict()) if as_json else "\n".join(taken.words()))


@guests.command("list")
@click.argument("batch", required=False)
@click.option("--json", "as_json", is_flag=True, help="one JSON array instead of lines")
@place_options
def list_guests(
    batch: str | None, as_json: bool, database: str | None, data: Path | None, clock_offset_s: float
) -> None:
    """All batches, or the tickets of BATCH."""
    import msgspec

    from central.guests import office

    with opened(database, data, clock_offset_s) as context, context.engine.connect() as connection:
        if batch is None:
            found = office.batches(connection)
            lines = [each.line() for each in found] or ["no guests"]
            rows = msgspec.to_builtins(found)
        else:
            rows = office.guests_of(connection, batch)
            lines = [_line(each) for each in rows]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)


def _line(row: dict[str, object]) -> str:
    about = [str(row[key]) for key in ("holder", "product", "booking", "status") if row.get(key)]
    return "  ".join([f"{row['code']!s:24}", *about])


@guests.command()
@click.argument("code")
@click.option("--who", required=True, help="who says so")
@click.option("--reason", required=True, help="kept with it")
@click.option("--undo", is_flag=True, help="it counts again")
@place_options
def cancel(
    code: str, who: str, reason: str, undo: bool, database: str | None, data: Path | None, clock_offset_s: float
) -> None:
    """The ticket with this CODE counts no more; a later import of its list does not change that."""
    from central.guests.office import cancel as cancel_guest

    with opened(database, data, clock_offset_s) as context:
        click.echo(cancel_guest(context, code, who, reason, undo=undo))


@click.group()
def plan() -> None:
    """The plan of all gates: lists, products, zones, questions (docs/configuration.md)."""


@plan.command("set")
@click.argument("file", type=FILE)
@place_options
def set_plan(file: Path, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """All gates go by FILE (TOML or JSON), but those with a file of their own."""
    from central.guests import plans

    with opened(database, data, clock_offset_s) as context:
        click.echo(plans.set_plan(context, file))


@plan.command()
@place_options
def show(database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """The plan in force, as JSON."""
    from central.guests import plans

    with opened(database, data, clock_offset_s) as context, context.engine.connect() as connection:
        click.echo(plans.shown_plan(connection) or "there is no plan")


@plan.command()
@place_options
def clear(database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """Gates go on without a plan: each ticket once."""
    from central.guests import plans

    with opened(database, data, clock_offset_s) as context:
        click.echo(plans.clear_plan(context))
