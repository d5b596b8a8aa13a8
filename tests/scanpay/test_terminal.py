"""The terminal's own side: what it is told of, scanners of every kind, keys that a person typed."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from devices.reader.presented import first_code
from devices.reader.serial_scanner import SerialScanner
from devices.reader.typed import TypedScans
from kiosk.app import identity
from kiosk.app.config import load
from kiosk.app.identity import Identity
from kiosk.app.main import main
from kiosk.app.scanpay import ScanToPay
from kiosk.domain.payqr.wallets import wallet_of
from kiosk.ports import Approved, Prompt
from tests.scanpay.world import CODES, World
from ui.wedge import Wedge

CODE = CODES["wechat"]


def wanted(text: str) -> bool:
    return bool(wallet_of(text))


def in_background(call):  # type: ignore[no-untyped-def]
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(call()))
    thread.start()
    return lambda: (thread.join(20), found[0])[1]


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """A scanner's end of a serial line, and the name of ours."""
    master, slave = os.openpty()
    yield master, os.ttyname(slave)
    os.close(master)
    os.close(slave)


def test_a_code_held_to_a_serial_scanner_is_heard_and_others_are_not(line: tuple[int, str]) -> None:
    ready = threading.Event()

    def opened() -> SerialScanner:
        scanner = SerialScanner(line[1])
        ready.set()
        return scanner

    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(first_code(opened, wanted, lambda: False)))
    thread.start()
    assert ready.wait(10)
    while thread.is_alive():  # the line is opened a moment later; what came before is dropped
        os.write(line[0], b"4006381333931\r\n" + CODE.encode() + b"\r")
        thread.join(0.2)
    assert found == [CODE]


def test_nobody_holds_up_a_code_and_the_wait_ends() -> None:
    scans = TypedScans()
    stop = threading.Event()
    answer = in_background(lambda: first_code(scans.reader, wanted, stop.is_set))
    scans.feed("not a payment code")
    stop.set()
    assert answer() == ""
    scans.feed(CODE)  # nobody waits: it is dropped
    assert not scans._readers


def test_a_scanner_that_is_not_there_is_waited_for_without_an_error() -> None:
    tries: list[int] = []

    def gone() -> SerialScanner:
        tries.append(1)
        return SerialScanner("/dev/pts/99999")

    assert first_code(gone, wanted, lambda: len(tries) >= 1) == ""


class Page(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.typed = ""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self.typed += event.text()
        return True


def press(page: Page, text: str, *, scan_codes: bool = False) -> None:
    for sign in text:
        code = 10 + "1234567890".index(sign) if scan_codes and sign.isdigit() else 0
        shown = "&" if code else sign  # what the key is on a French keyboard
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, code, 0, 0, shown)
            QGuiApplication.sendEvent(page, event)


@pytest.mark.parametrize("scan_codes", [False, True])
def test_a_scanner_that_types_is_heard_and_keeps_off_the_page(
    qapp: QGuiApplication, qtbot: object, scan_codes: bool
) -> None:
    page, heard = Page(), list[str]()
    wedge = Wedge(heard.append, page)
    page.installEventFilter(wedge)
    press(page, CODE + "\r", scan_codes=scan_codes)
    assert heard == [CODE] and page.typed == ""
    press(page, "ab")
    qtbot.waitUntil(lambda: page.typed == "ab", timeout=5000)  # type: ignore[attr-defined]
    assert heard == [CODE]


def configured(world: World, folder: Path, more: str = "") -> Path:
    folder.mkdir()
    identity.save(folder, world.terminal.reply)
    (folder / identity.KEY_FILE).write_bytes(world.terminal.key.private_bytes_raw())
    path = folder / "kiosk.toml"
    path.write_text(f'[terminal]\nfolder = "{folder}"\n[central]\nurl = "{world.url}"\n{more}')
    return path


def test_devices_say_what_central_offers(world: World, tmp_path: Path, line: tuple[int, str]) -> None:
    path = configured(world, tmp_path / "t", f'[scanner]\nsource = "{line[1]}"\n')
    done = CliRunner().invoke(main, ["devices", "--config", str(path), "--json"])
    phone, scanner = json.loads(done.output)
    assert (phone["name"], phone["ok"]) == ("phone", True)
    assert phone["state"] == f"our code for wechat, alipay; payment codes at {line[1]}"
    assert (scanner["name"], scanner["ok"]) == ("scanner", True)
    path.write_text(path.read_text().replace(world.url, "http://127.0.0.1:9").replace(line[1], "/dev/tty-gone"))
    phone, scanner = json.loads(CliRunner().invoke(main, ["devices", "--config", str(path), "--json"]).output)
    assert not phone["ok"] and not scanner["ok"] and "gone" in scanner["state"]


def test_the_ways_of_a_terminal_follow_what_central_offers(world: World, tmp_path: Path) -> None:
    config = load(configured(world, tmp_path / "t", '[scanner]\nsource = "keyboard"\n'))
    who: Identity = identity.load(config.folder)
    assert who.reply == world.terminal.reply
    lines = []

    def line_to_central(timeout_s: float):  # type: ignore[no-untyped-def]
        lines.append(world.terminal.client(world.url, timeout_s))
        return lines[-1]

    found = ScanToPay(config, line_to_central)
    assert list(found.means) == ["qr.wechat", "qr.alipay", "scan"] and found.typed is not None
    assert all(way.ready() for way in found.means.values())
    for each in lines:
        each.close()


@pytest.mark.parametrize("provider", ["wechat", "alipay"])
def test_a_payment_by_a_code_held_to_the_scanner(
    world: World, tmp_path: Path, line: tuple[int, str], provider: str
) -> None:
    """From the scanner's wire to the gateway's ledger."""
    config = load(configured(world, tmp_path / "t", f'[scanner]\nsource = "{line[1]}"\n'))
    lines = []

    def line_to_central(timeout_s: float):  # type: ignore[no-untyped-def]
        lines.append(world.terminal.client(world.url, timeout_s))
        return lines[-1]

    scan = ScanToPay(config, line_to_central).means["scan"]
    request, told, outcomes = world.request(), list[Prompt](), list[object]()
    thread = threading.Thread(target=lambda: outcomes.append(scan.charge(request, told.append)))
    thread.start()
    while thread.is_alive():
        os.write(line[0], CODES[provider].encode() + b"\r\n")
        thread.join(0.3)
    assert isinstance(outcomes[0], Approved) and [each.what for each in told] == ["code", "wait"]
    assert world.gateways[provider].charges() == [request.attempt_id.replace("-", "")]
    for each in lines:
        each.close()
