"""Vouchers: what they are worth, what moved, and who guessed."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE voucher (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            code_hash bytea NOT NULL UNIQUE,
            tail text NOT NULL,
            currency text NOT NULL,
            issued_minor bigint NOT NULL CHECK (issued_minor > 0),
            balance_minor bigint NOT NULL CHECK (balance_minor BETWEEN 0 AND issued_minor),
            issued_at timestamptz NOT NULL,
            valid_until timestamptz,
            blocked_at timestamptz,
            note text NOT NULL DEFAULT ''
        )
        """
    )
    op.execute(
        """
        CREATE TABLE voucher_move (
            key text PRIMARY KEY,
            number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            kind text NOT NULL CHECK (kind IN ('redeem', 'give_back')),
            voucher_id bigint REFERENCES voucher (id),
            of_number bigint REFERENCES voucher_move (number),
            amount_minor bigint NOT NULL,
            currency text NOT NULL,
            reason text NOT NULL DEFAULT '',
            terminal_id int NOT NULL,
            incarnation int NOT NULL,
            moved_at timestamptz NOT NULL,
            CHECK (reason <> '' OR voucher_id IS NOT NULL)
        )
        """
    )
    op.execute("CREATE INDEX voucher_move_of ON voucher_move (of_number) WHERE of_number IS NOT NULL")
    op.execute("CREATE TABLE voucher_guess (terminal_id int NOT NULL, guessed_at timestamptz NOT NULL)")
    op.execute("CREATE INDEX voucher_guess_by ON voucher_guess (terminal_id, guessed_at)")
