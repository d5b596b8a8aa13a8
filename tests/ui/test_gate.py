"""The gate's window before a camera: people hold paper up, the screen answers, and what it says is on record.

Pictures are left in build/pictures/gate-LANGUAGE-NAME.png.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem

from devices.camera.reader import Decoder
from kiosk.domain import ticket as tickets
from kiosk.domain.allotment import Block
from kiosk.domain.errors import ReaderFault
from kiosk.domain.network import service_day_start
from kiosk.ports import CodeReader, Frame
from sync.wire import LeaseRow
from tests.conftest import SettableClock
from tests.gate_world import GateWorld
from tests.ui import network
from ui.driver import Driver
from ui.gate import GateServices, GateWindow
from ui.stage import ScreenOptions
from ui.watch import VERDICT_STANDS_S, VERDICT_STAYS_S

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
BOOK = network.catalogue()
TRAIN = next(layout for layout in BOOK.layouts if layout.id != "hall")
NOW = service_day_start("2026-11-24", "Asia/Shanghai") + 6 * 3600 + 44 * 60
G1, G7, CONCERT = 2001, 2008, 2019
ADULT, CHILD = 0, 1
LANGUAGES = ("en", "zh-Hans")


class Camera:
    """What is before the lens; frames come as fast as they are taken."""

    def __init__(self) -> None:
        self._decoder, self._news = Decoder(), threading.Condition()
        self._closed, self.gone, self.shown, self.opened = False, "", 0, 0
        self._frame = Frame(scenery())

    def open(self) -> CodeReader:
        self.opened += 1
        self._closed = False
        if self.gone:
            raise ReaderFault(self.gone)
        return self

    def hold(self, *texts: str) -> None:
        """Hold these codes up, side by side; none = take them away."""
        image = scenery()
        for number, text in enumerate(texts):
            code = np.asarray(
                zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=4)
            )
            height, width = code.shape[:2]
            left = (1280 - width * len(texts)) // 2 + number * (width + 8)
            image[200 : 200 + height, left : left + width] = code[..., None]
        codes = self._decoder.read(image) if texts else ()
        assert {code.text for code in codes} == set(texts)
        with self._news:
            self._frame = Frame(image, codes)
            self._news.notify_all()

    def frames(self) -> Iterator[Frame]:
        while not self._closed:
            if self.gone:
                raise ReaderFault(self.gone)
            yield self._frame
            with self._news:
                self.shown += 1
                self._news.wait(0.01)

    def close(self) -> None:
        self._closed = True


def scenery() -> Any:
    """A hall without people: floor, wall, a lamp."""
    image = np.full((720, 1280, 3), (96, 88, 80), np.uint8)
    image[480:] = (70, 66, 62)
    image[60:110, 500:780] = (235, 240, 240)
    image[150:480, 80:260] = (120, 110, 98)
    return image


class Scene:
    """A gate on screen, people before it."""

    def __init__(self, folder: Path, language: str = "en", listed: bool = True) -> None:
        self.clock = SettableClock(NOW)
        self.camera = Camera()
        self.world = GateWorld(folder, self.clock, BOOK, "VNP")
        self.online = True
        self.language = language
        full = (LeaseRow(G1, 3, 1, (Block.of(0, 3, TRAIN.full_mask),)), LeaseRow(G7, 3, 1, (Block.of(0, 3, 1),)))
        self.manifest = self.world.central.manifest(leases=full)
        if listed:
            self.world.gate.take_manifest(self.manifest, '"1"')
        services = GateServices(
            gate=self.world.gate,
            reader=self.camera.open,
            catalogue=self.world.catalogue,
            clock=self.clock,
            online=lambda: self.online,
            stop_place_id="VNP",
        )
        options = ScreenOptions(shape="window", size=(1280, 800), language=language)
        self.window = GateWindow(services, options)
        self.driver = Driver(self.window.window)
        self.window.window.resize(1280, 800)
        self.window.window.show()
        self.window.start()
        self.until(lambda: self.window.model.state.around.time != "", "the clock")

    def ticket(self, number: str = "6", place: str = "8F", category: int = ADULT, **changes: Any) -> str:
        index = next(
            i
            for i, each in enumerate(TRAIN.places)
            if (TRAIN.coaches[each.coach].number, each.number) == (number, place)
        )
        coach, seat = TRAIN.ticket_place(index)
        classes = [each.id for each in TRAIN.classes]
        values = {
            "journey_id": G1,
            "coach": coach,
            "seat": seat,
            "product_class": classes.index(TRAIN.place_class_of(index)),
            "category": category,
            "from_call": 0,
            "to_call": 3,
        }
        return self.world.central.seller.sell(**{**values, **changes})

    def until(self, condition: Any, what: str) -> None:
        self.driver.wait_until(condition, what)

    def show(self, text: str, reason: str) -> None:
        """Hold a code up until the screen says this."""
        self.camera.hold(text)
        self.until(lambda: self.window.model.state.verdict == reason and self.stage == "verdict", reason)

    def walk_on(self) -> None:
        """The paper is gone, and some time after it the verdict."""
        self.camera.hold()
        shown = self.camera.shown
        self.until(lambda: self.camera.shown > shown + 2, "pictures without the paper")
        self.clock.forward(VERDICT_STAYS_S + 1)
        self.until(lambda: self.stage == "waiting", "the empty gate")

    @property
    def stage(self) -> str:
        return str(self.driver.property("stage"))

    def picture(self, name: str) -> None:
        self.window.look_around()
        self.driver.picture(PICTURES / f"gate-{self.language}-{name}.png")

    def close(self) -> None:
        self.camera.close()
        self.window.close()
        self.world.close()
        QGuiApplication.processEvents()


@pytest.fixture
def scene(screen_app: QGuiApplication, tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def test_let_in_once_then_refused_with_where_and_when(scene: Scene) -> None:
    text = scene.ticket()
    scene.show(text, "admitted")
    assert scene.window.model.admitted
    ticket_id = tickets.read(text)[0].ticket_id
    assert scene.driver.property("last") == f"admitted {ticket_id}"
    assert scene.world.records() == [("Admitted", ticket_id, "")]
    assert [fact.value for fact in scene.window.model.facts.rows] == ["G1, 07:00", "6", "8F"]
    scene.until(lambda: scene.window.model.count == 1, "one let in")
    scene.walk_on()
    assert scene.driver.text("gateQuestion") == "Show your ticket"
    scene.clock.forward(600)
    scene.show(text, "already_used")
    assert [fact.value for fact in scene.window.model.facts.rows] == ["06:44", "Gate 5", "G1, 07:00"]
    assert scene.world.records()[1:] == [("AdmissionRefused", ticket_id, "already_used")]


def test_a_verdict_stays_while_the_paper_does(scene: Scene) -> None:
    scene.show(scene.ticket(), "admitted")
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
    scene.until(lambda: scene.window.model.state.verdict == "admitted", "the ticket")
    assert len(scene.world.records()) == 1


def test_the_next_passenger_needs_not_wait(scene: Scene) -> None:
    scene.show(scene.ticket(), "admitted")
    scene.show(scene.world.central.other.sell(journey_id=G1), "not_leased")
    scene.show("https://example.org", "not_a_ticket")
    scene.show(scene.ticket(place="8D"), "admitted")


def test_a_camera_that_is_gone_closes_the_gate_and_comes_back(scene: Scene) -> None:
    scene.camera.gone = "the camera 0 gives no picture; check its cable and its power"
    scene.until(lambda: scene.stage == "blind", "the closed gate")
    assert scene.driver.text("gateQuestion") == "Gate closed"
    assert "check its cable" in scene.driver.text("gateFault")
    scene.camera.gone = ""
    scene.until(lambda: scene.stage == "waiting", "the open gate")
    assert scene.camera.opened >= 2
    scene.show(scene.ticket(), "admitted")


def test_a_refusal_shows_what_is_wrong_with_it(scene: Scene) -> None:
    shown = {}
    for text, reason in (
        (scene.ticket(journey_id=G1 + 2000), "wrong_day"),
        (scene.ticket(from_call=1), "wrong_station"),
        (scene.ticket(journey_id=G7), "too_early"),
    ):
        scene.show(text, reason)
        shown[reason] = [fact.value for fact in scene.window.model.facts.rows]
        scene.walk_on()
    assert shown == {
        "wrong_day": ["26 Nov", "G1, 07:00", "Shanghai Hongqiao"],
        "wrong_station": ["G1, 08:19", "Jinan West", "Shanghai Hongqiao"],
        "too_early": ["G7, 10:00", "09:00", "Shanghai Hongqiao"],
    }


def test_nobody_goes_in_unrecorded(scene: Scene) -> None:
    scene.world.store.close()
    scene.camera.hold(scene.ticket())
    scene.until(lambda: scene.stage == "blind", "the closed gate")
    assert scene.window.model.state.verdict == ""


def test_without_lists_the_screen_says_why(screen_app: QGuiApplication, tmp_path: Path) -> None:
    scene = Scene(tmp_path, listed=False)
    try:
        assert any("No lists yet" in text for text in scene.driver.texts())
        scene.show(scene.ticket(), "unknown_issuer")
        scene.walk_on()
        scene.world.gate.take_manifest(scene.manifest, '"1"')
        scene.clock.forward(180)
        scene.window.look_around()
        scene.until(lambda: "3 min ago" in scene.driver.texts(), "the age of the lists")
        scene.show(scene.ticket(), "admitted")
    finally:
        scene.close()


def test_the_link_may_be_gone(scene: Scene) -> None:
    scene.online = False
    scene.window.look_around()
    scene.until(lambda: scene.window.model.offline, "the lost link")
    scene.show(scene.ticket(), "admitted")


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures(screen_app: QGuiApplication, tmp_path: Path, language: str) -> None:
    scene = Scene(tmp_path, language)
    faults: list[str] = []

    def see(name: str) -> None:
        scene.picture(name)
        faults.extend(f"{name}: {fault}" for fault in cut_off(scene.driver))

    child = scene.ticket(place="8D", category=CHILD)
    shown = [
        ("admit", scene.ticket(), "admitted"),
        ("admit-child", child, "admitted"),
        ("used", child, "already_used"),
        ("early", scene.ticket(journey_id=G7), "too_early"),
        ("day", scene.ticket(journey_id=G1 + 2000), "wrong_day"),
        ("station", scene.ticket(from_call=1), "wrong_station"),
        ("staff", scene.world.central.other.sell(journey_id=G1), "not_leased"),
        ("unknown", scene.ticket(key_id=b"none"), "unknown_issuer"),
        ("not-in-force", scene.ticket(issued=NOW + 3600), "not_in_force"),
        ("junk", "https://example.org", "not_a_ticket"),
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
    """Texts that are elided, overlap the window's edge or each other's place."""
    faults = []
    window = QRectF(0, 0, driver.window.width(), driver.window.height())
    for item in driver.items():
        text = item.property("text")
        if not isinstance(text, str) or not text:
            continue
        if item.property("truncated"):
            faults.append(f"{text!r} is cut off")
        if not window.contains(_rectangle(item)):
            faults.append(f"{text!r} lies outside the window")
    return faults


def _rectangle(item: QQuickItem) -> QRectF:
    width = min(float(item.property("contentWidth")), item.width()) or item.width()
    return item.mapRectToScene(QRectF(0, 0, width, float(item.property("contentHeight"))))
