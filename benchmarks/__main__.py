"""Run every benchmark, print one table and one JSON line, leave `build/bench.json`.

Each module offers `run() -> dict` or a list of such, with: name, unit-free figures floor_ms, ours_ms (medians), ratio,
n, median, p95, goal (text), ok. `python -m benchmarks NAME ...` runs some of them.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

MODULES = (
    "sale",
    "search",
    "seats",
    "screens",
    "cold_start",
    "restart",
    "frame",
    "paper",
    "gate",
    "gate_rate",
    "gate_decision",
    "gate_pictures",
    "ingest",
    "drain",
    "holds",
)
OUT = Path("build/bench.json")


def main(names: list[str]) -> int:
    unknown = set(names) - set(MODULES)
    if unknown:
        print(f"no benchmark named {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
        return 2
    results: list[dict[str, Any]] = []
    begun = time.monotonic()
    print(f"{'what':44} {'floor ms':>9} {'ours ms':>9} {'p95 ms':>9} {'ratio':>7} {'n':>6}  goal", flush=True)
    for name in names or MODULES:
        found = importlib.import_module(f"benchmarks.{name}").run()
        for result in found if isinstance(found, list) else [found]:
            results.append(result)
            print(_line(result), flush=True)
    OUT.parent.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "machine": platform.platform(), "python": platform.python_version()}
    OUT.write_text(
        json.dumps({"at": int(time.time()), **machine, "results": results}, indent=1, ensure_ascii=False) + "\n"
    )
    missed = [result["name"] for result in results if not result["ok"]]
    print(f"\n{OUT}: {len(results)} figures, " + (f"missed: {', '.join(missed)}" if missed else "all goals met"))
    seconds = round(time.monotonic() - begun, 1)
    print(json.dumps({"ok": not missed, "figures": len(results), "missed": missed, "seconds": seconds}))
    return 1 if missed else 0


def _line(result: dict[str, Any]) -> str:
    return (
        f"{result['name']:44} {result['floor_ms']:9.3f} {result['ours_ms']:9.3f} {result['p95']:9.3f} "
        f"{result['ratio']:7.2f} {result['n']:6d}  {result['goal']}{'' if result['ok'] else '  MISSED'}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
