"""Real SIGKILL runs through the whole sale path; `python -m tests.power.kill9 --runs 10000` goes further."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_sigkill_at_random_instants(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.power.kill9", "--runs", "60", "--seed", "7", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["ok"] and result["sales"] > 0 and result["sold_twice"] == 0
