"""The ticket printer port: the ESC/POS driver against the simulated printer, in order and with every fault."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from devices.printer import commands
from devices.printer.answers import words
from devices.printer.escpos import EscPosPrinter
from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.ports import Bitmap
from tests.fixtures.printers import escpos

from .conftest import Device, Start

NOT_READY = [("paper_out", "no paper"), ("cover_open", "cover"), ("jam", "cutter"), ("offline", "offline")]


def a_page(width: int = 576, height: int = 500, seed: int = 1) -> Bitmap:
    """Stripes and blots, black and white about even, nothing that looks like a command."""
    chance = random.Random(seed)
    rows = [bytes(chance.choice((0x00, 0xFF, 0x3C, 0xF0)) for _ in range(width // 8)) for _ in range(height // 4)]
    return Bitmap(width, height, b"".join(row * 4 for row in rows))


def dots(path: Path, height: int = 0) -> bytes:
    """The top rows of a printed page, 1 = black; all of them without a height."""
    with Image.open(path) as image:
        return bytes(each ^ 0xFF for each in image.crop((0, 0, image.width, height or image.height)).tobytes())


def driver(device: Device, timeout_s: float = 5.0, proof: str = "status") -> EscPosPrinter:
    return escpos(device.port, timeout_s=timeout_s, proof=proof)


def printed(device: Device) -> list[dict[str, object]]:
    return [line for line in device.ledger("printed.jsonl") if line["complete"]]


@pytest.mark.parametrize("proof", ["status", "process_id", "realtime"])
@pytest.mark.parametrize("width", [576, 384])
def test_a_page_comes_out_dot_for_dot(start: Start, proof: str, width: int) -> None:
    device = start("printer", "--width", str(width))
    page = a_page(width)
    answer = driver(device, proof=proof).print(page)
    assert answer == proof
    if proof == "realtime":  # it has the page; nothing says when it is through
        while device.order("state")["held"]:
            pass
    [line] = printed(device)
    assert dots(device.folder / str(line["file"]), page.height) == page.rows


def test_pages_follow_each_other_and_the_ledger_counts_them(start: Start) -> None:
    device = start("printer")
    printer = driver(device)
    pages = [a_page(seed=n, height=100 + 40 * n) for n in range(3)]
    for page in pages:
        printer.print(page)
    lines = printed(device)
    assert [dots(device.folder / str(line["file"]), page.height) for line, page in zip(lines, pages, strict=True)] == [
        page.rows for page in pages
    ]
    printer.close()
    printer.close()


def test_ready_when_all_is_well_and_low_paper_is_only_a_warning(start: Start) -> None:
    device = start("printer")
    printer = driver(device)
    assert printer.status().ready and not printer.status().paper_low
    device.order("paper_low")
    assert printer.status().ready and printer.status().paper_low
    assert printer.print(a_page()) == "status"


@pytest.mark.parametrize(("fault", "word"), NOT_READY)
def test_a_printer_that_is_not_ready_gets_nothing(start: Start, fault: str, word: str) -> None:
    device = start("printer")
    device.order(fault)
    printer = driver(device)
    status = printer.status()
    assert not status.ready and word in words(status)
    with pytest.raises(PrinterFault, match=word):
        printer.print(a_page())
    device.order("clear")
    assert device.ledger("printed.jsonl") == []
    printer.print(a_page())
    assert len(printed(device)) == 1


def test_silence_is_offline_and_never_plenty_of_paper(start: Start) -> None:
    device = start("printer")
    device.order("silent")
    printer = driver(device, timeout_s=0.3)
    status = printer.status()
    assert not status.online and not status.ready and "does not answer" in status.error
    with pytest.raises(PrinterFault, match="does not answer"):
        printer.print(a_page())
    assert device.ledger("printed.jsonl") == []


def test_no_power_and_nobody_there_are_certain_faults(start: Start) -> None:
    device = start("printer")
    device.order("power_off")
    printer = driver(device)
    with pytest.raises(PrinterFault):
        printer.print(a_page())
    assert not printer.status().online
    device.order("power_on")
    assert printer.print(a_page()) == "status", "the same driver finds it again"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for host in ("127.0.0.1", "printer..box", "p" * 70):
        printer = escpos(port, host=host, timeout_s=1.0)
        assert not printer.status().online
        with pytest.raises(PrinterFault, match=r"cannot be reached .*\[printer\] address"):
            printer.print(a_page())


def test_another_device_at_the_address_is_not_a_printer(start: Start) -> None:
    """A camera answers bytes too, but none that a printer would."""
    printer = escpos(start("camera").port, timeout_s=0.5)
    assert not printer.status().ready
    with pytest.raises(PrinterFault):
        printer.print(a_page())


@pytest.mark.parametrize("count", [1, 3000, 30_000])
def test_power_lost_in_a_page_is_uncertain(start: Start, count: int) -> None:
    device = start("printer")
    device.order("die_after_bytes", n=count)
    printer = driver(device)
    with pytest.raises(PrintUncertain):
        printer.print(a_page())
    assert printed(device) == []
    torn = device.ledger("printed.jsonl")
    assert [line["bytes"] for line in torn] == ([count] if count > 100 else [])
    if torn:
        upper = dots(device.folder / torn[0]["file"])
        assert 0 < len(upper) < len(a_page().rows) and a_page().rows.startswith(upper)
    assert printer.print(a_page()) == "status"


def test_a_printer_that_stalls_in_a_page_is_uncertain_and_the_page_does_not_come_later(start: Start) -> None:
    device = start("printer")
    device.order("stall_after_bytes", n=5000)
    with pytest.raises(PrintUncertain):
        driver(device, timeout_s=0.4).print(a_page(height=400))
    device.order("clear")
    while device.order("state")["held"]:
        pass
    assert driver(device).print(a_page(seed=9)) == "status"
    assert len(printed(device)) == 1


@pytest.mark.parametrize("proof", ["status", "process_id"])
def test_paper_that_ends_in_a_page_is_uncertain_and_new_paper_does_not_finish_it(start: Start, proof: str) -> None:
    device = start("printer")
    device.order("paper_mm", n=30)
    printer = driver(device, proof=proof)
    with pytest.raises(PrintUncertain, match="no paper"):
        printer.print(a_page(height=800))
    device.order("paper_in")
    assert printer.status().ready
    printer.print(a_page(seed=5))
    assert [line["complete"] for line in device.ledger("printed.jsonl")] == [False, True]


def test_the_cover_opened_while_it_prints_is_uncertain(start: Start, tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\non = "page"\nnth = 1\ndo = "cover_open"\n')
    device = start("printer", "--script", str(script))
    with pytest.raises(PrintUncertain, match="the cover is open"):
        driver(device).print(a_page())


def test_a_slow_printer_is_waited_for(start: Start) -> None:
    device = start("printer")
    device.order("slow", bytes_per_s=40_000)
    assert driver(device, timeout_s=2.0).print(a_page(height=900)) == "status"
    assert len(printed(device)) == 1


def test_a_script_names_the_page_of_its_fault(start: Start, tmp_path: Path) -> None:
    script = tmp_path / "faults.json"
    script.write_text(json.dumps([{"on": "page", "nth": 2, "do": "die_after_bytes", "n": 3000}]))
    printer = driver(start("printer", "--script", str(script)))
    printer.print(a_page())
    with pytest.raises(PrintUncertain):
        printer.print(a_page())
    printer.print(a_page())


def test_dots_that_read_like_real_time_commands_are_printed_and_not_obeyed(start: Start) -> None:
    device = start("printer")
    row = b"\x10\x04\x01\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\x10\x05\x01".ljust(72, b"\x55")
    page = Bitmap(576, 200, row * 200)
    printer = driver(device)
    assert [printer.print(page) for _ in range(2)] == ["status", "status"]
    shown = dots(device.folder / str(printed(device)[0]["file"]), page.height)
    changed = [a ^ b for a, b in zip(shown, page.rows, strict=True) if a != b]
    assert set(changed) == {0x08} and len(changed) == 3 * 200  # one dot each


@given(st.binary(max_size=200) | st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x01])).map(bytes))
def test_no_picture_holds_a_real_time_command(data: bytes) -> None:
    safe = commands.harmless(data)
    assert len(safe) == len(data)
    assert not any(safe[n] == 0x10 and safe[n + 1] in (0x04, 0x05, 0x14) for n in range(len(safe) - 1))


def test_the_pages_are_kept_over_a_restart_of_the_printer(start: Start) -> None:
    first = start("printer")
    driver(first).print(a_page())
    first.child.kill()
    second = start("printer")
    driver(second).print(a_page(seed=2))
    assert [line["file"] for line in printed(second)] == ["ticket-0001.png", "ticket-0002.png"]
