"""Printers behind a CUPS queue: our IPP against a real server whose queue leads to the simulated printer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.printer.cups import CupsPrinter, status_of
from devices.printer.ipp import Queue, Reply, reply_of
from devices.printer.models import model_named
from devices.simulated.serial_line import free_port
from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.ports import PrinterStatus
from tests.fixtures.cupsd import QUEUE, Server, missing, server

from .conftest import Device, Start
from .test_printer import a_page, dots, printed

real = pytest.mark.skipif(bool(missing()), reason=missing() or "")


@pytest.fixture
def device(start: Start) -> Device:
    return start("printer")


@pytest.fixture
def cups(device: Device) -> Iterator[Server]:
    with server(f"socket://127.0.0.1:{device.port}") as running:
        yield running


def driver(cups: Server, timeout_s: float = 10.0, queue: str = QUEUE) -> CupsPrinter:
    return CupsPrinter("127.0.0.1", cups.port, queue, model_named("escpos-80"), timeout_s)


@real
def test_a_page_goes_through_a_real_spooler_and_comes_out_dot_for_dot(cups: Server, device: Device) -> None:
    printer, page = driver(cups), a_page()
    assert printer.status().ready
    assert printer.print(page) == "spooler"
    [line] = printed(device)
    assert dots(device.folder / str(line["file"]), page.height) == page.rows


@real
def test_a_stopped_queue_and_one_that_is_not_there_get_nothing(cups: Server, device: Device) -> None:
    cups.run("cupsdisable", "-r", "the cleaner unplugged it", QUEUE)
    status = driver(cups).status()
    assert not status.ready and "cleaner" in status.error
    with pytest.raises(PrinterFault, match="cleaner"):
        driver(cups).print(a_page())
    cups.run("cupsenable", QUEUE)
    cups.run("cupsreject", QUEUE)
    with pytest.raises(PrinterFault):
        driver(cups).print(a_page())
    with pytest.raises(PrinterFault, match="no such queue"):
        driver(cups, queue="nobodys").print(a_page())
    assert printed(device) == []


@real
def test_a_printer_that_is_not_there_is_given_up_and_the_page_does_not_come_later(start: Start) -> None:
    port = free_port()
    with server(f"socket://127.0.0.1:{port}") as cups:
        with pytest.raises(PrintUncertain, match="not done in time"):
            driver(cups, timeout_s=1.0).print(a_page(height=40))
        device, page = start("printer", "--port", str(port)), a_page(seed=4)
        assert driver(cups, timeout_s=20.0).print(page) == "spooler"
        assert [dots(device.folder / str(line["file"]), page.height) for line in printed(device)] == [page.rows]


def test_nobody_there_is_offline() -> None:
    printer = CupsPrinter("127.0.0.1", 9, QUEUE, model_named("escpos-80"), 0.5)
    assert not printer.status().online
    with pytest.raises(PrinterFault, match="does not answer"):
        printer.print(a_page())


def test_another_server_is_no_print_server(start: Start) -> None:
    port = start("printer").port
    with pytest.raises(OSError):
        Queue("127.0.0.1", port, QUEUE, 0.5).ask(0x000B)


@pytest.mark.parametrize(
    "data", [b"", b"\x01\x01\x00\x00\x00\x00\x00\x01", b"<html></html>" * 4, b"\x01\x01" + bytes(30)]
)
def test_what_is_not_ipp_is_told(data: bytes) -> None:
    with pytest.raises(OSError, match="not IPP"):
        reply_of(data)


@pytest.mark.parametrize(
    ("state", "reasons", "means"),
    [
        (3, ["none"], PrinterStatus(online=True, told=False)),
        (4, ["none"], PrinterStatus(online=True, told=False)),
        (3, ["media-empty-error"], PrinterStatus(online=True, paper_out=True)),
        (3, ["media-low-warning"], PrinterStatus(online=True, paper_low=True)),
        (3, ["cover-open-error"], PrinterStatus(online=True, cover_open=True)),
        (3, ["media-jam-error"], PrinterStatus(online=True, error="media-jam")),
        (3, ["offline-report"], PrinterStatus(online=False, error="the queue is stopped")),
        (5, ["paused"], PrinterStatus(online=False, error="the queue is stopped")),
    ],
)
def test_every_state_of_a_queue_has_its_meaning(state: int, reasons: list[str], means: PrinterStatus) -> None:
    reply = Reply(
        0, {"printer-state": [state], "printer-state-reasons": [*reasons], "printer-is-accepting-jobs": [True]}
    )
    assert status_of(reply) == means
