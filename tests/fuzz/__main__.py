"""python -m tests.fuzz [--quick] [--seed N] [--count N] [--seconds N] [--text TEXT]

One JSON line last; exit status 1 on a violation. What is named as wrong can be tried again by its seed or its text.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from tests.fuzz import frames, payloads
from tests.fuzz.gate import GOOD

SLICE, PICTURES_A_SLICE = 2_500, 50
PARSER_GOAL_MS = 1.0
Result = dict[str, Any]


def tried(job: tuple[str, int, int]) -> payloads.Slice:
    return payloads.tried(*job)


def looked_at(job: tuple[str, int, int]) -> tuple[int, list[str]]:
    return frames.tried(*job)


def texts(pool: ProcessPoolExecutor, count: int, seed: int) -> Result:
    """The parser and the rules."""
    names, each = list(payloads.BY_NAME), min(SLICE, max(1, count // len(payloads.BY_NAME)))
    jobs = [(names[number % len(names)], seed + number, each) for number in range(-(-count // each))]
    wrong, said, parser, verdict = [], Counter[str](), list[float](), list[float]()
    for found in pool.map(tried, jobs):
        wrong += found.wrong
        said += found.said
        parser += found.parser_ms
        verdict += found.verdict_ms
    p99 = [round(float(np.percentile(times, 99)), 3) for times in (parser, verdict)]
    if p99[0] >= PARSER_GOAL_MS:
        wrong.append(f"the parser's 99th percentile is {p99[0]} ms, not below {PARSER_GOAL_MS} ms")
    altered = said.total()
    print(f"texts: {altered} altered, by verdict {dict(said.most_common())}")
    print(f"       p99 parser {p99[0]} ms, whole verdict {p99[1]} ms", flush=True)
    return {"texts": altered, "parser_p99_ms": p99[0], "verdict_p99_ms": p99[1], "wrong": wrong}


def bits(pool: ProcessPoolExecutor, how_many: int) -> Result:
    """Every single bit of several tickets."""
    done = list(pool.map(payloads.bits, range(how_many)))
    wrong = [text for _, found in done for text in found]
    turned = sum(count for count, _ in done)
    print(f"bits:  {turned} turned round, {turned - len(wrong)} refused", flush=True)
    return {"bits": turned, "wrong": wrong}


def pictures(pool: ProcessPoolExecutor, count: int, seed: int) -> Result:
    """The camera's reader."""
    names, each = list(frames.BY_NAME), min(PICTURES_A_SLICE, max(1, count // len(frames.BY_NAME)))
    jobs = [(names[number % len(names)], seed + number * each, each) for number in range(-(-count // each))]
    read, wrong = 0, []
    for codes, found in pool.map(looked_at, jobs):
        read += codes
        wrong += found
    print(f"pictures: {len(jobs) * each}, {read} codes read, all of them there", flush=True)
    if not read:
        wrong.append("no picture's code was read: the pictures are not what they should be")
    return {"pictures": len(jobs) * each, "read": read, "wrong": wrong}


def guided(seconds: int) -> Result:
    """atheris, where there is one for this Python."""
    if importlib.util.find_spec("atheris") is None:
        print("guided: skipped, atheris is not installed (.venv/bin/pip install atheris)", flush=True)
        return {"guided": "skipped", "wrong": []}
    command = [sys.executable, "-m", "tests.fuzz.guided", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 120)
    last = "\n".join(done.stderr.strip().splitlines()[-12:])
    runs = [line for line in done.stderr.splitlines() if line.startswith("Done ")]
    print(f"guided: {runs[-1] if runs else last}", flush=True)
    return {"guided": runs[-1] if runs else "ended early", "wrong": [] if done.returncode == 0 and runs else [last]}


def parts(given: argparse.Namespace, pool: ProcessPoolExecutor, seed: int) -> Iterator[Result]:
    quick = given.quick
    yield texts(pool, given.count or (40_000 if quick else 1_000_000), seed)
    yield bits(pool, 2 if quick else len(GOOD))
    yield pictures(pool, given.pictures or (700 if quick else 20_000), seed)
    seconds = given.seconds if given.seconds is not None else (5 if quick else 300)
    if seconds:
        yield guided(seconds)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, help="begin at this one; a failure names it")
    parser.add_argument("--count", type=int, help="altered texts")
    parser.add_argument("--pictures", type=int)
    parser.add_argument("--seconds", type=int, help="how long atheris looks; 0 = not at all")
    parser.add_argument("--text", help="say only what the gate says of this text")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    given = parser.parse_args(arguments)
    if given.text is not None:
        print(payloads.again(given.text))
        return 0
    seed = random.SystemRandom().randrange(1 << 30) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    begun, wrong, told = time.monotonic(), list[str](), dict[str, Any]()
    with ProcessPoolExecutor(given.jobs) as pool:
        for result in parts(given, pool, seed):
            wrong += result.pop("wrong")
            told |= result
    for text in wrong[:20]:
        print(f"WRONG {text}")
    seconds = round(time.monotonic() - begun, 1)
    print(json.dumps({"ok": not wrong, "seed": seed, **told, "wrong": len(wrong), "seconds": seconds}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
