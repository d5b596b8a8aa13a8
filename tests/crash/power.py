"""Power cuts: disks as they may be found, rebuilt from the recorded writes of a real terminal that sold.

Each image is opened by the product's own start checks and recovered; then the books are compared with the world
outside as it was at the moment of the cut. Three kinds of recordings: as the product is; with syncs that fail
(the store must stop, heal, sell on); and, to see that this test can find anything at all, with a weaker
`synchronous` than the product's.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.crash.disk import Disk
from tests.crash.harness import Options, Result, keep_evidence, say, spread, workshop
from tests.crash.outside import Listed
from tests.crash.recording import Op, load, record, save, strace_works
from tests.crash.shop import audit
from tests.crash.watching import watch

IMAGES, IMAGES_QUICK = 10_000, 300
_WEAK_IMAGES, _WEAK_IMAGES_QUICK = 400, 40
_JOB = 50  # images a process makes in one go


@dataclass(frozen=True)
class Cuts:
    """Some power cuts in one recording: (after how many steps, seed of what is lost), in order of steps."""

    recording: Path
    kind: str
    folder: Path
    at: tuple[tuple[int, int], ...]


def run(options: Options) -> Result:
    """10,000 images of what the product does; and some hundred of a weaker setting, which must lose."""
    images = IMAGES_QUICK if options.quick else IMAGES
    if not strace_works():
        return _coarse(options, images)
    weak = _WEAK_IMAGES_QUICK if options.quick else _WEAK_IMAGES
    with workshop() as folder:
        strong = _jobs(folder, options, images)
        result = spread("power", cut, strong, options)
        found = spread("power, synchronous=NORMAL", cut, _weak_jobs(folder, options, weak), options, expected=True)
    result["with_synchronous_normal"] = {"images": found["images"], "wrong_images": found.get("wrong_images", 0)}
    if not found.get("wrong_images"):
        result["wrong"].append("with synchronous=NORMAL nothing was lost: this test would find nothing")
    return result


def _jobs(folder: Path, options: Options, images: int) -> list[Cuts]:
    # Short recordings for many kinds of starts, a few long ones because the log is checkpointed at 1,000 pages.
    lengths = [4, 4, 15] if options.quick else [6] * 14 + [20] * 4 + [60] * 2
    jobs: list[Cuts] = []
    for number, sales in enumerate(lengths):
        seed = options.seed * 1000 + number
        failing = _failing(random.Random(seed), number, sales)
        kind = f"syncs {failing} fail" if failing else "as it is"
        ops = record(folder / f"{number}", seed, sales, "FULL", failing)
        jobs += _cuts(folder, f"{number}", kind, ops, seed, images // len(lengths) + 1)
    return jobs


def _coarse(options: Options, images: int) -> Result:
    """Without strace: torn transactions, from what changed in the files between two facts."""
    missing = "strace is not here (apt-get install strace): syncs are taken for granted, not seen"
    say(f"  power: {missing}")
    with workshop() as folder:
        jobs: list[Cuts] = []
        for number in range(4):
            seed = options.seed * 1000 + number
            ops = watch(folder / f"{number}", seed, 6)
            jobs += _cuts(folder, f"{number}-cuts", "watched", ops, seed, images // 4 + 1)
        return {**spread("power", cut, jobs, options), "left_out": missing}


def _failing(chance: random.Random, number: int, sales: int) -> str:
    """Which syncs of each life fail: none, one, or some in a row, also while the store tries to heal."""
    first = chance.randrange(3, sales * 30)
    return ("", f"{first}", f"{first}..{first + chance.randrange(1, 6)}")[number % 3]


def _weak_jobs(folder: Path, options: Options, images: int) -> list[Cuts]:
    ops = record(folder / "weak", options.seed, 10, "NORMAL", "")
    return _cuts(folder, "weak", "synchronous=NORMAL", ops, options.seed, images)


def _cuts(folder: Path, name: str, kind: str, ops: list[Op], seed: int, images: int) -> list[Cuts]:
    """Random moments, every third one right behind a fact: the first at which the fact has to be true; and where syncs
    failed, every third one soon after that."""
    path = save(ops, folder / f"{name}.ops")
    chance = random.Random(seed)
    facts = [at for at, op in enumerate(ops, 1) if op.what == "fact"]
    failed = [at for at, op in enumerate(ops, 1) if op.what == "lost sync"]

    def moment(n: int) -> int:
        if n % 3 == 0:
            return chance.choice(facts)
        if n % 3 == 1 and failed:
            return min(chance.choice(failed) + chance.randrange(12), len(ops))
        return chance.randint(1, len(ops))

    at = sorted((moment(n), seed * 1_000_003 + n) for n in range(images))
    return [Cuts(path, kind, folder / f"{name}-{n}", tuple(at[n : n + _JOB])) for n in range(0, len(at), _JOB)]


@lru_cache(maxsize=2)
def _ops_of(recording: Path) -> list[Op]:
    return load(recording)


def cut(cuts: Cuts) -> Result:
    """Follow the recording, and at each cut write an image, start on it and compare the books."""
    ops, disk, facts, done = _ops_of(cuts.recording), Disk(), [], 0
    total: Result = {"images": 0, "sales": 0, "copies": 0, "wrong": []}
    for steps, seed in cuts.at:
        for op in ops[done:steps]:
            disk.step(op)
            if op.what == "fact":
                facts.append(op.fact)
        done = steps
        folder = cuts.folder.with_name(f"{cuts.folder.name}-{seed}")
        disk.image(folder, random.Random(seed))
        found = audit(folder, Listed(facts))
        total["images"] += 1
        total["sales"] += found.sales
        total["copies"] += found.copies
        if found.wrong:
            name = f"{cuts.recording.stem} ({cuts.kind}), cut after step {steps}, seed {seed}"
            total["wrong"] += [f"{name}: {text}" for text in found.wrong]
            total["wrong_images"] = total.get("wrong_images", 0) + 1
            if cuts.kind != "synchronous=NORMAL":
                shutil.rmtree(folder)
                disk.image(folder, random.Random(seed))  # as it was found, before anything was recovered
                keep_evidence(f"power-{seed}", folder, facts)
        shutil.rmtree(folder)
    return total
