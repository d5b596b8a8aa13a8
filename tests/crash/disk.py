"""A disk that loses power: any subset of the 512-byte sectors that were not synced, any of the names.

More is lost here than on most real disks. A file's content is safe after a sync of the file; its name after a sync of
the folder, and until then each name may be as it was before (POSIX promises no more). Renames are whole or not at all.
After a sync that failed the kernel takes the pages for clean: no later sync writes them, unless they are written anew
(Rebello et al., ATC 2020).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.recording import Op

SECTOR, CACHE_PAGE = 512, 4096


@dataclass
class Inode:
    """One file: what is safe, what was done since, and what a failed sync has left in doubt (sector -> before)."""

    safe: bytearray = field(default_factory=bytearray)
    since: list[Op] = field(default_factory=list)
    doubt: dict[int, bytes] = field(default_factory=dict)

    def sync(self) -> None:
        for op in self.since:
            _apply(self.safe, op)
            if op.what == "truncate":
                self.doubt = {s: old for s, old in self.doubt.items() if s * SECTOR < op.at}
            if op.what == "write" and self.doubt:  # a page of the cache that is dirty again is written as a whole
                pages = range(op.at // CACHE_PAGE, (op.at + len(op.data) - 1) // CACHE_PAGE + 1)
                self.doubt = {s: old for s, old in self.doubt.items() if s * SECTOR // CACHE_PAGE not in pages}
        self.since = []

    def lose_sync(self) -> None:
        before = bytes(self.safe)
        touched = {sector for op in self.since if op.what == "write" for sector in _sectors(op)}
        kept = self.doubt
        self.sync()
        self.doubt |= {s: kept.get(s, _sector(before, s)) for s in touched}

    def image(self, chance: random.Random) -> bytes:
        """What may be found after the power is back."""
        content = bytearray(self.safe)
        for sector, old in self.doubt.items():
            if chance.random() < 0.5:
                start, end = sector * SECTOR, min((sector + 1) * SECTOR, len(content))
                content[start:end] = old[: end - start]
        if chance.random() < 0.5:
            return self._in_order(content, chance)
        return self._any_subset(content, chance)

    def _in_order(self, content: bytearray, chance: random.Random) -> bytes:
        """The first steps whole, one torn, the rest not at all."""
        steps = chance.randint(0, len(self.since))
        for op in self.since[:steps]:
            _apply(content, op)
        for op in self.since[steps : steps + 1]:
            _apply_sectors(content, op, chance, 0.5)
        return bytes(content)

    def _any_subset(self, content: bytearray, chance: random.Random) -> bytes:
        share = chance.choice((0.02, 0.2, 0.5, 0.8, 0.98))
        for op in self.since:
            _apply_sectors(content, op, chance, share)
        return bytes(content)


class Disk:
    """The folder of the store, followed step by step."""

    def __init__(self) -> None:
        self._live: dict[str, Inode] = {}
        self._safe: dict[str, Inode] = {}
        self._names_since: list[tuple[Op, Inode | None]] = []

    def step(self, op: Op) -> None:
        match op.what:
            case "create":
                self._live[op.path] = inode = Inode()
                self._names_since.append((op, inode))
            case "unlink":
                self._names_since.append((op, None))
                del self._live[op.path]
            case "rename":
                self._names_since.append((op, self._live[op.path]))
                self._live[op.to] = self._live.pop(op.path)
            case "sync" if not op.path:
                self._safe, self._names_since = dict(self._live), []
            case "sync":
                self._live[op.path].sync()
            case "lost sync" if op.path:
                self._live[op.path].lose_sync()
            case "write" | "truncate":
                self._live[op.path].since.append(op)
            case "whole":
                self._live = {name: Inode(bytearray(content)) for name, content in op.fact.items()}
                self._safe, self._names_since = dict(self._live), []
            case _:
                pass  # facts lie on no disk; a folder's failed sync changes nothing here

    def image(self, folder: Path, chance: random.Random) -> None:
        """Write what may be found after a power cut now."""
        folder.mkdir()
        for name, inode in self._names(chance).items():
            (folder / name).write_bytes(inode.image(chance))

    def _names(self, chance: random.Random) -> dict[str, Inode]:
        names, as_before = dict(self._safe), set()
        share = chance.choice((0.0, 0.5, 1.0))
        for op, inode in self._names_since:
            touched = {op.path, op.to} - {""}
            if touched & as_before or chance.random() >= share:
                as_before |= touched
                continue
            names.pop(op.path, None)
            if inode is not None:
                names[op.to or op.path] = inode
        return names


def _sectors(op: Op) -> range:
    return range(op.at // SECTOR, (op.at + len(op.data) - 1) // SECTOR + 1)


def _sector(content: bytes, number: int) -> bytes:
    return content[number * SECTOR : (number + 1) * SECTOR].ljust(SECTOR, b"\0")


def _apply(content: bytearray, op: Op) -> None:
    if op.what == "truncate":
        del content[op.at :]
        content.extend(bytes(op.at - len(content)))
    else:
        _put(content, op.at, op.data)


def _apply_sectors(content: bytearray, op: Op, chance: random.Random, share: float) -> None:
    if op.what == "truncate":
        if chance.random() < share:
            _apply(content, op)
        return
    for sector in _sectors(op):
        if chance.random() < share:
            start, end = max(op.at, sector * SECTOR), min(op.at + len(op.data), (sector + 1) * SECTOR)
            _put(content, start, op.data[start - op.at : end - op.at])


def _put(content: bytearray, at: int, data: bytes) -> None:
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data
