"""Faults planted into the gates' own rules, one at a time: a proof that the simulation would see each.

    python -m tests.gates.planted [NAME…]

Each is put in, and the scenario that must see it is played until it does; one that stays alive fails the run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from kiosk.domain import passages
from kiosk.services import gaterecord, homegate
from kiosk.store import network, network_memory
from sync import lists
from sync.lan import facts, gossip, home, ledger
from sync.lan.facts import Word
from tests.gates.sim.play import play

SEEDS = 6


class Fault(NamedTuple):
    plant: Callable[[], None]
    scenario: str
    seen_as: tuple[str, ...]
    small: bool


FAULTS: dict[str, Fault] = {}


def fault(scenario: str, *seen_as: str, small: bool = True) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def keep(plant: Callable[[], None]) -> Callable[[], None]:
        FAULTS[plant.__name__] = Fault(plant, scenario, seen_as, small)
        return plant

    return keep


def _put(owner: Any, name: str, changed: Any) -> None:
    setattr(owner, name, changed)


@fault("lan", "extra_beyond")
def an_admission_is_told_only_with_the_next_round() -> None:
    """Nothing is pushed; every second the others ask."""
    _put(gossip.Gossip, "news", lambda self, now: (self._ledger.settle() and []) or [])


@fault("partition", "lost", "unreported", "unequal")
def what_was_told_apart_is_not_caught_up() -> None:
    _put(gossip.Gossip, "_lacking", lambda self, line: [])


@fault("storm", "lost", small=False)
def a_gap_is_passed_over() -> None:
    """The fact before is missing, and the one that came counts."""
    right = facts.judge

    def judge(*arguments: Any) -> Word:
        word = right(*arguments)
        return Word.KEEP if word is Word.GAP else word

    _put(ledger, "judge", judge)


@fault("lan", "believed")
def signatures_of_facts_are_not_looked_at() -> None:
    _put(facts, "signed", lambda fact, key: True)


@fault("partition", "unequal")
def the_last_one_heard_is_the_first() -> None:
    """Order by arrival, so each gate says another thing."""
    right = network.known
    _put(network, "known", lambda store, where, *values: right(store, where + " ORDER BY journal_seq DESC", *values))
    _put(passages, "standing", list)


@fault("partition", "unreported")
def only_a_gate_of_the_pair_reports() -> None:
    right = ledger.Ledger._contests
    _put(
        ledger.Ledger,
        "_contests",
        lambda self, ticket_id: [e for e in right(self, ticket_id) if e.terminal_id == self.me.terminal_id],
    )


@fault("storm", "unreported")
def a_report_interrupted_is_forgotten() -> None:
    """After a start, only what comes from then on is looked at."""
    right = network_memory.NetworkMemory.__init__

    def begin(self: Any, store: Any, me: Any) -> None:
        right(self, store, me)
        self._looked_at = store.journal.head()[0]

    _put(network_memory.NetworkMemory, "__init__", begin)


@fault("partition", "unequal")
def a_contest_is_reported_again_and_again() -> None:
    _put(network_memory.NetworkMemory, "reported", lambda self, ticket_id: set())
    _put(network_memory.NetworkMemory, "_looked_at", property(lambda self: 0, lambda self, value: None))


@fault("home", "extra_beyond")
def the_home_gives_what_is_used() -> None:
    from sync.lan.wire import Answer

    _put(home, "decide", lambda register, ask, asker, name, at: Answer(ask.number, True))


@fault("home", "extra_beyond")
def without_its_home_a_gate_decides_alone() -> None:
    right = homegate._bound
    _put(homegate, "_bound", lambda presented, to: right(presented, ""))


@fault("home", "extra_beyond", small=False)
def the_home_forgets_to_whom_it_gave() -> None:
    """The answer goes out, the record does not."""

    class Forgetful:
        def __init__(self, register: Any) -> None:
            self._register = register

        def append(self, *events: Any) -> None:
            pass

        def __getattr__(self, name: str) -> Any:
            return getattr(self._register, name)

    right = home.decide
    _put(home, "decide", lambda register, *rest: right(Forgetful(register), *rest))


@fault("stolen", "forged_beyond")
def a_place_lets_in_everybody() -> None:
    _put(gaterecord, "on_place", lambda *arguments: None)


@fault("stolen", "forged_beyond")
def what_was_sold_is_not_looked_at() -> None:
    from kiosk.store.gate_records import GateRecords

    _put(GateRecords, "sold_to_another", lambda *arguments: False)


@fault("lan", "late_revocations", "unequal")
def a_list_is_not_passed_on() -> None:
    from sync.lan import passing

    _put(passing.Passing, "_packed", lambda self, cursor: [])


@fault("lan", "unequal")
def an_older_list_is_taken() -> None:
    """By number and by date: both say that it is old."""
    from kiosk.services import gate

    _put(gate, "checked", lambda fresh, before: fresh)
    _put(lists.Lists, "_leads_on", lambda *asked: True)
    count = itertools.count(0, -1)
    _put(lists, "parts", lambda cursor: next(count))  # of two, the one that is looked at first is the newer


@fault("lan", "unequal")
def whoever_signs_a_list_is_believed() -> None:
    import msgspec

    from sync.wire import Changes

    _put(lists, "read", lambda page, root_key: msgspec.json.decode(page.text, type=Changes))


def hunt(name: str) -> str:
    """What was seen, "" = nothing. For a process of its own: the fault stays in."""
    logging.disable(logging.CRITICAL)
    planted = FAULTS[name]
    planted.plant()
    for seed in range(1, SEEDS + 1):
        counts, _ = play(planted.scenario, seed, small=planted.small)
        seen = [kind for kind in planted.seen_as if getattr(counts, kind)]
        if seen:
            return f"{planted.scenario}, seed {seed}: {counts.wrong[0]}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.gates.planted", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--here", action="store_true", help="in this process, one name")
    given = parser.parse_args()
    if given.here:
        said = hunt(given.names[0])
        print(said)
        return 1 if said else 0
    alive = []
    for name in given.names or FAULTS:
        command = [sys.executable, "-m", "tests.gates.planted", "--here", name]
        done = subprocess.run(command, capture_output=True, text=True)
        # 1 is what a finding ends with; anything else is a harness that broke, and proves nothing.
        said = done.stdout.strip() if done.returncode == 1 and not done.stderr.strip() else ""
        print(f"{'killed' if said else 'ALIVE':7} {name:48} {said[:110] or done.stderr.strip()[-200:]}", flush=True)
        alive += [] if said else [name]
    print(json.dumps({"ok": not alive, "faults": len(given.names or FAULTS), "alive": alive}))
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
