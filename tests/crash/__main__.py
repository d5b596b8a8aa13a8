"""Run the parts, say how it goes, and print one JSON object as the last line; exit status 1 on any violation.

python -m tests.crash [--quick] [--seed N] [--part power|kill|syscalls|damage|edits] [--jobs N]
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from typing import Any

from tests.crash.harness import Options, quiet, say

PARTS = ("power", "kill", "syscalls", "damage", "edits")


def main(arguments: list[str]) -> int:
    """Every part, or those that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--quick", action="store_true", help="a small share of it, within a minute")
    parser.add_argument("--seed", type=int, default=1, help="the seed a failure named: the same again")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; may be repeated")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    given = parser.parse_args(arguments)
    options = Options(given.seed, given.quick, given.jobs)
    quiet()
    begun = time.monotonic()
    parts: dict[str, Any] = {}
    for name in given.part or PARTS:
        say(f"{name}: seed {options.seed}{', quick' if options.quick else ''}")
        since = time.monotonic()
        result = importlib.import_module(f"tests.crash.{name}").run(options)
        parts[name] = {**result, "ok": not result["wrong"], "seconds": round(time.monotonic() - since, 1)}
    ok = all(part["ok"] for part in parts.values())
    seconds = round(time.monotonic() - begun, 1)
    left_out = [f"{name}: {part['left_out']}" for name, part in parts.items() if "left_out" in part]
    head = {"ok": ok, "seed": options.seed, "quick": options.quick, "seconds": seconds, "left_out": left_out}
    say(json.dumps({**head, "parts": parts}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
