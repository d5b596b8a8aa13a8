"""Self-check-in: a guest scans, answers, and takes a badge from a real driver's simulated printer.

Pictures are left in build/pictures/gate-en-checkin-NAME.png.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.domain.events import BadgePrintEnded, BadgePrintStarted
from kiosk.domain.gate.world import Question, World
from kiosk.services.badges import Badges
from tests.contract.conftest import Device
from tests.fixtures.printers import escpos
from tests.ui.gate_scene import Scene
from tests.ui.test_gate import cut_off
from ui.paper import PaperRenderer

ASKING = World(questions=(Question(id="Name on the badge", kind="text"), Question(id="First visit?", kind="yes_no")))


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[Device]:
    (tmp_path / "printer").mkdir()
    device = Device("printer", tmp_path / "printer", "--out", str(tmp_path / "printer"))
    yield device
    device.close()


@pytest.fixture
def scene(screen_app: QGuiApplication, tmp_path: Path, printer: Device) -> Iterator[Scene]:
    driver = escpos(printer.port, timeout_s=2.0)
    renderer = PaperRenderer()

    def badges(store: Any, clock: Any) -> Badges:
        return Badges(store, driver, lambda page: renderer.render(page, 576), clock, "Gate 5")

    scene = Scene(tmp_path / "gate", passengers=True, answered=True, badges=badges, plan=ASKING)
    yield scene
    scene.close()
    driver.close()


def facts_of(scene: Scene, kind: type) -> list[Any]:
    return [event for _, event in scene.world.store.journal.events() if isinstance(event, kind)]


def check_in(scene: Scene, text: str, name: str) -> None:
    scene.show(text, "answer_required")
    assert not [each for each in scene.driver.names() if each in ("key-override", "key-last", "key-annul")]
    scene.driver.tap("key-answer")
    for letter in name:
        scene.driver.tap(f"pad-{letter}")
    scene.driver.tap("key-enter")
    scene.until(lambda: scene.window.model.state.told.facts[0].value == "First visit?", "the next question")
    scene.driver.tap("key-answer true")
    scene.until(lambda: scene.window.model.state.verdict == "admit", "let in")


def test_a_guest_checks_in_and_takes_a_badge(scene: Scene, printer: Device) -> None:
    text = scene.ticket()
    check_in(scene, text, "MARIA")
    scene.until(lambda: scene.window.model.step == "Take your badge", "the badge")
    [line] = [each for each in printer.ledger("printed.jsonl") if each["complete"]]
    assert (printer.folder / line["file"]).exists()
    assert [(each.copy, each.reason) for each in facts_of(scene, BadgePrintEnded)] == [(0, "")]
    scene.window.hand.hold()
    scene.driver.tap("key-badge")
    scene.until(lambda: len(facts_of(scene, BadgePrintEnded)) == 2, "the badge again")
    assert facts_of(scene, BadgePrintEnded)[-1].copy == 1, "it is marked"


def test_a_printer_without_paper_is_said_and_the_next_badge_is_marked(scene: Scene, printer: Device) -> None:
    printer.order("paper_out")
    text = scene.ticket()
    check_in(scene, text, "LI")
    scene.until(lambda: scene.window.model.step.startswith("No badge came out"), "the fault")
    assert facts_of(scene, BadgePrintEnded)[-1].reason
    printer.order("clear")
    scene.window.hand.hold()
    scene.driver.tap("key-badge")
    scene.until(lambda: scene.window.model.step == "Take your badge", "the badge")
    assert [each.copy for each in facts_of(scene, BadgePrintStarted)] == [0, 1]


def test_pictures_of_the_check_in(scene: Scene) -> None:
    faults: list[str] = []

    def see(name: str) -> None:
        scene.picture(f"checkin-{name}")
        faults.extend(f"{name}: {fault}" for fault in cut_off(scene.driver))

    see("waiting")
    scene.show(scene.ticket(), "answer_required")
    see("question")
    scene.driver.tap("key-answer")
    see("answer")
    for letter in "MARIA":
        scene.driver.tap(f"pad-{letter}")
    scene.driver.tap("key-enter")
    scene.until(lambda: scene.window.model.state.told.facts[0].value == "First visit?", "the next question")
    see("yes-no")
    scene.driver.tap("key-answer true")
    scene.until(lambda: scene.window.model.step == "Take your badge", "the badge")
    see("welcome")
    assert not faults, "\n".join(faults)
