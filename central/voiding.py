"""P12, by central: void a ticket of a sale that was sent here, and give its cells back once no gate can let it in.

An operator voids by code and the money goes back by hand; or the terminal that sold it asks, and pays it back itself.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, text

from central.context import Context
from central.inventory.book import Book
from central.journal.voids import next_version
from central.refusal import Refusal
from central.registry import Voided
from kiosk.domain.errors import KioskError
from kiosk.domain.items import SaleItem
from kiosk.domain.protocol import ledger, refunds
from kiosk.domain.protocol.ledger import Seller
from kiosk.domain.ticket import ticket_id
from sync.wire import VoidReply, VoidRequest

REFUND_ID_MAX = 64
_BIGINT = 1 << 63


class NotVoidable(KioskError):
    """Central may not void this ticket, or not now."""


def void(context: Context, code: str, reason: str, *, surrendered: bool = False) -> str:
    """Void the ticket with this human code; `surrendered`: the paper lies before a clerk. Says what was done.

    The registry hears of it before the database: a failover must not give central the authority a second time.
    """
    with context.engine.begin() as connection:
        rows = connection.execute(text(f"{_TICKETS} WHERE t.code = :code"), {"code": code}).all()
        if len(rows) != 1:
            raise NotVoidable(f"{len(rows) or 'no'} tickets have the code {code}")
        row = rows[0]
        if (before := _before(connection, row)) is not None:
            raise NotVoidable(f"ticket {code} was voided before, by {before.by}")
        if not refunds.central_may(row.head_seq, row.told_seq):
            raise NotVoidable(
                f"terminal {row.terminal_id}.{row.incarnation} has not sent everything it wrote: it may have voided "
                "this ticket itself. Wait until it was online"
            )
        _void(connection, context, row, reason, surrendered=surrendered)
    return f"ticket {code} is void; {row.price_minor} {row.currency} (minor units) are to be refunded, once"


def void_for(context: Context, terminal_id: int, incarnation: int, request: VoidRequest) -> VoidReply:
    """The terminal that sold a ticket asks for it, with the holder before it; the same answer for the same ticket.

    Refusal: the ticket is as it was, or somebody else gives its money back.
    """
    if not (0 < request.seq < _BIGINT and 0 < len(request.refund_id) <= REFUND_ID_MAX):
        raise Refusal(422, "bad_void", "the number or the refund id of this request is out of range")
    key = {"terminal": terminal_id, "incarnation": incarnation, "seq": request.seq}
    with context.engine.begin() as connection:
        where = "WHERE (t.terminal_id, t.incarnation, t.seq) = (:terminal, :incarnation, :seq) FOR UPDATE OF t"
        row = connection.execute(text(f"{_TICKETS} {where}"), key).first()
        if row is None or not refunds.central_may(row.head_seq, row.told_seq):
            raise Refusal(409, "not_sent", "central has not all of this sale yet: send the journal, then ask again")
        if (before := _before(connection, row)) is not None:
            if not before.refund_id:
                raise Refusal(
                    409, "voided", f"ticket {row.code} was voided before, by {before.by}; its money goes back there"
                )
            return VoidReply(before.refund_id, row.price_minor, row.currency)
        used = text("SELECT gate FROM admission WHERE ticket_id = :ticket AND reason = '' LIMIT 1")
        ticket = {"ticket": ticket_id(terminal_id, incarnation, request.seq)}
        if (gate := connection.scalar(used, ticket)) is not None:
            raise Refusal(409, "used", f"ticket {row.code} was used at gate {gate}")
        _void(connection, context, row, request.reason, refund_id=request.refund_id)
    return VoidReply(request.refund_id, row.price_minor, row.currency)


_TICKETS = (
    "SELECT t.*, s.items, i.head_seq, i.told_seq FROM ticket t JOIN sale s USING (terminal_id, incarnation, sale_id) "
    "JOIN incarnation i USING (terminal_id, incarnation)"
)


def _before(connection: Connection, ticket: Row[Any]) -> Row[Any] | None:
    return connection.execute(
        text("SELECT by, refund_id FROM void WHERE (terminal_id, incarnation, seq) = (:terminal, :incarnation, :seq)"),
        {"terminal": ticket.terminal_id, "incarnation": ticket.incarnation, "seq": ticket.seq},
    ).first()


def _void(
    connection: Connection,
    context: Context,
    ticket: Row[Any],
    reason: str,
    *,
    refund_id: str = "",
    surrendered: bool = False,
) -> None:
    who = (ticket.terminal_id, ticket.incarnation, ticket.seq)
    context.registry.append(Voided(*who, context.keys.epoch, reason, int(context.now()), refund_id))
    _store(connection, context, who, reason, refund_id)
    book = Book(connection, [ticket.journey_id])
    inventory = book.get(ticket.journey_id)
    if inventory is not None and ticket.covered and ticket.place is not None:
        seller, gids = Seller(ticket.terminal_id, ticket.incarnation), _item(ticket).gids
        ledger.voided(inventory, seller, ticket.place, gids)
        if surrendered:
            ledger.reopened(inventory, seller, ticket.place, gids, voided=context.keys.epoch)
    book.write()
    if surrendered:
        _mark_reopened(connection, [who])


def _store(connection: Connection, context: Context, who: tuple[int, int, int], reason: str, refund_id: str) -> None:
    connection.execute(
        text(
            "INSERT INTO void (terminal_id, incarnation, seq, version, epoch, by, reason, voided_at, refund_id) "
            "VALUES (:terminal, :incarnation, :seq, :version, :epoch, 'central', :reason, to_timestamp(:now), :refund)"
        ),
        {
            "terminal": who[0],
            "incarnation": who[1],
            "seq": who[2],
            "version": next_version(connection),
            "epoch": context.keys.epoch,
            "reason": reason[:200],
            "now": context.now(),
            "refund": refund_id,
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
