"""A lane without staff: the screen shows passengers an arrow or a sign; scanners and cameras are judged alike.

Pictures are left in build/pictures/gate-en-lane-NAME.png.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from devices.reader.typed import TypedScans
from kiosk.domain.events import AdmissionAnnulled, Admitted
from kiosk.services.lane import Lane
from tests.ui.gate_scene import Scene
from tests.ui.test_gate import cut_off


class Arm:
    """A turnstile's arm: every opening waits until the test says what became of it."""

    def __init__(self) -> None:
        self.opened, self.free = 0, False
        self._said, self._word = threading.Event(), ""

    def say(self, word: str) -> None:
        self._word = word
        self._said.set()

    def open_once(self, seconds: float) -> str:
        self.opened += 1
        self._said.wait(20)
        self._said.clear()
        return self._word

    def emergency(self, on: bool) -> None:
        self.free = on

    def close(self) -> None:
        self.say("not turned")


@pytest.fixture
def arm() -> Arm:
    return Arm()


@pytest.fixture
def scenes(screen_app: QGuiApplication, tmp_path: Path, arm: Arm) -> Iterator[Any]:
    made: list[Scene] = []

    def make(**options: Any) -> Scene:
        made.append(Scene(tmp_path, lane=lambda gate: Lane(arm, gate, 5.0), **options))
        return made[-1]

    yield make
    arm.close()
    for scene in made:
        scene.close()


def facts_of(scene: Scene, kind: type) -> list[Any]:
    return [event for _, event in scene.world.store.journal.events() if isinstance(event, kind)]


def test_the_next_waits_until_the_first_has_gone(scenes: Any, arm: Arm) -> None:
    scene = scenes(passengers=True)
    one, two = scene.ticket(), scene.ticket(place="8D")
    scene.show(one, "admit")
    scene.until(lambda: arm.opened == 1, "the open lane")
    scene.camera.hold(two)
    shown = scene.camera.shown
    scene.until(lambda: scene.camera.shown > shown + 4, "more pictures")
    assert len(facts_of(scene, Admitted)) == 1, "one at a time"
    arm.say("turned")
    scene.until(lambda: len(facts_of(scene, Admitted)) == 2, "the second")
    arm.say("turned")
    assert not facts_of(scene, AdmissionAnnulled)


def test_who_does_not_go_is_told_and_taken_back(scenes: Any, arm: Arm) -> None:
    scene = scenes(passengers=True)
    text = scene.ticket()
    scene.show(text, "admit")
    scene.until(lambda: arm.opened == 1, "the open lane")
    arm.say("not turned")
    scene.until(lambda: "Nobody went through" in " ".join(scene.driver.texts()), "the screen says so")
    assert len(facts_of(scene, AdmissionAnnulled)) == 1
    assert not cut_off(scene.driver)


def test_pictures_for_passengers(scenes: Any, arm: Arm) -> None:
    scene = scenes(passengers=True)
    faults: list[str] = []

    def see(name: str) -> None:
        scene.picture(f"lane-{name}")
        faults.extend(f"{name}: {fault}" for fault in cut_off(scene.driver))

    for size, shape in (((1280, 800), "lying"), ((800, 1280), "standing")):
        scene.window.window.resize(*size)
        see(f"{shape}-waiting")
        assert not [name for name in scene.driver.names() if name.startswith("key-")], "no keys for passengers"
        scene.show(scene.ticket(place=f"{size[0] // 100}F"), "admit")
        see(f"{shape}-go")
        arm.say("turned")
        scene.until(lambda: scene.stage == "waiting", "the next")
        scene.show(scene.ticket(from_call=1), "wrong_place")
        see(f"{shape}-stop")
        scene.walk_on()
    assert not faults, "\n".join(faults)


def test_a_scanner_that_types_is_judged_like_the_camera(scenes: Any, arm: Arm) -> None:
    typed = TypedScans()
    scene = scenes(more_readers=(typed.reader,), typed=typed.feed)
    text = scene.ticket()
    scene.until(lambda: bool(typed._readers), "the scanner's reader is open")
    for letter in f"{text}\r":
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            key = Qt.Key.Key_Return if letter == "\r" else Qt.Key(ord(letter))
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter)
            QGuiApplication.sendEvent(scene.window.window, event)
    scene.until(lambda: scene.window.model.state.verdict == "admit", "the scan")
    scene.until(lambda: arm.opened == 1, "the open lane")
    arm.say("turned")
    scene.until(lambda: scene.stage == "waiting", "the next")
    scene.clock.forward(10)
    scene.show(text, "used")
