"""What `make strand` says: one JSON object last, and a failure when a goal is missed."""

from __future__ import annotations

import json

import pytest

from tests.strand.__main__ import report
from tests.strand.ledger import Row
from tests.strand.runs import DARK_MIN, STRANDED_MAX, Total, misses
from tests.strand.world import Setting

GOAL = Setting(20, 0.05, 0.8)


def total(setting: Setting = GOAL, **figures: int) -> Total:
    good = Row(sellable=1000, sold=990, dark_asked=100, dark_served=95, stranded=5, cells=1000, tickets=990)
    return Total(setting, "leases", [good.plus(Row(**figures))])


def test_each_goal_can_be_missed() -> None:
    assert misses([total()]) == []
    (oversold,) = misses([total(oversold=1)])
    assert "1 passengers without the place they paid for" in oversold
    (stranded,) = misses([total(stranded=6)])
    assert f"1.10% of capacity stranded, {STRANDED_MAX:.0%} allowed" in stranded
    (dark,) = misses([total(dark_asked=10)])
    assert f"86.4% of dark demand served, {DARK_MIN:.0%} wanted" in dark
    elsewhere = Setting(20, 0.2, 0.8)
    assert misses([total(elsewhere, stranded=500, dark_asked=500)]) == [], "told, not judged"
    assert len(misses([total(elsewhere, oversold=1)])) == 1


def test_the_last_line_is_what_a_machine_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(["--quick", "--runs", "1", "--seed", "7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = json.loads(lines[-1])
    assert found["departures"] == 4 and found["tickets"] > 1000 and found["seconds"] > 0
    assert (found["oversold"], found["missed"]) == (0, [])
    assert any("leases" in line for line in lines[:-1])
