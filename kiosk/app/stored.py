"""`kiosk stored`: card payments approved without the bank that are outstanding; staff may say that it has them."""

from __future__ import annotations

import time
from contextlib import closing

import click

from kiosk.app import identity
from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.app.config import Config
from kiosk.domain.errors import WrongState
from kiosk.domain.events import StoredPaymentsForwarded
from kiosk.domain.money import Money
from kiosk.store.store import Store, open_store


def run(config: Config, *, forwarded: str, who: str, reason: str) -> None:
    """List them, or with `forwarded` (the means) record a person's word. The terminal must be closed."""
    reply = identity.load(config.folder).reply
    store = open_store(
        config.folder,
        terminal_id=reply.terminal_id,
        incarnation=reply.incarnation,
        epoch=reply.epoch,
        clock=SystemClock(config.clock.offset_s),
        ids=TimeOrderedIds(),
    )
    with closing(store):
        if forwarded:
            click.echo(clear(store, forwarded, who, reason))
        click.echo(f"policy: {config.offline.policy().words()}")
        for line in lines(store):
            click.echo(line)


def clear(store: Store, means: str, who: str, reason: str) -> str:
    """The bank has them: for a terminal that does not say so itself."""
    if not who.strip() or not reason.strip():
        raise WrongState("Who says that the bank has these payments, and why, must be said: --who and --reason.")
    count = sum(each.means == means for each in store.stored_payments().values())
    if not count:
        raise WrongState(f"No payment by {means} is outstanding.")
    store.journal.append(StoredPaymentsForwarded(means=means, who=who, reason=reason))
    return f"{count} payments are no longer outstanding: said by {who}"


def lines(store: Store) -> list[str]:
    found = sorted(store.stored_payments().items(), key=lambda pair: pair[1].at)
    said = [
        f"{time.strftime('%Y-%m-%d %H:%M', time.localtime(each.at))}  {each.means:5}"
        f"  {Money(each.amount_minor, each.currency).text(exact=True):>14}  {attempt_id}"
        for attempt_id, each in found
    ]
    return said or ["nothing is outstanding"]
