"""The whole way of a ticket's code: drawn, sent as ESC/POS, printed by the simulator, held to a camera, read."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
import zxingcpp
from PySide6.QtGui import QGuiApplication
from pyzbar import pyzbar

from devices.camera.reader import CameraReader
from kiosk.domain.pages import receipt_page, ticket_page
from tests.fixtures.printers import escpos
from tests.paper_sales import KINDS, MACHINE, RAIL, code_of, sale_of
from ui.paper import PaperRenderer

from .conftest import Device, Start


@pytest.fixture
def renderer() -> PaperRenderer:
    QGuiApplication.instance() or QGuiApplication([])
    return PaperRenderer()


def papers(device: Device) -> list[Path]:
    return [device.folder / line["file"] for line in device.ledger("printed.jsonl") if line["complete"]]


@pytest.mark.parametrize("width", [576, 384])
def test_a_printed_ticket_is_read_by_two_readers_and_by_the_gates_camera(
    start: Start, renderer: PaperRenderer, width: int
) -> None:
    printer_device, camera = start("printer", "--width", str(width)), start("camera", "--rate", "30")
    printer = escpos(printer_device.port)
    for number, kind in enumerate(("rail", "hall", "metro")):
        page = ticket_page(sale_of(KINDS[kind]), 0, number, code=code_of(seq=77 + number), machine=MACHINE)
        printer.print(renderer.render(page, width))
    reader = CameraReader(f"http://127.0.0.1:{camera.port}/")
    for number, path in enumerate(papers(printer_device)):
        code = code_of(seq=77 + number)
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert [found.text for found in zxingcpp.read_barcodes(grey)] == [code]
        assert [found.data.decode() for found in pyzbar.decode(grey)] == [code]
        camera.order("show", path=str(path), tilt=8, blur=0.8, noise=6)
        seen = (found.text for frame in reader.frames() for found in frame.codes)
        assert next(text for text in seen if text == code)
    assert number == 2
    reader.close()


def test_a_printed_receipt_shows_no_code_to_the_gate(start: Start, renderer: PaperRenderer) -> None:
    device = start("printer")
    page = receipt_page(sale_of(RAIL), 0, machine=MACHINE, receipt_no="K14-0000077")
    escpos(device.port).print(renderer.render(page, 576))
    [path] = papers(device)
    [frame] = CameraReader(str(path)).frames()
    assert frame.codes == ()
