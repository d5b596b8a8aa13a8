"""Models of printers: every shipped one prints dot for dot, what one lacks is not asked of it, jams, own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.printer.answers import status_of, status_of_asb
from devices.printer.models import PrinterModelFault, changed, model_named, shipped
from kiosk.domain.errors import PrinterFault, PrintUncertain
from kiosk.ports import PrinterStatus
from tests.fixtures.printers import escpos

from .conftest import Start
from .test_printer import a_page, dots, printed

SPEAKING = [name for name in shipped() if model_named(name).protocol == "escpos" and model_named(name).proof != "none"]


@pytest.mark.parametrize("name", SPEAKING)
def test_every_shipped_model_prints_dot_for_dot_and_proves_it(start: Start, name: str) -> None:
    model = model_named(name)
    device = start("printer", "--width", str(model.width_dots))
    page = a_page(model.width_dots, 400)
    printer = escpos(device.port, model=name)
    assert printer.print(page) == model.proof
    if model.cutter:
        [line] = printed(device)
        assert dots(device.folder / str(line["file"]), page.height) == page.rows
    assert printer.status() == PrinterStatus(online=True)


@pytest.mark.parametrize("raster", ["GS v 0", "GS 8 L", "ESC *"])
def test_a_picture_is_the_same_in_every_way_a_printer_takes_it(start: Start, tmp_path: Path, raster: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f'name = "Own"\nraster = "{raster}"\nlacks = ["GS (H"]\n')
    device, page = start("printer"), a_page(height=404)
    assert escpos(device.port, model=str(own)).print(page) == "status"
    [line] = printed(device)
    assert dots(device.folder / str(line["file"]), page.height) == page.rows


def test_a_stop_is_told_by_the_printer_itself_before_anybody_asks(start: Start, tmp_path: Path) -> None:
    """This short a page is given up before the second after which DLE EOT would be asked; GS a tells at once."""
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\non = "page"\nnth = 1\ndo = "paper_out"\n')
    device = start("printer", "--script", str(script))
    with pytest.raises(PrintUncertain, match="no paper"):
        escpos(device.port, timeout_s=0.9).print(a_page(height=20))
    assert printed(device) == []


def test_a_cutter_that_jammed_goes_on_once_the_paper_is_taken_out(start: Start, tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\non = "page"\nnth = 1\ndo = "jam"\n')
    device = start("printer", "--script", str(script))
    printer = escpos(device.port)
    with pytest.raises(PrintUncertain, match="cutter"):
        printer.print(a_page())
    with pytest.raises(PrinterFault, match="cutter"):
        printer.print(a_page())
    device.order("unblock")
    assert device.order("state")["on"] == ["jam"], "a real one stays stopped until it is told to go on"
    assert printer.print(a_page(seed=2)) == "status"
    assert len(printed(device)) == 1


def test_a_cleared_jam_is_ended_by_looking_too(start: Start) -> None:
    device = start("printer")
    device.order("jam")
    device.order("unblock")
    assert escpos(device.port).status().ready
    device.order("jam")
    device.order("unblock")
    assert "cutter" in escpos(device.port, model="escpos-58").status().error, "this model does not know DLE ENQ"


def test_a_sensor_that_is_not_there_warns_of_nothing(start: Start) -> None:
    device = start("printer")
    device.order("paper_low")
    assert escpos(device.port, model="epson-tm-t88").status().paper_low
    assert not escpos(device.port, model="epson-tm-t20").status().paper_low


READY = PrinterStatus(online=True)


@pytest.mark.parametrize(
    ("eot", "asb", "means"),
    [
        ((0x12, 0x12, 0x12, 0x12), b"\x10\x00\x00\x00", READY),
        ((0x1A, 0x12, 0x12, 0x12), b"\x18\x00\x00\x00", PrinterStatus(online=False)),
        ((0x1A, 0x16, 0x12, 0x12), b"\x38\x00\x00\x00", PrinterStatus(online=True, cover_open=True)),
        ((0x1A, 0x32, 0x12, 0x72), b"\x18\x00\x0c\x00", PrinterStatus(online=True, paper_out=True)),
        ((0x12, 0x12, 0x12, 0x1E), b"\x10\x00\x03\x00", PrinterStatus(online=True, paper_low=True)),
        ((0x1A, 0x52, 0x1A, 0x12), b"\x18\x08\x00\x00", PrinterStatus(online=True, error="the cutter is jammed")),
        ((0x1A, 0x52, 0x32, 0x12), b"\x18\x20\x00\x00",
         PrinterStatus(online=True, error="a fault of the print head or its power")),
        ((0x1A, 0x52, 0x52, 0x12), b"\x18\x40\x00\x00",
         PrinterStatus(online=True, error="a fault of the print head or its power")),
    ],
)  # fmt: skip
def test_every_status_has_its_meaning(eot: tuple[int, int, int, int], asb: bytes, means: PrinterStatus) -> None:
    assert status_of(*eot) == means
    assert status_of_asb(asb) == means


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('nam = "X"\n', "nam"),
        ('name = "X"\nwidth_dots = 577\n', "multiple of 8"),
        ('name = "X"\nwidth_dots = 5760\n', "from 200 to 2400"),
        ('name = "X"\nproof = "word"\n', "proof"),
        ('name = "X"\nproof = "process_id"\nlacks = ["GS (H"]\n', "needs GS"),
        ('name = "X"\nprotocol = "zpl"\n', "host_status"),
        ('name = "X"\nlacks = ["GS r", "DLE EOT"]\nproof = "process_id"\n', 'proof = "none"'),
        ("name = \n", "TOML"),
    ],
)
def test_a_model_that_cannot_be_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(PrinterModelFault, match=says) as told:
        model_named(str(path))
    assert str(path) in str(told.value)


def test_unknown_models_are_told_with_those_there_are() -> None:
    for name in ("tm", "/nowhere/own.toml"):
        with pytest.raises(PrinterModelFault, match="escpos-58"):
            model_named(name)


def test_a_configuration_may_know_better_than_the_model() -> None:
    assert changed(model_named("escpos-80"), proof="process_id", width_dots=640).width_dots == 640
    with pytest.raises(PrinterModelFault, match="host_status"):
        changed(model_named("zpl-203"), proof="status")
