"""The simulated printer understands another encoder's bytes: python-escpos, text and pictures in every way it has."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from escpos.printer import Dummy
from PIL import Image, ImageDraw

from devices.printer.tcp import TcpLink

from .conftest import Device, Start

TEXT = "T1:NCFOXN%TS3DHPVO:RPPDNWBG$WLVB/1G"


def send(device: Device, data: bytes) -> None:
    """Bytes as they are, then wait until the printer has worked through them."""
    with TcpLink("127.0.0.1", device.port, 5.0) as link:
        link.send(data + b"\x1dr\x01")
        assert link.byte() & 0x90 == 0


def pages(device: Device) -> list[Path]:
    return [device.folder / line["file"] for line in device.ledger("printed.jsonl") if line["complete"]]


def picture() -> Image.Image:
    image = Image.new("1", (240, 144), 1)
    draw = ImageDraw.Draw(image)
    draw.rectangle((8, 8, 100, 60), fill=0)
    draw.ellipse((120, 30, 230, 140), fill=0)
    return image


def ink(path: Path) -> Image.Image:
    """What is black on the page, cut to its bounds."""
    with Image.open(path) as page:
        grey = page.convert("L")
    box = Image.eval(grey, lambda value: 255 - value).getbbox()
    return grey.crop(box)


@pytest.mark.parametrize("way", ["bitImageRaster", "graphics", "bitImageColumn"])
def test_a_picture_sent_in_each_way_comes_out_the_same(start: Start, way: str) -> None:
    device = start("printer")
    encoder = Dummy()
    encoder.image(picture(), impl=way)
    encoder.cut()
    send(device, encoder.output)
    [path] = pages(device)
    expected = picture().convert("L")
    expected = expected.crop(Image.eval(expected, lambda value: 255 - value).getbbox())
    shown = ink(path)
    if way == "bitImageColumn":  # 24-dot strips are fed at the line's spacing: gaps, but every strip is there
        assert shown.width == expected.width
        black = np.count_nonzero(np.asarray(shown) == 0)
        assert black == np.count_nonzero(np.asarray(expected) == 0)
    else:
        assert shown.size == expected.size and shown.tobytes() == expected.tobytes()


@pytest.mark.parametrize("native", [True, False])
def test_a_code_drawn_by_the_printer_or_by_the_encoder_is_read(start: Start, native: bool) -> None:
    device = start("printer")
    encoder = Dummy()
    encoder.set(align="center")
    encoder.qr(TEXT, size=6, native=native)
    encoder.cut()
    send(device, encoder.output)
    [path] = pages(device)
    grey = cv2.copyMakeBorder(cv2.imread(str(path), 0), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
    [found] = zxingcpp.read_barcodes(grey)
    assert found.text == TEXT


def test_text_is_printed_line_by_line_in_its_size(start: Start) -> None:
    device = start("printer")
    encoder = Dummy()
    encoder.textln("Beijing South 07:00")
    encoder.cut()
    encoder.set(double_width=True, double_height=True)
    encoder.textln("Beijing South 07:00")
    encoder.cut()
    encoder.set(align="right")
    encoder.textln("¥ 553.50 é ü")
    encoder.cut()
    send(device, encoder.output)
    small, large, right = (ink(path) for path in pages(device))
    assert large.height > 1.6 * small.height and large.width > 1.6 * small.width
    assert right.height > 0


def test_status_questions_of_others_are_answered(start: Start) -> None:
    device = start("printer")
    device.order("paper_low")
    with TcpLink("127.0.0.1", device.port, 5.0) as link:
        link.send(b"\x1dr\x01")
        assert link.byte() == 0x03
        link.send(b"\x1dI\x43")
        assert bytes(link.byte() for _ in range(7)) == b"_SIM80\x00"
        link.send(b"\x10\x04\x04")
        assert link.byte() == 0x1E
