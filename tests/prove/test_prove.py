"""The quick form of `make prove` in the suite, and that the simulation is one: the same seed, the same trace."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.prove.__main__ import FULL, QUICK, faults_of
from tests.prove.explore import Explorer
from tests.prove.model import Bounds
from tests.prove.mutants import HUNTS, hunt
from tests.prove.planted import FAULTS
from tests.prove.sim.run import play
from tests.prove.walk import explore


def test_make_prove_in_its_quick_form() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.prove", "--quick"], capture_output=True, text=True)
    said = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0 and said["ok"] and said["deterministic"], done.stdout
    assert said["oversold"] == said["lost"] == said["duplicated"] == said["double_refunds"] == 0
    assert said["states"] > 30_000 and said["steps"] > 60_000 and said["failovers"] and said["clones"]


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
    assert not found.violation and found.states > 3_000
    assert all(len(each) == len(FULL[0]) for each in FULL)


def reached(bounds: Bounds, *, whole: bool) -> tuple[int, set[object]]:
    """Worlds, and what of them the invariants and a passenger can see: owners, chains, paper, epochs, disks."""
    explorer = Explorer(bounds, whole=whole)
    seen, ring, things = {explorer.start}, [explorer.start], explorer._parts.things
    while ring:
        ring = [f for world in ring for _, f in explorer.after(world) if f not in seen and not seen.add(f)]  # type: ignore[func-returns-value]
    views: set[object] = set()
    for central_no, _, outside_no, _, paper_no, *devices in seen:
        central, outside = things[central_no], things[outside_no]
        chains = tuple(witness._replace(told=0) for witness in central.witnesses)
        disks = tuple((device.incarnation, device.journal, device.locked) for device in (things[n] for n in devices))
        away = (outside.epoch, outside.registry, outside.failovers, outside.restores)
        views.add((central._replace(witnesses=chains), away, things[paper_no], disks))
    return len(seen), views


@pytest.mark.parametrize("bounds", [Bounds(2, 1, 1, 2, 1, 1), Bounds(1, 2, 1, 2, 1, 1)])
def test_worlds_taken_for_one_hide_nothing(bounds: Bounds) -> None:
    all_worlds, all_views = reached(bounds, whole=True)
    fewer_worlds, views = reached(bounds, whole=False)
    assert views == all_views and fewer_worlds * 2 < all_worlds
