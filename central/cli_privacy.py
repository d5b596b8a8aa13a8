"""`kiosk central forget-names`: names of travellers go when nobody needs them any more."""

from __future__ import annotations

from pathlib import Path

import click

from central.cli import opened, place_options


@click.command("forget-names")
@click.option(
    "--older-than-days", required=True, type=click.IntRange(min=1), help="since the end of the journey or performance"
)
@place_options
def forget_names(older_than_days: int, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """Blank the names of tickets whose journey ended more than so many days ago, in central's tables.

    Not in the copy of the terminals' journals, nor in backups, nor at the terminals: docs/privacy.md says why.
    """
    from central.forgetting import forget_names as forget

    with opened(database, data, clock_offset_s) as context:
        done = forget(context, older_than_days)
    click.echo(f"names forgotten: {done.tickets} tickets, {done.sales} carts, {done.guests} guests")
    click.echo("What terminals wrote in their journals, and central's copy of it, keeps names: docs/privacy.md.")
