"""`kiosk central`: run it, feed it, enrol terminals, look at it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from central.context import Context
from central.database import open_database
from central.keys import Keys
from central.recovery import open_epoch, waited_for
from kiosk.domain.errors import KioskError
from kiosk.domain.money import Money

F = TypeVar("F", bound=Callable[..., Any])
ASSETS = Path(__file__).resolve().parents[1] / "assets"
EVENT_DAYS = 400  # how far ahead an event's performances are written down


class Commands(click.Group):
    """A group that turns an expected error into its message and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KioskError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands)
def central() -> None:
    """The central system: catalogue, allotments, journals, on PostgreSQL."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def place_options(command: F) -> F:
    """--database and --data, for every command."""
    for option in (
        click.option(
            "--data",
            type=click.Path(path_type=Path, file_okay=False),
            envvar="KIOSK_CENTRAL_DATA",
            help="folder of the keys and the embedded database  [default: the user's state folder]",
        ),
        click.option(
            "--database",
            envvar="KIOSK_DATABASE",
            help="postgresql://user:password@host/name  [default: an embedded PostgreSQL in the data folder]",
        ),
        click.option(
            "--clock-offset-s",
            default=0.0,
            hidden=True,
            help="demonstrations only: how far to be off the machine's clock",
        ),
    ):
        command = option(command)
    return command


@contextlib.contextmanager
def opened(
    database: str | None, data: Path | None, clock_offset_s: float, archive: Path | None = None, **settings: Any
) -> Iterator[Context]:
    """Keys and database, ready."""
    folder = data or default_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(
            f"cannot make the data folder {folder}: {error.strerror}; choose one with --data"
        ) from error

    def now() -> float:
        return time.time() + clock_offset_s

    with open_database(database, folder, archive) as engine:
        keys = Keys(folder / "keys", now())
        keys.bind(engine)
        context = Context(engine, keys, now, **settings)
        open_epoch(context)
        yield context


def default_folder() -> Path:
    """XDG's state folder; for root, whose home others must not walk through, /var/lib."""
    if os.geteuid() == 0:
        return Path("/var/lib/kiosk-central")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "kiosk" / "central"


@central.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8700, show_default=True, help="0 = any free one")
@click.option(
    "--stable-on-commit",
    is_flag=True,
    help="what is committed is also in a backup (synchronous standby, WAL archive): terminals may purge it",
)
@click.option(
    "--archive", type=click.Path(path_type=Path), help="keep the database's log here, for `kiosk central restore`"
)
@click.option(
    "--payments",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="KIOSK_PAYMENTS",
    help="contracts of scan-to-pay (TOML)  [default: payments.toml in the data folder, if it is there]",
)
@place_options
def serve(
    host: str,
    port: int,
    stable_on_commit: bool,
    archive: Path | None,
    payments: Path | None,
    database: str | None,
    data: Path | None,
    clock_offset_s: float,
) -> None:
    """Answer terminals until SIGTERM. Prints one JSON line when ready."""
    from central.payments import config as contracts
    from central.serve import serve as run

    found = payments or (data or default_folder()) / contracts.FILE
    providers = contracts.load(found) if payments or found.exists() else {}
    settings: dict[str, Any] = {"stable_on_commit": stable_on_commit, "providers": providers}
    with opened(database, data, clock_offset_s, archive, **settings) as context:
        run(context, host, port)


@central.command("import-gtfs")
@click.argument("feed", type=click.Path(exists=True, path_type=Path))
@click.option("--shift-to-today", is_flag=True, help="play an old feed as if it ran now")
@click.option("--layouts", type=click.Path(path_type=Path), help="folder of coach layouts  [default: the shipped ones]")
@click.option("--ties", type=click.Path(path_type=Path), help="TOML that ties lines to layouts; without it, no seats")
@click.option("--flat-fare", help="one price for a feed without fares, such as 2.50EUR")
@click.option("--window-days", type=click.IntRange(1, 366), help="operating days on sale from today  [default: 15]")
@place_options
def import_gtfs(
    feed: Path,
    shift_to_today: bool,
    layouts: Path | None,
    ties: Path | None,
    flat_fare: str | None,
    window_days: int | None,
    database: str | None,
    data: Path | None,
    clock_offset_s: float,
) -> None:
    """Take over a GTFS feed (zip or folder) and publish it; a feed that cannot be used changes nothing."""
    from central.catalogue.gtfs.read import read_feed
    from central.catalogue.layouts import LayoutBook, load_layouts
    from central.publish import imports
    from central.publish.publish import import_source

    fare = _money(flat_fare) if flat_fare else None
    book = load_layouts(layouts or ASSETS / "layouts", ties) if ties else LayoutBook()
    click.echo(f"reading {feed}")
    found = read_feed(feed, shift_to=date.today() if shift_to_today else None, progress=click.echo)
    report = found.report.text()
    click.echo(report)
    source = imports.from_feed(found, book, flat_fare=fare)
    with opened(database, data, clock_offset_s) as context:
        import_source(context, source, report, window_days=window_days, progress=click.echo)


