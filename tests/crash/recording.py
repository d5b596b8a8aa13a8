"""What a real process wrote, truncated, synced, renamed and removed, in order, as strace saw it.

Facts of the outside world are writes too, into a file of their own, so they lie in the same order: what was promised
before a power cut is exactly what stands before it in the recording.
"""

from __future__ import annotations

import json
import pickle
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_CALLS = "pwrite64,write,ftruncate,fdatasync,fsync,unlink,unlinkat,rename,renameat,renameat2,openat"
_LINE = re.compile(r"^\d+\s+(\w+)\((.*)\) = (-?\d+)(?:<[^>]*>)?( .*)?$", re.DOTALL)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PATH = re.compile(r"<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True)
class Op:
    """One step; `what` is write, truncate, sync, lost sync, create, unlink, rename, whole (all files anew) or fact."""

    what: str
    path: str = ""  # relative to the folder; "" = the folder itself
    data: bytes = b""
    at: int = 0  # offset of a write, length of a truncation
    to: str = ""  # of a rename
    fact: dict[str, Any] = field(default_factory=dict)


def strace_works() -> bool:
    """Is strace here, and may it trace?"""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


def record(folder: Path, seed: int, sales: int, synchronous: str, failing: str) -> list[Op]:
    """Let `tests.crash.seller` live its lives under strace; `failing`: which syncs fail ("20", "20..24", "" = none)."""
    store, facts, log = folder / "store", folder / "facts", folder / "strace.log"
    store.mkdir(parents=True)
    fault = [f"--inject=fsync,fdatasync:error=EIO:when={failing}"] if failing else []
    subprocess.run(
        ["strace", "-f", "-y", "-xx", "-s", "100000000", f"--trace={_CALLS}", "--signal=none", "-o", str(log), *fault,
         sys.executable, "-m", "tests.crash.seller", str(store), str(facts), str(seed), str(sales),
         "--synchronous", synchronous],
        check=True,
    )  # fmt: skip
    ops = parse(log, store, facts)
    told = sum(op.what == "fact" for op in ops)
    if told != facts.read_bytes().count(b"\n"):
        raise RuntimeError(f"{told} facts in the recording are not those of {facts}: strace speaks otherwise here")
    shutil.rmtree(folder)
    return ops


def parse(log: Path, store: Path, facts: Path) -> list[Op]:
    """The steps that concern the store's folder or the facts."""
    ops: list[Op] = []
    there: set[str] = set()
    ends: dict[str, int] = {}  # where the next plain write goes
    with log.open() as lines:
        for line in lines:
            found = _LINE.match(line.rstrip("\n"))
            if found is None:
                continue  # +++ exited +++
            for op in _ops(found[1], found[2], int(found[3]), "(INJECTED)" in (found[4] or ""), store, facts, ends):
                if op.what != "create" or op.path not in there:
                    ops.append(op)
                there.add(op.path)
                there.discard(op.path if op.what in ("unlink", "rename") else "")
                there.add(op.to)
    return ops


def _ops(
    call: str, arguments: str, result: int, injected: bool, store: Path, facts: Path, ends: dict[str, int]
) -> list[Op]:
    held, names = _PATH.match(arguments.lstrip("0123456789")), _TEXT.findall(arguments)
    if call in ("fsync", "fdatasync") and held and (path := _inside(held[1], store)) is not None:
        return [Op("sync" if result == 0 else "lost sync", path)] if result == 0 or injected else []
    if result < 0:
        return []
    if call in ("pwrite64", "write") and held and names:
        data = bytes.fromhex(names[-1].replace("\\x", ""))[:result]
        path = _inside(held[1], store)
        if path is None:
            told = _path(held[1]) == str(facts)
            return [Op("fact", fact=json.loads(data))] if told else []
        at = int(arguments.rsplit(",", 1)[1]) if call == "pwrite64" else ends.get(path, 0)
        ends[path] = at + len(data)
        return [Op("write", path, data, at)]
    if call == "ftruncate" and held and (path := _inside(held[1], store)) is not None:
        return [Op("truncate", path, at=int(arguments.rsplit(",", 1)[1]))]
    paths = [path for name in names if (path := _inside(name, store)) is not None]
    if not paths:
        return []
    ends[paths[0]] = 0
    if call == "openat":
        made = [Op("create", paths[0])] if "O_CREAT" in arguments else []
        return [*made, Op("truncate", paths[0])] if "O_TRUNC" in arguments else made
    if call.startswith("unlink"):
        return [Op("unlink", paths[0])]
    return [Op("rename", paths[0], to=paths[1])]


def _path(hexed: str) -> str:
    return bytes.fromhex(hexed.replace("\\x", "")).decode()


def _inside(hexed: str, store: Path) -> str | None:
    """The name within the folder; None for what lies elsewhere and for the index, which is memory shared by mmap."""
    path = _path(hexed)
    if path == str(store):
        return ""
    inside = path.startswith(f"{store}/") and not path.endswith("-shm")
    return path[len(str(store)) + 1 :] if inside else None


def save(ops: list[Op], path: Path) -> Path:
    path.write_bytes(pickle.dumps(ops))
    return path


def load(path: Path) -> list[Op]:
    return pickle.loads(path.read_bytes())  # made by `save` a minute ago
