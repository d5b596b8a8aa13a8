"""What the parts share: options, a place to work, two processes, progress, and the sum of what was found."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

EVIDENCE = Path("build/crash")
_PR_SET_PDEATHSIG = 1
Job = TypeVar("Job")
Result = dict[str, Any]  # counts, and "wrong": what was violated, in words that allow a replay


@dataclass(frozen=True)
class Options:
    """How much, and from which seed."""

    seed: int
    quick: bool
    jobs: int


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder in memory where there is one: what is durable is modelled here, never asked of the disk."""
    memory = Path("/dev/shm")
    where = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="kiosk-crash-", dir=where))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep_evidence(name: str, folder: Path, facts: Sequence[Any]) -> None:
    """A store that failed its audit, and the world outside it, for whoever looks into it: build/crash/NAME."""
    kept = EVIDENCE / name
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept)
    (kept / "outside.jsonl").write_text("".join(json.dumps(fact) + "\n" for fact in facts))


def quiet() -> None:
    """Faults are what is made here: the program's complaints about them are not for the screen."""
    logging.disable(logging.CRITICAL)


def _worker() -> None:
    """A worker does not outlive who started it, however that one ended."""
    quiet()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def say(text: str) -> None:
    print(text, flush=True)


def spread(
    part: str, work: Callable[[Job], Result], jobs: Iterable[Job], options: Options, *, expected: bool = False
) -> Result:
    """Do the jobs on `options.jobs` processes, say how it goes, and add up the counts.

    `expected`: violations are looked for here, so they are not shouted.
    """
    todo = list(jobs)
    total: Result = {"wrong": []}
    begun = said = time.monotonic()
    context = get_context("fork")  # a child begins with everything imported
    with ProcessPoolExecutor(options.jobs, mp_context=context, initializer=_worker) as pool:
        for done, result in enumerate(pool.map(work, todo), 1):
            add(total, result)
            if time.monotonic() - said > 5 or done == len(todo):
                said = time.monotonic()
                counts = ", ".join(f"{k} {v}" for k, v in total.items() if isinstance(v, int))
                say(f"  {part}: {done}/{len(todo)} in {said - begun:.0f} s: {counts}")
    for text in [] if expected else total["wrong"][:20]:
        print(f"  {part}: WRONG: {text}", file=sys.stderr, flush=True)
    return total


def add(total: Result, more: Result) -> None:
    """Numbers are added, lists joined, tables added row by row."""
    for key, value in more.items():
        if isinstance(value, dict):
            add(total.setdefault(key, {}), value)
        elif key in total:
            total[key] = total[key] + value
        else:
            total[key] = value
