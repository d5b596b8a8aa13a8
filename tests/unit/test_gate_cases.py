"""Every written case comes out as written, and every collected case is written or has its reason."""

from __future__ import annotations

import json
import random
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from kiosk.app.gate_cases import gate, paths_of, results_of
from kiosk.domain.gate.case import Case, cases_of
from kiosk.domain.gate.form import Form
from kiosk.domain.gate.grounds import Grounds, decided
from kiosk.domain.gate.play import Player, play
from kiosk.domain.gate.words import Word

FOLDER = Path(__file__).parents[1] / "gate_cases"
FILES = paths_of((FOLDER,))
SAME = "-"  # OFF-043-WITHOUT is a part of OFF-043


def written() -> list[str]:
    return [case["id"] for path in FILES for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_as_written(path: Path) -> None:
    results = results_of(path)
    assert results
    assert {name: wrong for name, wrong in results if wrong} == {}


def test_each_case_has_a_name_of_its_own() -> None:
    names = written()
    assert len(names) == len(set(names))


@pytest.mark.data
def test_each_collected_case_is_written_or_has_its_reason(data: Path) -> None:
    collected = {case["id"] for case in json.loads((data / "checkin_cases.json").read_text())["cases"]}
    reasons: dict[str, str] = tomllib.loads((FOLDER / "inapplicable.toml").read_text(encoding="utf-8"))["reasons"]
    ours = {name for name in written() if not name.startswith("OWN")}
    cases = {SAME.join(name.split(SAME)[:2]) for name in ours}
    assert not cases & set(reasons), "written, and said not to be writable"
    assert not cases - collected, "a name that nobody collected"
    assert collected - cases == set(reasons)
    assert all(reasons.values())


def forms() -> list[type]:
    found, todo = [], list(Form.__subclasses__())
    while todo:
        form = todo.pop()
        todo += form.__subclasses__()
        found.append(form)
    return [each for each in found if each is not Grounds]


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.__name__)
def test_every_key_is_in_the_page(form: Any) -> None:
    page = (Path(__file__).parents[2] / "docs" / "gate-cases.md").read_text(encoding="utf-8")
    assert {name for name in form.__struct_fields__ if f"`{name}`" not in page} == set()


def test_every_verdict_is_in_the_page_and_met_by_a_case() -> None:
    page = (Path(__file__).parents[2] / "docs" / "gate-cases.md").read_text(encoding="utf-8")
    assert {word for word in Word if f"`{word}`" not in page} == set()
    assert set(Word) - {step.expect.verdict for case, _ in all_cases() for step in case.steps} == set()


def all_cases() -> list[tuple[Case, dict[str, Any]]]:
    found = [each for path in FILES for each in cases_of(tomllib.loads(path.read_text(encoding="utf-8")))]
    assert all(isinstance(case, Case) for case, _ in found)
    return found  # type: ignore[return-value]


def test_no_expected_verdict_is_there_for_nothing() -> None:
    """Another word in its place, and the case differs."""
    for case, raw in all_cases():
        for number, step in enumerate(case.steps):
            if step.expect.verdict is None:
                continue
            other = Word.EXIT if step.expect.verdict is not Word.EXIT else Word.ADMIT
            expect = msgspec.structs.replace(step.expect, verdict=other)
            steps = [*case.steps[:number], msgspec.structs.replace(step, expect=expect)]
            assert play(msgspec.structs.replace(case, steps=tuple(steps)), raw), f"{case.id} step {number + 1}"


def test_every_answer_is_decided_again_from_its_record() -> None:
    told = 0
    for case, raw in all_cases():
        player = Player(case, raw)
        for step in case.steps:
            player.step(step)
        for entry in player.records.entries:
            if entry.grounds is not None:
                assert decided(entry.grounds).decision == entry.decision, case.id
                told += 1
    assert told > 400


