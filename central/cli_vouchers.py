"""`kiosk central voucher issue | show | block | check`: stored value for passengers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import InvalidOperation
from pathlib import Path

import click

from central.cli import opened, place_options


@click.group()
def voucher() -> None:
    """Vouchers: issue them, see what became of one, stop one."""


@voucher.command()
@click.argument("value")
@click.option("--currency", default="", help="such as EUR  [default: that of the fares]")
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--valid-days", type=click.IntRange(min=1), help="[default: without end]")
@click.option("--note", default="", help="for your own list: who it was for")
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of lines")
@place_options
def issue(
    value: str,
    currency: str,
    count: int,
    valid_days: int | None,
    note: str,
    as_json: bool,
    database: str | None,
    data: Path | None,
    clock_offset_s: float,
) -> None:
    """Make vouchers of VALUE (25 or 25.50). Their codes are shown now and never again."""
    from central import voucher_office
    from kiosk.domain.money import Money

    with opened(database, data, clock_offset_s) as context:
        currency = currency.upper() or _fares_currency(context)
        try:
            worth = Money.parse(value, currency)
        except (ValueError, InvalidOperation):
            raise click.BadParameter(f"{value!r} is no amount of {currency}, such as 25 or 25.50") from None
        codes = voucher_office.issue(context, worth, count, valid_days, note)
    if as_json:
        click.echo(json.dumps({"codes": codes, "amount_minor": worth.amount_minor, "currency": currency}))
        return
    click.echo(f"{count} of {worth.text(exact=True)} each. Nobody can read these codes again:")
    for code in codes:
        click.echo(code)


@voucher.command()
@click.argument("code")
@place_options
def show(code: str, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """What is on the voucher with this CODE, and where it was used."""
    from central import voucher_office
    from kiosk.domain.money import Money

    with opened(database, data, clock_offset_s) as context:
        row, moves = voucher_office.history(context, code)
    issued, left = (Money(minor, row.currency).text(exact=True) for minor in (row.issued_minor, row.balance_minor))
    state = "blocked" if row.blocked_at else f"valid until {_day(row.valid_until)}" if row.valid_until else "valid"
    click.echo(f"**** {row.tail}: {left} of {issued}, issued {_day(row.issued_at)}, {state}. {row.note}".rstrip())
    for move in moves:
        sign = "-" if move.kind == "redeem" else "+"
        amount = Money(move.amount_minor, move.currency).text(exact=True)
        click.echo(
            f"{_time(move.moved_at)}  {sign} {amount:>12}  {move.name or move.terminal_id}  voucher:{move.number}"
        )


@voucher.command()
@click.argument("code")
@place_options
def block(code: str, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """Stop the voucher with this CODE: lost, stolen, or a mistake."""
    from central import voucher_office

    with opened(database, data, clock_offset_s) as context:
        click.echo(voucher_office.block(context, code))


@voucher.command()
@place_options
def check(database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """Hold the books against the terminals' journals; exit status 1 when a person must look at something."""
    from central import voucher_check

    with opened(database, data, clock_offset_s) as context:
        said = voucher_check.check(context)
    for line in said or ["every payment by voucher is in the books, and every move in a journal"]:
        click.echo(line)
    raise SystemExit(1 if said else 0)


def _fares_currency(context: object) -> str:
    from central.context import Context
    from central.publish.published import newest_catalogue

    assert isinstance(context, Context)
    with context.engine.connect() as connection:
        catalogue = newest_catalogue(connection)
    if catalogue is None:
        raise click.UsageError("nothing is on sale yet, so a voucher needs --currency")
    return catalogue.currency


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
