"""Every screen in every language, shape and strength: a picture for the eye, and what a machine can judge.

Nothing is cut off, nothing lies outside the window, everything touchable is 20 mm and has a name.
The pictures are in build/pictures/SHAPE-LANGUAGE[-STRENGTH]/.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtQuick import QQuickItem

from tests.ui.walk import SCREENS, walk
from tests.ui.world import Session, World
from ui.driver import Driver

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
TOUCH = 64  # units: 20 mm
VARIANTS = [
    ("portrait", "en", ""),
    ("portrait", "zh-Hans", ""),
    ("landscape", "en", ""),
    ("landscape", "zh-Hans", ""),
    ("portrait", "en", "contrast-large"),
    ("portrait", "zh-Hans", "contrast-large"),
    ("landscape", "en", "contrast-large"),
    ("portrait", "en", "dark"),
]


@pytest.mark.parametrize(("shape", "language", "strength"), VARIANTS)
def test_every_screen(screen_app: QGuiApplication, tmp_path: Path, shape: str, language: str, strength: str) -> None:
    folder = PICTURES / "-".join(part for part in (shape, language, strength) if part)
    world = World(tmp_path)
    kiosk = Session(world, shape, language)
    faults: list[str] = []
    seen: list[str] = []

    def see(name: str) -> None:
        strengthen(kiosk, strength)
        kiosk.driver.picture(folder / f"{name}.png")
        seen.append(name)
        faults.extend(f"{name}: {fault}" for fault in faults_on_screen(kiosk.driver))

    try:
        walk(kiosk, see)
    finally:
        kiosk.close()
        world.close()
    assert tuple(seen) == SCREENS
    assert not faults, "\n".join(dict.fromkeys(faults))


def strengthen(kiosk: Session, strength: str) -> None:
    """The picture forgets its strength between passengers; set it again where needed."""
    terminal = kiosk.kiosk.terminal
    mode = "contrast" if "contrast" in strength else "dark" if "dark" in strength else "light"
    if terminal.state.mode != mode:
        terminal.useMode(mode)
    if terminal.state.large != ("large" in strength):
        terminal.toggleLarge()
    QGuiApplication.processEvents()


def faults_on_screen(driver: Driver) -> Iterator[str]:
    """In words, everything a passenger would stumble over."""
    window = driver.window
    frame = QRectF(0, 0, window.width(), window.height()).adjusted(-1, -1, 1, 1)
    touchable = []
    for item in driver.items():
        scene = item.mapRectToScene(QRectF(0, 0, item.width(), item.height()))
        if is_text(item):
            yield from text_faults(item, scene, frame)
        if is_touchable(item):
            touchable.append((item, scene))
            name = item.objectName()
            if not name:
                yield f"something touchable has no name: {spoken(item)!r}"
            if min(scene.width(), scene.height()) < TOUCH:
                yield f"{name} is {scene.width():.0f} x {scene.height():.0f}, smaller than 20 mm"
            if not frame.contains(scene):
                yield f"{name} lies outside the window"
            if not spoken(item):
                yield f"{name} says nothing to a screen reader"
    yield from overlaps(touchable)


def is_text(item: QQuickItem) -> bool:
    return item.metaObject().indexOfProperty("truncated") >= 0 and item.isVisible()


def is_touchable(item: QQuickItem) -> bool:
    if item.metaObject().indexOfSignal("tapped()") < 0:
        return False
    live = item.parentItem().property("live") if item.parentItem() else None
    return item.property("available") is not False and live is not False


def spoken(item: QQuickItem) -> str:
    interface = QAccessible.queryAccessibleInterface(item)
    return interface.text(QAccessible.Text.Name) if interface else str(item.property("label") or "")


def text_faults(item: QQuickItem, scene: QRectF, frame: QRectF) -> Iterator[str]:
    text = str(item.property("text"))
    if not text or not item.width():
        return
    if item.property("truncated"):
        yield f"cut off: {text!r}"
    if item.property("contentWidth") > item.width() + 2:
        yield f"wider than its place: {text!r}"
    if not frame.contains(scene):
        yield f"outside the window: {text!r}"
    plate = item.parentItem()
    while plate is not None and not is_touchable(plate):
        plate = plate.parentItem()
    if plate is not None:
        sheet = plate.mapRectToScene(QRectF(0, 0, plate.width(), plate.height())).adjusted(-2, -2, 2, 2)
        if not sheet.contains(scene):
            yield f"sticks out of {plate.objectName()}: {text!r}"


def overlaps(touchable: list[tuple[QQuickItem, QRectF]]) -> Iterator[str]:
    """Two things to touch must not lie on each other; sheets over the screen are told by their names."""
    over = {"large", "mode-contrast", "mode-dark", "closeOverlay", "use-en", "use-zh-Hans", "stillHere"}
    for number, (one, here) in enumerate(touchable):
        for other, there in touchable[number + 1 :]:
            if (one.objectName() in over) == (other.objectName() in over) and here.intersects(there):
                yield f"{one.objectName()} and {other.objectName()} overlap"