def test_the_same_from_json(tmp_path: Path) -> None:
    document = tomllib.loads((FOLDER / "railway.toml").read_text(encoding="utf-8"))
    path = tmp_path / "railway.json"
    path.write_text(json.dumps(document, default=lambda at: at.isoformat()), encoding="utf-8")
    results = results_of(path)
    assert len(results) > 5 and {name: wrong for name, wrong in results if wrong} == {}


BAD = {
    'case = [{ id = "X", steps = [{ scan = "K", colour = 1 }] }]': ("X", "`colour`", "step 1"),
    'case = [{ id = "X", steps = [{ scan = "K", expect = { verdict = "yes" } }] }]': ("X", "'yes'", "verdict"),
    'case = [{ id = "X", world = { tickets = [{ code = "K", colour = 1 }] }, steps = [] }]': ("X", "tickets 1"),
    'case = [{ id = "X" }]': ("X", "`steps`"),
    'case = [{ id = "X", steps = [{ gate = "a" }] }]': ("X", "step 1", "exactly one of"),
    'case = [{ id = "X", steps = [{ scan = "K", annul = true }] }]': ("X", "scan and annul"),
    'world = { gates = [{ id = "a" }] }\ncase = [{ id = "X", steps = [{ scan = "K", gate = "b" }] }]': ("gate 'b'",),
    'case = [{ id = "X", steps = [{ change = { ticket = [] } }] }]': ("X", "`ticket`"),
    'cases = []': ("bad", "'cases'", "known are"),
    'case = [': ("bad", "cannot be read"),
    'case = [{ id = "X", steps = [{ scna = "K" }] }]': ("X", "in step 1", "unknown key `scna`", "did you mean `scan`?"),
    'case = [{ id = "X", steps = [{ scan = "K", expect = { verdict = "admited" } }] }]': ("X", "did you mean `admit`?"),
    'case = [{ id = "X", mode = "offline", steps = [{ scan = "K" }] }]': ("X", "'offline'", "known are lan, live"),
    'case = [{ id = "X", steps = [{ scan = 5 }] }]': ("X", "step 1, scan", "must be text", "it is a whole number"),
    'case = [{ id = "X", steps = [{ scan = "K", at = 2026-01-01 }] }]': ("X", "step 1, at", "must be a time, such as"),
    'case = [{ id = "X", steps = [{ scan = "K", at = "soon" }] }]': ("X", "step 1, at", "not a time, such as"),
    'case = [{ id = "X", world = { tickets = { code = "K" } }, steps = [{ scan = "K" }] }]': ("tickets", "a list"),
    'case = [{ id = "X", world = { time_zone = "Mars/Base" }, steps = [{ scan = "K" }] }]': ("X", "Mars/Base"),
    'case = [{ id = "X", world = { day_starts = "25:00" }, steps = [{ scan = "K" }] }]': ("X", "day_starts", "22:00"),
    'case = [{ steps = [{ scan = "K" }] }]': ("number 1", "`id` is missing"),
    'case = [{ id = "X", steps = [] }]': ("X", "no steps", "[[case.steps]]"),
    'case = [{ id = "X", steps = [{ scan = "K" }] }, { id = "X", steps = [{ scan = "K" }] }]': ("another case",),
    'world = { time_zone = "UTC" }': ("bad", "no case in it", "[[case]]"),
    '': ("bad", "no case in it"),
    'case = "x"': ("bad", "a list of tables"),
    '[1, 2]': ("bad", "it is not TOML"),
    '{"case": [{"id": "J", "steps": [{"scan": 5}]}]}': ("J", "step 1, scan", "must be text"),
}  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_read_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    good = tmp_path / "good.toml"
    good.write_text('case = [{ id = "GOOD", steps = [{ scan = "K" }] }]', encoding="utf-8")
    ran = CliRunner().invoke(gate, ["decide", str(path), str(good)])
    assert ran.exit_code == 1 and str(path) in ran.output and "as written  GOOD" in ran.output
    for part in BAD[text]:
        assert part in ran.output, ran.output


