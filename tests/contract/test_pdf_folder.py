"""The ticket printer port as a folder of PDF files: whole or not there, readable, never replaced."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from devices.printer.pdf_folder import PdfFolder
from kiosk.app.layout import sample
from kiosk.domain.errors import PrinterFault
from kiosk.ports import Bitmap, Source
from kiosk.services.paper_layouts import layouts

from .test_printer import a_page

pytestmark = pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")


def ticket(language: str = "en", name: str = "K14-0000001-ticket") -> Bitmap:
    return Bitmap(8, 1, b"\0", Source(sample("ticket", language), language.replace("_", "-"), name))


def test_a_page_is_a_tagged_file_and_a_second_one_of_its_name_stands_beside_it(tmp_path: Path) -> None:
    printer = PdfFolder(tmp_path / "archive", layouts())
    assert printer.status().ready
    assert [printer.print(ticket()) for _ in range(2)] == ["file", "file"]
    names = sorted(path.name for path in (tmp_path / "archive").iterdir())
    assert names == ["K14-0000001-ticket-1.pdf", "K14-0000001-ticket.pdf"]
    path = tmp_path / "archive" / names[1]
    if shutil.which("pdftoppm") is None:
        pytest.skip("poppler-utils is missing: the picture of the page cannot be looked at")
    call = ["pdftoppm", "-r", "150", "-png", "-singlefile", str(path), str(tmp_path / "page")]
    subprocess.run(call, check=True, timeout=60)
    [code] = zxingcpp.read_barcodes(Image.open(tmp_path / "page.png"))
    assert code.text.startswith("T1:SAMPLE")
    printer.close()
    printer.close()


def test_a_test_page_is_its_dots(tmp_path: Path) -> None:
    printer = PdfFolder(tmp_path, layouts())
    assert printer.print(a_page()) == "file"
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_a_folder_that_cannot_be_used_is_told_and_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    printer = PdfFolder(tmp_path / "file" / "archive", layouts())
    assert not printer.status().online
    with pytest.raises(PrinterFault, match="no PDF can be written"):
        printer.print(ticket())


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    """/dev/full takes a name and then no byte."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    (tmp_path / ".draft").symlink_to("/dev/full")
    printer = PdfFolder(tmp_path, layouts())
    with pytest.raises(PrinterFault, match="no PDF was written"):
        printer.print(ticket())
    assert [path.name for path in tmp_path.glob("*.pdf")] == []
