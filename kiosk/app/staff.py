"""`kiosk staff`: the people who may act at this terminal, by number and PIN."""

from __future__ import annotations

from pathlib import Path

import click

from kiosk.app.clock import SystemClock
from kiosk.services.staff import Role, Staff


@click.group()
def staff() -> None:
    """Who may open the staff page of a kiosk or override a gate: numbers, PINs, roles."""


_config = click.option(
    "--config", "config_path", type=click.Path(path_type=Path), required=True, help="the terminal's TOML file"
)


@staff.command("add")
@_config
@click.argument("number")
@click.option("--name", required=True, help="kept with what the person decides")
@click.option(
    "--role",
    type=click.Choice(["attendant", "supervisor"]),
    default="attendant",
    show_default=True,
    help="an attendant hands out and asks; a supervisor also decides about money and overrides a gate",
)
@click.password_option("--pin", prompt="PIN", help="6 to 12 digits; asked for when it is not given")
def add(config_path: Path, number: str, name: str, role: Role, pin: str) -> None:
    """Let the person with this staff NUMBER in; a known number gets the new name, role and PIN."""
    _staff(config_path).add(number, name, role, pin)
    click.echo(f"{name}, staff number {number}, is {role} at this terminal")


@staff.command("remove")
@_config
@click.argument("number")
def remove(config_path: Path, number: str) -> None:
    """Do not let the person with this staff NUMBER in any more."""
    _staff(config_path).remove(number)
    click.echo(f"staff number {number} is not let in any more")


@staff.command("list")
@_config
def show(config_path: Path) -> None:
    """Who is let in."""
    members = _staff(config_path).members()
    for each in members:
        click.echo(f"{each.number:>8}  {each.role:10}  {each.name}")
    if not members:
        click.echo("nobody; kiosk staff add --config FILE NUMBER --name NAME")


def _staff(config_path: Path) -> Staff:
    from kiosk.app import config

    return Staff(config.load(config_path).folder, SystemClock())
