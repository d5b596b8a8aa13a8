"""Vouchers: stored value that central owns. Each move has a key of the terminal's own, and happens once for it, ever.

A code is kept as a hash and shown once, when it is issued. Its last character is a check, so a terminal finds typing
mistakes before it asks; wrong codes that do arrive are guesses, and limited by terminal. A voucher pays exactly the
amount asked for or nothing, and what is given back goes to the voucher it came from, however old that is by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, text

from central.context import Context
from central.refusal import Refusal
from kiosk.domain.codes import normalise, voucher_code_of
from kiosk.domain.errors import KioskError
from sync.wire import VoucherAsk, VoucherGiveBack, VoucherMove, VoucherRedeem, VoucherValue

TRIES_MAX = 10  # wrong codes of one terminal
TRIES_WINDOW_S = 600
_AMOUNT_MAX = 1 << 62


class Unknown(KioskError):
    """No voucher has this code."""


@dataclass(frozen=True)
class Seller:
    """Who asks."""

    terminal_id: int
    incarnation: int


def look(context: Context, seller: Seller, ask: VoucherAsk) -> VoucherValue:
    """What is on it. Refusal 404 for a code nobody issued, 429 after too many of them."""
    _limit(context, seller)
    with context.engine.connect() as connection:
        try:
            row = by_code(connection, voucher_code_of(ask.code) or "")
        except Unknown:
            row = None
    if row is None:
        _count_guess(context, seller)
        raise Refusal(404, "unknown_voucher", "central does not know this code: compare it with the voucher")
    return VoucherValue(
        row.balance_minor,
        row.currency,
        why_not=_why_not(context, row),
        tail=row.tail,
        valid_until=int(row.valid_until.timestamp()) if row.valid_until else 0,
    )


def redeem(context: Context, seller: Seller, asked: VoucherRedeem) -> VoucherMove:
    """Take exactly this amount, once for this key."""
    _check(asked.key, asked.amount_minor, asked.currency)
    with context.engine.begin() as connection:
        if known := _known(connection, seller, "redeem", asked.key):
            return known
    _limit(context, seller)
    with context.engine.begin() as connection:
        row = _find(connection, asked.code)
        why_not = _why_not(context, row) if row else "unknown_voucher"
        if row is not None and not why_not:
            if row.currency != asked.currency:
                why_not = "currency"
            elif row.balance_minor < asked.amount_minor:
                why_not = "balance"
        fields = {"kind": "redeem", "key": asked.key, "amount": asked.amount_minor, "currency": asked.currency}
        # The key is taken first: of two requests with one key, the second waits here and finds it taken.
        number = _book(connection, context, seller, **fields, voucher=row.id if row else None, reason=why_not)
        if number is not None and row is not None and not why_not:
            connection.execute(
                text("UPDATE voucher SET balance_minor = balance_minor - :amount WHERE id = :id"),
                {"amount": asked.amount_minor, "id": row.id},
            )
        answer = _known(connection, seller, "redeem", asked.key)
    if row is None:
        _count_guess(context, seller)
    assert answer is not None
    return answer


def give_back(context: Context, seller: Seller, asked: VoucherGiveBack) -> VoucherMove:
    """Put an amount, or part of it, back on the voucher it came from, once for this key."""
    _check(asked.key, asked.amount_minor, asked.currency)
    with context.engine.begin() as connection:
        if known := _known(connection, seller, "give_back", asked.key):
            return known
        taken = _taken(connection, asked.reference)
        why_not = "unknown_original" if taken is None else ""
        if taken is not None:
            back = connection.scalar(
                text("SELECT coalesce(sum(amount_minor), 0) FROM voucher_move WHERE of_number = :n AND reason = ''"),
                {"n": taken.number},
            )
            if taken.currency != asked.currency or asked.amount_minor > taken.amount_minor - int(back or 0):
                why_not = "amount"
        number = _book(
            connection,
            context,
            seller,
            kind="give_back",
            key=asked.key,
            amount=asked.amount_minor,
            currency=asked.currency,
            voucher=taken.voucher_id if taken else None,
            reason=why_not,
            of_number=taken.number if taken else None,
        )
        if number is not None and taken is not None and not why_not:
            connection.execute(
                text("UPDATE voucher SET balance_minor = balance_minor + :amount WHERE id = :id"),
                {"amount": asked.amount_minor, "id": taken.voucher_id},
            )
        answer = _known(connection, seller, "give_back", asked.key)
    assert answer is not None
    return answer


def ask(context: Context, seller: Seller, kind: str, asked: VoucherRedeem | VoucherGiveBack) -> VoucherMove:
    """What became of a key? A redemption nobody has heard of is closed by the question, so that a request still on
    its way takes nothing; giving back may be asked for again."""
    _check(asked.key, asked.amount_minor, asked.currency)
    with context.engine.begin() as connection:
        if known := _known(connection, seller, kind, asked.key):
            return known
        if kind == "give_back":
            return VoucherMove(asked.key, asked.amount_minor, asked.currency, "declined", reason="not_started")
        fields = {"kind": kind, "key": asked.key, "amount": asked.amount_minor, "currency": asked.currency}
        _book(connection, context, seller, **fields, voucher=None, reason="not_started")
        answer = _known(connection, seller, kind, asked.key)
    assert answer is not None
    return answer


def _known(connection: Connection, seller: Seller, kind: str, key: str) -> VoucherMove | None:
    row = connection.execute(
        text("SELECT m.*, v.tail FROM voucher_move m LEFT JOIN voucher v ON v.id = m.voucher_id WHERE m.key = :key"),
        {"key": key},
    ).one_or_none()
    if row is None:
        return None
    if row.terminal_id != seller.terminal_id or row.kind != kind:
        raise Refusal(409, "key_used", "this key belongs to another move")
    if row.reason:
        return VoucherMove(key, row.amount_minor, row.currency, "declined", reason=row.reason)
    return VoucherMove(
        key, row.amount_minor, row.currency, "approved", reference=f"voucher:{row.number}", tail=row.tail or ""
    )


def _book(connection: Connection, context: Context, seller: Seller, **fields: Any) -> int | None:
    """The move's number; None when its key was taken meanwhile."""
    number = connection.scalar(
        text(
            "INSERT INTO voucher_move (key, kind, voucher_id, of_number, amount_minor, currency, reason, terminal_id, "
            "incarnation, moved_at) VALUES (:key, :kind, :voucher, :of_number, :amount, :currency, :reason, :terminal, "
            ":incarnation, :now) ON CONFLICT (key) DO NOTHING RETURNING number"
        ),
        {
            "of_number": None,
            **fields,
            "terminal": seller.terminal_id,
            "incarnation": seller.incarnation,
            "now": time_of(context),
        },
    )
    return None if number is None else int(number)


