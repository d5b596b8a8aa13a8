"""`kiosk central backup | restore | failover | lost | void`: before something is lost, and when it was."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from central.cli import default_folder, opened, place_options


@click.command()
@click.option("--yes", is_flag=True, help="do not ask")
@place_options
def failover(yes: bool, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """The database was restored to an older state: begin a new epoch; nothing is granted until terminals answer."""
    if not yes:
        click.confirm(
            "Central forgets what came after the restored state; the terminals send it again. Begin?", abort=True
        )
    _begin_epoch(database, data, clock_offset_s)


def _begin_epoch(database: str | None, data: Path | None, clock_offset_s: float) -> None:
    import time

    from central.keys import raise_epoch

    epoch = raise_epoch((data or default_folder()) / "keys", time.time() + clock_offset_s)
    with opened(database, data, clock_offset_s) as context, context.engine.connect() as connection:
        from central.recovery import waited_for

        names = waited_for(connection)
    click.echo(f"epoch {epoch} begins. Terminals that must be online once: {', '.join(names) or 'none'}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@place_options
def backup(folder: Path, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """Copy the database into a new FOLDER while central works on, and check the copy."""
    from central.backups import back_up
    from central.postgres import EmbeddedPostgres

    _only_ours(database)
    with EmbeddedPostgres((data or default_folder()) / "postgres") as server:
        back_up(server, folder)
    click.echo(f"{folder} holds a backup. Keep it, and --data's keys, on another disk.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path, file_okay=False))
@click.option("--archive", type=click.Path(exists=True, path_type=Path), help="what `serve --archive` kept: replay it")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]),
    help="up to this local time  [default: all]",
)
@click.option("--yes", is_flag=True, help="do not ask")
@place_options
def restore(
    folder: Path,
    archive: Path | None,
    until: datetime | None,
    yes: bool,
    database: str | None,
    data: Path | None,
    clock_offset_s: float,
) -> None:
    """Put the backup in FOLDER in the place of the database and begin a new epoch, as `failover` does."""
    from central import backups
    from central.postgres import EmbeddedPostgres

    _only_ours(database)
    if until is not None and archive is None:
        raise click.UsageError("--until needs --archive: a backup alone is of one moment")
    if not yes:
        click.confirm(
            "The database becomes what it was; the terminals send again what it forgets. Restore?", abort=True
        )
    server = EmbeddedPostgres((data or default_folder()) / "postgres")
    aside = backups.restore(server, folder, archive, until)
    if aside is not None:
        click.echo(f"the files that were there are in {aside}")
    _begin_epoch(database, data, clock_offset_s)


def _only_ours(database: str | None) -> None:
    if database is not None:
        raise click.UsageError(
            "a named server is backed up and restored with its own tools (pg_basebackup, pgBackRest); "
            "after a restore to an older state run `kiosk central failover`"
        )


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
