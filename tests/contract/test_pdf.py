"""PDF pages: tagged, titled, in their language, their words in order, their code read from the picture of the page."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from kiosk.app.layout import layout, sample
from kiosk.domain.pages import TicketPage

TOOLS = ("pdfinfo", "pdftotext", "pdftoppm")
poppler = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS), reason="poppler-utils (pdfinfo, pdftotext, pdftoppm) is missing"
)


def said(*call: str) -> str:
    return subprocess.run(call, capture_output=True, text=True, timeout=60, check=True).stdout


def inflated(pdf: bytes) -> bytes:
    """The objects of a PDF without their compression."""
    streams = re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    return b"\n".join(zlib.decompressobj().decompress(each) for each in streams if each[:1] == b"\x78")


def written(folder: Path, language: str) -> Path:
    path = folder / "page.pdf"
    done = CliRunner().invoke(layout, ["pdf", "--language", language, "--out", str(path)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return path


# A machine without libharfbuzz-subset writes larger files; what they say is the same.
@pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")
@poppler
@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh_Hans", "zh-Hans"), ("ar", "ar"), ("de", "de")])
def test_a_ticket_as_pdf(tmp_path: Path, language: str, tag: str) -> None:
    path, page = written(tmp_path, language), sample("ticket", language)
    assert isinstance(page, TicketPage)
    about = said("pdfinfo", str(path))
    assert "Ticket 1 of 2" in about and [line.split()[1] for line in about.splitlines() if "Tagged" in line] == ["yes"]
    assert f"/Lang ({tag})".encode() in inflated(path.read_bytes())
    tree = said("pdfinfo", "-struct", str(path))
    assert "Figure" in tree and "H1" in tree
    text = said("pdftotext", "-raw", str(path), "-")
    order = [text.index(word) for word in ("Ticket 1 of 2", "Tue 24", "07:00", "23:29", "Train", "662", "SMPL-0000")]
    assert order == sorted(order)
    assert tag == "ar" or all(word in text for word in re.split("[ -]", page.holder))
    said("pdftoppm", "-r", "150", "-png", "-singlefile", str(path), str(tmp_path / "page"))
    [code] = zxingcpp.read_barcodes(Image.open(tmp_path / "page.png"))
    assert code.text == page.code


def test_a_layout_that_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('page = "ticket"\n[[block]]\nkind = "banner"\n')
    done = CliRunner().invoke(layout, ["check", str(path)])
    assert done.exit_code == 1 and "kind = 'banner'" in str(done.exception)
