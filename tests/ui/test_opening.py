"""The first picture is there before the terminal is, stays alive while it opens, and gives way without a jump."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication

from kiosk.domain.errors import StoreDamaged
from kiosk.domain.offers import Departure
from kiosk.services.search import Search
from tests.ui.test_pictures import faults_on_screen
from tests.ui.world import World
from ui import stage
from ui.driver import Driver
from ui.opening import Opening, Sign
from ui.run import Kiosk, run_terminal
from ui.services import Health, Services
from ui.stage import SIZES, ScreenOptions

Start = Callable[..., Opening]
STATION = Sign("K14", "Staff desk at entrance 3, 06:00 to 23:00", "Beijing South", "北京南")
CHINESE = replace(STATION, station="北京南", other="Beijing South")
PICTURES = Path(__file__).parents[2] / "build" / "pictures"


@pytest.fixture
def start(screen_app: QGuiApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Opens a terminal as the program does, in the application there is."""
    monkeypatch.setattr(stage, "make_application", lambda options: (screen_app, ""))
    opened: list[Opening] = []

    def begin(sign: Sign = STATION, shape: str = "portrait", language: str = "en") -> Opening:
        told: list[str] = []
        options = ScreenOptions(shape=shape, language=language, size=SIZES[shape])
        opened.append(Opening(options, sign, lambda: told.append("painted")))
        assert told == ["painted"]
        return opened[-1]

    yield begin
    for each in opened:
        each.close()


class Scene:
    """An opening that gives way to a kiosk; every stage it showed is kept."""

    def __init__(self, opening: Opening, services: Services, language: str = "en") -> None:
        self.window = opening.shell.window
        self.driver = Driver(self.window)
        self.stages: list[object] = []
        self.window.stageChanged.connect(lambda: self.stages.append(self.window.property("stage")))  # type: ignore[attr-defined]
        self.kiosk = Kiosk(services, ScreenOptions(language=language), opening.shell)
        self.painted: list[str] = []
        self.kiosk.on_painted = lambda: self.painted.append(str(self.window.property("stage")))
        self.kiosk.show()

    def wait(self) -> None:
        self.driver.wait_until(lambda: bool(self.painted), "the kiosk's first screen")


def words(driver: Driver) -> dict[str, QRectF]:
    """Where every text lies in the window."""
    found = [item for item in driver.items() if item.metaObject().indexOfProperty("truncated") >= 0]
    return {
        str(item.property("text")): item.mapRectToScene(QRectF(0, 0, item.width(), item.height())) for item in found
    }


@pytest.mark.parametrize("shape", ["portrait", "landscape"])
@pytest.mark.parametrize(("language", "sign"), [("en", STATION), ("zh-Hans", CHINESE)])
def test_nothing_moves_when_the_first_screen_comes(
    start: Start, world: World, shape: str, language: str, sign: Sign
) -> None:
    opening = start(sign, shape, language)
    driver = Driver(opening.shell.window)
    assert driver.property("stage") == "opening" and driver.find("opening") is not None
    assert not driver.names(), "nothing can be tapped yet"
    assert not list(faults_on_screen(driver))
    assert any("One moment" in text for text in driver.texts()) and any("请稍候" in text for text in driver.texts())
    driver.picture(PICTURES / f"{shape}-{language}" / "00-opening.png")
    before = words(driver)
    picture = opening.shell.window.grabWindow()

    scene = Scene(opening, world.services, language)
    scene.wait()
    assert scene.stages == ["attract"] and scene.painted == ["attract"]
    assert driver.find("opening") is None and driver.find("to-AOH") is not None
    after = words(driver)
    staying = set(before) & set(after)
    question, other = ("Where to?", "去哪儿") if language == "en" else ("去哪儿？", "Where to?")
    place = next(text for text in before if "K14" in text)
    assert {question, other, "Beijing South", "北京南", place} <= staying
    assert {text: before[text] for text in staying} == {text: after[text] for text in staying}
    # The grounds behind them lie where they lay, too: sign, sheet and strip, told by their colours at the edge.
    later, x = opening.shell.window.grabWindow(), 2
    if shape == "landscape":
        x = picture.width() - 3
    column = [(picture.pixelColor(x, y).name(), later.pixelColor(x, y).name()) for y in range(picture.height())]
    assert all(early == late for early, late in column)
    scene.kiosk.close()


