"""A terminal that lives several lives on one folder, for a recorder of system calls that looks on.

python -m tests.crash.seller FOLDER FACTS SEED SALES [--synchronous NORMAL]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.domain.errors import StoreFault
from kiosk.store import database
from tests.crash.harness import quiet
from tests.crash.outside import Written
from tests.crash.shop import Shop

LIVES = ("cut off", "closed", "cut off", "left open")


class CutsOff(Written):
    """The process ends at the n-th fact, without a word and without closing anything; 0 = it does not."""

    def __init__(self, path: Path, after: int) -> None:
        super().__init__(path)
        self._left = after

    def note(self, **fact: Any) -> None:
        super().note(**fact)
        self._left -= 1
        if self._left == 0:
            os._exit(0)


def live(folder: Path, end: str, seed: int, sales: int, remember: Callable[[int], Written]) -> None:
    """Recover, sell, and end in one of the ways of `LIVES`. `remember` makes the world that ends it after n facts."""
    chance = random.Random(seed)
    outside = remember(chance.randrange(1, sales * 12) if end == "cut off" else 0)
    shop, sold, recovered = _started(folder, outside), 0, False
    while sold < sales:
        try:
            if not recovered:
                shop.desk.recover()
                recovered = True
            shop.sell(chance)
            sold += 1
        except StoreFault:  # a failed sync: sell on as soon as the store says that it is well
            recovered = False
            while not shop.store.heal():
                continue
    if end == "closed":
        shop.close()


def _started(folder: Path, outside: Written) -> Shop:
    """A start that meets a failing disk is tried again, as the system does with a service that ended."""
    while True:
        with contextlib.suppress(StoreFault):
            return Shop(folder, outside)


def weaken(synchronous: str) -> None:
    """Open databases with another `synchronous` than the product does: only to see the test find what that loses."""
    strong = database.connect

    def weak(path: Path, key: bytes) -> Any:
        db = strong(path, key)
        db.execute(f"PRAGMA synchronous = {synchronous}").fetchall()
        return db

    database.connect = weak


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("facts", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("sales", type=int)
    parser.add_argument("--synchronous", default="FULL")
    given = parser.parse_args()
    quiet()
    if given.synchronous != "FULL":
        weaken(given.synchronous)
    for number, end in enumerate(LIVES):
        child = os.fork()
        if child == 0:
            seed = given.seed * 10 + number
            live(given.folder, end, seed, given.sales, lambda after: CutsOff(given.facts, after))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            raise SystemExit(f"life {number} ended with status {status}")


if __name__ == "__main__":
    main()
