"""What staff do at the gate by tapping: answer, look, count, let in all the same, take back, look up, turn round.

Pictures are left in build/pictures/gate-LANGUAGE-hand-NAME.png.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.events import AdmissionAnnulled, Admitted, Exited
from kiosk.domain.gate.words import Decision, Word
from kiosk.domain.gate.world import GateList, GatePost, Product, Question, World
from tests.ui.gate_scene import Scene
from tests.ui.test_gate import cut_off
from ui.viewmodels.gatefacts import asked_of

PLAN = World(
    products=(
        Product(id="adult"),
        Product(id="child", attention=True, text="Ask who goes with them"),
        Product(id="senior", document="senior card"),
    ),
    questions=(Question(id="Bag checked?", kind="yes_no", products=("adult",), required=False, at_gate=False),),
)
ASKING = World(
    questions=(
        Question(id="Bag checked?", kind="yes_no"),
        Question(id="Which way?", kind="choice", options=("North", "South")),
        Question(id="Phone", kind="text"),
    )
)
IN_AND_OUT = World(lists=(GateList(id="all", reentry=True),), gates=(GatePost(id="Gate 5", list="all"),))
LYING, STANDING = (1280, 800), (800, 1280)


@pytest.fixture
def scenes(screen_app: QGuiApplication, tmp_path: Path) -> Iterator[Any]:
    made: list[Scene] = []

    def make(plan: World | None = None, size: tuple[int, int] = LYING, language: str = "en") -> Scene:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Scene(folder, language, size=size, **({"plan": plan} if plan else {})))
        return made[-1]

    yield make
    for scene in made:
        scene.close()


def facts_of(scene: Scene, kind: type) -> list[Any]:
    return [event for _, event in scene.world.store.journal.events() if isinstance(event, kind)]


def said(scene: Scene, word: str) -> None:
    scene.until(lambda: scene.window.model.state.verdict == word and scene.stage == "verdict", word)


def test_questions_are_answered_by_tapping(scenes: Any) -> None:
    scene = scenes(ASKING)
    scene.show(scene.ticket(), "answer_required")
    assert scene.window.model.state.told.signal == "ask"
    assert scene.window.model.state.told.facts[0].value == "Bag checked?"
    scene.driver.tap("key-answer true")
    scene.until(lambda: scene.window.model.state.told.facts[0].value == "Which way?", "the next question")
    scene.driver.tap("key-answer South")
    scene.until(lambda: scene.window.model.state.told.facts[0].value == "Phone", "the last question")
    scene.driver.tap("key-answer")
    for letter in "555":
        scene.driver.tap(f"pad-{letter}")
    assert not cut_off(scene.driver)
    scene.driver.tap("key-enter")
    said(scene, "admit")
    assert len(facts_of(scene, Admitted)) == 1


def test_nobody_else_is_judged_while_a_question_is_open(scenes: Any) -> None:
    scene = scenes(ASKING)
    scene.show(scene.ticket(), "answer_required")
    before = scene.window.model.state.ticket
    scene.camera.hold(scene.ticket(place="8D"))
    shown = scene.camera.shown
    scene.until(lambda: scene.camera.shown > shown + 4, "more pictures")
    assert scene.window.model.state.ticket == before
    scene.driver.tap("key-next")
    scene.until(lambda: scene.window.model.state.ticket != before, "the next person")


def test_a_group_of_which_not_all_go_in(scenes: Any) -> None:
    scene = scenes()
    text = scene.ticket(persons=3, flags=tickets.FLAG_GROUP)
    scene.show(text, "admit")
    scene.driver.tap("key-fewer")
    scene.until(lambda: len(facts_of(scene, AdmissionAnnulled)) == 1, "the passing of three taken back")
    scene.until(lambda: "2 people" in scene.window.model.reason, "the screen says that two go in")
    assert any("2 people" in text for text in scene.driver.texts())
    scene.until(lambda: scene.window.model.count == 2, "two in")
    assert facts_of(scene, Admitted)[-1].persons == 2
    scene.walk_on()
    scene.show(text, "admit")
    scene.until(lambda: scene.window.model.count == 3, "the third in")
    scene.walk_on()
    scene.show(text, "used")


def test_not_turned_is_taken_back(scenes: Any) -> None:
    scene = scenes()
    text = scene.ticket()
    scene.show(text, "admit")
    scene.driver.tap("key-annul")
    scene.until(lambda: len(facts_of(scene, AdmissionAnnulled)) == 1, "the passing taken back")
    shown = scene.camera.shown
    scene.until(lambda: scene.camera.shown > shown + 4, "more pictures of the same paper")
    assert len(facts_of(scene, Admitted)) == 1, "still held up, it is not judged again"
    scene.walk_on()
    scene.show(text, "admit")
    scene.until(lambda: scene.window.model.count == 1, "one in, not two")


def test_let_in_all_the_same_by_somebody_with_a_name(scenes: Any) -> None:
    scene = scenes()
    scene.window._services.staff.add("7", "Li Wei", "supervisor", "482915")
    text = scene.ticket()
    scene.show(text, "admit")
    scene.walk_on()
    scene.show(text, "used")
    scene.driver.tap("key-override")
    scene.driver.tap("pad-7")
    scene.driver.tap("key-enter")
    for figure in "111111":
        scene.driver.tap(f"pad-{figure}")
    assert scene.driver.text("typed") == "••••••"
    scene.driver.tap("key-enter")
    scene.until(lambda: "do not belong together" in scene.driver.text("sheetNote"), "the wrong PIN refused")
    scene.driver.tap("pad-7")
    scene.driver.tap("key-enter")
    for figure in "482915":
        scene.driver.tap(f"pad-{figure}")
    scene.driver.tap("key-enter")
    scene.driver.tap("line-0")
    said(scene, "admit")
    last = facts_of(scene, Admitted)[-1]
    assert (last.override, last.role, last.by) == ("used", "supervisor", "Li Wei (7)")
    assert last.reason == "Document seen, holder is right"


def test_an_attendant_may_not(scenes: Any) -> None:
    scene = scenes()
    scene.window._services.staff.add("8", "Wang Fang", "attendant", "482915")
    text = scene.ticket()
    scene.show(text, "admit")
    scene.walk_on()
    scene.show(text, "used")
    scene.driver.tap("key-override")
    scene.driver.tap("pad-8")
    scene.driver.tap("key-enter")
    for figure in "482915":
        scene.driver.tap(f"pad-{figure}")
    scene.driver.tap("key-enter")
    scene.driver.tap("line-2")
    said(scene, "override_refused")
    assert len(facts_of(scene, Admitted)) == 1


def test_people_leave_and_are_counted(scenes: Any) -> None:
    scene = scenes(IN_AND_OUT)
    text = scene.ticket()
    scene.show(text, "admit")
    scene.walk_on()
    scene.driver.tap("key-more")
    scene.driver.tap("key-out")
    scene.driver.tap("key-back")
    scene.show(text, "exit")
    assert scene.window.model.state.told.signal == "bye" and len(facts_of(scene, Exited)) == 1
    scene.until(lambda: (scene.window.model.count, scene.window.model.out, scene.window.model.inside) == (1, 1, 0), "")


def test_the_last_ten_with_their_reasons(scenes: Any) -> None:
    scene = scenes()
    for number in range(12):
        scene.show(f"https://example.org/{number}", "unknown")
        scene.walk_on()
    scene.driver.tap("key-last")
    assert len([name for name in scene.driver.names() if name.startswith("line-")]) == 5
    scene.driver.tap("key-older")
    scene.driver.tap("line-4")
    assert "This is not a ticket of ours" in scene.driver.texts()
    scene.driver.tap("key-back")
    scene.driver.tap("key-back")
    assert scene.driver.property("sheet") == "" and len(scene.window.model.scans) == 10


def test_a_typed_code_says_what_became_of_the_ticket(scenes: Any) -> None:
    scene = scenes()
    text = scene.ticket()
    scene.show(text, "admit")
    scene.walk_on()
    scene.driver.tap("key-lookup")
    for letter in human_code(tickets.read(text)[0].ticket_id).replace("-", ""):
        if scene.driver.find(f"pad-{letter}") is None:
            scene.driver.tap("pad-page")
        scene.driver.tap(f"pad-{letter}")
    scene.driver.tap("key-search")
    scene.until(lambda: any(text.startswith("Used ") for text in scene.driver.texts()), "what became of it")
    scene.driver.tap("line-0")
    scene.until(lambda: "Gate 5" in " ".join(scene.driver.texts()), "where it was used")
    scene.driver.tap("key-back")
    scene.driver.tap("key-back")
    scene.driver.tap("pad-erase")
    scene.driver.tap("key-search")
    scene.until(lambda: scene.driver.text("sheetNote").startswith("Nothing here"), "nothing")


def test_emergency_lets_nobody_in(scenes: Any) -> None:
    scene = scenes()
    scene.driver.tap("key-more")
    scene.driver.tap("key-open")
    scene.driver.tap("key-back")
    scene.until(lambda: scene.driver.text("gateQuestion").startswith("Emergency"), "the screen says so")
    scene.show(scene.ticket(), "emergency")
    scene.walk_on()
    scene.driver.tap("key-more")
    scene.driver.tap("key-open")
    scene.driver.tap("key-back")
    scene.show(scene.ticket(place="8D"), "admit")


@pytest.mark.parametrize("size", [LYING, STANDING])
def test_keys_are_large_and_below_and_change_sides(scenes: Any, size: tuple[int, int]) -> None:
    scene = scenes(size=size)
    mm = 216 if size == LYING else 120
    for _ in range(2):
        keys = [item for item in scene.driver.items() if item.objectName().startswith("key-")]
        places = [item.mapRectToScene(item.boundingRect()) for item in keys]
        assert len(keys) == 5
        assert all(min(each.width(), each.height()) / size[0] * mm > 19.8 for each in places), "20 mm for gloves"
        assert all(each.top() > size[1] * 2 / 3 - 2 for each in places), "the lower third"
        right = max(each.right() for each in places) > size[0] * 0.9
        left = min(each.left() for each in places) < size[0] * 0.1
        assert right != left
        assert scene.window.hand.lefty == left
        scene.driver.tap("key-more")
        scene.driver.tap("key-hand")
        scene.driver.tap("key-back")


@pytest.mark.parametrize(("size", "language"), [(LYING, "en"), (STANDING, "zh-Hans"), (STANDING, "en")])
def test_pictures_of_every_sheet(scenes: Any, size: tuple[int, int], language: str) -> None:
    scene = scenes(PLAN, size=size, language=language)
    faults: list[str] = []
    shape = "lying" if size == LYING else "standing"

    def see(name: str) -> None:
        scene.picture(f"hand-{shape}-{name}")
        faults.extend(f"{name}: {fault}" for fault in cut_off(scene.driver))

    scene.until(lambda: scene.window.model.picture > 0, "a camera picture")
    see("waiting")
    text = scene.ticket()
    for name, code, word in (
        ("go", text, "admit"),
        ("look", scene.ticket(place="8D", category=1), "admit"),
        ("ask", scene.ticket(place="9D", category=2), "document"),
        ("again", "https://example.org", "unknown"),
        ("group", scene.ticket(place="9F", persons=3, flags=tickets.FLAG_GROUP), "admit"),
        ("stop", scene.ticket(from_call=1), "wrong_place"),
    ):
        scene.show(code, word)
        see(name)
        if scene.driver.find("key-next"):
            scene.driver.tap("key-next")
        scene.walk_on()
    for key in ("last", "counts", "more", "lookup"):
        scene.driver.tap(f"key-{key}")
        see(key)
        if key == "last":
            scene.driver.tap("line-0")
            see("detail")
            scene.driver.tap("key-back")
        scene.driver.tap("key-back")
    scene.driver.tap("key-more")
    scene.driver.tap("key-sun")
    scene.driver.tap("key-hand")
    see("sun-more")
    scene.driver.tap("key-back")
    see("sun-waiting")
    scene.show(scene.ticket(place="10F"), "admit")
    see("sun-go")
    scene.walk_on()
    scene.show(text, "used")
    see("sun-stop")
    assert not faults, "\n".join(faults)


class LitCamera:
    """The scene's camera, with a lamp, in the dark."""

    def __init__(self, scene_camera: Any) -> None:
        self._camera, self.lamp = scene_camera, False
        self.light = SimpleNamespace(hint="too_dark")

    def frames(self) -> Iterator[Any]:
        return iter(self._camera.frames())

    def torch(self, on: bool) -> bool:
        self.lamp = on
        return True

    def close(self) -> None:
        self._camera.close()


