"""The quick form of `make prove` in the suite, and that the simulation is one: the same seed, the same trace."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.prove.__main__ import FULL, QUICK, faults_of
from tests.prove.explore import explore
from tests.prove.mutants import HUNTS, hunt
from tests.prove.planted import FAULTS
from tests.prove.sim.run import play


def test_make_prove_in_its_quick_form() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.prove", "--quick"], capture_output=True, text=True)
    said = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0 and said["ok"] and said["deterministic"], done.stdout
    assert said["oversold"] == said["lost"] == said["duplicated"] == said["double_refunds"] == 0
    assert said["states"] > 90_000 and said["steps"] > 60_000 and said["failovers"] and said["clones"]


def test_another_seed_is_another_railway() -> None:
    first, again, other = (play(seed, 4000, faults_of(3))[1] for seed in (5, 5, 6))
    assert first == again != other


def test_a_violation_comes_with_the_fewest_steps_to_it() -> None:
    name, _, said, _ = hunt("a_grant_is_taken_twice")
    assert name == "a_grant_is_taken_twice" and "two valid tickets on one cell" in said and "7 steps" in said


def test_every_planted_fault_has_a_hunter() -> None:
    assert set(HUNTS) == set(FAULTS)


@pytest.mark.parametrize("bounds", QUICK)
def test_small_worlds_hold(bounds: object) -> None:
    found = explore(bounds)  # type: ignore[arg-type]
    assert not found.violation and found.states > 30_000
    assert all(len(each) == len(FULL[0]) for each in FULL)
