"""Paper as drawn: two readers read every code on every width, nothing is cut off, copies and receipts are plain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import zxingcpp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from pyzbar import pyzbar

from kiosk.domain.pages import Fact, Page, Stop, TicketPage, receipt_page, ticket_page
from kiosk.ports import Bitmap
from tests.paper_sales import BUS, HALL, KINDS, MACHINE, RAIL, change, code_of, sale_of
from ui.paper import PaperRenderer

WIDTHS = (384, 512, 576, 832)


@pytest.fixture(scope="module")
def renderer(qapp_cls: type[QGuiApplication]) -> PaperRenderer:
    QGuiApplication.instance() or qapp_cls([])
    return PaperRenderer()


def ticket(kind: str = "rail", language: str = "en", copy: int = 0, code: str = "") -> TicketPage:
    return ticket_page(sale_of(KINDS[kind], language), 0, copy, code=code or code_of(), machine=MACHINE)


def grey(page: Bitmap) -> Any:
    """Black 0, white 255, with the white of the paper around the print."""
    bits = np.unpackbits(np.frombuffer(page.rows, np.uint8)).reshape(page.height, page.width)
    return np.pad(255 - bits * 255, 40, constant_values=255).astype(np.uint8)


def ink(page: Bitmap) -> Any:
    return np.unpackbits(np.frombuffer(page.rows, np.uint8)).reshape(page.height, page.width) == 1


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_two_readers_read_the_code(renderer: PaperRenderer, kind: str, language: str, width: int) -> None:
    page = renderer.render(ticket(kind, language, copy=kind == "bus"), width)
    assert (page.width, len(page.rows)) == (width, page.height * width // 8)
    [by_zxing] = zxingcpp.read_barcodes(grey(page))
    [by_zbar] = pyzbar.decode(grey(page))
    assert by_zxing.text == by_zbar.data.decode() == code_of()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("extensions", [(), ((1, bytes(range(30))),)], ids=["short", "longest"])
def test_a_code_has_whole_dots_of_good_size_and_its_quiet_zone(
    renderer: PaperRenderer, width: int, extensions: tuple[tuple[int, bytes], ...]
) -> None:
    text = code_of(extensions=extensions)
    page = renderer.render(ticket(code=text), width)
    [found] = zxingcpp.read_barcodes(grey(page))
    assert found.text == text and found.ec_level in ("M", "Q")
    corner, right = found.position.top_left, found.position.top_right
    left, top = round(corner.x) - 40, round(corner.y) - 40
    side = round(right.x) - 40 - left + 1
    dots = ink(page)
    while dots[top - 1, left : left + side].any():  # the reader's corner may be a dot off
        top -= 1
    while dots[top : top + side, left - 1].any():
        left -= 1
    finder = int(np.argmin(dots[top + 1, left:]))  # seven modules of black begin the first row
    module = finder // 7
    assert finder == module * 7 and module >= 6
    columns = np.flatnonzero(np.diff(dots[top : top + side, left : left + side].any(axis=0)))
    assert all((column + 1) % module == 0 for column in columns)
    quiet = 4 * module
    assert not dots[top - quiet : top, left - quiet : left + side].any()
    assert left >= quiet and left + side + quiet <= width + 1
    assert not dots[top : top + side, left + side + 1 : left + side + quiet].any()


def test_the_code_is_the_strong_kind_where_the_width_allows(renderer: PaperRenderer) -> None:
    levels = {width: zxingcpp.read_barcodes(grey(renderer.render(ticket(), width)))[0].ec_level for width in WIDTHS}
    assert levels[576] == levels[832] == "Q"
    narrow = renderer.render(ticket(code=code_of(extensions=((1, bytes(range(30))),))), 384)
    assert zxingcpp.read_barcodes(grey(narrow))[0].ec_level == "M"


def test_a_receipt_is_no_ticket(renderer: PaperRenderer) -> None:
    for facts in KINDS.values():
        page = renderer.render(receipt_page(sale_of(facts), 0, machine=MACHINE, receipt_no="1"), 576)
        assert zxingcpp.read_barcodes(grey(page)) == [] and pyzbar.decode(grey(page)) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_copy_begins_with_a_black_band_and_an_original_does_not(renderer: PaperRenderer, width: int) -> None:
    sale = sale_of(RAIL)

    def band(page: Page) -> float:
        return float(ink(renderer.render(page, width))[20:70, 30:-30].mean())

    for copy in (1, 2, 12):
        assert band(ticket(copy=copy)) > 0.5
        assert band(receipt_page(sale, copy, machine=MACHINE, receipt_no="1")) > 0.5
    assert band(ticket()) < 0.3
    assert band(receipt_page(sale, 0, machine=MACHINE, receipt_no="1")) < 0.3


def test_the_same_page_is_always_the_same_dots(renderer: PaperRenderer) -> None:
    assert renderer.render(ticket(), 576) == renderer.render(ticket(), 576)


def test_every_value_of_a_page_is_on_the_paper(renderer: PaperRenderer) -> None:
    """Taking anything away changes the dots."""
    page = ticket("hall")
    whole = renderer.render(page, 576)
    for name in ("day", "count", "title", "human_code", "origin", "facts", "details", "notes"):
        value = getattr(page, name)
        less = value[:-1]
        assert renderer.render(change(page, **{name: less}), 576) != whole, name


LONG = st.text(
    st.sampled_from("abcdefghij WMil.-|/&'éßŁЖ北京南虹桥あ한عבไ"),
    max_size=120,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(name="W" * 120, fact="M" * 60, detail="W" * 60, width=384)
@example(name="北" * 120, fact="南" * 60, detail="虹桥" * 30, width=576)
@given(name=LONG, fact=LONG, detail=LONG, width=st.sampled_from(WIDTHS))
def test_text_of_any_length_stays_on_the_paper_and_off_the_code(
    renderer: PaperRenderer, name: str, fact: str, detail: str, width: int
) -> None:
    base = ticket()
    page = change(
        base,
        stops=(Stop("07:00", name, detail), Stop("11:29", detail, name, "+1 day")),
        title=name,
        facts=(Fact(detail, fact), Fact("Coach", "6"), Fact(fact, name)),
        details=(detail, name, "¥ 662"),
        notes=(fact,),
        origin=name,
        day=base.day + fact[:20],
    )
    printed = renderer.render(page, width)
    dots = ink(printed)
    assert not dots[:, :4].any() and not dots[:, -4:].any(), "ink at the edge: something is cut off"
    assert not dots[-8:].any(), "ink at the end: something is cut off"
    [found] = zxingcpp.read_barcodes(grey(printed))
    assert found.text == base.code


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("copy", [0, 12])
def test_the_margins_stay_white(renderer: PaperRenderer, width: int, language: str, copy: int) -> None:
    """Heads are seldom exactly where the paper is: what is drawn leaves 3 mm, 1.5 mm on narrow rolls, on each side."""
    margin = 12 if width < 480 else round(24 * (width / 576 if width > 640 else 1))
    for kind in KINDS.values():
        sale = sale_of(kind, language)
        for page in (
            ticket_page(sale, 0, copy, code=code_of(), machine=MACHINE),
            receipt_page(sale, copy, machine=MACHINE, receipt_no="K14-0000077"),
        ):
            dots = ink(renderer.render(page, width))
            white = margin - 2  # a glyph may lean over its origin by a dot or two
            assert not dots[:, :white].any() and not dots[:, -white:].any()
            assert dots[:, margin:-margin].any(axis=0).mean() > 0.95  # the rules reach from side to side


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(what="W" * 120, value="¥ " + "9" * 60, width=384)
@example(what="北" * 120, value="9" * 38, width=576)
@given(what=LONG, value=LONG, width=st.sampled_from(WIDTHS))
def test_a_receipt_of_any_words_stays_on_the_paper(renderer: PaperRenderer, what: str, value: str, width: int) -> None:
    base = receipt_page(sale_of(RAIL), 0, machine=MACHINE, receipt_no="1")
    page = change(
        base,
        head=(Fact(what, value), Fact(value, what)),
        lines=(Fact(what, ""), Fact(what, value), Fact("", value)),
        total=Fact(what, value),
        payment=(Fact(value, what),),
        notes=(what, value),
    )
    dots = ink(renderer.render(page, width))
    assert not dots[:, :4].any() and not dots[:, -4:].any(), "ink at the edge: something is cut off"
    assert not dots[-8:].any(), "ink at the end: something is cut off"


def test_a_long_receipt_is_as_long_as_it_must_be(renderer: PaperRenderer) -> None:
    few, many = (
        renderer.render(receipt_page(sale_of(BUS, count=n), 0, machine=MACHINE, receipt_no="1"), 576) for n in (1, 60)
    )
    assert many.height > few.height + 59 * 39
    assert not ink(many)[-8:].any()


def test_a_width_that_is_no_paper_is_refused(renderer: PaperRenderer) -> None:
    for width in (575, 100, 0):
        with pytest.raises(ValueError, match=f"paper of {width} dots"):
            renderer.render(ticket(), width)


def test_the_hall_is_named_in_both_scripts(renderer: PaperRenderer) -> None:
    one = ticket_page(
        sale_of(change(HALL, origin={"": "City Philharmonic Hall"})), 0, 0, code=code_of(), machine=MACHINE
    )
    assert renderer.render(one, 576).height < renderer.render(ticket("hall"), 576).height