def test_the_other_screens_are_prepared_only_behind_the_first_one(start: Start, world: World) -> None:
    go_on = threading.Event()

    def slow() -> Health:
        assert go_on.wait(20)
        return world.health

    scene = Scene(start(), replace(world.services, health=slow))
    for _ in range(5):
        scene.window.update()
        QGuiApplication.processEvents()
    assert scene.kiosk.shell.opening and not scene.kiosk._warming.isActive() and not scene.painted
    go_on.set()
    scene.wait()
    assert scene.kiosk._warming.isActive()
    scene.kiosk.close()


def test_a_machine_that_must_not_sell_never_says_that_it_does(start: Start, world: World) -> None:
    world.health = Health(selling=False, reason="The journal is damaged")
    scene = Scene(start(), world.services)
    scene.wait()
    assert scene.stages == ["outOfOrder"]
    assert "The journal is damaged" in scene.driver.texts()
    scene.kiosk.close()


def test_a_device_that_does_not_answer_keeps_nobody_waiting(start: Start, world: World) -> None:
    go_on = threading.Event()

    def silent() -> Health:
        assert go_on.wait(60)
        return world.health

    scene = Scene(start(), replace(world.services, health=silent))
    scene.wait()
    assert scene.stages == ["attract"] and not go_on.is_set()
    assert "No cards now" in scene.driver.texts(), "what is not known is not promised"
    go_on.set()
    scene.driver.wait_until(lambda: "Card" in scene.driver.texts(), "the card reader")
    scene.kiosk.close()


def test_a_catalogue_that_cannot_be_asked_keeps_nobody_waiting(start: Start, world: World) -> None:
    class Damaged(Search):
        def board(self, origin_id: str, now: float, limit: int) -> list[Departure]:
            raise StoreDamaged("catalogue.db is damaged")

    search = Damaged(world.catalogue, world.offers, world.clock)
    scene = Scene(start(), replace(world.services, search=search))
    scene.wait()
    assert scene.kiosk.sale.attract.asked and scene.stages == ["attract"]
    scene.kiosk.close()


def test_work_is_done_beside_the_screen_and_its_error_is_told(start: Start) -> None:
    opening = start()
    assert opening.while_shown(lambda: threading.current_thread().name) == "opening"

    def damaged() -> None:
        raise StoreDamaged("journal.db is damaged. Selling stops; call the operator.")

    with pytest.raises(StoreDamaged, match="call the operator"):
        opening.while_shown(damaged)


def test_the_screen_lives_while_work_is_done(start: Start) -> None:
    opening = start()
    painted = threading.Event()
    opening.shell.window.frameSwapped.connect(painted.set)
    opening.shell.window.update()
    assert opening.while_shown(lambda: painted.wait(20))


def test_told_to_end_while_it_opens_it_closes_what_it_opened(start: Start) -> None:
    opening, closed = start(), []

    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    def work() -> str:
        signal.raise_signal(signal.SIGUSR1)
        return "the store"

    usual = signal.signal(signal.SIGUSR1, leave)
    try:
        with pytest.raises(SystemExit):
            opening.while_shown(work, closed.append)
    finally:
        signal.signal(signal.SIGUSR1, usual)
    assert closed == ["the store"]


def test_a_window_closed_early_ends_the_program(start: Start, world: World) -> None:
    opening = start()
    opening.shell.window.close()
    assert run_terminal(world.services, ScreenOptions(), opening) == 0
