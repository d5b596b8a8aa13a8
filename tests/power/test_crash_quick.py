"""A small share of `make crash`, and planted faults that it must find: a harness that finds nothing proves nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.domain.errors import DeviceFault, PrinterFault
from kiosk.domain.events import Event, PrintFailed, PrintFinished, PrintStarted
from kiosk.domain.sale import PageJob, Sale
from kiosk.services import desk
from kiosk.services.payment import Payments
from kiosk.services.printing import Printing
from kiosk.store.counter import Counter
from tests.crash import damage, syscalls
from tests.crash.harness import EVIDENCE
from tests.crash.recording import strace_works
from tests.crash.syscalls import Point

traced = pytest.mark.skipif(not strace_works(), reason="strace is not here, or may not trace")


@pytest.fixture(autouse=True)
def evidence_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.crash.harness.EVIDENCE", tmp_path / EVIDENCE)


def test_a_small_share_of_everything() -> None:
    command = [sys.executable, "-m", "tests.crash", "--quick", "--seed", "7"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    parts = result["parts"]
    assert result["ok"] and list(parts) == ["power", "kill", "syscalls", "damage", "edits"]
    assert parts["edits"]["edits"] == 400 and parts["edits"]["only_central_knew"] > 100
    assert parts["kill"]["sales"] > 0 and parts["damage"]["files"] == 100 and parts["power"]["images"] >= 300
    if not result["left_out"]:
        assert parts["power"]["with_synchronous_normal"]["wrong_images"] > 0 and parts["syscalls"]["hit"] > 40


def found(tmp_path: Path, call: str, fault: str, numbers: range) -> list[str]:
    """What the part for system calls says of a later life whose calls fail or kill one after another."""
    before = tmp_path / "before"
    facts = syscalls._before(before, "later life", 1)
    wrong: list[str] = []
    for number in numbers:
        point = Point("later life", before, facts, 1, call, number, fault, tmp_path / f"{number}")
        wrong += syscalls.one(point)["wrong"]
    return wrong


def paper_before_intent(self: Printing, sale: Sale, job: PageJob, started: Callable[[], object]) -> bool:
    """A mistake: the printer works first, and the journal hears of it afterwards."""
    names = {"sale_id": sale.sale_id, "what": job.what, "item_no": job.item_no, "copy": job.copy}
    bitmap, printer = self._draw(sale, job), self._printer
    assert printer is not None
    outcome: Event
    try:
        outcome = PrintFinished(**names, proof=printer.print(bitmap))
    except DeviceFault as fault:
        outcome = PrintFailed(**names, reason=str(fault), certain=isinstance(fault, PrinterFault))
    self._store.journal.append(PrintStarted(**names), outcome)
    started()
    return isinstance(outcome, PrintFinished)


@traced
def test_paper_before_the_intent_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Printing, "page", paper_before_intent)
    assert any("times unmarked" in text for text in found(tmp_path, "pwrite64", "killed", range(60, 400, 5)))


@traced
def test_charging_again_instead_of_asking_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Payments, "ask", Payments.charge)
    assert any("charged" in text for text in found(tmp_path, "fsync", "killed", range(3, 25)))


@traced
def test_selling_on_a_store_that_failed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "check_may_sell", lambda store: None)
    assert any("a store that had failed" in text for text in found(tmp_path, "fsync", "EIO once", range(3, 25)))


@traced
def test_a_counter_that_is_forgotten_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counter, "check", lambda self, head_seq: None)
    reference = damage._reference(tmp_path / "reference", 1, closed=False)
    wrong = [
        text for seed in range(12) for text in damage.one((reference, tmp_path / f"{seed}", damage.LOG, seed))["wrong"]
    ]
    assert any("silent" in text for text in wrong)
