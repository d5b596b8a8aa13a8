"""Ways to pay besides the card: chosen by touch, asked for on the screen, and told before anybody starts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PySide6.QtGui import QGuiApplication, QImage

from devices.payment.transfer import TransferPay
from kiosk.ports import Approved, ChargeRequest, Declined, PaymentOutcome, Prompt, Tell, Unresolved, untold
from tests.ui.test_pictures import faults_on_screen
from tests.ui.world import Acquirer, Session, World
from ui.services import Health, Way
from ui.viewmodels import texts


def money(minor: int) -> str:
    return texts.money(minor, "CNY")


PICTURES = Path("build/pictures/ways")
NOTES = (50, 100, 500, 1000, 2000, 5000, 10000)
LINK = "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"


class Asking(Acquirer):
    """Tells what the passenger is to do, and waits until they did it or stopped."""

    def __init__(self, *prompts: Prompt) -> None:
        super().__init__()
        self._prompts = prompts
        self.done = threading.Event()
        self.tell: Tell = untold
        self.answer: PaymentOutcome | None = None

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        self.tell = tell
        for prompt in self._prompts:
            tell(prompt)
        assert self.done.wait(20), "nobody paid"
        if self.stopped:
            return Declined("cancelled")
        if self.answer is not None:
            return self.answer
        self.charged[request.attempt_id] = request.amount_minor
        return Approved("paid")

    def cancel(self, attempt_id: str) -> None:
        self.stopped = True
        self.done.set()


@pytest.fixture
def ways() -> dict[str, Asking]:
    return {
        "qr": Asking(Prompt("qr", LINK)),
        "qr.alipay": Asking(Prompt("qr", LINK)),
        "scan": Asking(Prompt("code")),
        "cash": Asking(Prompt("cash", left_minor=45000, in_minor=10300, accepts=NOTES)),
    }


@pytest.fixture(params=["portrait", "landscape"])
def kiosk(
    screen_app: QGuiApplication, tmp_path: Path, ways: dict[str, Asking], request: pytest.FixtureRequest
) -> Iterator[Session]:
    world = World(tmp_path / "terminal")
    world.means.update(ways)
    world.health = Health(ways=(Way("card"), Way("qr"), Way("cash", exact=True)), printer=True, online=True)
    session = Session(world, request.param)
    yield session
    for way in ways.values():
        way.done.set()
    session.close()
    world.close()


def picture(kiosk: Session, name: str) -> QImage:
    image = kiosk.kiosk.window.grabWindow()
    folder = PICTURES / ("portrait" if image.height() > image.width() else "landscape")
    folder.mkdir(parents=True, exist_ok=True)
    assert image.save(str(folder / f"{name}.png"))
    return image


def codes(image: QImage) -> list[str]:
    image = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return [found.text for found in zxingcpp.read_barcodes(rows[:, : image.width()])]


def test_by_phone_the_code_shows_and_can_be_scanned(kiosk: Session, ways: dict[str, Asking]) -> None:
    picture(kiosk, "1-attract")
    kiosk.says("Cash, exact money only")
    kiosk.to_summary()
    kiosk.tap("way-qr")
    picture(kiosk, "2-summary")
    kiosk.tap("next")
    kiosk.stage("paying")
    kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.pay.askCode != "", "the code")
    assert codes(picture(kiosk, "3-phone")) == [LINK]
    ways["qr"].done.set()
    kiosk.stage("thanks")
    picture(kiosk, "4-thanks")
    kiosk.says("Paid by phone")
    assert not kiosk.world.acquirer.charged and list(ways["qr"].charged.values()) == [55_300]


def test_cash_says_what_is_left_and_stopping_takes_nothing(kiosk: Session, ways: dict[str, Asking]) -> None:
    kiosk.to_summary()
    kiosk.tap("way-cash", "next")
    kiosk.stage("paying")
    kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.pay.left != "", "what is left")
    picture(kiosk, "5-cash")
    for words in ("still to be put in", money(45000), f"{money(10300)} is in", "Taken now", money(10000), money(50)):
        kiosk.says(words)
    kiosk.says("Stop, and everything you put in comes out below.")
    assert not (faults := list(faults_on_screen(kiosk.driver))), "\n".join(faults)
    ways["cash"].tell(Prompt("change", left_minor=4700))
    kiosk.says(money(4700))
    kiosk.says("Take your money")
    picture(kiosk, "5-cash-change")
    ways["cash"].tell(Prompt("cash", left_minor=55300, accepts=NOTES[:4], kept=True))
    kiosk.says("What you put in cannot be given back, also when you stop.")
    picture(kiosk, "5-cash-exact")
    kiosk.kiosk.terminal.toggleLarge()
    ways["cash"].tell(Prompt("cash", left_minor=45000, in_minor=10300, accepts=NOTES, kept=True))
    kiosk.says(f"{money(10300)} is in")
    picture(kiosk, "5-cash-large")
    assert not (faults := list(faults_on_screen(kiosk.driver))), "\n".join(faults)
    kiosk.kiosk.terminal.toggleLarge()
    kiosk.tap("back")
    kiosk.stage("summary")
    kiosk.says("You stopped the payment. No money was taken.")
    assert not ways["cash"].charged


def test_cash_that_is_not_clear_is_no_matter_of_the_bank(kiosk: Session, ways: dict[str, Asking]) -> None:
    ways["cash"].answer = Unresolved("1000 is in the cash machine and was not given back")
    ways["cash"].done.set()
    kiosk.to_summary()
    kiosk.tap("way-cash", "next")
    kiosk.stage("problem")
    kiosk.says("staff count it and pay back what is yours")
    kiosk.says("Look below: money may still come out.")
    assert not any("bank" in words for words in kiosk.driver.texts())
    picture(kiosk, "6-cash-problem")
    assert not (faults := list(faults_on_screen(kiosk.driver))), "\n".join(faults)


def test_without_a_card_reader_the_phone_is_offered_first(kiosk: Session) -> None:
    kiosk.world.health = Health(ways=(Way("card", works=False), Way("qr")), printer=True)
    kiosk.world.clock.forward(11)
    kiosk.kiosk.terminal.tick()
    kiosk.says("No cards now")
    kiosk.to_summary()
    picture(kiosk, "6-no-card")
    assert "by phone" in kiosk.driver.text("next")
    kiosk.tap("next")
    kiosk.stage("paying")
    kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.pay.askCode != "", "the code")


def test_the_passengers_own_code_is_asked_for(kiosk: Session, ways: dict[str, Asking]) -> None:
    every = ("card", "qr.wechat", "qr.alipay", "scan", "cash", "voucher")
    kiosk.world.health = Health(ways=tuple(Way(means) for means in every), printer=True)
    kiosk.world.clock.forward(11)
    kiosk.kiosk.terminal.tick()
    kiosk.to_summary()
    picture(kiosk, "7-all-ways")
    assert list(faults_on_screen(kiosk.driver)) == []
    kiosk.tap("way-qr.alipay")
    kiosk.says("Alipay")
    kiosk.tap("way-scan", "next")
    kiosk.stage("paying")
    kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.pay.means == "scan", "the way")
    kiosk.says("Show your payment code")
    picture(kiosk, "8-scan")
    assert list(faults_on_screen(kiosk.driver)) == []
    ways["scan"].done.set()
    kiosk.stage("thanks")
    kiosk.says("Paid by phone")
    assert list(ways["scan"].charged.values()) == [55_300]


@pytest.mark.parametrize(
    ("prompt", "says"),
    [("card", "Pay at the card reader"), ("pin", "Enter your PIN"), ("remove_card", "Take your card"),
     ("wait", "The card reader asks your bank")],
)  # fmt: skip
def test_what_the_card_reader_waits_for_is_on_the_screen(kiosk: Session, prompt: str, says: str) -> None:
    card = kiosk.world.means["card"] = Asking(Prompt("card"), Prompt(prompt, "BITTE"))
    kiosk.to_summary()
    kiosk.tap("next")
    kiosk.stage("paying")
    kiosk.says(says)
    picture(kiosk, f"9-card-{prompt}")
    assert list(faults_on_screen(kiosk.driver)) == []
    card.done.set()
    kiosk.stage("thanks")


def test_a_transfer_shows_its_code_and_then_it_is_for_staff(kiosk: Session) -> None:
    kiosk.world.means["transfer"] = TransferPay(lambda minor, reference: f"{minor} {reference}", "CNY", 60.0)
    kiosk.world.health = Health(ways=(Way("card"), Way("transfer")), printer=True)
    kiosk.world.clock.forward(11)
    kiosk.kiosk.terminal.tick()
    kiosk.to_summary()
    kiosk.tap("way-transfer", "next")
    kiosk.stage("paying")
    kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.pay.askCode != "", "the code")
    [code] = codes(picture(kiosk, "9-transfer"))
    assert list(faults_on_screen(kiosk.driver)) == []
    amount, reference = code.split()
    assert amount == "55300" and len(reference) == 8
    kiosk.tap("back")
    kiosk.stage("problem")
    picture(kiosk, "10-transfer-unknown")
    assert list(faults_on_screen(kiosk.driver)) == []
    kiosk.says(f"{reference[:4]}-{reference[4:]}")
