"""Every written case comes out as written, and every collected case is written or has its reason."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from kiosk.app.gate_cases import paths_of, results_of

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
