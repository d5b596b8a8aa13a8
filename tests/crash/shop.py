"""A terminal that sells by chance, and the oracle that compares its store with the world outside.

The terminal is the product's: `open_store`, `Issuer`, `Desk`. Devices are those of `tests.crash.outside`.
"""

from __future__ import annotations

import random
from collections import Counter as Count
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.errors import StoreFault
from kiosk.domain.sale import Sale
from kiosk.services.desk import Desk
from kiosk.services.issuing import Issuer
from kiosk.store.store import Store, open_store
from tests.crash.outside import Outside, Reader, Tray
from tests.power.world import FACTS, FixedClock, granted, quote

FIRST_JOURNEY = 1000
_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


class Shop:
    """One life of the program."""

    def __init__(self, folder: Path, outside: Outside) -> None:
        self.outside = outside
        self.reader, self.tray = Reader(outside), Tray(outside)
        ids, clock = TimeOrderedIds(), FixedClock()
        self.store: Store = open_store(folder, terminal_id=5, incarnation=1, epoch=1, clock=clock, ids=ids)
        issuer = Issuer(5, 1, b"certificate", _KEY)
        self.desk = Desk(self.store, FACTS, issuer, {"card": self.reader}, self.tray, self.tray.draw, clock, ids)
        self._hear_appends()

    def _hear_appends(self) -> None:
        """What `append` returned is a promise: this record will be found, whatever happens from here on."""
        journal, append = self.store.journal, self.store.journal.append_built

        def heard(build):  # type: ignore[no-untyped-def]
            records = append(build)
            self.outside.note(**{"is": "promised"}, seq=records[-1].seq, hash=records[-1].hash)
            return records

        journal.append_built = heard  # type: ignore[method-assign]

    def sell(self, chance: random.Random | None = None) -> Sale:
        """One passenger; by chance one who leaves, is declined, or meets a printer that refuses or tears."""
        journey, places = self.next_places()
        if chance is not None:
            self._set_moods(chance)
        sale = self.desk.hold(quote(places, journey))
        if chance is not None and chance.random() < 0.05:
            return self.desk.free(sale.sale_id)
        return self._carry(self.desk.pay(sale.sale_id))

    def _set_moods(self, chance: random.Random) -> None:
        self.reader.mood = chance.choices(("approve", "decline", "silence"), (16, 2, 2))[0]
        self.tray.moods = [chance.choices(("print", "refuse", "tear"), (18, 1, 1))[0] for _ in range(8)]

    def _carry(self, sale: Sale) -> Sale:
        """Until the passenger has the tickets, with what the passenger is told on the way."""
        if sale.stage == "held":
            self.reader.mood = "approve"
            sale = self.desk.pay(sale.sale_id)
        if sale.stage == "unresolved":
            self.desk.resolve_unresolved()
            sale = self.desk.sale(sale.sale_id)
        if sale.paid:
            self.outside.note(**{"is": "told"}, sale=sale.sale_id, stage="paid")
        if sale.stage in ("issued", "undelivered"):
            sale = self.desk.deliver(sale.sale_id)
            self.outside.note(**{"is": "told"}, sale=sale.sale_id, stage=sale.stage)
        return sale

    def next_places(self) -> tuple[int, tuple[int, int]]:
        """The next two free places; a new grant when the last journey is full."""
        found = self.places_held()
        if found is None:
            n = self.store.last_gid.n + 1
            self.store.journal.append(granted(n, FIRST_JOURNEY + n))
            found = self.places_held()
        assert found is not None, "a grant without places"
        return found

    def places_held(self) -> tuple[int, tuple[int, int]] | None:
        """(journey, two free places) of the last grant."""
        journey = FIRST_JOURNEY + self.store.last_gid.n
        for first in (0, 2, 4, 6):
            if (free := self.store.free(journey)) and free[0] >> first & 3 == 3:
                return journey, (first, first + 1)
        return None

    def close(self) -> None:
        self.store.close()


@dataclass(frozen=True)
class Audit:
    """What the oracle found; `wrong` empty = nothing lost, doubled, charged twice or printed twice unmarked."""

    wrong: tuple[str, ...]
    sales: int = 0
    tickets: int = 0
    copies: int = 0
    head: int = 0