@central.command("import-event")
@click.argument("event", type=click.Path(exists=True, path_type=Path))
@place_options
def import_event(event: Path, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """Take over an event (TOML: hall, performances, prices) beside the network, and publish it."""
    from central.catalogue.event import read_event
    from central.publish import imports
    from central.publish.publish import import_source

    first = date.today() - timedelta(days=1)
    found = read_event(event, window_from=first.isoformat(), window_days=EVENT_DAYS)
    source = imports.from_event(found)
    with opened(database, data, clock_offset_s) as context:
        import_source(context, source, found.report.text(), progress=click.echo)


@central.command()
@click.option("--name", required=True, help="what staff call the terminal, such as K14")
@click.option("--role", type=click.Choice(["kiosk", "counter", "gate"]), default="kiosk", show_default=True)
@click.option("--station", default="", help="id, code or name of the stop place where it stands")
@click.option("--url", default="http://127.0.0.1:8700", show_default=True, help="central's address for the QR code")
@click.option("--valid-hours", default=24, show_default=True, type=click.IntRange(1, 24 * 30))
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="write the QR code as a picture")
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of lines")
@place_options
def enrol(
    name: str,
    role: str,
    station: str,
    url: str,
    valid_hours: int,
    png: Path | None,
    as_json: bool,
    database: str | None,
    data: Path | None,
    clock_offset_s: float,
) -> None:
    """A one-time code for a terminal, as text and as QR. A known name is enrolled anew."""
    import segno

    from central.enrolment import make_code

    with opened(database, data, clock_offset_s) as context:
        code, place = make_code(context, name, role, station, valid_hours * 3600)
    content = qr_content(url, code)
    picture = segno.make(content, error="m", micro=False)
    if png is not None:
        picture.save(str(png), kind="png", scale=8, border=4)
    if as_json:
        click.echo(json.dumps({**json.loads(content), "name": name, "role": role, "stop_place": place}))
        return
    picture.terminal(compact=True)
    click.echo(f"{name} ({role}, {place}): {code}")
    click.echo(f"valid for {valid_hours} h, once. On the terminal: kiosk enrol --config FILE {code}")


@central.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of lines")
@place_options
def status(as_json: bool, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """What central holds, and whether it is sound."""
    from central.status import incidents, look

    with opened(database, data, clock_offset_s) as context, context.engine.connect() as connection:
        found, lines, missing = look(connection), incidents(connection), waited_for(connection)
    if as_json:
        click.echo(
            json.dumps(
                {
                    **msgspec.to_builtins(found),
                    "sound": found.sound,
                    "recovery_waits_for": missing,
                    "newest_incidents": lines,
                }
            )
        )
        return
    for name, value in msgspec.structs.asdict(found).items():
        click.echo(f"{name:20} {'; '.join(value) or 'none' if isinstance(value, tuple) else value}")
    if missing:
        click.echo(f"recovering; nothing is granted before these call: {', '.join(missing)}")
    for line in lines:
        click.echo(line)


@central.command()
@click.argument("name")
@place_options
def revoke(name: str, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """Take a terminal out of service: what it signs from now on counts no more."""
    from central.enrolment import revoke as revoke_terminal

    with opened(database, data, clock_offset_s) as context:
        click.echo(revoke_terminal(context, name))


def qr_content(url: str, code: str) -> str:
    """What a terminal reads from the enrolment QR."""
    return json.dumps({"handshake_version": 1, "url": url, "code": code}, separators=(",", ":"))


def _money(text: str) -> Money:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Z]{3})", text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} is not an amount and a currency, such as 2.50EUR", param_hint="--flat-fare")
    try:
        return Money.parse(match[1], match[2])
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--flat-fare") from error
