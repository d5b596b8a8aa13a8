"""A gate on screen with a camera before it: hold tickets up and see what it says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import zxingcpp
from PySide6.QtGui import QGuiApplication

from devices.camera.reader import Decoder
from kiosk.domain.allotment import Block
from kiosk.domain.errors import ReaderFault
from kiosk.domain.network import service_day_start
from kiosk.ports import Clock, CodeReader, Frame
from kiosk.services.badges import Badges
from kiosk.services.gate import Gate
from kiosk.services.lane import Lane
from kiosk.services.staff import Staff
from kiosk.store.store import Store
from sync.wire import LeaseRow
from tests.conftest import SettableClock
from tests.gate_world import GateWorld
from tests.ui import network
from ui.driver import Driver, NotOnScreen
from ui.gate import GateServices, GateWindow
from ui.stage import ScreenOptions
from ui.watch import VERDICT_STAYS_S

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
BOOK = network.catalogue()
TRAIN = next(layout for layout in BOOK.layouts if layout.id != "hall")
NOW = service_day_start("2026-11-24", "Asia/Shanghai") + 6 * 3600 + 44 * 60
G1, G7, CONCERT = 2001, 2008, 2019
ADULT, CHILD = 0, 1


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

    def __init__(
        self,
        folder: Path,
        language: str = "en",
        listed: bool = True,
        size: tuple[int, int] = (1280, 800),
        lane: Callable[[Gate], Lane] | None = None,
        passengers: bool = False,
        more_readers: tuple[Callable[[], CodeReader], ...] = (),
        typed: Callable[[str], object] | None = None,
        badges: Callable[[Store, Clock], Badges] | None = None,
        answered: bool = False,
        **gate: Any,
    ) -> None:
        """`lane` makes one for the gate; `gate`: more of the gate, such as its plan."""
        self.clock = SettableClock(NOW)
        self.camera = Camera()
        self.world = GateWorld(folder, self.clock, BOOK, "VNP")
        self.world.gate = self.world.make_gate(**gate) if gate else self.world.gate
        self.online = True
        self.language = language
        full = (LeaseRow(G1, 3, 1, (Block.of(0, 3, TRAIN.full_mask),)), LeaseRow(G7, 3, 1, (Block.of(0, 3, 1),)))
        self.manifest = self.world.central.manifest(leases=full)
        if listed:
            self.world.gate.take_manifest(self.manifest, '"1"')
        services = GateServices(
            gate=self.world.gate,
            readers=(self.camera.open, *more_readers),
            catalogue=self.world.catalogue,
            clock=self.clock,
            online=lambda: self.online,
            store=self.world.store,
            staff=Staff(folder, self.clock),
            stop_place_id="VNP",
            lane=lane(self.world.gate) if lane else None,
            passengers=passengers,
            typed=typed,
            badges=badges(self.world.store, self.clock) if badges else None,
            answered=answered,
        )
        options = ScreenOptions(shape="window", size=size, language=language)
        self.window = GateWindow(services, options)
        self.driver = Driver(self.window.window)
        self.window.window.resize(*size)
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
        model = self.window.model
        try:
            self.until(lambda: model.state.verdict == reason and self.stage == "verdict", reason)
        except NotOnScreen as fault:
            raise AssertionError(f"{self.stage}: {model.last} {model.fault}, not {reason}") from fault

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
