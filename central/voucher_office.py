"""Vouchers as the operator sees them: issued, looked up, stopped."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text

from central.context import Context
from central.vouchers import by_code, hash_of, time_of
from kiosk.domain.codes import voucher_code, voucher_code_of
from kiosk.domain.errors import KioskError
from kiosk.domain.money import Money


class VoucherImpossible(KioskError):
    """The operator asked for a voucher that cannot be."""


def issue(context: Context, value: Money, count: int = 1, valid_days: int | None = None, note: str = "") -> list[str]:
    """New vouchers; their codes, which nobody can read again."""
    if value.amount_minor <= 0 or not 1 <= count <= 10_000 or (valid_days is not None and valid_days <= 0):
        raise VoucherImpossible("a voucher needs a value and validity above 0, and 10 000 at a time are the most")
    codes, now = [voucher_code(secrets.token_bytes(16)) for _ in range(count)], time_of(context)
    with context.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO voucher (code_hash, tail, currency, issued_minor, balance_minor, issued_at, valid_until, "
                "note) VALUES (:hash, :tail, :currency, :amount, :amount, :now, :until, :note)"
            ),
            [
                {
                    "hash": hash_of(code),
                    "tail": code[-4:],
                    "currency": value.currency,
                    "amount": value.amount_minor,
                    "now": now,
                    "until": now + timedelta(days=valid_days) if valid_days else None,
                    "note": note,
                }
                for code in codes
            ],
        )
    return codes


def block(context: Context, code: str) -> str:
    """Nothing more is paid with it; what is on it stays. Returns what was done."""
    with context.engine.begin() as connection:
        row = by_code(connection, _typed(code), lock=True)
        connection.execute(
            text("UPDATE voucher SET blocked_at = coalesce(blocked_at, :now) WHERE id = :id"),
            {"now": time_of(context), "id": row.id},
        )
    left = Money(row.balance_minor, row.currency).text(exact=True)
    return f"voucher **** {row.tail} pays nothing from now on; {left} stay on it"


def history(context: Context, code: str) -> tuple[Row[Any], Sequence[Row[Any]]]:
    """A voucher and its moves, oldest first."""
    with context.engine.connect() as connection:
        row = by_code(connection, _typed(code))
        moves = connection.execute(
            text(
                "SELECT m.*, t.name FROM voucher_move m LEFT JOIN terminal t ON t.id = m.terminal_id "
                "WHERE voucher_id = :id AND reason = '' ORDER BY number"
            ),
            {"id": row.id},
        ).all()
    return row, moves


def _typed(code: str) -> str:
    found = voucher_code_of(code)
    if found is None:
        raise VoucherImpossible(f"{code!r} has a typing mistake: a code is three groups of four, XXXX-XXXX-XXXX")
    return found
