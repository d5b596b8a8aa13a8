"""Printers on every way there is: serial lines and device nodes that are pulled out and plugged in again, USB
descriptors, plain files, and addresses that name none of them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import usb.core

from devices.printer.address import AddressWrong, address_of
from devices.printer.usb_port import Ends, UsbLink, ends_of
from kiosk.domain.errors import PrinterFault, PrintUncertain
from tests.fixtures.printers import escpos, zpl

from .conftest import Start
from .test_printer import a_page, dots, printed


@pytest.mark.parametrize("way", ["serial:{link}?baud=115200&flow=none", "file:{link}"])
def test_a_page_over_a_line_that_is_pulled_out_and_plugged_in_again(start: Start, tmp_path: Path, way: str) -> None:
    link = tmp_path / "line"
    device = start("printer", "--pty", str(link))
    printer, page = escpos(address=way.format(link=link), timeout_s=2.0), a_page(height=200)
    assert printer.status().ready and printer.print(page) == "status"
    device.order("unplug")
    status = printer.status()
    assert not status.online and not status.ready and "does not answer" in status.error
    with pytest.raises(PrinterFault, match="cannot be reached"):
        printer.print(page)
    device.order("replug")
    assert printer.print(page) == "status"
    lines = printed(device)
    assert [dots(device.folder / str(line["file"]), page.height) for line in lines] == [page.rows] * 2


@pytest.mark.parametrize("way", ["serial:{link}?baud=115200&flow=none", "file:{link}"])
def test_a_line_pulled_out_in_a_page_is_uncertain(start: Start, tmp_path: Path, way: str) -> None:
    link, script = tmp_path / "line", tmp_path / "faults.toml"
    script.write_text('[[fault]]\non = "page"\nnth = 1\ndo = "unplug"\n')
    device = start("printer", "--pty", str(link), "--script", str(script))
    printer = escpos(address=way.format(link=link), timeout_s=1.0)
    with pytest.raises(PrintUncertain, match="in the middle of a page"):
        printer.print(a_page(height=800))
    device.order("replug")
    assert printer.print(a_page(seed=2)) == "status"


@pytest.mark.parametrize("way", ["serial:{link}?baud=115200&flow=none", "file:{link}"])
def test_silence_on_a_line_is_offline(start: Start, tmp_path: Path, way: str) -> None:
    link = tmp_path / "line"
    start("printer", "--pty", str(link)).order("silent")
    printer = escpos(address=way.format(link=link), timeout_s=0.2)
    assert not printer.status().online
    with pytest.raises(PrinterFault, match="does not answer"):
        printer.print(a_page())


def test_a_plain_file_answers_nothing_and_is_never_ready(tmp_path: Path) -> None:
    path = tmp_path / "pages.bin"
    path.write_bytes(b"")
    assert not escpos(address=f"file:{path}").status().ready
    with pytest.raises(PrinterFault):
        escpos(address=f"file:{path}").print(a_page())
    blind = escpos(address=f"file:{path}", model="escpos-blind")
    status = blind.status()
    assert status.online and not status.told
    before = path.stat().st_size
    assert blind.print(a_page()) == "sent"
    assert path.stat().st_size > before + len(a_page().rows)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("escpos-80", b"\x10\x00\x00\x00"),
        ("escpos-80", b"\x37" * 64),
        ("escpos-80", b"\x12"),
        ("escpos-80", b"HTTP/1.1 200 OK\r\n"),
        ("zpl-203", b"\x02\xff"),
    ],
)
def test_a_device_that_talks_without_end_is_no_printer_and_nobody_waits_for_ever(model: str, said: bytes) -> None:
    with talker(said) as port:
        printer = zpl(port, timeout_s=0.3) if model == "zpl-203" else escpos(port, model=model, timeout_s=0.3)
        began = time.monotonic()
        assert not printer.status().ready
        with pytest.raises(PrinterFault):
            printer.print(a_page(height=40))
        assert time.monotonic() - began < 10


@contextmanager
def talker(said: bytes) -> Iterator[int]:
    """Says the same again and again, as fast as it is listened to, and does not listen itself."""
    server = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = []

    def talk(line: socket.socket) -> None:
        try:
            while True:
                line.sendall(said * 64)
        except OSError:
            return

    def listen() -> None:
        try:
            while True:
                lines.append(server.accept()[0])
                threading.Thread(target=talk, args=(lines[-1],), daemon=True).start()
        except OSError:
            return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield int(server.getsockname()[1])
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        listener.join()
        for line in lines:
            line.close()


@dataclass
class Descriptor:
    """An interface as a printer describes it: class, endpoints as (address, attributes)."""

    bInterfaceClass: int
    ends: list[tuple[int, int]]
    bInterfaceNumber: int = 0
    bAlternateSetting: int = 0
    found: list[Endpoint] = field(default_factory=list)

    def endpoints(self) -> list[Endpoint]:
        return [Endpoint(*end) for end in self.ends]


@dataclass
class Endpoint:
    bEndpointAddress: int
    bmAttributes: int


def test_the_printer_interface_that_answers_is_taken() -> None:
    keyboard, quiet = Descriptor(3, [(0x81, 3)]), Descriptor(7, [(0x01, 2)], 1)
    both, maker = Descriptor(7, [(0x02, 2), (0x82, 2)], 1, 1), Descriptor(0xFF, [(0x03, 2), (0x83, 2)], 2)
    assert ends_of([keyboard, quiet, maker, both]) == Ends(1, 1, 0x02, 0x82)
    assert ends_of([keyboard, maker]) == Ends(2, 0, 0x03, 0x83)
    assert ends_of([quiet]) == Ends(1, 0, 0x01, 0)
    assert ends_of([keyboard]) is None


def test_a_usb_printer_that_is_not_there_is_told() -> None:
    with pytest.raises(OSError, match="USB"):
        UsbLink(0x04B8, 0x0E15, "nobody's", 0.2)
    assert not escpos(address="usb:04b8:0e15:nobodys", timeout_s=0.2).status().online


def test_a_usb_printer_that_is_there_says_how_it_is() -> None:
    try:
        found = list(usb.core.find(find_all=True, custom_match=lambda device: ends_of(i for c in device for i in c)))
    except usb.core.NoBackendError:
        pytest.skip("libusb is not installed")
    if not found:
        pytest.skip("no USB printer is plugged in")
    escpos(address=f"usb:{found[0].idVendor:04x}:{found[0].idProduct:04x}").status()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("serial:/dev/ttyS0?baud=9601", "baud is one of"),
        ("serial:/dev/ttyS0?speed=1", "at most"),
        ("serial:/dev/ttyS0?flow=water", "flow is one of"),
        ("serial:", "must be HOST:PORT"),
        ("usb:printer", "hexadecimal"),
        ("usb:04b8", "hexadecimal"),
        ("cups:two words", "queue"),
        ("cups:q@host", "HOST:PORT"),
        ("printer", "HOST:PORT"),
    ],
)
def test_addresses_that_name_nothing(text: str, says: str) -> None:
    with pytest.raises(AddressWrong, match=says):
        address_of(text)
