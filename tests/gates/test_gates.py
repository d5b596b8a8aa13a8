"""The quick form of `make gates` in the suite, and that it is able to fail."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.gates.__main__ import SCENARIOS, VIOLATIONS
from tests.gates.planted import FAULTS


def test_make_gates_in_its_quick_form() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.gates", "--quick", "--seeds", "1"], capture_output=True, text=True, timeout=110
    )
    said = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0 and said["ok"] and said["deterministic"], done.stdout
    assert all(said[name] == 0 for name in VIOLATIONS) and said["runs"] == len(SCENARIOS)
    assert said["contested"] and said["crashes"] and said["splits"] and said["forged"] and said["entries"] > 100


@pytest.mark.parametrize("name", ["signatures_of_facts_are_not_looked_at", "a_place_lets_in_everybody"])
def test_a_planted_fault_is_seen(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.gates.planted", "--here", name], capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 1 and FAULTS[name].seen_as[0] in done.stdout, done.stdout + done.stderr