def test_the_dark_is_said_and_the_lamp_switched(scenes: Any) -> None:
    scene = scenes()
    lit = LitCamera(scene.camera)
    scene.window.watch._eyes[0].reader = lit
    for _ in range(5):
        scene.window.look_around()
        scene.until(lambda: not scene.window._tasks._executor._work_queue.qsize(), "a look around")
    scene.until(lambda: "Too dark" in scene.window.model.hint, "the hint")
    assert scene.driver.text("gateHint").startswith("Too dark")
    scene.driver.tap("key-light")
    scene.until(lambda: lit.lamp and scene.window.hand.state.torch, "the lamp")
    scene.driver.tap("key-light")
    scene.until(lambda: not lit.lamp and not scene.window.hand.state.torch, "the dark again")


def test_a_camera_without_a_lamp_has_no_key_for_it(scenes: Any) -> None:
    scene = scenes()
    scene.driver.tap("key-light")
    scene.until(lambda: "key-light" not in scene.driver.names(), "the key without a plate")


def test_a_fare_due_and_the_right_gate_are_said() -> None:
    due = Decision(word=Word.WRONG_PLACE, fare_due=12050)
    assert [fact.value for fact in asked_of(due, "CNY")] == ["¥\u00a0120.50"]
    elsewhere = Decision(word=Word.WRONG_GATE, right_gate="Gate 3")
    assert [fact.value for fact in asked_of(elsewhere, "CNY")] == ["Gate 3"]
