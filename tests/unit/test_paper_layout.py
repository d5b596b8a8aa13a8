"""Layouts of paper: what is wrong in a file is named with the way out, and what is written is what is drawn."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.domain.pages import ticket_page
from kiosk.domain.paper_layout import PaperLayoutFault, filled, layout_of
from kiosk.services.paper_layouts import SHIPPED, layouts, read
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
