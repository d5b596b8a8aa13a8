"""kill -9 at random instants of opening, recovering and selling, again and again on the same store.

The children are forked from a process that has everything imported, so a run costs a few milliseconds. The seed
chooses what is sold and how long each life lasts; the machine chooses where in the program the signal falls.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
from pathlib import Path

from tests.crash.harness import Options, Result, keep_evidence, spread, workshop
from tests.crash.outside import Shared
from tests.crash.shop import Shop, audit

RUNS, RUNS_QUICK = 1000, 100
_BATCH = 20  # kills on one store before its books are audited
_LIFE_MAX_S = 0.06


def run(options: Options) -> Result:
    """1,000 lives that end by SIGKILL; each store is audited after 20 of them."""
    runs = RUNS_QUICK if options.quick else RUNS
    with workshop() as folder:
        jobs = [(folder / str(n), options.seed * 1_000_003 + n) for n in range(runs // _BATCH)]
        return spread("kill", batch, jobs, options)


def batch(job: tuple[Path, int]) -> Result:
    """One store, killed many times, then its books."""
    folder, seed = job
    chance = random.Random(seed)
    outside = Shared()
    wrong = []
    opening = 0
    for number in range(_BATCH):
        ended, opened = _one_life(folder, outside, chance.randrange(1 << 32), chance.uniform(0.0, _LIFE_MAX_S))
        opening += not opened
        if ended:
            wrong.append(f"seed {seed} life {number}: the terminal ended by itself: {ended}")
    found = audit(folder, outside)
    if found.wrong:
        keep_evidence(f"kill-{seed}", folder, outside.facts())
    outside.close()
    shutil.rmtree(folder, ignore_errors=True)
    return {
        "kills": _BATCH,
        "while_opening": opening,
        "sales": found.sales,
        "tickets": found.tickets,
        "copies": found.copies,
        "wrong": wrong + [f"seed {seed}: {text}" for text in found.wrong],
    }


def _one_life(folder: Path, outside: Shared, seed: int, lasts_s: float) -> tuple[str, bool]:
    """(why it ended before it was killed or "", had it opened its store)."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            shop = Shop(folder, outside)
            os.write(writer, b"o")
            shop.desk.recover()
            chance = random.Random(seed)
            while True:
                shop.sell(chance)
        except BaseException as error:
            os.write(writer, f"{type(error).__name__}: {error}".encode()[:1000])
        finally:
            os._exit(3)
    os.close(writer)
    end = os.pidfd_open(child)
    select.select([end], [], [], lasts_s)
    signal.pidfd_send_signal(end, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(end)
    with os.fdopen(reader, "rb") as said:
        text = said.read().decode()
    ended = "" if os.WIFSIGNALED(status) else text.removeprefix("o") or "nothing said"
    return ended, text.startswith("o")
