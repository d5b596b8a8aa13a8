"""Sell in a child process, kill it with SIGKILL at a random instant, start again; compare the books at the end.

python -m tests.power.kill9 --runs 100 --seed 1 --folder DIR      prints one JSON line, exit status 1 on a violation
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
from pathlib import Path
from typing import Any

from kiosk.app.clock import TimeOrderedIds
from kiosk.domain.sale import PageJob, Sale
from kiosk.ports import Bitmap, ChargeRequest, PaymentOutcome, Tell, untold
from tests.power.world import Acquirer, Mains, Paper, Terminal, granted, quote


class Book:
    """Lines in a file, each durable when `write` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.path = path

    def write(self, **line: Any) -> None:
        os.write(self._file, (json.dumps(line) + "\n").encode())
        os.fdatasync(self._file)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]


class BookedAcquirer(Acquirer):
    """An acquirer whose book outlives every process."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self._book = book
        for line in book.lines():
            self.charged[line["attempt"]] = line["amount"]

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        outcome = super().charge(request, tell)
        self._book.write(attempt=request.attempt_id, amount=request.amount_minor)
        return outcome


class BookedPaper(Paper):
    """A printer whose paper outlives every process."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self._book = book
        self._sale = ""

    def draw(self, sale: Sale, page: PageJob) -> Bitmap:
        self._sale = sale.sale_id
        return super().draw(sale, page)

    def print(self, page: Bitmap) -> str:
        what, item, copy = self.next
        self._book.write(sale=self._sale, what=what, item=item, copy=copy)
        return super().print(page)


def terminal(folder: Path, books: tuple[Book, Book]) -> Terminal:
    return Terminal(folder, BookedAcquirer(books[0]), BookedPaper(books[1]), Mains(), TimeOrderedIds())


def life(folder: Path, books: tuple[Book, Book], ready: int) -> None:
    """Recover, then sell until somebody pulls the plug."""
    machine = terminal(folder, books)
    os.write(ready, b".")
    machine.desk.recover()
    while True:
        n = machine.store.last_gid.n + 1
        machine.store.journal.append(granted(n, 1000 + n))
        for first in (0, 2, 4, 6):
            sale = machine.desk.pay(machine.desk.hold(quote((first, first + 1), 1000 + n)).sale_id)
            machine.desk.deliver(sale.sale_id)


def one_kill(folder: Path, books: tuple[Book, Book], delay_s: float) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            life(folder, books, writer)
        finally:
            os._exit(3)
    os.close(writer)
    os.read(reader, 1)
    select.select([reader], [], [], delay_s)  # waits, and ends early when the child dies by itself
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(reader)
    assert os.WIFSIGNALED(status), f"the terminal ended by itself with status {status}"


def audit(folder: Path, books: tuple[Book, Book]) -> dict[str, int]:
    """After a last recovery: money, tickets and paper must agree."""
    machine = terminal(folder, books)
    machine.desk.recover()
    charges = [line["attempt"] for line in books[0].lines()]
    paper = [(line["sale"], line["item"]) for line in books[1].lines() if line["what"] == "ticket" and not line["copy"]]
    sales = [sale for stage in ("done", "undelivered", "freed", "unresolved") for sale in machine.store.sales_in(stage)]
    paid = [sale for sale in sales if sale.paid]
    places = [(item.journey_id, item.place) for sale in paid for item in sale.items]
    result = {
        "sales": len(paid),
        "charged": len(charges),
        "charged_twice": len(charges) - len(set(charges)),
        "paid_without_ticket": sum(len(sale.tickets) != len(sale.items) for sale in paid),
        "money_without_sale": len(set(charges) - {a.attempt_id for s in paid for a in s.attempts}),
        "sale_without_money": len({s.attempts[-1].attempt_id for s in paid} - set(charges)),
        "unmarked_twice": len(paper) - len(set(paper)),
        "paid_without_paper": len(
            {(s.sale_id, i) for s in paid for i in range(len(s.items))} - set(paper_all(books))
        ),
        "sold_twice": len(places) - len(set(places)),
        "open": len(machine.store.open_sales()),
        "copies": sum(bool(line["copy"]) for line in books[1].lines()),
    }  # fmt: skip
    machine.store.journal.verify()
    machine.close()
    return result


def paper_all(books: tuple[Book, Book]) -> list[tuple[str, int]]:
    return [(line["sale"], line["item"]) for line in books[1].lines() if line["what"] == "ticket"]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    books = (Book(options.folder / "acquirer.jsonl"), Book(options.folder / "paper.jsonl"))
    chance = random.Random(options.seed)
    for _ in range(options.runs):
        one_kill(options.folder / "store", books, chance.uniform(0.0, 0.03))
    result = audit(options.folder / "store", books)
    harm = {k: v for k, v in result.items() if k not in ("sales", "charged", "copies") and v}
    print(json.dumps({"runs": options.runs, "seed": options.seed, **result, "ok": not harm}))
    return 1 if harm or not result["sales"] else 0


if __name__ == "__main__":
    sys.exit(main())
