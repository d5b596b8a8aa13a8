"""The sheet of figures: this gate by train and product, all gates together, the others with how old theirs are.

Pictures are left in build/pictures/gate-LANGUAGE-counts-SHAPE.png.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.domain.events import AdmissionLearned, Admitted, Exited
from kiosk.domain.passages import Author
from kiosk.services.figures import OthersFigures
from kiosk.services.neighbours import Neighbour, Neighbours
from tests.ui.gate_scene import ADULT, CHILD, G1, NOW, Scene
from tests.ui.test_gate import cut_off

NAMES = {21: "Gate 3", 22: "Gate 8"}


@pytest.fixture(params=[((1280, 800), "en", "lying"), ((800, 1280), "zh-Hans", "standing")], ids=["lying", "standing"])
def scene(screen_app: QGuiApplication, tmp_path: Path, request: Any) -> Iterator[Scene]:
    size, language, _ = request.param
    scene = Scene(tmp_path, language, size=size)
    figures = OthersFigures(scene.world.store)

    def neighbours(since: int) -> Neighbours:
        """As the network tells: what was heard, and how long ago."""
        told = figures.since(since)
        others = tuple(
            Neighbour(name, True, sum(each.entered for each in told[Author(number, 1)]), 700.0, told[Author(number, 1)])
            for number, name in NAMES.items()
        )
        return Neighbours(on=True, others=others)

    for number in NAMES:
        told = itertools.count(1)
        for product, persons, kind in (("adult/second", 7, Admitted), ("child/second", 2, Admitted)) + (
            (("adult/second", 3, Exited),) if number == 21 else ()
        ):
            seq = next(told)
            fact = kind(
                ticket_id=f"{seq:016x}",
                journey_id=G1,
                gate=NAMES[number],
                at=int(NOW),
                persons=persons,
                product=product,
            )
            scene.world.store.journal.append(
                AdmissionLearned(
                    terminal_id=number,
                    incarnation=1,
                    seq=seq,
                    previous=seq - 1,
                    signature="",
                    body=msgspec.json.encode(fact).decode(),
                )
            )
    scene.world.gate.neighbours = neighbours
    yield scene
    scene.close()


def test_counts_by_product_of_every_gate(scene: Scene, request: pytest.FixtureRequest) -> None:
    for place, category in (("8F", ADULT), ("8D", ADULT), ("9F", CHILD)):
        scene.show(scene.ticket(place=place, category=category), "admit")
        scene.walk_on()
    scene.until(lambda: scene.window.model.count == 3, "three in")
    scene.driver.tap("key-counts")
    shape = request.node.callspec.id
    lines: dict[str, tuple[str, str]] = {}
    for page in itertools.count(1):
        scene.picture(f"counts-{shape}-{page}")
        assert not cut_off(scene.driver)
        lines |= {f"{row.title} {row.detail}": row.value for row in scene.window.hand.lines.rows}
        if not next(key for key in scene.window.hand.keys.rows if key.name == "older").available:
            break
        scene.driver.tap("key-older")
    if scene.language != "en":
        assert len(lines) == 15
        return
    assert lines == {
        "In today ": "3",
        "Out today ": "0",
        "Inside ": "3",
        "G1 ": "3",
        "Adult, Second class 0 out, 2 inside": "2",
        "Child, Second class 0 out, 1 inside": "1",
        "All gates 11 min ago  ·  3 out, 18 inside": "21",
        "Adult, Second class All gates  ·  3 out, 13 inside": "16",
        "Child, Second class All gates  ·  0 out, 5 inside": "5",
        "Gate 3 11 min ago  ·  3 out, 6 inside": "9",
        "Adult, Second class Gate 3  ·  3 out, 4 inside": "7",
        "Child, Second class Gate 3  ·  0 out, 2 inside": "2",
        "Gate 8 11 min ago  ·  0 out, 9 inside": "9",
        "Adult, Second class Gate 8  ·  0 out, 7 inside": "7",
        "Child, Second class Gate 8  ·  0 out, 2 inside": "2",
    }
