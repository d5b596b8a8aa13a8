"""Holds the books of vouchers against the journals of terminals: both must tell of the same payments.

They part when central came back older than it was (a move is forgotten, and the value is on the voucher again), or
when a terminal was lost between the move and the ticket. Neither is put right by a machine: a person decides.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text

from central.context import Context
from central.vouchers import time_of
from kiosk.domain.money import Money

QUIET_S = 3600  # a journal may be on its way for so long before a move without a payment is told

_FORGOTTEN = """
    SELECT t.name, p.attempt_id, p.amount_minor, p.currency, p.reference FROM payment p
    JOIN terminal t ON t.id = p.terminal_id
    WHERE p.means = 'voucher' AND p.state IN ('approved', 'reversing') AND p.amount_minor > 0 AND NOT EXISTS (
        SELECT 1 FROM voucher_move m WHERE m.key = p.attempt_id AND m.terminal_id = p.terminal_id
        AND m.kind = 'redeem' AND m.reason = ''
    ) ORDER BY 1, 2
"""
_ALONE = """
    SELECT coalesce(t.name, m.terminal_id::text) AS name, m.key, m.amount_minor, m.currency, m.number
    FROM voucher_move m LEFT JOIN terminal t ON t.id = m.terminal_id
    WHERE m.kind = 'redeem' AND m.reason = '' AND m.moved_at < :before
    AND m.amount_minor > (SELECT coalesce(sum(b.amount_minor), 0) FROM voucher_move b
                          WHERE b.of_number = m.number AND b.reason = '')
    AND NOT EXISTS (
        SELECT 1 FROM payment p WHERE p.attempt_id = m.key AND p.terminal_id = m.terminal_id
        AND p.state IN ('approved', 'reversing', 'reversed')
    ) ORDER BY 1, 2
"""
_SUMS = """
    SELECT v.id, v.tail FROM voucher v WHERE v.balance_minor <> v.issued_minor + (
        SELECT coalesce(sum(CASE m.kind WHEN 'redeem' THEN -m.amount_minor ELSE m.amount_minor END), 0)
        FROM voucher_move m WHERE m.voucher_id = v.id AND m.reason = ''
    ) ORDER BY 1
"""


def check(context: Context) -> list[str]:
    """What does not fit, in words; [] = all of it does."""
    before = time_of(context) - timedelta(seconds=QUIET_S)
    with context.engine.connect() as connection:
        forgotten = connection.execute(text(_FORGOTTEN)).all()
        alone = connection.execute(text(_ALONE), {"before": before}).all()
        sums = connection.execute(text(_SUMS)).all()
    said = [
        f"{row.name}: {_money(row)} were paid with a voucher ({row.reference}, payment {row.attempt_id}), and the "
        "books do not know: the value is on the voucher again. Find it, block it."
        for row in forgotten
    ]
    said += [
        f"{row.name}: voucher:{row.number} took {_money(row)} (payment {row.key}), and no journal says what for: "
        "ask for the terminal's journal, or issue a new voucher."
        for row in alone
    ]
    said += [f"voucher **** {row.tail} (number {row.id}): its balance is not the sum of its moves" for row in sums]
    return said


def _money(row: Row[Any]) -> str:
    return Money(row.amount_minor, row.currency).text(exact=True)
