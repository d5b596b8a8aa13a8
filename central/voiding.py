"""P12, by central: void a ticket of a sale that was sent here, and give its cells back once no gate can let it in."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, text

from central.context import Context
from central.inventory.book import Book
from central.journal.voids import next_version
from central.registry import Voided
from kiosk.domain.errors import KioskError
from kiosk.domain.items import SaleItem
from kiosk.domain.protocol import ledger, refunds
from kiosk.domain.protocol.ledger import Seller


class NotVoidable(KioskError):
    """Central may not void this ticket, or not now."""


def void(context: Context, code: str, reason: str, *, surrendered: bool = False) -> str:
    """Void the ticket with this human code; `surrendered`: the paper lies before a clerk. Says what was done.

    The registry hears of it before the database: a failover must not give central the authority a second time.
    """
    with context.engine.begin() as connection:
        row = _find(connection, code)
        if not refunds.central_may(row.head_seq, row.told_seq):
            raise NotVoidable(
                f"terminal {row.terminal_id}.{row.incarnation} has not sent everything it wrote: it may have voided "
                "this ticket itself. Wait until it was online"
            )
        who = (row.terminal_id, row.incarnation, row.seq)
        context.registry.append(Voided(*who, context.keys.epoch, reason, int(context.now())))
        _store(connection, context, who, reason)
        book = Book(connection, [row.journey_id])
        inventory = book.get(row.journey_id)
        if inventory is not None and row.covered and row.place is not None:
            seller = Seller(row.terminal_id, row.incarnation)
            gids = _item(row).gids
            ledger.voided(inventory, seller, row.place, gids)
            if surrendered:
                ledger.reopened(inventory, seller, row.place, gids, voided=context.keys.epoch)
        book.write()
        if surrendered:
            _mark_reopened(connection, [who])
    return f"ticket {code} is void; {row.price_minor} {row.currency} (minor units) are to be refunded, once"


def _find(connection: Connection, code: str) -> Row[Any]:
    rows = connection.execute(
        text(
            "SELECT t.*, s.items, i.head_seq, i.told_seq FROM ticket t JOIN sale s USING (terminal_id, incarnation, "
            "sale_id) JOIN incarnation i USING (terminal_id, incarnation) WHERE t.code = :code"
        ),
        {"code": code},
    ).all()
    if len(rows) != 1:
        raise NotVoidable(f"{len(rows) or 'no'} tickets have the code {code}")
    void_by = connection.scalar(
        text("SELECT by FROM void WHERE (terminal_id, incarnation, seq) = (:terminal, :incarnation, :seq)"),
        {"terminal": rows[0].terminal_id, "incarnation": rows[0].incarnation, "seq": rows[0].seq},
    )
    if void_by is not None:
        raise NotVoidable(f"ticket {code} was voided before, by {void_by}")
    return rows[0]


def _store(connection: Connection, context: Context, who: tuple[int, int, int], reason: str) -> None:
    connection.execute(
        text(
            "INSERT INTO void (terminal_id, incarnation, seq, version, epoch, by, reason, voided_at) "
            "VALUES (:terminal, :incarnation, :seq, :version, :epoch, 'central', :reason, to_timestamp(:now))"
        ),
        {
            "terminal": who[0],
            "incarnation": who[1],
            "seq": who[2],
            "version": next_version(connection),
            "epoch": context.keys.epoch,
            "reason": reason[:200],
            "now": context.now(),
        },
    )


def gate_has(connection: Connection, context: Context, terminal_id: int, version: int) -> None:
    """A gate holds this version of the revocation list; cells that every gate knows as void are free again."""
    moved = connection.execute(
        text(
            "INSERT INTO gate_ack AS known (terminal_id, revocation_version) VALUES (:terminal, :version) "
            "ON CONFLICT (terminal_id) DO UPDATE SET revocation_version = EXCLUDED.revocation_version "
            "WHERE known.revocation_version < EXCLUDED.revocation_version"
        ),
        {"terminal": terminal_id, "version": version},
    )
    if moved.rowcount:
        _reopen(connection, context)


def _reopen(connection: Connection, context: Context) -> None:
    rows = connection.execute(
        text(
            "SELECT t.*, s.items, v.epoch AS voided_epoch FROM void v JOIN ticket t "
            "USING (terminal_id, incarnation, seq) JOIN sale s USING (terminal_id, incarnation, sale_id) "
            "WHERE NOT v.reopened AND v.version <= ("
            "SELECT coalesce(min(coalesce(a.revocation_version, 0)), 0) FROM terminal g "
            "JOIN incarnation i ON i.terminal_id = g.id AND i.incarnation = g.incarnation "
            "LEFT JOIN gate_ack a ON a.terminal_id = g.id WHERE g.role = 'gate' AND i.revoked_from IS NULL)"
        )
    ).all()
    book = Book(connection, {row.journey_id for row in rows})
    for row in rows:
        inventory = book.get(row.journey_id)
        if inventory is not None and row.covered and row.place is not None:
            seller = Seller(row.terminal_id, row.incarnation)
            ledger.reopened(inventory, seller, row.place, _item(row).gids, voided=row.voided_epoch)
    book.write()
    _mark_reopened(connection, [(row.terminal_id, row.incarnation, row.seq) for row in rows])


def pending(connection: Connection) -> int:
    """Cells that wait for the gates."""
    return int(connection.scalar(text("SELECT count(*) FROM void WHERE NOT reopened")) or 0)


def _mark_reopened(connection: Connection, tickets: list[tuple[int, int, int]]) -> None:
    if tickets:
        connection.execute(
            text(
                "UPDATE void SET reopened = true "
                "WHERE (terminal_id, incarnation, seq) = (:terminal, :incarnation, :seq)"
            ),
            [{"terminal": t, "incarnation": i, "seq": s} for t, i, s in tickets],
        )


def _item(row: Row[Any]) -> SaleItem:
    items = msgspec.json.decode(row.items, type=list[SaleItem])
    return items[int(row.item_no)]
