"""`kiosk central failover | lost | void`: what an operator says when something was lost."""

from __future__ import annotations

from pathlib import Path

import click

from central.cli import default_folder, opened, place_options


@click.command()
@click.option("--yes", is_flag=True, help="do not ask")
@place_options
def failover(yes: bool, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """The database was restored to an older state: begin a new epoch; nothing is granted until terminals answer."""
    import time

    from central.keys import raise_epoch

    if not yes:
        click.confirm(
            "Central forgets what came after the restored state; the terminals send it again. Begin?", abort=True
        )
    folder = data or default_folder()
    epoch = raise_epoch(folder / "keys", time.time() + clock_offset_s)
    with opened(database, data, clock_offset_s) as context, context.engine.connect() as connection:
        from central.recovery import waited_for

        names = waited_for(connection)
    click.echo(f"epoch {epoch} begins. Terminals that must be online once: {', '.join(names) or 'none'}")


@click.command()
@click.argument("name")
@place_options
def lost(name: str, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """A terminal will never come back: what it held and did not report as sold is stranded, not sold again."""
    from central.enrolment import revoke
    from central.recovery import end_when_over, lose_by_name

    with opened(database, data, clock_offset_s) as context:
        click.echo(revoke(context, name))
        click.echo(lose_by_name(context, name))
        if end_when_over(context):
            click.echo("the recovery is over: places are granted again")


@click.command()
@click.argument("code")
@click.option("--reason", default="", help="kept with the void")
@click.option("--surrendered", is_flag=True, help="the paper lies here: its place may be sold again at once")
@place_options
def void(
    code: str, reason: str, surrendered: bool, database: str | None, data: Path | None, clock_offset_s: float
) -> None:
    """A ticket no longer counts; its money is to be given back once."""
    from central.voiding import void as void_ticket

    with opened(database, data, clock_offset_s) as context:
        click.echo(void_ticket(context, code, reason, surrendered=surrendered))