def _taken(connection: Connection, reference: str) -> Row[Any] | None:
    """The redemption a reference names, and its voucher locked."""
    kind, _, number = reference.partition(":")
    if kind != "voucher" or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    return connection.execute(
        text(
            "SELECT m.* FROM voucher_move m JOIN voucher v ON v.id = m.voucher_id "
            "WHERE m.number = :number AND m.kind = 'redeem' AND m.reason = '' FOR UPDATE OF v"
        ),
        {"number": int(number)},
    ).one_or_none()


def _find(connection: Connection, code: str) -> Row[Any] | None:
    typed = voucher_code_of(code)
    if typed is None:
        return None
    try:
        return by_code(connection, typed, lock=True)
    except Unknown:
        return None


def by_code(connection: Connection, code: str, *, lock: bool = False) -> Row[Any]:
    row = connection.execute(
        text(f"SELECT * FROM voucher WHERE code_hash = :hash{' FOR UPDATE' if lock else ''}"), {"hash": hash_of(code)}
    ).one_or_none()
    if row is None:
        raise Unknown("no voucher has this code")
    return row


def _why_not(context: Context, row: Row[Any]) -> str:
    if row.blocked_at is not None:
        return "blocked"
    return "expired" if row.valid_until is not None and row.valid_until <= time_of(context) else ""


def _check(key: str, amount_minor: int, currency: str) -> None:
    if not 1 <= len(key) <= 100 or "\x00" in key + currency or not 0 < amount_minor < _AMOUNT_MAX:
        raise Refusal(422, "bad_move", "a move needs a key of up to 100 signs and an amount above 0")


def _limit(context: Context, seller: Seller) -> None:
    with context.engine.connect() as connection:
        tries = connection.scalar(
            text("SELECT count(*) FROM voucher_guess WHERE terminal_id = :terminal AND guessed_at > :since"),
            {"terminal": seller.terminal_id, "since": time_of(context) - timedelta(seconds=TRIES_WINDOW_S)},
        )
    if tries is not None and tries >= TRIES_MAX:
        minutes = TRIES_WINDOW_S // 60
        message = f"too many wrong voucher codes from this terminal: vouchers work again in {minutes} minutes"
        raise Refusal(429, "too_many_tries", message, retry_after_s=TRIES_WINDOW_S)


def _count_guess(context: Context, seller: Seller) -> None:
    now = time_of(context)
    with context.engine.begin() as connection:
        connection.execute(
            text("DELETE FROM voucher_guess WHERE guessed_at < :since"),
            {"since": now - timedelta(seconds=TRIES_WINDOW_S)},
        )
        connection.execute(
            text("INSERT INTO voucher_guess (terminal_id, guessed_at) VALUES (:terminal, :now)"),
            {"terminal": seller.terminal_id, "now": now},
        )


def hash_of(code: str) -> bytes:
    return sha256(b"KVOUCHER1" + normalise(code).encode()).digest()


def time_of(context: Context) -> datetime:
    return datetime.fromtimestamp(context.now(), UTC)
