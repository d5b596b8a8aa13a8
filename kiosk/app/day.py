"""`kiosk devices --end-of-day`: card terminals hand in their turnover, and the journal must say the same."""

from __future__ import annotations

from contextlib import ExitStack

import click

from devices.payment.zvt.memory import original
from devices.payment.zvt.terminal import Day, ZvtPayment
from kiosk.app.config import Config
from kiosk.app.zvt import zvt_terminal
from kiosk.domain.errors import WrongState
from kiosk.domain.paying import Attempt
from kiosk.store.payments import payments


def run(config: Config) -> int:
    """Exit status 1 when the terminal did not do it, or its totals are not the journal's."""
    if config.payment.protocol != "zvt" or not config.payment.address:
        raise WrongState('No card terminal with an end of day is configured here: [payment] protocol = "zvt".')
    booked = payments(config.folder, "card")
    _nothing_open(booked)
    with ExitStack() as stack:
        terminal = zvt_terminal(config)
        stack.callback(terminal.close)
        return _close(terminal, booked)


def _nothing_open(booked: list[Attempt]) -> None:
    """A payment that is not clear is told by the terminal's last receipt, which an end of day may take away."""
    unclear = [each for each in booked if each.state in ("open", "unresolved", "reversing")]
    if unclear:
        raise WrongState(
            f"{len(unclear)} card payments are not clear yet. Let the kiosk ask for them, or settle them on the staff "
            "page; then hand in the day."
        )


def _close(terminal: ZvtPayment, booked: list[Attempt]) -> int:
    day = terminal.end_of_day()
    if not day.ok:
        click.echo(f"FAIL the terminal did not hand in its turnover: {day.words}")
        return 1
    if day.sum_minor is None:
        click.echo("ok   the turnover is handed in; the terminal did not say its totals, so nothing is compared")
        return 0
    ours = [each for each in booked if each.state == "approved" and _of(day, each)]
    total = sum(each.amount_minor for each in ours)
    said = f"the terminal {day.sum_minor}, the journal {total} in {len(ours)} payments (minor units)"
    if total != day.sum_minor:
        click.echo(f"FAIL the turnover is handed in, but it is not ours: {said}")
        click.echo("     compare the receipts of this day with the journal: kiosk journal, and the terminal's list")
        return 1
    click.echo(f"ok   the turnover is handed in: {said}")
    return 0


def _of(day: Day, attempt: Attempt) -> bool:
    paid = original(attempt.reference)
    return paid is not None and day.first_receipt <= paid.receipt <= day.last_receipt
