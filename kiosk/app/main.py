"""The command `kiosk`: arguments and exit codes; the work is elsewhere."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from kiosk.app import logs
from kiosk.app.ways import DEFAULT as CARD
from kiosk.app.ways import names as ways
from kiosk.domain.errors import KioskError

ROOT = Path(__file__).resolve().parents[2]
SIMULATED = (
    "alipay",
    "camera",
    "cctalk",
    "essp",
    "link",
    "nexo",
    "payment",
    "printer",
    "relay",
    "wechat",
    "zpl",
    "zvt",
)


# Imported only when asked for: a terminal must not pay for PostgreSQL, or for what staff type, at its start.
ELSEWHERE = {
    "cash": "kiosk.app.cash_commands",
    "central": "central.commands",
    "gate": "kiosk.app.gate_cases",
    "layout": "kiosk.app.layout",
    "staff": "kiosk.app.staff",
    "ticket": "kiosk.app.ticket",
}


class Commands(click.Group):
    """A group that turns an expected error into its message and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KioskError as error:
            raise click.ClickException(str(error)) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in ELSEWHERE:
            command: click.Command = getattr(importlib.import_module(ELSEWHERE[cmd_name]), cmd_name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands)
@click.version_option(package_name="kiosk")
@click.option("--log-level", default="WARNING", show_default=True, help="DEBUG, INFO, WARNING or ERROR")
def main(log_level: str) -> None:
    """Station kiosk, box-office counter and gate; sells offline without overselling."""
    logs.set_up(log_level)


config_option = click.option(
    "--config", "config_path", type=click.Path(path_type=Path), required=True, help="the terminal's TOML file"
)
pay_option = click.option(
    "--pay", type=click.Choice(ways()), default=CARD, show_default=True, help="what passengers pay with"
)


@main.command()
@config_option
@click.option("--drive", type=click.Path(path_type=Path), help="accept remote taps on this Unix socket (tests)")
def run(config_path: Path, drive: Path | None) -> None:
    """Open the terminal: kiosk, counter or gate, as central enrolled it."""
    from kiosk.app import config
    from kiosk.app.run import run as open_terminal

    sys.exit(open_terminal(config.load(config_path), drive=drive))


@main.command()
@config_option
@click.argument("code")
def enrol(config_path: Path, code: str) -> None:
    """Exchange a one-time CODE from the operator for this terminal's identity."""
    import platform

    from kiosk.app import config, identity

    settings = config.load(config_path)
    machine = f"{platform.node()} {platform.machine()} {platform.system()}"
    who = identity.enrol(settings.folder, settings.central.url, code, machine=machine)
    reply = who.reply
    click.echo(f"Enrolled as {reply.name}, role {reply.role}, terminal {reply.terminal_id}.{reply.incarnation}")


@main.command()
@config_option
@click.argument("target", type=click.Path(path_type=Path))
def backup(config_path: Path, target: Path) -> None:
    """Copy this terminal's journal into the folder TARGET, also while it sells."""
    from kiosk.app import config
    from kiosk.store.backup import back_up

    click.echo(f"{target} holds the journal up to record {back_up(config.load(config_path).folder, target)}")


@main.command()
@config_option
@click.argument("source", type=click.Path(path_type=Path))
def restore(config_path: Path, source: Path) -> None:
    """Put a backup back. It must be enrolled anew before it sells; its records go to central."""
    from kiosk.app import config
    from kiosk.store.backup import restore as put_back

    head = put_back(source, config.load(config_path).folder)
    click.echo(f"{head} records are back. Now: kiosk enrol --config {config_path} CODE, then kiosk run")


@main.command()
@config_option
@click.option("--forwarded", default="", metavar="MEANS", help="the bank has them all, such as: card")
@click.option("--who", default="", help="who says so")
@click.option("--reason", default="", help="and why")
def stored(config_path: Path, forwarded: str, who: str, reason: str) -> None:
    """Card payments approved without the bank that are outstanding. Close the terminal first."""
    from kiosk.app import config
    from kiosk.app.stored import run as tell

    tell(config.load(config_path), forwarded=forwarded, who=who, reason=reason)


@main.command()
@config_option
@click.option("--yes", is_flag=True, help="do not ask")
def confirm(config_path: Path, yes: bool) -> None:
    """Take over what waits for staff: a catalogue or a gate's list that lost much at once. Close the terminal first."""
    from kiosk.app import config
    from kiosk.app.confirm import confirm as take

    def agree(what: str) -> bool:
        click.echo(what)
        return yes or click.confirm("Is it meant?")

    taken = take(config.load(config_path).folder, agree)
    click.echo("taken over; open the terminal again" if taken else "nothing was taken over")


@main.group()
def journal() -> None:
    """Is the journal what was written? And the way back when it is damaged."""


