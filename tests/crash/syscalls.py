"""Every system call with which a sale writes, killed at it and failed at it: EIO, ENOSPC, once and from then on.

The life of a terminal is run once under strace to count its calls, then once for each call and fault. The process is
forked with everything imported, waits until strace has taken hold of it, and only then opens its store. What happened
outside is noted in shared memory, so all calls that are counted are the store's.
"""

from __future__ import annotations

import ctypes
import os
import random
import re
import shutil
import signal
import subprocess
from collections import Counter as Count
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.errors import KioskError, StoreFault
from tests.crash.harness import Options, Result, keep_evidence, say, spread, workshop
from tests.crash.outside import Note, Shared
from tests.crash.recording import strace_works
from tests.crash.shop import FIRST_JOURNEY, Shop, audit
from tests.power.world import quote

CALLS = "pwrite64,write,fdatasync,fsync,ftruncate,unlink,unlinkat,openat,rename,fallocate"
FAULTS = {
    "killed": "signal=KILL",
    "EIO once": "error=EIO",
    "ENOSPC once": "error=ENOSPC",
    "EIO from then on": "error=EIO",
    "ENOSPC from then on": "error=ENOSPC",
}
_PR_SET_PTRACER, _ANY = 0x59616D61, ctypes.c_ulong(-1)
_INJECTED = re.compile(r"\((?:INJECTED|DELAYED)\)|killed by SIGKILL")


@dataclass(frozen=True)
class Point:
    """One call of one life, and what becomes of it."""

    life: str
    before: Path  # the folder as the life finds it
    facts: tuple[Note, ...]  # of earlier lives
    seed: int
    call: str
    number: int
    fault: str
    folder: Path


def run(options: Options) -> Result:
    """Two lives: the first one of a new terminal, and one that finds a store cut off in the middle of a sale."""
    if not strace_works():
        say("  syscalls: strace is not here (apt-get install strace), this part is left out")
        return {"left_out": "strace is not here", "wrong": []}
    with workshop() as folder:
        points: list[Point] = []
        life(folder / "warm", Shared())  # what is imported late is imported now: calls of the store alone are counted
        for name in ("first life", "later life"):
            before = folder / name.replace(" ", "-")
            facts = _before(before, name, options.seed)
            counted = _count(before, facts, folder)
            say(f"  syscalls: {name}: " + ", ".join(f"{call} {n}" for call, n in counted.items()))
            for call, times in counted.items():
                for number in range(1, times + 1):
                    for fault in FAULTS:
                        copy = folder / f"{len(points)}"
                        points.append(Point(name, before, facts, options.seed, call, number, fault, copy))
        if options.quick:
            points = random.Random(options.seed).sample(points, 60)
        return spread("syscalls", one, points, options)


def one(point: Point) -> Result:
    """Live with the fault; afterwards the store must open and the books agree."""
    folder = point.folder
    shutil.copytree(point.before, folder)
    outside = Shared()
    for fact in point.facts:
        outside.note(**fact)
    when = f"{point.number}+" if point.fault.endswith("from then on") else f"{point.number}"
    inject = f"--inject={point.call}:{FAULTS[point.fault]}:when={when}"
    log = folder.with_suffix(".log")
    status = _live(folder, outside, ["-s", "0", f"--trace={point.call}", inject, "-o", str(log)])
    hit = bool(_INJECTED.search(log.read_text()))
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    wrong = [fact["text"] for fact in outside.facts() if fact["is"] == "wrong"]
    if status and not (point.fault == "killed" and killed):
        wrong.append(f"the terminal ended with status {status}")
    found = audit(folder, outside)
    wrong += found.wrong
    name = f"{point.life}, {point.call} {point.number} {point.fault}, seed {point.seed}"
    if wrong:
        keep_evidence(f"syscalls-{point.seed}-{point.call}-{point.number}", folder, outside.facts())
    outside.close()
    shutil.rmtree(folder)
    log.unlink()
    counts = {"hit": 1, "faults": {point.fault: 1}, "calls": {point.call: 1}} if hit else {"not_reached": 1}
    return {"runs": 1, "sales": found.sales, **counts, "wrong": [f"{name}: {text}" for text in wrong]}


def _before(folder: Path, life: str, seed: int) -> tuple[Note, ...]:
    """The folder a life begins with, and what has happened outside until then."""
    folder.mkdir()
    if life == "first life":
        return ()
    outside, chance = Shared(), random.Random(seed)
    child = os.fork()
    if child == 0:
        try:
            shop = Shop(folder, outside)
            for _ in range(6):
                shop.sell(chance)
            shop.reader.mood = "approve"
            journey, places = shop.next_places()
            shop.desk.pay(shop.desk.hold(quote(places, journey)).sale_id)
            os._exit(0)  # paid and not printed
        finally:
            os._exit(3)
    assert os.waitpid(child, 0)[1] == 0, "the life before failed by itself"
    for index in folder.glob("*-shm"):
        index.unlink()
    facts = tuple(outside.facts())
    outside.close()
    return facts


def _count(before: Path, facts: tuple[Note, ...], work: Path) -> dict[str, int]:
    folder, log, outside = work / "count", work / "count.log", Shared()
    shutil.copytree(before, folder)
    for fact in facts:
        outside.note(**fact)
    status = _live(folder, outside, ["-s", "0", f"--trace={CALLS}", "-o", str(log)])
    assert status == 0, f"a life without faults ended with status {status}"
    calls = Count(line.split("(")[0] for line in log.read_text().splitlines() if "(" in line)
    outside.close()
    shutil.rmtree(folder)
    return dict(calls)


def _live(folder: Path, outside: Shared, strace: list[str]) -> int:
    """A life under strace; the status it ended with."""
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANY, 0, 0, 0)  # else only a parent may trace, on many systems
        os.close(go)
        os.read(ready, 1)
        try:
            life(folder, outside)
            os._exit(0)
        except BaseException as error:
            outside.note(**{"is": "wrong"}, text=f"the program would have ended by {type(error).__name__}: {error}")
        finally:
            os._exit(3)
    os.close(ready)
    tracer = subprocess.Popen(["strace", *strace, "-p", str(child)], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    for line in tracer.stderr:
        if "attached" in line:
            break
    os.write(go, b"g")
    os.close(go)
    _, status = os.waitpid(child, 0)
    tracer.communicate()
    return status


def life(folder: Path, outside: Shared) -> None:
    """Start, recover, sell; after a fault try what must not work, heal, and sell on; close."""
    try:
        shop = Shop(folder, outside)
    except StoreFault:
        try:
            shop = Shop(folder, outside)  # as the system does: the service is started again
        except StoreFault:
            return
    for step in (shop.desk.recover, shop.sell, shop.sell):
        try:
            step()
        except StoreFault:
            if not _healed(shop, outside):
                return
    shop.close()


def _healed(shop: Shop, outside: Shared) -> bool:
    """A store that failed sells nothing before it is well again."""
    if not shop.store.healthy:
        journey, places = shop.places_held() or (FIRST_JOURNEY, (0, 1))
        try:
            shop.desk.hold(quote(places, journey))
        except KioskError:
            pass
        else:
            outside.note(**{"is": "wrong"}, text="places were taken on a store that had failed")
    if not shop.store.heal():
        return False
    try:
        shop.desk.recover()
    except StoreFault:
        return False
    return True
