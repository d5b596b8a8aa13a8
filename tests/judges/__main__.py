"""Runs every judge: one line each, one JSON line last. Exits 1 when a judge disagrees.

python -m tests.judges            all
python -m tests.judges zvt uic    those with these words in their names
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import tempfile
import time
from pathlib import Path

import tests.judges
from tests.judges.judge import Judge


def found() -> list[Judge]:
    """Every judge of every module `judge_*`, in the order of their names."""
    modules = sorted(m.name for m in pkgutil.iter_modules(tests.judges.__path__) if m.name.startswith("judge_"))
    return [judge for name in modules for judge in importlib.import_module(f"tests.judges.{name}").JUDGES]


def main(words: list[str]) -> int:
    started, said = time.monotonic(), {"agreed": 0, "disagreed": 0, "skipped": 0}
    for judge in found():
        if words and not any(word.lower() in judge.name.lower() for word in words):
            continue
        if why := judge.missing():
            said["skipped"] += 1
            print(f"skipped    {judge.name}: {why}", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="judge-") as folder:
            try:
                line = judge.run(Path(folder))
            except Exception as error:  # whatever goes wrong, the judge did not agree
                said["disagreed"] += 1
                print(f"DISAGREED  {judge.name}: {type(error).__name__}: {error}", flush=True)
            else:
                said["agreed"] += 1
                print(f"agreed     {judge.name}: {line}", flush=True)
    print(json.dumps({"ok": not said["disagreed"], **said, "seconds": round(time.monotonic() - started, 1)}))
    return 1 if said["disagreed"] or not said["agreed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
