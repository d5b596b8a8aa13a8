"""The table of payments a terminal approved without its bank; the rules are in kiosk.domain.offline."""

from __future__ import annotations

from sqlite_utils import Database

from kiosk.domain.events import PaymentApproved
from kiosk.domain.offline import Stored
from kiosk.domain.paying import Attempt

StoredChanges = dict[str, Stored | None]
"""By attempt; None = no longer outstanding."""

_PUT = "INSERT OR REPLACE INTO stored_payment VALUES (?, ?, ?, ?, ?)"
_DROP = "DELETE FROM stored_payment WHERE attempt_id = ?"


class Outstanding:
    """Those that are not known to have reached the bank."""

    def __init__(self) -> None:
        self.payments: dict[str, Stored] = {}

    def load(self, db: Database) -> None:
        rows = db.execute("SELECT * FROM stored_payment").fetchall()
        self.payments = {attempt_id: Stored(*fields) for attempt_id, *fields in rows}

    def approved(self, changes: StoredChanges, event: PaymentApproved, paid: Attempt, at: int) -> None:
        """One more; or the terminal asked its bank, and keeps none back."""
        if event.offline:
            changes[event.attempt_id] = Stored(paid.means, paid.amount_minor, paid.currency, at)
        elif event.stored == 0:
            self.forwarded(changes, paid.means)

    def reversed(self, changes: StoredChanges, attempt_id: str) -> None:
        if attempt_id in self.payments or attempt_id in changes:
            changes[attempt_id] = None

    def forwarded(self, changes: StoredChanges, means: str) -> None:
        """The bank has them all."""
        for attempt_id, each in {**self.payments, **changes}.items():
            if each is not None and each.means == means:
                changes[attempt_id] = None

    def write(self, db: Database, changes: StoredChanges) -> None:
        for attempt_id, each in changes.items():
            if each is None:
                db.conn.execute(_DROP, (attempt_id,))
            else:
                db.conn.execute(_PUT, (attempt_id, each.means, each.amount_minor, each.currency, each.at))

    def publish(self, changes: StoredChanges) -> None:
        if changes:
            after = {**self.payments, **changes}
            self.payments = {attempt_id: each for attempt_id, each in after.items() if each is not None}

    def rows(self) -> list[tuple[str, str, int, str, int]]:
        """As the table has them."""
        return sorted((key, p.means, p.amount_minor, p.currency, p.at) for key, p in self.payments.items())
