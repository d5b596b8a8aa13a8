"""The ticket printer port in ZPL: the driver against the simulated label printer, in order and with every fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from devices.printer.answers import words
from devices.printer.models import model_named
from devices.printer.zpl import host_status_of, label, packed
from devices.simulated.zpl_label import drawn
from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.ports import Bitmap
from tests.fixtures.printers import zpl

from .conftest import Device, Start
from .test_printer import a_page, dots

WIDE = 640
STOPS = [("paper_out", "no paper"), ("head_open", "cover"), ("ribbon_out", "ribbon"), ("pause", "offline"),
         ("hot", "too hot")]  # fmt: skip


def printed(device: Device) -> list[Path]:
    return [device.folder / line["file"] for line in device.ledger("printed.jsonl") if line["complete"]]


@pytest.mark.parametrize(("model", "width"), [("zpl-203", 640), ("zpl-300", 944)])
def test_a_page_comes_out_dot_for_dot(start: Start, model: str, width: int) -> None:
    device, page = start("zpl", "--width", "1200"), a_page(width, 480)
    assert zpl(device.port, model=model).print(page) == "host_status"
    [path] = printed(device)
    assert dots(path) == page.rows


def test_pages_follow_each_other(start: Start) -> None:
    device = start("zpl")
    printer = zpl(device.port)
    pages = [a_page(WIDE, 100 + 40 * n, n) for n in range(3)]
    assert [printer.print(page) for page in pages] == ["host_status"] * 3
    assert [dots(path) for path in printed(device)] == [page.rows for page in pages]
    printer.close()
    printer.close()


@pytest.mark.parametrize(("fault", "word"), STOPS)
def test_a_printer_that_is_not_ready_gets_nothing(start: Start, fault: str, word: str) -> None:
    device = start("zpl")
    printer = zpl(device.port)
    device.order(fault)
    status = printer.status()
    assert not status.ready and word in words(status)
    with pytest.raises(PrinterFault, match=word):
        printer.print(a_page(WIDE))
    device.order("clear")
    assert printer.print(a_page(WIDE)) == "host_status"
    assert len(printed(device)) == 1


@pytest.mark.parametrize(("fault", "word"), STOPS)
def test_what_stops_it_in_a_page_is_uncertain_and_the_page_does_not_come_later(
    start: Start, tmp_path: Path, fault: str, word: str
) -> None:
    script = tmp_path / "faults.toml"
    script.write_text(f'[[fault]]\non = "label"\nnth = 1\ndo = "{fault}"\n')
    device = start("zpl", "--script", str(script))
    with pytest.raises(PrintUncertain, match=word):
        zpl(device.port).print(a_page(WIDE))
    device.order("clear")
    page = a_page(WIDE, seed=9)
    assert zpl(device.port).print(page) == "host_status"
    [path] = printed(device)
    assert dots(path) == page.rows


def test_silence_and_no_power_are_offline(start: Start) -> None:
    device = start("zpl")
    printer = zpl(device.port, timeout_s=0.3)
    device.order("silent")
    assert not printer.status().online
    with pytest.raises(PrinterFault, match="does not answer"):
        printer.print(a_page(WIDE))
    device.order("clear")
    device.order("power_off")
    assert not printer.status().online
    with pytest.raises(PrinterFault):
        printer.print(a_page(WIDE))
    assert printed(device) == []


@pytest.mark.parametrize(("fault", "n", "torn"), [("die_after_bytes", 2000, 0), ("die_after_rows", 64, 64)])
def test_power_lost_in_a_page_is_uncertain(start: Start, fault: str, n: int, torn: int) -> None:
    device = start("zpl")
    device.order(fault, n=n)
    printer = zpl(device.port, timeout_s=1.0)
    with pytest.raises(PrintUncertain):
        printer.print(a_page(WIDE))
    lines = device.ledger("printed.jsonl")
    assert [line["rows"] for line in lines] == ([torn] if torn else [])
    assert printer.print(a_page(WIDE)) == "host_status"


def test_a_slow_printer_is_waited_for_and_a_stuck_one_is_not(start: Start) -> None:
    device = start("zpl")
    device.order("slow", rows_per_s=1000)
    assert zpl(device.port, timeout_s=2.0).print(a_page(WIDE, 600)) == "host_status"
    device.order("slow", rows_per_s=50)
    with pytest.raises(PrintUncertain, match="no answer in time"):
        zpl(device.port, timeout_s=0.3).print(a_page(WIDE, 640))


def test_an_escpos_printer_is_no_zpl_printer(start: Start) -> None:
    printer = zpl(start("printer").port, timeout_s=0.3)
    assert not printer.status().ready
    with pytest.raises(PrinterFault):
        printer.print(a_page(WIDE))


@pytest.mark.parametrize(
    "row", [b"\0" * 10, b"\xff" * 10, b"\x01" + b"\0" * 9, b"\0" * 9 + b"\x80", b"\x12\x34" * 5], ids=bytes.hex
)
def test_rows_are_packed_so_that_each_is_found_again(row: bytes) -> None:
    page = Bitmap(80, 6, row * 2 + bytes(10) + b"\xaa" * 10 + row * 2)
    picture: Image.Image = drawn(label(page, model_named("zpl-203")).decode(), 832).picture
    assert bytes(each ^ 0xFF for each in picture.tobytes()) == page.rows
    assert len(packed(page)) < 2 * len(page.rows) + page.height


@pytest.mark.parametrize(
    "lines", [[b"", b"", b""], [b"1,2", b"3", b"4,5"], [b"x" + b",0" * 11, b"0" + b",0" * 10, b"1,0"]]
)
def test_other_answers_are_no_host_status(lines: list[bytes]) -> None:
    with pytest.raises(OSError, match="no host status"):
        host_status_of(lines)
