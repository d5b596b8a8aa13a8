"""The command `kiosk cash`: what is in the machine, coins put in, the box taken out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kiosk.app.cash import CashMachine

config_option = click.option(
    "--config", "config_path", type=click.Path(path_type=Path), required=True, help="the terminal's TOML file"
)


@contextmanager
def _machine(config_path: Path) -> Iterator[CashMachine]:
    from kiosk.app.cash import machine
    from kiosk.app.config import load

    found = machine(load(config_path))
    try:
        yield found
    finally:
        found.close()


@click.group()
def cash() -> None:
    """The cash machine: what is in it, coins put in, the box taken out. Close the terminal first."""


@cash.command()
@config_option
def state(config_path: Path) -> None:
    """Say how each part is and what it holds."""
    with _machine(config_path) as machine:
        for part in machine.parts():
            click.echo(f"{'ok  ' if part.ok else 'FAIL'} {part.name:10} {part.words}")
            if part.way_out:
                click.echo(f"     {'':10} {part.way_out}")


@cash.command()
@config_option
@click.argument("hopper", type=int)
@click.argument("coins", type=int)
def fill(config_path: Path, hopper: int, coins: int) -> None:
    """COINS more are in HOPPER now (fewer: a number below 0, after --)."""
    with _machine(config_path) as machine:
        click.echo(machine.fill(hopper, coins))


@cash.command()
@config_option
def emptied(config_path: Path) -> None:
    """The cash box was taken out and emptied; says what must have been in it."""
    with _machine(config_path) as machine:
        machine.parts()
        box = machine.book.state.box
        for value, count in sorted(box.items()):
            click.echo(f"{count:5} x {machine.money(value)}")
        click.echo(f"together {machine.money(sum(value * count for value, count in box.items()))}")
        machine.book.emptied()


@cash.command()
@config_option
@click.option("--float", "counted", help="so much was counted into the drawer: 200.00")
def drawer(config_path: Path, counted: str | None) -> None:
    """At a counter: what must be in the drawer, float and takings; --float begins anew."""
    from kiosk.app.cash import drawer_of
    from kiosk.app.config import load
    from kiosk.domain.money import Money

    config = load(config_path)
    found = drawer_of(config)
    if counted is not None:
        try:
            found.begin(Money.parse(counted, config.cash.currency).amount_minor)
        except (ValueError, InvalidOperation):
            raise click.BadParameter(f"{counted!r} is no sum of money, such as 200.00", param_hint="--float") from None
    click.echo(f"in the drawer: {Money(found.expected_minor, config.cash.currency).text(exact=True)}")
    found.close()
