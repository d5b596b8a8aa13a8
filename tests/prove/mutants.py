"""`make mutants`: every planted fault must be found by one of the harnesses; a table says which.

    python -m tests.prove.mutants [NAME ...]

Each runs in a process of its own. The last line is one JSON object; exit status 1 when a fault goes unnoticed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.prove.planted import FAULTS


class Hunt(NamedTuple):
    """Where a fault is looked for: the bounds of a model check, a seed and steps, or tests."""

    model: str = ""
    simulate: str = ""
    tests: str = ""


HUNTS = {
    "a_grant_is_taken_twice": Hunt("2,1,2,4,0,0"),
    "the_epoch_fence_is_off": Hunt("2,1,2,3,1,0"),
    "an_old_backup_goes_on_selling": Hunt("2,1,2,3,0,1"),
    "the_giver_goes_on_selling": Hunt("2,1,2,4,0,0"),
    "a_recovery_ends_at_once": Hunt("2,1,2,3,1,0"),
    "nothing_is_in_doubt": Hunt("2,1,2,3,1,1"),
    "a_second_failover_forgets_the_first": Hunt(simulate="12 150000"),
    "the_last_to_arrive_wins": Hunt("2,1,3,4,1,0"),
    "forgotten_grants_stay_forgotten": Hunt("2,1,2,3,1,0"),
    "the_lost_give_back": Hunt("2,1,2,3,0,1"),
    "a_void_of_before_frees_after": Hunt(simulate="8 150000"),
    "a_void_frees_at_once": Hunt(tests="tests/central/test_recovery.py"),
    "the_terminal_refunds_what_it_sent": Hunt("2,1,1,3,0,0,True"),
    "central_refunds_before_it_has_all": Hunt("2,1,1,3,0,0,True"),
    "another_record_of_the_same_number_is_a_duplicate": Hunt(tests="tests/central/test_journal.py"),
    "a_lease_is_taken_back_by_time_out": Hunt("2,1,2,3,0,0"),
    "a_sale_is_acknowledged_before_it_is_on_disk": Hunt(tests="tests/power/test_every_step.py tests/store"),
    "the_cursor_moves_before_the_answer": Hunt(tests="tests/sync/test_push.py"),
    "a_refused_batch_is_dropped": Hunt(tests="tests/sync/test_push.py"),
    "records_are_acknowledged_before_they_are_stored": Hunt(tests="tests/central/test_journal.py"),
    "a_poison_record_is_thrown_away": Hunt(tests="tests/central/test_journal.py"),
    "the_feed_numbers_before_the_commit": Hunt(tests="tests/central/test_feed.py"),
    "the_store_forgets_to_flush": Hunt(tests="tests/store/test_pragmas.py"),
}

MODEL = """
from tests.prove.planted import FAULTS
FAULTS[{name!r}]()
from tests.prove.walk import explore
from tests.prove.model import Bounds
found = explore(Bounds({bounds}))
print(f"{{found.violation}} after {{len(found.trace)}} steps")
raise SystemExit(1 if found.violation else 0)
"""
SIMULATE = """
from tests.prove.planted import FAULTS
FAULTS[{name!r}]()
from tests.prove.sim.run import play
try:
    wrong = play({seed}, {steps})[0].wrong
except AssertionError as error:
    wrong = [f"a rule's own check: {{error}}"]
print(wrong[0] if wrong else "")
raise SystemExit(1 if wrong else 0)
"""


def hunt(name: str) -> tuple[str, str, str, float]:
    """(name, harness, what it said, seconds); "" = nothing was noticed."""
    where, begin = HUNTS[name], time.perf_counter()
    environment = dict(os.environ)
    if where.model:
        harness, command = f"model {where.model}", ["-c", MODEL.format(name=name, bounds=where.model)]
    elif where.simulate:
        seed, steps = where.simulate.split()
        harness, command = f"simulation, seed {seed}", ["-c", SIMULATE.format(name=name, seed=seed, steps=steps)]
    else:
        harness = where.tests
        options = ["-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-p", "tests.prove.planted"]
        command = ["-m", "pytest", *options, *where.tests.split()]
        environment["PLANTED"] = name
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith("FAILED")), lines[-1] if lines else done.stderr[-200:])
    # 1 is what a finding ends with; anything else is a harness that broke, and proves nothing.
    return name, harness, said if done.returncode == 1 else "", time.perf_counter() - begin


def main(names: list[str]) -> int:
    chosen = names or list(HUNTS)
    assert set(HUNTS) == set(FAULTS), set(HUNTS) ^ set(FAULTS)
    begin, alive = time.perf_counter(), []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, harness, said, seconds in pool.map(hunt, chosen):
            print(f"{'killed' if said else 'ALIVE':7} {name:50} {harness:34} {seconds:5.0f} s  {said[:90]}", flush=True)
            alive += [] if said else [name]
    print(
        json.dumps(
            {
                "ok": not alive,
                "mutants": len(chosen),
                "killed": len(chosen) - len(alive),
                "alive": alive,
                "seconds": round(time.perf_counter() - begin, 1),
            }
        )
    )
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