def test_a_file_that_is_none_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'case = [{ id = "\xff" }]')
    (tmp_path / "good.json").write_text('{"case": [{"id": "GOOD", "steps": [{"scan": "K"}]}]}', encoding="utf-8")
    ran = CliRunner().invoke(gate, ["decide", str(tmp_path / "nothing.toml"), str(tmp_path)])
    assert ran.exit_code == 1 and "2 differ" in ran.output and "as written  GOOD" in ran.output
    assert "nothing.toml" in ran.output and "No such file" in ran.output
    assert "latin.toml" in ran.output and "not text in UTF-8: byte 17 is 0xff" in ran.output


def test_a_name_that_no_case_has_is_told() -> None:
    ran = CliRunner().invoke(gate, ["decide", "--case", "NONE", str(FOLDER)])
    assert ran.exit_code == 2 and "no case NONE" in ran.output


def test_the_command_names_what_differs(tmp_path: Path) -> None:
    good = 'case = [{ id = "GOOD", title = "t", steps = [{ scan = "K", expect = { verdict = "unknown" } }] }]'
    (tmp_path / "good.toml").write_text(good, encoding="utf-8")
    ran = CliRunner().invoke(gate, ["decide", str(tmp_path)])
    assert ran.exit_code == 0 and "as written  GOOD" in ran.output and "1 cases, 0 differ" in ran.output
    (tmp_path / "bad.toml").write_text(good.replace("GOOD", "BAD").replace('"unknown"', '"admit"'), encoding="utf-8")
    ran = CliRunner().invoke(gate, ["decide", "--quiet", str(tmp_path)])
    assert ran.exit_code == 1 and "differs  BAD" in ran.output and "GOOD" not in ran.output
    assert "step 1: verdict is 'unknown', expected 'admit'" in ran.output
    assert CliRunner().invoke(gate, ["decide", "--case", "GOOD", str(tmp_path)]).exit_code == 0
    assert "GOOD  t" in CliRunner().invoke(gate, ["decide", "--list", str(tmp_path)]).output
    (tmp_path / "empty").mkdir()
    assert CliRunner().invoke(gate, ["decide", str(tmp_path / "empty")]).exit_code == 2


VALUES = (
    None,
    "",
    "x",
    -1,
    0,
    3.5,
    True,
    [],
    [1],
    {},
    {"id": "x"},
    "2026-10-25T02:30:00",
    "25:99",
    "Mars/Base",
    [["and"]],
)


def bent(value: Any, chance: random.Random) -> Any:
    """The same with something in it that nobody meant."""
    if chance.random() < 0.02:
        return chance.choice(VALUES)
    if isinstance(value, dict):
        return {key: bent(each, chance) for key, each in value.items() if chance.random() > 0.01}
    return [bent(each, chance) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_case_stops_the_others(path: Path, tmp_path: Path) -> None:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    file, gates = tmp_path / "bent.json", [each["id"] for each in document["world"].get("gates", [])]
    for seed in range(6):
        bad = {**document, "case": bent(document["case"], random.Random(seed))}
        good = {"id": "GOOD", "steps": [{"scan": "no such code", "gate": next(iter(gates), "")}]}
        bad["case"] = [*(each for each in bad["case"] if isinstance(each, dict)), good]
        file.write_text(json.dumps(bad, default=lambda at: at.isoformat()), encoding="utf-8")
        results = results_of(file)
        assert len(results) == len(bad["case"]) and results[-1] == ("GOOD", []), seed


def test_the_page_shows_a_case_that_can_be_played(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "gate-cases.md").read_text(encoding="utf-8")
    shown = page[page.index("    [world]") : page.index("The same in JSON")]
    file = tmp_path / "shown.toml"
    file.write_text(textwrap.dedent(shown), encoding="utf-8")
    assert results_of(file) == [("MY-1", [])]
