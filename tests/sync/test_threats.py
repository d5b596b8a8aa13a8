"""EN 50159 names seven threats to a message on an open line: each is done to each message, both ways, on real parts.

The outcome must be "detected" (the terminal or central says no, nothing changed) or "harmless" (the message does what
it did anyway); then the line heals, everything arrives, and `World.check` finds nothing lost, doubled or sold twice.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator

import msgspec
import pytest

from central import callers
from central.postgres import EmbeddedPostgres
from sync import wire
from sync.client import CentralClient
from tests.sync import attacks
from tests.sync.attacked import World, attacked
from tests.sync.attacks import DETECTED, HARMLESS
from tests.sync.exchange import Exchange
from tests.sync.exchanges import EXCHANGES

THREATS = ("repetition", "deletion", "insertion", "re-sequence", "corruption", "delay", "masquerade")

Attack = Callable[[Exchange], str]


@pytest.fixture(scope="module")
def world(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacked(server, tmp_path_factory.mktemp("threats"), "threats") as world:
        yield world


UP: dict[str, Attack] = {
    "repetition": attacks.repeated_request,
    "deletion": attacks.lost_request,
    "insertion": attacks.inserted_request,
    "re-sequence": attacks.overtaken_request,
    "corruption": attacks.changed_request,
    "delay": attacks.late_request,
    "masquerade": attacks.request_of_another,
}
DOWN: dict[str, Attack] = {
    "repetition": attacks.answer_again,
    "deletion": attacks.lost_answer,
    "insertion": attacks.made_up_answer,
    "re-sequence": attacks.answer_of_the_one_before,
    "corruption": attacks.changed_answer,
    "delay": attacks.late_answer,
    "masquerade": attacks.answer_of_another_central,
}
MESSAGES = [(name, way) for name in EXCHANGES for way in ("up", "down") if (name, way) != ("refusal", "up")]
CASES = {(name, way, threat): (UP if way == "up" else DOWN)[threat] for name, way in MESSAGES for threat in THREATS}


def test_the_table_has_no_hole() -> None:
    """Seven threats to every message of `sync.wire`, both ways; a message nobody attacks fails here."""
    assert set(UP) == set(DOWN) == set(THREATS) and len(CASES) == 7 * len(MESSAGES)
    assert len({*UP.values(), *DOWN.values()}) == 14
    known: set[type] = set()
    told = [kind for each in EXCHANGES.values() for kind in (each.request, each.reply, *each.within)]
    todo = [kind for kind in told if kind is not None]
    while todo:
        kind = todo.pop()
        if kind not in known:
            known.add(kind)
            todo += [found for hint in typing.get_type_hints(kind).values() for found in structs_in(hint)]
    defined = {
        kind for _, kind in inspect.getmembers(wire, inspect.isclass)
        if issubclass(kind, msgspec.Struct) and kind.__module__.startswith(wire.__name__)
    }  # fmt: skip
    assert defined - known == set()


def structs_in(hint: object) -> list[type]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return [hint]
    return [found for part in typing.get_args(hint) for found in structs_in(part)]


@pytest.mark.parametrize("case", CASES, ids=["-".join(case).replace(" ", "_") for case in CASES])
def test_it_is_detected_or_harmless(world: World, case: tuple[str, str, str]) -> None:
    ex = EXCHANGES[case[0]](world)
    ex.prepare()
    try:
        assert CASES[case](ex) in (DETECTED, HARMLESS)
        assert world.middle.hits > 0 or world.middle._prefix == ""
        world.check()
    finally:
        world.middle.leave()
        ex.settle()
    world.check()


@pytest.mark.parametrize("attack", [attacks.answer_again, attacks.made_up_answer, attacks.changed_answer])
def test_a_terminal_that_believes_anybody_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, attack: Attack
) -> None:
    monkeypatch.setattr(CentralClient, "_sealed", lambda *_: True)
    must_fail(world, "health", attack)


@pytest.mark.parametrize("attack", [attacks.inserted_request, attacks.request_of_another])
def test_a_central_that_believes_anybody_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, attack: Attack
) -> None:
    monkeypatch.setattr(callers, "_signed", lambda *_: True)
    must_fail(world, "certificate", attack)


def must_fail(world: World, name: str, attack: Attack) -> None:
    ex = EXCHANGES[name](world)
    try:
        with pytest.raises(AssertionError):
            attack(ex)
    finally:
        world.middle.leave()
