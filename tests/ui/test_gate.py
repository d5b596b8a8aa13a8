"""The gate's window before a camera: people hold paper up, the screen answers, and what it says is on record.

Pictures are left in build/pictures/gate-LANGUAGE-NAME.png.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem

from kiosk.domain import ticket as tickets
from tests.ui.gate_scene import CHILD, G1, G7, NOW, Scene
from ui.bystanders import STANDS_BY_S
from ui.driver import Driver
from ui.watch import VERDICT_STANDS_S

LANGUAGES = ("en", "zh-Hans")


@pytest.fixture
def scene(screen_app: QGuiApplication, tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def test_let_in_once_then_refused_with_where_and_when(scene: Scene) -> None:
    text = scene.ticket()
    scene.show(text, "admit")
    assert scene.window.model.admitted
    ticket_id = tickets.read(text)[0].ticket_id
    assert scene.driver.property("last") == f"admit {ticket_id}"
    assert scene.world.records() == [("Admitted", ticket_id, "")]
    assert [fact.value for fact in scene.window.model.facts.rows] == ["G1, 07:00", "6", "8F"]
    scene.until(lambda: scene.window.model.count == 1, "one let in")
    scene.walk_on()
    assert scene.driver.text("gateQuestion") == "Show your ticket"
    scene.clock.forward(600)
    scene.show(text, "used")
    assert [fact.value for fact in scene.window.model.facts.rows] == ["06:44", "Gate 5", "G1, 07:00"]
    assert scene.world.records()[1:] == [("AdmissionRefused", ticket_id, "used")]


def test_a_verdict_stays_while_the_paper_does(scene: Scene) -> None:
    scene.show(scene.ticket(), "admit")
    for _ in range(5):
        scene.clock.forward(2)
        shown = scene.camera.shown
        scene.until(lambda shown=shown: scene.camera.shown > shown + 2, "more pictures")
    assert scene.stage == "verdict" and len(scene.world.records()) == 1


def test_two_tickets_in_one_picture_take_turns(scene: Scene) -> None:
    one, two = scene.ticket(), scene.ticket(place="8D", category=CHILD)
    said: list[str] = []
    scene.window.watch.judged.connect(lambda verdict: said.append(verdict.ticket_id))
    scene.camera.hold(one, two)
    scene.until(lambda: len(said) == 1, "the first verdict")
    shown = scene.camera.shown
    scene.until(lambda: scene.camera.shown > shown + 3, "more pictures")
    assert len(said) == 1, "the first can still be read"
    scene.clock.forward(VERDICT_STANDS_S + 0.1)
    scene.until(lambda: len(said) == 2, "the second verdict")
    scene.clock.forward(VERDICT_STANDS_S + 0.1)
    shown = scene.camera.shown
    scene.until(lambda: scene.camera.shown > shown + 3, "more pictures")
    assert len(said) == 2 and set(said) == {tickets.read(text)[0].ticket_id for text in (one, two)}
    assert [kind for kind, _, _ in scene.world.records()] == ["Admitted", "Admitted"]


def test_a_poster_beside_a_ticket_does_not_count(scene: Scene) -> None:
    scene.camera.hold("https://example.org/offers", scene.ticket())
    scene.until(lambda: scene.window.model.state.verdict == "admit", "the ticket")
    assert len(scene.world.records()) == 1


def frames(scene: Scene, count: int = 3) -> None:
    shown = scene.camera.shown
    scene.until(lambda: scene.camera.shown > shown + count, "more pictures")


def test_a_poster_behind_a_ticket_is_not_judged_when_a_frame_misses_the_ticket(scene: Scene) -> None:
    said: list[str] = []
    scene.window.watch.judged.connect(lambda verdict: said.append(verdict.reason))
    poster = "https://example.org/offers"
    scene.camera.hold(poster, scene.ticket())
    scene.until(lambda: scene.stage == "verdict", "the ticket")
    scene.camera.hold(poster)
    for _ in range(3):
        frames(scene)
        scene.clock.forward(VERDICT_STANDS_S)
    scene.until(lambda: scene.stage == "waiting", "the end of the verdict")
    assert said == ["admit"] and len(scene.world.records()) == 1
    scene.camera.hold(poster, scene.ticket(place="8D"))
    scene.until(lambda: len(said) == 2, "the next ticket")
    scene.camera.hold()
    frames(scene)
    scene.clock.forward(STANDS_BY_S + 1)
    scene.show(poster, "unknown")


def test_a_ticket_that_drifts_out_for_two_seconds_is_no_second_try(scene: Scene) -> None:
    said: list[str] = []
    scene.window.watch.judged.connect(lambda verdict: said.append(verdict.reason))
    text = scene.ticket()
    scene.show(text, "admit")
    scene.camera.hold()
    frames(scene)
    scene.clock.forward(2)
    scene.camera.hold(text)
    frames(scene)
    assert scene.stage == "verdict" and said == ["admit"] and len(scene.world.records()) == 1


def test_a_family_of_five_in_one_picture_comes_in_one_by_one(scene: Scene) -> None:
    texts = [scene.ticket(place=place) for place in ("8A", "8B", "8C", "8D", "8F")]
    said: list[str] = []
    scene.window.watch.judged.connect(lambda verdict: said.append(verdict.ticket_id))
    scene.camera.hold(*texts)
    for count in range(1, 6):
        scene.until(lambda count=count: len(said) == count, "the next of the family")
        here = next(each for each in texts if tickets.read(each)[0].ticket_id == said[-1])
        scene.camera.hold(*(each for each in texts if each != here))  # a frame may miss the one that is on screen
        frames(scene)
        assert len(said) == count, "each can be read before the next has its turn"
        scene.camera.hold(*texts)
        scene.clock.forward(VERDICT_STANDS_S + 0.1)
    frames(scene)
    assert len(said) == len(set(said)) == 5 and len(scene.world.records()) == 5


def test_the_next_passenger_needs_not_wait(scene: Scene) -> None:
    scene.show(scene.ticket(), "admit")
    scene.show(scene.world.central.other.sell(journey_id=G1), "not_leased")
    scene.show("https://example.org", "unknown")
    scene.show(scene.ticket(place="8D"), "admit")


def test_a_camera_that_is_gone_closes_the_gate_and_comes_back(scene: Scene) -> None:
    scene.camera.gone = "the camera 0 gives no picture; check its cable and its power"
    scene.until(lambda: scene.stage == "blind", "the closed gate")
    assert scene.driver.text("gateQuestion") == "Gate closed"
    assert "check its cable" in scene.driver.text("gateFault")
    scene.camera.gone = ""
    scene.until(lambda: scene.stage == "waiting", "the open gate")
    assert scene.camera.opened >= 2
    scene.show(scene.ticket(), "admit")


def test_a_refusal_shows_what_is_wrong_with_it(scene: Scene) -> None:
    shown = {}
    for text, reason in (
        (scene.ticket(journey_id=G1 + 2000), "wrong_day"),
        (scene.ticket(from_call=1), "wrong_place"),
        (scene.ticket(journey_id=G7), "not_yet"),
    ):
        scene.show(text, reason)
        shown[reason] = [fact.value for fact in scene.window.model.facts.rows]
        scene.walk_on()
    assert shown == {
        "wrong_day": ["26 Nov", "G1, 07:00", "Shanghai Hongqiao"],
        "wrong_place": ["¥\xa0185", "G1, 08:19", "Jinan West"],
        "not_yet": ["G7, 10:00", "09:00", "Shanghai Hongqiao"],
    }


def test_nobody_goes_in_unrecorded(scene: Scene) -> None:
    scene.world.store.close()
    scene.camera.hold(scene.ticket())
    scene.until(lambda: scene.stage == "blind", "the closed gate")
    assert scene.window.model.state.verdict == ""


def test_a_terminal_in_trouble_is_closed_without_flicker(scene: Scene) -> None:
    scene.until(lambda: scene.window.model.picture > 0, "a camera picture")
    scene.world.store.close()
    scene.window.look_around()
    scene.until(lambda: scene.stage == "blind", "the closed gate")
    stages: list[str] = []
    scene.window.model.changed.connect(lambda: stages.append(scene.window.model.stage))
    for _ in range(3):
        shown, pictures = scene.camera.shown, scene.window.model.picture
        scene.clock.forward(1)
        scene.window.look_around()
        scene.until(
            lambda shown=shown, pictures=pictures: (
                scene.camera.shown > shown + 3 and scene.window.model.picture > pictures
            ),
            "more pictures",
        )
    assert set(stages) == {"blind"}
    assert scene.driver.text("gateFault").startswith("For staff:")
    scene.window.model.look_around(scene.window.model.state.around)
    assert scene.stage == "waiting", "it says how it is again"


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (1080, 1920), (1024, 768)])
def test_a_verdict_fills_the_window(scene: Scene, size: tuple[int, int], tmp_path: Path) -> None:
    scene.window.window.resize(*size)
    for text, reason, colour in (
        (scene.ticket(), "admit", "#00693e"),
        (scene.ticket(key_id=b"none"), "unknown_issuer", "#b00020"),
    ):
        scene.show(text, reason)
        image = QImage(str(scene.driver.picture(tmp_path / f"{reason}.png")))
        width = image.width()
        assert {image.pixelColor(x, 2).name() for x in (2, width // 2, width - 3)} == {colour}
        row = int(_rectangle(scene.driver.get("verdictStep")).top()) + 2
        band = {image.pixelColor(x, row).name() for x in (2, width // 2, width - 3)}
        assert len(band) == 1 and band != {colour}, "the next step's band goes from edge to edge"
        assert not cut_off(scene.driver)
        scene.walk_on()


def test_without_lists_the_screen_says_why(screen_app: QGuiApplication, tmp_path: Path) -> None:
    scene = Scene(tmp_path, listed=False)
    try:
        assert any("No lists yet" in text for text in scene.driver.texts())
        scene.show(scene.ticket(), "unknown_issuer")
        scene.walk_on()
        scene.world.gate.take_manifest(scene.manifest, '"1"')
        scene.clock.forward(180)
        scene.window.look_around()
        scene.until(lambda: any("3 min ago" in text for text in scene.driver.texts()), "the age of the lists")
        scene.show(scene.ticket(), "admit")
    finally:
        scene.close()


def test_the_link_may_be_gone(scene: Scene) -> None:
    scene.online = False
    scene.window.look_around()
    scene.until(lambda: scene.window.model.offline, "the lost link")
    scene.show(scene.ticket(), "admit")


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures(screen_app: QGuiApplication, tmp_path: Path, language: str) -> None:
    scene = Scene(tmp_path, language)
    faults: list[str] = []

    def see(name: str) -> None:
        scene.picture(name)
        faults.extend(f"{name}: {fault}" for fault in cut_off(scene.driver))

    child = scene.ticket(place="8D", category=CHILD)
    shown = [
        ("admit", scene.ticket(), "admit"),
        ("admit-child", child, "admit"),
        ("used", child, "used"),
        ("early", scene.ticket(journey_id=G7), "not_yet"),
        ("day", scene.ticket(journey_id=G1 + 2000), "wrong_day"),
        ("station", scene.ticket(from_call=1), "wrong_place"),
        ("staff", scene.world.central.other.sell(journey_id=G1), "not_leased"),
        ("unknown", scene.ticket(key_id=b"none"), "unknown_issuer"),
        ("not-in-force", scene.ticket(issued=NOW + 3600), "not_in_force"),
        ("junk", "https://example.org", "unknown"),
    ]
    try:
        scene.until(lambda: scene.window.model.picture > 0, "a camera picture")
        see("waiting")
        for name, text, reason in shown:
            scene.show(text, reason)
            see(name)
            scene.walk_on()
        scene.camera.gone = "the camera 0 gives no picture; check its cable and its power"
        scene.until(lambda: scene.stage == "blind", "the closed gate")
        see("blind")
    finally:
        scene.close()
    assert not faults, "\n".join(faults)


def cut_off(driver: Driver) -> list[str]:
    """Texts that are elided, lie outside the window or on each other."""
    faults = []
    window = QRectF(0, 0, driver.window.width(), driver.window.height())
    shown: list[tuple[str, QRectF]] = []
    for item in driver.items():
        text = item.property("text")
        if not isinstance(text, str) or not text or item.property("wordsX") is None:
            continue
        if item.property("truncated"):
            faults.append(f"{text!r} is cut off")
        place = _rectangle(item)
        if not window.contains(place):
            faults.append(f"{text!r} lies outside the window")
        inner = place.adjusted(2, place.height() / 5, -2, -place.height() / 5)  # without the room above capitals
        faults += [f"{text!r} lies on {other!r}" for other, there in shown if there.intersects(inner)]
        shown.append((text, inner))
    return faults


def _rectangle(item: QQuickItem) -> QRectF:
    width = min(float(item.property("contentWidth")), item.width()) or item.width()
    height = float(item.property("contentHeight"))
    left, top = float(item.property("wordsX")), float(item.property("wordsY"))
    return item.mapRectToScene(QRectF(left, top, width, height))