@journal.command("verify")
@config_option
@click.option("--ask", is_flag=True, help="ask central too: finds a whole older disk that was put back")
def journal_verify(config_path: Path, ask: bool) -> None:
    """Walk the hash chain, fold the tables, hear the counter and central's signed word; exit status 1 on any fault."""
    from kiosk.app import config
    from kiosk.app import journal as examination

    settings = config.load(config_path)
    sys.exit(examination.verify(settings.folder, ask=settings.central.url if ask else ""))


@journal.command("salvage")
@config_option
def journal_salvage(config_path: Path) -> None:
    """Bring a damaged journal back to its last good record; the terminal must be closed."""
    from kiosk.app import config
    from kiosk.app import journal as examination

    click.echo(examination.salvage(config.load(config_path).folder))


@main.command()
@click.option("--role", type=click.Choice(["kiosk", "gate"]), default="kiosk", show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), default=ROOT / "build" / "demo", show_default=True)
@click.option("--shape", type=click.Choice(["portrait", "landscape", "window"]), default="portrait")
@click.option("--feed", type=click.Path(path_type=Path), help="a GTFS feed instead of the shipped network")
@click.option("--station", help="where the kiosk stands (name, code or id)")
@click.option("--drive", type=click.Path(path_type=Path), help="accept remote taps on this Unix socket (tests)")
@pay_option
def demo(
    role: str, folder: Path, shape: str, feed: Path | None, station: str | None, drive: Path | None, pay: str
) -> None:
    """Central, simulated devices and a demo network, and the kiosk or the gate on top."""
    from kiosk.app import demo as demonstration

    sys.exit(demonstration.run(role, folder, shape=shape, feed=feed, station=station, drive=drive, pay=pay))


@main.command()
@click.option("--role", type=click.Choice(["kiosk", "gate"]), default="kiosk", show_default=True)
@click.option("--feed", type=click.Path(path_type=Path), help="a GTFS feed instead of the shipped network")
@click.option("--from", "origin", help="origin (name, code or id); default: a sensible pair")
@click.option("--to", "destination", help="destination (name, code or id)")
@click.option("--product", help="class or fare product to buy")
@click.option("--flat-fare", help="one price for a feed without fares  [default: 2.50EUR]")
@click.option("--ties", type=click.Path(path_type=Path), help="TOML beside its layouts that gives lines their seats")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "build" / "tour", show_default=True)
@pay_option
def tour(
    role: str,
    feed: Path | None,
    origin: str | None,
    destination: str | None,
    product: str | None,
    flat_fare: str | None,
    ties: Path | None,
    out: Path,
    pay: str,
) -> None:
    """The whole story by itself on real processes: sell offline, print, admit, crash, recover, sync.

    With --role gate: forty people come to two gates.
    """
    from kiosk.app.tour.plan import Wishes
    from kiosk.app.tour.run import run as play

    sys.exit(
        play(
            Wishes(feed, origin, destination, product, flat_fare, ties, pay),
            out / "gate" if role == "gate" else out,
            role,
        )
    )


@main.command()
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="the terminal's TOML file")
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of lines")
def doctor(config_path: Path | None, as_json: bool) -> None:
    """Check what a terminal needs: libraries, fonts, disk, clock, devices, central."""
    from kiosk.app import doctor as examination

    sys.exit(examination.run(config_path, as_json=as_json))


@main.command()
@config_option
@click.option("--page", is_flag=True, help="print a test page")
@click.option("--find", is_flag=True, help="list the printers that are plugged in, as addresses to configure")
@click.option("--end-of-day", is_flag=True, help="the card terminal hands in its turnover; compared with the journal")
@click.option("--json", "as_json", is_flag=True, help="one JSON list instead of lines")
def devices(config_path: Path, page: bool, find: bool, end_of_day: bool, as_json: bool) -> None:
    """List the terminal's devices and how they are; print a test page, hand in the card terminal's day."""
    from kiosk.app import config
    from kiosk.app import devices as at_hand

    if find:
        from kiosk.app.devices_found import found

        lines = [f"{address:40} {about}" for address, about in found()]
        click.echo("\n".join(lines) or "no printer is plugged in; one on the network is written HOST:9100")
        return
    settings = config.load(config_path)
    if end_of_day:
        from kiosk.app import day

        sys.exit(day.run(settings))
    sys.exit(at_hand.run(settings, page=page, as_json=as_json))


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("device", type=click.Choice(SIMULATED))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulate(device: str, arguments: tuple[str, ...]) -> None:
    """Start a simulated device (kiosk simulate DEVICE --help)."""
    importlib.import_module(f"devices.simulated.{device}").main(list(arguments))


if __name__ == "__main__":
    main()
