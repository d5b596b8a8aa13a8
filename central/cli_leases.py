"""`kiosk central holdings | quota`: who holds which places, and which are kept for a channel."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from central.cli import opened, place_options


@click.command()
@click.argument("journey")
@click.option("--day", default="", help="operating day of a service journey, such as 2026-09-21  [default: the next]")
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of lines")
@place_options
def holdings(
    journey: str, day: str, as_json: bool, database: str | None, data: Path | None, clock_offset_s: float
) -> None:
    """Who holds which places of JOURNEY (its number, or a service journey), by class."""
    from central.inventory.holdings import journey_named, lines, look

    with opened(database, data, clock_offset_s) as context, context.engine.connect() as connection:
        found = look(connection, journey_named(connection, journey, day, context.now()), context.now())
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for line in lines(found):
        click.echo(line)


@click.command()
@click.argument("journey_or_line", required=False)
@click.option("--channel", help="kiosk, counter, or a name of your own, which no terminal has")
@click.option("--places", type=click.IntRange(min=0), help="how many; 0 takes the quota away")
@click.option("--class", "place_class", default="", help="of one class  [default: so many of each class]")
@click.option(
    "--release-min", default=60, show_default=True, type=click.IntRange(min=0), help="minutes before departure"
)
@click.option("--json", "as_json", is_flag=True, help="all quotas as one JSON array")
@place_options
def quota(
    journey_or_line: str | None,
    channel: str | None,
    places: int | None,
    place_class: str,
    release_min: int,
    as_json: bool,
    database: str | None,
    data: Path | None,
    clock_offset_s: float,
) -> None:
    """Keep places of a journey (its number) or of lines (an id, * for any signs) for one channel until a release time.

    Without arguments: all quotas.
    """
    from central.inventory.quotas import all_quotas, listed, set_quota

    if journey_or_line is not None and (channel is None or places is None):
        raise click.UsageError("a quota needs --channel and --places")
    with opened(database, data, clock_offset_s) as context, context.engine.begin() as connection:
        said = []
        if journey_or_line is not None:
            said = [set_quota(connection, journey_or_line, channel or "", places or 0, release_min, place_class)]
        found = all_quotas(connection) if as_json else []
        said = said or listed(connection) or ["no quotas"]
    # Said when it is committed.
    click.echo(msgspec.json.encode(found) if as_json else "\n".join(said))
