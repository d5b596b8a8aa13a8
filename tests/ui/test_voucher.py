"""A passenger pays with a voucher, by tapping: typed wrong, looked at, a part of it used, the rest by card."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.domain.codes import voucher_code
from kiosk.domain.errors import CentralRefused, CentralUnreachable
from kiosk.domain.money import Money
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Tell, untold
from tests.ui.test_pictures import faults_on_screen, strengthen
from tests.ui.world import Acquirer, Session, World
from ui.services import Health, Voucher, Way

PICTURES = Path(__file__).parents[2] / "build" / "pictures" / "voucher"
GOOD, EMPTY, OLD, STRANGE = (voucher_code(bytes([number]) * 16) for number in range(1, 5))


class Central(Acquirer):
    """What is on each voucher; `away` = no link."""

    def __init__(self) -> None:
        super().__init__()
        self.worth = {GOOD: 20_000, EMPTY: 0, OLD: 5000}
        self.given_back = 0
        self.away = False
        self.held = threading.Event()
        self.readers = 0

    def look(self, code: str) -> Voucher:
        if self.away:
            raise CentralUnreachable("no link")
        if code not in self.worth:
            raise CentralRefused("unknown_voucher", "central does not know this code", status=404)
        return Voucher(Money(self.worth[code], "CNY"), "expired" if code == OLD else "")

    def read(self, stop: Callable[[], bool]) -> str:
        """The scanner: what is held to it, or "" when nobody waits any more."""
        self.readers += 1
        try:
            while not stop():
                if self.held.wait(0.01):
                    self.held.clear()
                    return GOOD
            return ""
        finally:
            self.readers -= 1

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        if self.worth.get(request.presented, 0) < request.amount_minor:
            return Declined("balance")
        self.worth[request.presented] -= request.amount_minor
        self.charged[request.attempt_id] = request.amount_minor
        return Approved("voucher:1", f"**** {request.presented[-4:]}")

    def refund(self, request: ChargeRequest, original_reference: str) -> PaymentOutcome:
        self.given_back += request.amount_minor
        return Approved("voucher:2")


@pytest.fixture
def central() -> Central:
    return Central()


@pytest.fixture(params=["portrait", "landscape"])
def kiosk(
    screen_app: QGuiApplication, tmp_path: Path, central: Central, request: pytest.FixtureRequest
) -> Iterator[Session]:
    world = World(tmp_path / "terminal")
    world.means["voucher"] = central
    world.health = Health(ways=(Way("card"), Way("voucher")), printer=True, online=True)
    object.__setattr__(world.services, "look_at_voucher", central.look)
    object.__setattr__(world.services, "read_voucher", central.read)
    session = Session(world, request.param)
    yield session
    session.close()
    world.close()


def enter(kiosk: Session, code: str) -> None:
    for sign in code.replace("-", ""):
        kiosk.tap(f"key-{sign}")


def to_voucher(kiosk: Session) -> None:
    kiosk.to_summary()
    kiosk.tap("way-voucher")
    kiosk.driver.wait_until(lambda: kiosk.driver.text("next") == "Pay with a voucher", "the voucher to be chosen")
    kiosk.tap("next")
    kiosk.stage("voucher")


def see(kiosk: Session, name: str) -> None:
    window = kiosk.kiosk.window
    kiosk.driver.picture(PICTURES / ("portrait" if window.height() > window.width() else "landscape") / f"{name}.png")
    assert list(faults_on_screen(kiosk.driver)) == []


def test_a_part_is_paid_with_the_voucher_and_the_rest_by_card(kiosk: Session, central: Central) -> None:
    kiosk.to_summary()
    see(kiosk, "1-summary")
    kiosk.tap("way-voucher", "next")
    kiosk.stage("voucher")
    see(kiosk, "2-empty")
    enter(kiosk, GOOD)
    kiosk.says(GOOD)
    see(kiosk, "3-typed")
    kiosk.tap("next")
    kiosk.says("Left to pay another way")
    kiosk.says("¥\u00a0353")
    see(kiosk, "4-found")
    assert kiosk.driver.text("next") == "Use ¥\u00a0200 of it"
    kiosk.tap("next")
    kiosk.stage("summary")
    kiosk.says("Left to pay")
    see(kiosk, "5-rest")
    assert kiosk.driver.text("next") == "Pay ¥\u00a0353 by card"
    kiosk.tap("next")
    kiosk.stage("thanks")
    assert central.worth[GOOD] == 0 and list(kiosk.world.acquirer.charged.values()) == [35_300]


def test_a_voucher_that_is_worth_enough_pays_for_everything(kiosk: Session, central: Central) -> None:
    central.worth[GOOD] = 100_000
    to_voucher(kiosk)
    enter(kiosk, GOOD)
    kiosk.tap("next")
    kiosk.says("It pays for everything")
    kiosk.tap("next")
    kiosk.stage("thanks")
    kiosk.says("Paid with a voucher")
    assert central.worth[GOOD] == 44_700 and kiosk.world.acquirer.charged == {}


def test_a_wrong_sign_is_found_before_anybody_is_asked(kiosk: Session, central: Central) -> None:
    to_voucher(kiosk)
    wrong = "2" if GOOD[-1] != "2" else "3"
    enter(kiosk, GOOD[:-1] + wrong)
    kiosk.says("One of these signs is wrong.")
    see(kiosk, "6-wrong")
    assert not kiosk.kiosk.sale.nextReady
    kiosk.tap("key-erase", f"key-{GOOD[-1]}", "next")
    kiosk.says("On the voucher")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (EMPTY, "Nothing is left on this voucher."),
        (OLD, "This voucher is too old."),
        (STRANGE, "Nobody knows this code."),
    ],
)
def test_a_voucher_that_pays_nothing_says_why(kiosk: Session, code: str, told: str) -> None:
    to_voucher(kiosk)
    enter(kiosk, code)
    kiosk.tap("next")
    kiosk.says(told)
    kiosk.tap("back")
    kiosk.stage("summary")


def test_without_the_link_another_way_is_named(kiosk: Session, central: Central) -> None:
    to_voucher(kiosk)
    central.away = True
    enter(kiosk, GOOD)
    kiosk.tap("next")
    kiosk.says("Vouchers cannot be looked at now.")


def test_who_gives_up_after_a_part_has_it_back_on_the_voucher(kiosk: Session, central: Central) -> None:
    to_voucher(kiosk)
    enter(kiosk, GOOD)
    kiosk.tap("next")
    kiosk.says("On the voucher")
    kiosk.tap("next")
    kiosk.stage("summary")
    kiosk.tap("cancel")
    kiosk.stage("attract")
    kiosk.driver.wait_until(lambda: central.given_back == 20_000, "the value to be back on the voucher")


def test_back_leads_from_its_worth_to_its_code_to_the_ways(kiosk: Session) -> None:
    to_voucher(kiosk)
    enter(kiosk, GOOD)
    kiosk.tap("next")
    kiosk.says("On the voucher")
    kiosk.tap("back")
    kiosk.says("Type the voucher's code")
    kiosk.tap("back")
    kiosk.stage("summary")


def test_large_and_in_strong_contrast_nothing_is_cut(kiosk: Session) -> None:
    to_voucher(kiosk)
    strengthen(kiosk, "contrast-large")
    see(kiosk, "7-large-empty")
    enter(kiosk, GOOD)
    kiosk.tap("next")
    kiosk.says("On the voucher")
    strengthen(kiosk, "contrast-large")
    see(kiosk, "8-large-found")


def test_a_voucher_held_to_the_scanner_is_looked_at(kiosk: Session, central: Central) -> None:
    to_voucher(kiosk)
    kiosk.says("Type it, or hold it to the scanner")
    central.held.set()
    kiosk.says("On the voucher")
    kiosk.tap("next")
    kiosk.stage("summary")
    kiosk.says("Left to pay")


def test_nobody_reads_once_the_screen_is_left(kiosk: Session, central: Central) -> None:
    to_voucher(kiosk)
    kiosk.driver.wait_until(lambda: central.readers == 1, "the scanner to wait")
    kiosk.tap("back")
    kiosk.stage("summary")
    kiosk.driver.wait_until(lambda: central.readers == 0, "the scanner to rest")
    central.held.set()
    kiosk.tap("next")
    kiosk.stage("voucher")
    kiosk.says("On the voucher")