def audit(folder: Path, outside: Outside) -> Audit:
    """Start again, recover twice, and compare the store with the world outside."""
    try:
        shop = Shop(folder, outside)
    except StoreFault as fault:
        return Audit((f"does not open: {fault}",))
    try:
        shop.desk.recover()
        before = len(outside.facts())
        shop.desk.recover()
        wrong = ["a second recovery did something more"] if len(outside.facts()) != before else []
        return _compare(shop, wrong, outside.facts())
    except (StoreFault, AssertionError) as fault:
        return Audit((f"recovery: {type(fault).__name__}: {fault}",))
    finally:
        shop.close()


def _compare(shop: Shop, wrong: list[str], facts: list[dict[str, Any]]) -> Audit:
    records = shop.store.journal._records_after(0, 1_000_000)  # not `records`: that one counts as sending
    hashes = {record.seq: record.hash for record in records}
    lost = [f["seq"] for f in facts if f["is"] == "promised" and hashes.get(f["seq"]) != f["hash"]]
    if lost:
        wrong.append(f"{len(lost)} promised records are gone or others, from {min(lost)} of {len(records)} on")
    ids = dict.fromkeys(e.sale_id for _, e in shop.store.journal.events() if hasattr(e, "sale_id"))
    sales = {sale_id: shop.desk.sale(sale_id) for sale_id in ids}
    paid = {sale_id: sale for sale_id, sale in sales.items() if sale.paid}
    wrong += _money(sales, facts) + _paper(paid, facts)
    for fact in facts:
        if fact["is"] == "told" and fact["sale"] not in paid:
            wrong.append(
                f"a passenger was told that sale {fact['sale']} is {fact['stage']}; the store does not know it"
            )
    places = Count((i.journey_id, i.place) for sale in paid.values() for i in sale.items)
    wrong += [f"place {place} sold {n} times" for place, n in places.items() if n > 1]
    wrong += [f"sale {s.sale_id} is still {s.stage} after recovery" for s in shop.store.open_sales()]
    wrong += shop.store.examine()
    copies = sum(f["is"] == "page" and bool(f["copy"]) for f in facts)
    return Audit(tuple(wrong), len(paid), sum(len(s.tickets) for s in paid.values()), copies, len(records))


def _money(sales: dict[str, Sale], facts: list[dict[str, Any]]) -> list[str]:
    charged = Count(f["attempt"] for f in facts if f["is"] == "charged")
    approved = {a.attempt_id: s for s in sales.values() for a in s.attempts if a.state == "approved"}
    wrong = [f"attempt {attempt} charged {n} times" for attempt, n in charged.items() if n > 1]
    wrong += [f"attempt {attempt} was charged and is in no paid sale" for attempt in set(charged) - set(approved)]
    wrong += [f"sale {approved[a].sale_id} is paid without money" for a in set(approved) - set(charged)]
    twice = [s.sale_id for s in sales.values() if sum(a.state == "approved" for a in s.attempts) > 1]
    wrong += [f"sale {sale_id} was paid twice" for sale_id in twice]
    return wrong + [
        f"sale {s.sale_id} is paid with {len(s.tickets)} tickets for {len(s.items)} people"
        for s in sales.values()
        if s.paid and len(s.tickets) != len(s.items)
    ]


def _paper(paid: dict[str, Sale], facts: list[dict[str, Any]]) -> list[str]:
    pages = [f for f in facts if f["is"] == "page" and f["what"] == "ticket"]
    unmarked = Count((f["sale"], f["item"]) for f in pages if not f["copy"])
    printed = {(f["sale"], f["item"]) for f in pages}
    wrong = [f"ticket {each} came out {n} times unmarked" for each, n in unmarked.items() if n > 1]
    wrong += [f"ticket {each} is on paper and in no paid sale" for each in printed if each[0] not in paid]
    return wrong + [
        f"sale {s.sale_id} is done and ticket {item} never came out"
        for s in paid.values()
        for item in range(len(s.items))
        if s.stage == "done" and (s.sale_id, item) not in printed
    ]
