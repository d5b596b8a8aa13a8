"""Ways in which a disk harms a file."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

SECTOR, PAGE = 512, 4096
KINDS = (
    "one bit", "some bytes", "a sector of zeros", "a page of zeros", "a sector of noise", "two pages swapped",
    "a page twice", "cut off", "cut at a page", "emptied", "gone", "noise behind", "an older page", "the older file",
)  # fmt: skip


def harm(path: Path, chance: random.Random, older: Path) -> str:
    """Do one of `KINDS` that changes this file; returns it in words. `older`: the same file some time ago."""
    before = path.read_bytes()
    while True:
        kind = chance.choice(KINDS)
        if kind == "gone":
            path.unlink()
            return kind
        if kind in _WHOLE:
            after = _WHOLE[kind](before, older.read_bytes() if older.exists() else before, chance)
        else:
            after = _in_place(kind, before, older.read_bytes() if older.exists() else before, chance)
        if after != before:  # a page may be swapped with itself, zeros come where zeros were
            path.write_bytes(after)
            return kind


_WHOLE: dict[str, Callable[[bytes, bytes, random.Random], bytes]] = {
    "cut off": lambda before, _, chance: before[: chance.randrange(len(before))],
    "cut at a page": lambda before, _, chance: before[: _page(len(before), chance).start],
    "emptied": lambda before, _, chance: b"",
    "noise behind": lambda before, _, chance: before + chance.randbytes(chance.randint(1, 2 * PAGE)),
    "the older file": lambda _, earlier, chance: earlier,
}


def _in_place(kind: str, before: bytes, earlier: bytes, chance: random.Random) -> bytes:
    raw, size = bytearray(before), len(before)
    page, other, one = _page(size, chance), _page(size, chance), _page(size, chance, SECTOR)
    match kind:
        case "one bit":
            raw[chance.randrange(size)] ^= 1 << chance.randrange(8)
        case "some bytes":
            for _ in range(chance.randint(2, 16)):
                raw[chance.randrange(size)] = chance.randrange(256)
        case "a sector of zeros":
            raw[one] = bytes(len(before[one]))
        case "a page of zeros":
            raw[page] = bytes(len(before[page]))
        case "a sector of noise":
            raw[one] = chance.randbytes(len(before[one]))
        case "an older page":
            raw[page] = earlier[page] if page.stop <= len(earlier) else before[page]
        case _ if len(before[page]) == len(before[other]):
            raw[other] = before[page]
            raw[page] = before[other] if kind == "two pages swapped" else before[page]
    return bytes(raw)


def _page(size: int, chance: random.Random, length: int = PAGE) -> slice:
    start = chance.randrange(size) // length * length
    return slice(start, min(start + length, size))
