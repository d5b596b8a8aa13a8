"""Guests at the gate's screen by tapping: unpaid, a companion, a carnet, a wristband, a note to confirm.

Pictures are left in build/pictures/gate-LANGUAGE-guest-NAME.png.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.domain.events import Admitted, VerdictExplained
from kiosk.domain.gate.grounds import unpacked
from sync.wire import Change
from tests.ui.gate_scene import Scene
from tests.ui.test_gate import cut_off

PLAN = {
    "products": [
        {"id": "day", "name": "Day ticket Saturday"},
        {"id": "weekend", "name": "Weekend with wristband", "medium": "only"},
        {"id": "vip", "name": "Guest of honour", "text": "Call the host", "attention": True, "acknowledge": True},
        {"id": "carnet", "name": "Five entries"},
    ],
    "lists": [{"id": "Main entrance", "include_pending": True}],
    "gates": [{"id": "Gate 5", "list": "Main entrance"}],
}
GUESTS = [
    {"code": "FEST-0001", "holder": "Mara Lind", "product": "day", "booking": "BK-2207"},
    {"code": "FEST-0002", "holder": "José Núñez de la Cámara", "product": "day", "status": "pending"},
    {"code": "FEST-0003", "holder": "Ito Aya", "product": "carnet", "rides": 5, "leases": {"Gate 5": 1, "South": 4}},
    {"code": "FEST-0004", "holder": "Tim Lind", "product": "day", "companion_of": "FEST-0001"},
    {"code": "FEST-0005", "holder": "Li Wei", "product": "weekend", "booking": "BK-2208"},
    {"code": "FEST-0006", "holder": "Ada Ortega", "product": "vip"},
    {"code": "FEST-0007", "holder": "Kim", "product": "day", "valid_until": "2026-11-23T20:00:00Z"},
]
LYING, STANDING = (1280, 800), (800, 1280)


@pytest.fixture
def scenes(screen_app: QGuiApplication, tmp_path: Path) -> Iterator[Any]:
    made: list[Scene] = []

    def make(size: tuple[int, int] = LYING, language: str = "en") -> Scene:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Scene(folder, language, size=size))
        told = [("plan", "", PLAN), *(("guest", str(each["code"]), each) for each in GUESTS)]
        told += [("medium", code, {"code": code}) for code in ("BAND-77", "BAND78")]
        changes = [Change(topic, key, msgspec.json.encode(body).decode()) for topic, key, body in told]
        made[-1].world.store.gate_records.take(changes, anew=False, cursor="1.1")
        return made[-1]

    yield make
    for scene in made:
        scene.close()


def came(scene: Scene) -> list[Admitted]:
    return [event for _, event in scene.world.store.journal.events() if isinstance(event, Admitted)]


def said(scene: Scene, word: str) -> None:
    scene.until(lambda: scene.window.model.state.verdict == word and scene.stage == "verdict", word)


@pytest.mark.parametrize(("size", "language"), [(LYING, "en"), (STANDING, "zh-Hans")])
def test_guests_of_a_list_each_in_their_way(scenes: Any, size: tuple[int, int], language: str) -> None:
    scene = scenes(size, language)
    shape = "lying" if size == LYING else "standing"

    def picture(name: str) -> None:
        scene.picture(f"guest-{shape}-{name}")
        assert not cut_off(scene.driver)

    scene.show("FEST-0004", "companion_first")
    assert any("FEST-0001" in text for text in scene.driver.texts()), "who goes first"
    picture("companion")
    scene.walk_on()
    scene.show("FEST-0001", "admit")
    assert {"Mara Lind", "Day ticket Saturday", "BK-2207"} <= set(scene.driver.texts())
    picture("admit")
    scene.walk_on()
    scene.show("FEST-0004", "admit")
    scene.walk_on()
    scene.show("FEST-0001", "used")
    picture("used")
    scene.walk_on()

    scene.show("FEST-0002", "unpaid")
    assert "José Núñez de la Cámara" in scene.driver.texts()
    picture("unpaid")
    scene.driver.tap("key-unpaid")
    said(scene, "admit")
    picture("unpaid-in")
    scene.walk_on()

    scene.show("FEST-0003", "admit")
    assert "4" in scene.driver.texts(), "entries left"
    picture("carnet")
    scene.walk_on()
    scene.show("FEST-0003", "no_rides")
    assert "South 4" in scene.driver.texts(), "where the rest are"
    picture("no-rides")
    scene.walk_on()

    scene.show("FEST-0006", "admit")
    assert scene.window.model.state.told.signal == "look"
    picture("note")
    scene.driver.tap("key-seen")
    scene.walk_on()

    scene.show("FEST-0007", "expired")
    picture("expired")
    scene.walk_on()
    tickets = [each.ticket_id for each in came(scene)]
    assert tickets == ["FEST-0001", "FEST-0004", "FEST-0002", "FEST-0003", "FEST-0006"]
    explained = [e for _, e in scene.world.store.journal.events() if isinstance(e, VerdictExplained)]
    assert [unpacked(e.grounds).scan.allow_unpaid for e in explained].count(True) == 1


def test_a_wristband_is_handed_out_by_scanning_it(scenes: Any) -> None:
    scene = scenes()
    scene.show("FEST-0005", "exchange_required")
    scene.picture("guest-band-wanted")
    scene.driver.tap("key-band")
    scene.camera.hold("FEST-0005")  # the ticket is still there; it is not the wristband
    shown = scene.camera.shown
    scene.until(lambda: scene.camera.shown > shown + 3, "pictures")
    assert scene.window.hand.state.sheet == "band" and not cut_off(scene.driver)
    scene.picture("guest-band-sheet")
    scene.camera.hold("BAND-00")
    said(scene, "medium")
    scene.driver.tap("key-band")
    scene.camera.hold("BAND-77")
    said(scene, "admit")
    assert [(each.ticket_id, each.hand_out) for each in came(scene)] == [("FEST-0005", "BAND-77")]
    scene.walk_on()
    scene.show("FEST-0005", "exchanged")
    scene.walk_on()
    scene.show("BAND-77", "used")
    assert "Li Wei" in scene.driver.texts()
    scene.picture("guest-band-used")


def test_a_wristband_is_handed_out_by_its_typed_code(scenes: Any) -> None:
    scene = scenes()
    scene.show("FEST-0005", "exchange_required")
    scene.driver.tap("key-band")
    for letter in "BAND78":
        scene.driver.tap(f"pad-{letter}")
    scene.driver.tap("key-enter")
    said(scene, "admit")
    assert came(scene)[-1].hand_out == "BAND78"


def test_a_plan_that_does_not_fit_is_told_to_staff(scenes: Any) -> None:
    scene = scenes()
    scene.world.store.gate_records.take([Change("plan", "", '{"moon_phases": []}')], anew=False)
    scene.until(lambda: "moon_phases" in scene.window.model.state.around.plan_refused, "the refusal")
    scene.driver.tap("key-more")
    scene.until(lambda: any("does not fit" in text for text in scene.driver.texts()), "the words")
    scene.driver.tap("key-back")
    scene.show("FEST-0001", "admit")
    assert came(scene)[-1].list == "Main entrance", "the one before stays"
