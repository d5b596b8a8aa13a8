"""What a terminal wrote, told from its files alone: for machines where nobody may trace system calls.

Coarser than `recording`: whatever changed between two facts counts as written in between, sector by sector, and as
synced at the second one. So it tears commits in every way, and cannot see whether the product syncs at all; starts and
checkpoints are taken as one step.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

from tests.crash.recording import Op
from tests.crash.seller import LIVES, CutsOff, live

SECTOR = 512


class Watching(CutsOff):
    """Looks at the folder before each fact, and keeps what changed since the last look."""

    def __init__(self, path: Path, after: int, store: Path, ops: Path) -> None:
        super().__init__(path, after)
        self._store, self._ops = store, ops
        self._seen: dict[str, bytes] = _content(store)

    def note(self, **fact: Any) -> None:
        now = _content(self._store)
        told = [name for name in now if now[name] != self._seen.get(name) and name != "store.lock"]
        if now.keys() == self._seen.keys() and all(
            name.endswith("-wal") or name.startswith("counter") for name in told
        ):
            ops = [op for name in told for op in _changes(name, self._seen[name], now[name])]
            ops += [Op("sync", name) for name in told]
        else:  # a start or a checkpoint: many syncs in an order that the files do not tell
            ops = [Op("whole", fact=now)]
        self._seen = now
        with self._ops.open("ab") as file:
            pickle.dump([*ops, Op("fact", fact=fact)], file)
        super().note(**fact)


def watch(folder: Path, seed: int, sales: int) -> list[Op]:
    """The lives of `tests.crash.seller`, in processes forked from here."""
    store, facts, kept = folder / "store", folder / "facts", folder / "ops"
    store.mkdir(parents=True)
    for number, end in enumerate(LIVES):
        child = os.fork()
        if child == 0:
            try:
                live(store, end, seed * 10 + number, sales, lambda after: Watching(facts, after, store, kept))
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        if status:
            raise RuntimeError(f"life {number} ended with status {status}")
    ops: list[Op] = []
    with kept.open("rb") as file:
        while file.peek(1):
            ops += pickle.load(file)
    return ops


def _content(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.iterdir() if not path.name.endswith("-shm")}


def _changes(name: str, before: bytes, after: bytes) -> list[Op]:
    return [
        Op("write", name, after[at : at + SECTOR], at)
        for at in range(0, len(after), SECTOR)
        if after[at : at + SECTOR] != before[at : at + SECTOR]
    ]
