"""Staff look somebody up by tapping, see what became of the ticket, let in with a reason, and take fares.

Pictures are left in build/pictures/gate-LANGUAGE-find-SHAPE-NAME.png.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest

from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.events import AdmissionAnnulled, Admitted, TicketLookedUp
from kiosk.domain.gate.world import Ticket, World
from sync.wire import BookedRow, Change
from tests.ui.gate_scene import G1, TRAIN, Scene
from tests.ui.test_gate import cut_off
from tests.ui.test_gate_hand import LYING, STANDING, facts_of, said

GUARDED = World(look_up_roles=("supervisor",))
PIN = "482915"


@pytest.fixture
def scenes(screen_app: QGuiApplication, tmp_path: Path) -> Iterator[Any]:
    made: list[Scene] = []

    def make(plan: World | None = None, size: tuple[int, int] = LYING, language: str = "en") -> Scene:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Scene(folder, language, size=size, **({"plan": plan} if plan else {})))
        staff = made[-1].window._services.staff
        staff.add("7", "Li Wei", "supervisor", PIN)
        staff.add("8", "Wang Fang", "attendant", PIN)
        return made[-1]

    yield make
    for scene in made:
        scene.close()


def book(scene: Scene, text: str, holder: str, sale: str) -> str:
    """Central tells the gate whose ticket this is; its code."""
    ticket = tickets.read(text)[0]
    place = TRAIN.index_of(ticket.coach, ticket.seat)
    row = BookedRow(
        sale, G1, place, ticket.from_call, ticket.to_call, TRAIN.place_class_of(place), "p", "adult", 1, holder
    )
    change = Change("booked", ticket.ticket_id, msgspec.json.encode(row).decode())
    scene.world.store.gate_records.take([change], anew=False)
    return human_code(ticket.ticket_id)


def type_in(scene: Scene, text: str) -> None:
    for letter in text.upper():
        for _ in range(3):
            if scene.driver.find(f"pad-{letter}") is None:
                scene.driver.tap("pad-page")
        scene.driver.tap(f"pad-{letter}")


def search(scene: Scene, text: str) -> list[Any]:
    type_in(scene, text)
    scene.driver.tap("key-search")
    scene.until(lambda: scene.driver.property("sheet") == "hits", f"who goes by {text}")
    return list(scene.window.hand.lines.rows)


def sign_on(scene: Scene, number: str = "7") -> None:
    type_in(scene, number)
    scene.driver.tap("key-enter")
    type_in(scene, PIN)
    scene.driver.tap("key-enter")


def test_by_name_with_a_space_and_let_in_with_a_reason(scenes: Any) -> None:
    scene = scenes()
    book(scene, scene.ticket(), "Ana Maria Silva", "s1")
    book(scene, scene.ticket(place="8D"), "Ana Lima", "s2")
    scene.driver.tap("key-lookup")
    (row,) = search(scene, "ana maria")
    assert (row.title, row.value, row.sign) == ("Ana Maria Silva", "Not used", "again")
    assert "G1" in row.detail and "Adult" in row.detail
    scene.driver.tap("line-0")
    shown = {line.detail: line.title for line in scene.window.hand.lines.rows}
    assert shown["Name"] == "Ana Maria Silva" and shown["Seat"] == "6 / 8F"
    assert shown["Way"] == "Beijing South – Shanghai Hongqiao" and shown["Ticket for"] == "Adult, Second class"
    scene.driver.tap("key-in")
    sign_on(scene)
    scene.until(lambda: scene.driver.property("sheet") == "reasons", "the reasons")
    scene.driver.tap("line-0")
    said(scene, "admit")
    fact = facts_of(scene, Admitted)[-1]
    assert (fact.override, fact.role, fact.by) == ("name_only", "supervisor", "Li Wei (7)")
    assert [(each.text, each.hits, each.by) for each in facts_of(scene, TicketLookedUp)] == [("ANA MARIA", 1, "")]
    assert not scene.driver.names().count("key-beyond")
    scene.clock.forward(3)
    scene.until(lambda: scene.stage == "waiting", "the next passenger")


def test_not_turned_after_a_look_up_takes_it_back(scenes: Any) -> None:
    scene = scenes()
    book(scene, scene.ticket(), "Ana", "s1")
    scene.driver.tap("key-lookup")
    search(scene, "ana")
    scene.driver.tap("line-0")
    scene.driver.tap("key-in")
    sign_on(scene)
    scene.until(lambda: scene.driver.property("sheet") == "reasons", "the reasons")
    scene.driver.tap("line-0")
    said(scene, "admit")
    scene.driver.tap("key-annul")
    scene.until(lambda: len(facts_of(scene, AdmissionAnnulled)) == 1, "taken back")
    scene.driver.tap("key-lookup")
    assert search(scene, "ana")[0].value == "Not used"


def test_number_and_pin_first_where_the_plan_wants_it(scenes: Any) -> None:
    scene = scenes(GUARDED)
    book(scene, scene.ticket(), "Ana", "s1")
    scene.driver.tap("key-lookup")
    sign_on(scene, "8")
    scene.until(lambda: "may not look" in scene.driver.text("sheetNote"), "an attendant refused")
    sign_on(scene)
    scene.until(lambda: scene.driver.property("sheet") == "lookup", "the look-up")
    search(scene, "ana")
    scene.driver.tap("line-0")
    scene.driver.tap("key-in")
    assert scene.driver.property("sheet") == "reasons", "who signed on to look up need not again"
    scene.driver.tap("line-1")
    said(scene, "admit")
    (looked,) = facts_of(scene, TicketLookedUp)
    assert (looked.by, looked.role, looked.text, looked.hits) == ("Li Wei (7)", "supervisor", "ANA", 1)
    assert facts_of(scene, Admitted)[-1].by == "Li Wei (7)"
    scene.walk_on()
    scene.driver.tap("key-lookup")
    assert scene.driver.property("sheet") == "number", "the next look-up asks anew"


def test_a_keyboard_writes_names_in_any_script(scenes: Any) -> None:
    scene = scenes()
    book(scene, scene.ticket(), "王芳", "s1")
    scene.driver.tap("key-lookup")
    window = scene.window.window
    written = QInputMethodEvent()
    written.setCommitString("王")
    QCoreApplication.sendEvent(window.activeFocusItem(), written)
    scene.until(lambda: scene.driver.text("typed") == "王", "what an input method wrote")
    QTest.keyClick(window, Qt.Key.Key_Return)
    scene.until(lambda: scene.driver.property("sheet") == "hits", "who goes by it")
    assert [row.title for row in scene.window.hand.lines.rows] == ["王芳"]
    scene.driver.tap("key-back")
    scene.driver.tap("pad-erase")
    for letter in "an":
        QTest.keyClick(window, letter)
    scene.driver.tap("pad-A")
    scene.until(lambda: scene.driver.text("typed") == "anA", "keys and pad write one text")
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert scene.driver.property("sheet") == ""


def test_the_last_scans_have_names_where_they_are_known(scenes: Any) -> None:
    scene = scenes()
    named, other = scene.ticket(), scene.ticket(place="8D")
    book(scene, named, "Ana Maria", "s1")
    for text in (named, other):
        scene.show(text, "admit")
        scene.walk_on()
    scene.driver.tap("key-last")
    unnamed, first = (row.detail for row in scene.window.hand.lines.rows)
    assert first.startswith("Ana Maria  G1") and unnamed.startswith("G1")
    scene.driver.tap("line-1")
    assert {"Ana Maria", human_code(tickets.read(named)[0].ticket_id)} <= set(scene.driver.texts())


def test_nothing_and_too_short_say_what_to_do(scenes: Any) -> None:
    scene = scenes(World(search_min=3))
    scene.driver.tap("key-lookup")
    type_in(scene, "an")
    scene.driver.tap("key-search")
    scene.until(lambda: "at least 3" in scene.driver.text("sheetNote"), "too short")
    type_in(scene, "a")
    assert scene.driver.find("sheetNote") is None or not scene.driver.text("sheetNote")
    scene.driver.tap("key-search")
    scene.until(lambda: scene.driver.text("sheetNote").startswith("Nothing here"), "nothing")
    assert scene.driver.property("sheet") == "lookup" and not cut_off(scene.driver)


def test_who_rides_on_pays_and_it_is_on_record(scenes: Any) -> None:
    scene = scenes()
    text = scene.ticket(to_call=1)
    scene.show(text, "admit")
    scene.driver.tap("key-beyond")
    scene.until(lambda: scene.driver.property("sheet") == "stops", "the stops")
    rows = list(scene.window.hand.lines.rows)
    assert [row.title for row in rows] == ["Nanjing South", "Shanghai Hongqiao"]
    assert all(row.value.startswith("¥") for row in rows)
    scene.driver.tap("line-1")
    said(scene, "wrong_place")
    assert scene.window.model.reason == "The ticket ends before that stop"
    facts = [fact.value for fact in scene.window.model.facts.rows]
    assert facts[0] == rows[1].value and facts[1] == "Shanghai Hongqiao"
    assert len(facts_of(scene, AdmissionAnnulled)) == 1, "the passing to the ticket's end is taken back"
    scene.driver.tap("key-fare")
    sign_on(scene)
    said(scene, "admit")
    fact = facts_of(scene, Admitted)[-1]
    assert (fact.alight, fact.by) == ("AOH", "Li Wei (7)") and fact.fare_minor > 0
    assert "Shanghai Hongqiao" in scene.window.model.step
    scene.until(lambda: scene.window.model.count == 1, "one in")


def test_who_does_not_pay_goes_to_the_ticket_s_end(scenes: Any) -> None:
    scene = scenes()
    scene.show(scene.ticket(to_call=1), "admit")
    scene.driver.tap("key-beyond")
    scene.until(lambda: scene.driver.property("sheet") == "stops", "the stops")
    scene.driver.tap("line-0")
    said(scene, "wrong_place")
    scene.driver.tap("key-within")
    said(scene, "admit")
    assert (facts_of(scene, Admitted)[-1].alight, facts_of(scene, Admitted)[-1].fare_minor) == ("", 0)


def test_who_gets_in_before_the_ticket_begins_pays(scenes: Any) -> None:
    scene = scenes()
    scene.show(scene.ticket(from_call=1), "wrong_place")
    scene.driver.tap("key-fare")
    sign_on(scene)
    said(scene, "admit")
    assert facts_of(scene, Admitted)[-1].fare_minor == 18500


@pytest.mark.parametrize(("size", "language"), [(LYING, "en"), (STANDING, "zh-Hans"), (STANDING, "en")])
def test_pictures_of_looking_up_and_riding_on(scenes: Any, size: tuple[int, int], language: str) -> None:
    scene = scenes(size=size, language=language)
    faults: list[str] = []
    shape = "lying" if size == LYING else "standing"

    def see(name: str) -> None:
        scene.picture(f"find-{shape}-{name}")
        faults.extend(f"{name}: {fault}" for fault in cut_off(scene.driver))

    used = scene.ticket()
    scene.show(used, "admit")
    scene.walk_on()
    names = (
        "Ana Maria Gonçalves da Silva e Souza",
        "Ana Lima",
        "Ana 王芳",
        "Anastasia Ivanova",
        "",
        "Hanan",
        "Ana Ruiz",
    )
    code = book(scene, used, names[0], "s1")
    for place, name in zip(("8D", "9F", "9D", "10D", "10F", "11F"), names[1:], strict=True):
        gone = {"from_call": 1} if place == "9F" else {}
        book(scene, scene.ticket(place=place, **gone), name, "s1" if place in ("9F", "10D") else place)
    scene.world.store.gate_records.take(
        [Change("guest", "XK-99812", msgspec.json.encode(Ticket(code="XK-99812", holder="Ana Guest")).decode())],
        anew=False,
    )
    scene.driver.tap("key-lookup")
    see("pad")
    scene.driver.tap("pad-page")
    see("pad-2")
    search(scene, "ana")
    see("hits")
    scene.driver.tap("key-older")
    see("hits-2")
    scene.driver.tap("line-0")
    see("hit")
    scene.driver.tap("key-back")
    scene.driver.tap("key-back")
    for _ in range(3):
        scene.driver.tap("pad-erase")
    search(scene, code.replace("-", ""))
    see("booking")
    scene.driver.tap("line-0")
    see("used")
    scene.driver.tap("key-in")
    see("number")
    scene.driver.tap("key-back")
    assert scene.driver.property("sheet") == "hit"
    scene.driver.tap("key-back")
    scene.driver.tap("key-back")
    type_in(scene, "X")
    scene.driver.tap("key-search")
    scene.until(lambda: scene.window.hand.state.note != "", "nothing")
    see("nothing")
    scene.driver.tap("key-back")
    scene.show(scene.ticket(place="12F", to_call=1), "admit")
    see("admit")
    scene.driver.tap("key-beyond")
    scene.until(lambda: scene.driver.property("sheet") == "stops", "the stops")
    see("stops")
    scene.driver.tap("line-1")
    said(scene, "wrong_place")
    see("fare")
    scene.driver.tap("key-fare")
    sign_on(scene)
    said(scene, "admit")
    see("paid")
    scene.walk_on()
    scene.driver.tap("key-last")
    see("last")
    scene.driver.tap("key-back")
    scene.driver.tap("key-more")
    scene.driver.tap("key-sun")
    scene.driver.tap("key-hand")
    scene.driver.tap("key-back")
    scene.driver.tap("key-lookup")
    see("sun-pad")
    search(scene, "ana")
    see("sun-hits")
    assert not faults, "\n".join(faults)
