"""Layouts of paper: what is wrong in a file is named with the way out, and what is written is what is drawn."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication

from kiosk.domain.pages import ticket_page
from kiosk.domain.paper_layout import PaperLayoutFault, filled, layout_of
from kiosk.services.paper_layouts import SHIPPED, layouts, read
from kiosk.services.pdf import html_of
from tests.paper_sales import MACHINE, RAIL, code_of, sale_of
from ui.paper import PaperRenderer

PAGE = ticket_page(sale_of(RAIL), 0, 0, code=code_of(), machine=MACHINE)
SMALL = 'page = "ticket"\n[[block]]\nkind = "mark"\n[[block]]\nkind = "code"\n'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[[block]]\nkind = "rul"', "block 3: kind = 'rul': a ticket can have mark, row"),
        ('[[block]]\nkind = "rule"\nsize = 30', "block 3 (rule): size: not known here; known are thickness"),
        ('[[block]]\nkind = "text"\ntext = "{gate}"', "no such placeholder; known are operating_day"),
        ('[[block]]\nkind = "text"\ntext = "{price!r}"', "no such placeholder"),
        ('[[block]]\nkind = "text"\ntext = "{price"', "a brace that is meant is written twice"),
        ('[[block]]\nkind = "text"', "block 3 (text): text: is missing"),
        ('[[block]]\nkind = "text"\ntext = "a"\nsize = 12', "size = 12: write dots from 24 (3 mm) to 120"),
        ('[[block]]\nkind = "text"\ntext = "a"\nalign = "middle"', "write left, centre or right"),
        ('[[block]]\nkind = "lines"\nof = "payment"', "write one of notes, details"),
        ('[[block]]\nkind = "space"\nbefore = -3', "before = -3: write dots from 0 to 400"),
        ('[[block]]\nkind = "logo"', "block 3 (logo): file: is missing"),
        ('[[block]]\nkind = "logo"\nfile = "logo.svg"', "write the name of a PNG file"),
        ('[[block]]\nkind = "logo"\nfile = "no.png"', "block 3 (logo): file = 'no.png'"),
        ('[[block]]\nkind = "logo"\nfile = "a.png"\nheight = 9', "write dots from 16 to 400"),
        ('[[block]]\nkind = "code"', 'kind = "code" is there 2 times; a ticket needs it once'),
        ("[colour]\nred = 1", "colour: not known here"),
        ("page = ", "not readable as TOML"),
    ],
)
def test_a_fault_names_file_block_key_and_the_way_out(tmp_path: Path, more: str, said: str) -> None:
    path = tmp_path / "ticket.toml"
    path.write_text(SMALL + more)
    with pytest.raises(PaperLayoutFault) as fault:
        read(path)
    assert str(path) in str(fault.value) and said in str(fault.value)


def test_a_receipt_can_have_no_code() -> None:
    with pytest.raises(PaperLayoutFault, match="a receipt can have mark, row"):
        layout_of({"page": "receipt", "block": [{"kind": "mark"}, {"kind": "code"}]}, "x")


def test_placeholders_are_the_words_of_the_page() -> None:
    assert filled("{departure} {origin} – {arrival} {destination}, {price}", PAGE) == (
        "07:00 Beijing South – 11:29 Shanghai Hongqiao, ¥ 662"
    )


def test_the_operators_own_layout_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    QGuiApplication.instance() or QGuiApplication([])
    own = (SHIPPED / "ticket.toml").read_text() + '\n[[block]]\nkind = "fold"\nbefore = 90\n'
    (tmp_path / "ticket.toml").write_text(own)
    assert len(layouts(tmp_path)["ticket"].blocks) == len(layouts()["ticket"].blocks) + 1
    assert layouts(tmp_path)["receipt"] == layouts()["receipt"]
    longer, usual = (PaperRenderer(folder).render(PAGE, 576) for folder in (tmp_path, None))
    assert longer.height == usual.height + 92
    kept = 576 * (usual.height - 40) // 8
    assert longer.rows[:kept] == usual.rows[:kept]


@pytest.mark.parametrize("align", ["left", "centre", "right"])
@pytest.mark.parametrize("words", ["short", "Donaudampfschifffahrtsgesellschaftskapitän " * 3, "محطة القطار المركزية"])
@pytest.mark.parametrize("width", [384, 576, 640])
def test_text_of_every_alignment_stays_on_the_paper(tmp_path: Path, align: str, words: str, width: int) -> None:
    QGuiApplication.instance() or QGuiApplication([])
    data = tomllib.loads(SMALL)
    data["block"].append({"kind": "heading", "text": words, "size": 60, "align": align})
    (tmp_path / "ticket.toml").write_text(
        SMALL + f'[[block]]\nkind = "heading"\ntext = "{words}"\nsize = 60\nalign = "{align}"\n'
    )
    page = PaperRenderer(tmp_path).render(PAGE, width)
    rows = [page.rows[at : at + width // 8] for at in range(0, len(page.rows), width // 8)]
    assert not any(row[0] or row[-1] for row in rows), "ink at the edge"
    assert layout_of(data, "x").blocks[-1].text == words


@pytest.mark.parametrize(("align", "left"), [("left", 24), ("centre", 208), ("right", 392)])
def test_a_logo_is_drawn_as_high_as_is_written_and_where(tmp_path: Path, align: str, left: int) -> None:
    QGuiApplication.instance() or QGuiApplication([])
    logo = Image.new("RGBA", (40, 20), (0, 0, 0, 0))  # white where nothing is
    logo.paste((10, 26, 51, 255), (0, 0, 40, 20))
    logo.paste((0, 0, 0, 0), (10, 5, 30, 15))
    logo.save(tmp_path / "logo.png")
    own = f'[[block]]\nkind = "logo"\nfile = "logo.png"\ntext = "Demo"\nheight = 80\nalign = "{align}"\n'
    (tmp_path / "ticket.toml").write_text(
        (SHIPPED / "ticket.toml").read_text().replace("[[block]]", own + "[[block]]", 1)
    )
    drawn = PaperRenderer(tmp_path).render(PAGE, 576)
    usual = PaperRenderer().render(PAGE, 576)
    assert drawn.height == usual.height + 80
    dots = np.unpackbits(np.frombuffer(drawn.rows, np.uint8)).reshape(drawn.height, drawn.width)[16:96]
    rows, columns = np.nonzero(dots)
    assert (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1) == (left, left + 160, 0, 80)
    assert not dots[25:55, left + 45 : left + 115].any(), "the hole stays white"
    html = html_of(PAGE, layouts(tmp_path)["ticket"], "en")
    assert 'alt="Demo"' in html and "height: 10.0mm" in html


def test_a_logo_that_is_no_picture_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"not a picture")
    (tmp_path / "ticket.toml").write_text(SMALL + '[[block]]\nkind = "logo"\nfile = "a.png"\n')
    with pytest.raises(PaperLayoutFault, match="is not a PNG picture"):
        read(tmp_path / "ticket.toml")
