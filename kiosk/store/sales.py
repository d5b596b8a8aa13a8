"""Questions about sales that are answered from the tables: by stage, by code, by what is still owed."""

from __future__ import annotations

from pathlib import Path
from threading import RLock

from sqlite_utils import Database

from kiosk.domain.sale import Sale
from kiosk.store import database
from kiosk.store.projections import decode_sale


class Sales:
    """Base of the store."""

    lock: RLock
    _db: Database
    _path: Path

    def sales_in(self, stage: str) -> list[Sale]:
        """Sales in one stage, oldest first: "undelivered" is the staff's list."""
        return self._sales("SELECT state FROM sale WHERE stage = ? ORDER BY opened_seq", stage)

    def sales_with_owed_change(self) -> list[Sale]:
        """Sales whose passenger is still owed change, oldest first. Reads every approval: for a person to wait for."""
        owed = "SELECT body ->> 'sale_id' FROM journal WHERE kind = ? AND body ->> 'short_minor' > 0"
        sales = self._sales(f"SELECT state FROM sale WHERE sale_id IN ({owed}) ORDER BY opened_seq", "PaymentApproved")
        return [sale for sale in sales if any(each.short_minor for each in sale.attempts)]

    def sale_by_code(self, code: str) -> list[Sale]:
        """Sales with a ticket of this human code; nearly always one."""
        return self._sales("SELECT DISTINCT state FROM ticket JOIN sale USING (sale_id) WHERE code = ?", code)

    def _sales(self, query: str, value: str) -> list[Sale]:
        with self.lock, database.errors(self._path):
            rows = self._db.execute(query, [value]).fetchall()
        return [decode_sale(row[0]) for row in rows]
