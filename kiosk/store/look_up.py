"""Sold tickets looked up from outside a running terminal: nothing is changed, and it may sell meanwhile."""

from __future__ import annotations

from pathlib import Path

from kiosk.domain.sale import Sale
from kiosk.store import database
from kiosk.store.keys import store_key
from kiosk.store.projections import decode_sale
from kiosk.store.verify import JOURNAL


def sales_of(folder: Path, code: str) -> list[Sale]:
    """Sales with a ticket of this human code, as written there; [] where nothing was ever sold."""
    path = folder / JOURNAL
    if not path.exists():
        return []
    with database.reading(path, store_key(folder)) as connection:
        query = "SELECT DISTINCT state FROM ticket JOIN sale USING (sale_id) WHERE code = ?"
        return [decode_sale(row[0]) for row in connection.execute(query, [code])]
