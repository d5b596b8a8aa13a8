"""The whole story on real processes: `kiosk tour` on the shipped network and, where it is at hand, on another feed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def tour(out: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "kiosk", "tour", "--out", str(out), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=400)
    report: dict[str, Any] = json.loads((out / "report.json").read_text())
    assert done.returncode == 0 and report["ok"], done.stdout + done.stderr
    return report


@pytest.mark.timeout(420)
@pytest.mark.xdist_group("tour")
def test_the_shipped_network(tmp_path: Path) -> None:
    report = tour(tmp_path / "tour")
    assert {entry["currency"] for entry in report["tickets"]} == {"CNY"}
    assert report["plan"]["seats"] and len({str(entry["place"]) for entry in report["tickets"]}) == 5
    assert report["named"]["fits"] and not report["named"]["fits_another"]
    assert len(list((tmp_path / "tour" / "pictures" / "kiosk").glob("*.png"))) >= 14
    assert len(list((tmp_path / "tour" / "tickets").glob("*.png"))) == 5


@pytest.mark.timeout(420)
@pytest.mark.xdist_group("tour")
def test_another_feed_without_seats(tmp_path: Path, data: Path) -> None:
    feed = next((data / "gtfs").glob("transcollines*.zip"), None)
    if feed is None:
        pytest.skip("no unreserved feed among the real data")
    report = tour(tmp_path / "tour", "--feed", str(feed))
    assert not report["plan"]["seats"] and {entry["place"] for entry in report["tickets"]} == {None}


def test_a_feed_that_is_not_there(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kiosk", "tour", "--out", str(tmp_path / "t"), "--feed", "no-such-feed.zip"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 1 and "there is no such feed" in done.stdout
    assert not json.loads((tmp_path / "t" / "report.json").read_text())["ok"]
