"""`kiosk central payments`: scan-to-pay that somebody should look at."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from central.cli import opened, place_options
from kiosk.domain.money import Money


@click.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON list instead of lines")
@place_options
def payments(as_json: bool, database: str | None, data: Path | None, clock_offset_s: float) -> None:
    """Attempts at providers that are not settled, and money no terminal's journal knows of."""
    from central.payments.rows import committing, unsettled

    with opened(database, data, clock_offset_s) as context, committing(context.engine) as connection:
        found = [dict(row._mapping) for row in unsettled(connection)]
    if as_json:
        click.echo(json.dumps(found))
        return
    for row in found:
        when = datetime.fromtimestamp(row["begun_at"], UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        paid = Money(row["amount_minor"], row["currency"])
        state = "paid, not in the terminal's journal" if row["state"] == "approved" else row["state"]
        why = f" ({row['reason']})" if row["reason"] else ""
        where = f"{row['provider'] or '?'} {row['kind']} at {row['terminal'] or '?'}"
        what = f"{row['attempt_id']}  {paid.decimal()} {paid.currency}"
        click.echo(f"{when}  {what}  {where}: {state}{why} {row['reference']}".rstrip())
    if not found:
        click.echo("nothing is open")
