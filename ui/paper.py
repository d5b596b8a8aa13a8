"""Drawing paper: ticket and receipt onto one-bit pictures with Qt's text engine, so that every script prints.

What stands where is data (assets/layouts/paper, docs/layouts.md); how each block fills the paper is here. No text is
under 24 dots (3 mm); what is too long gets a second line and is never cut.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtGui import QImage

from kiosk.domain.pages import BadgePage, Fact, Page, ReceiptPage, Stop, TicketPage
from kiosk.domain.paper_layout import Block, PaperLayout, filled
from kiosk.ports import Bitmap
from kiosk.services.paper_layouts import layouts
from ui.paper_sheet import RIGHT, WIDE, Sheet

_CODE_WIDE = 336  # leaves a column for who travels, in which class, at which price
_CODE_ALONE = 372
_COLUMN_MIN = 150
_GAP = 20.0
_ROW_SIZES = (84, 76, 68, 64, 60, 56, 52, 48, 44)
_SMALL_SIZES = (*_ROW_SIZES, 40, 36)


class PaperRenderer:
    """The Renderer port. Needs a QGuiApplication (offscreen is enough); usable from any one thread at a time."""

    def __init__(self, own: Path | None = None) -> None:
        """`own`: a folder with the operator's layouts; PaperLayoutFault when one of them cannot be used."""
        self._layouts = layouts(own)

    def render(self, page: Any, width_dots: int) -> Bitmap:
        """Draw a page for a printer with this many dots a line."""
        if width_dots % 8 or width_dots < 200:
            raise ValueError(f"paper of {width_dots} dots: the width is a multiple of 8 and at least 200")
        return bitmap_of(draw(page, width_dots, self._layouts[sort_of(page)]))


def sort_of(page: Page) -> str:
    """Which layout it has."""
    return {TicketPage: "ticket", ReceiptPage: "receipt", BadgePage: "badge"}[type(page)]


def draw(page: Page, width_dots: int = WIDE, layout: PaperLayout | None = None) -> QImage:
    """The page as a picture of two colours; by the shipped layout if none is given."""
    layout = layout or _shipped()[sort_of(page)]
    sheet = Sheet(width_dots)
    for block in layout.blocks:
        _block(sheet, block, page)
    return sheet.finish()


@functools.cache
def _shipped() -> dict[str, PaperLayout]:
    return layouts()


def _block(sheet: Sheet, block: Block, page: Page) -> None:
    """Draw one block; one whose words are empty takes no room at all."""
    text = filled(block.text, page)
    said = {"text": text, "heading": text, "uic": getattr(page, "uic", b"")}
    if not said.get(block.kind, True):
        return
    sheet.y += block.before
    if block.kind == "logo":
        sheet.picture(QImage.fromData(block.picture), block.height, block.align)
    elif block.kind in ("lines", "pairs"):
        _list(sheet, block, getattr(page, block.of))
    elif text:
        if block.kind == "row":
            _row(sheet, text, filled(block.right, page), block.size)
        else:
            _words(sheet, block, text)
    elif block.kind == "rule":
        sheet.rule(block.thickness)
    elif block.kind == "fold":
        sheet.fold()
    elif block.kind == "mark":
        _mark(sheet, page.mark)
    elif isinstance(page, TicketPage):
        _of_ticket(sheet, block.kind, page)
    sheet.y += block.after


def _list(sheet: Sheet, block: Block, values: tuple[str, ...] | tuple[Fact, ...] | Fact) -> None:
    """Lines of words, or pairs with the figure on the right."""
    size = min(block.size, 36) if sheet.narrow else block.size
    for value in (values,) if isinstance(values, Fact) else values:
        if isinstance(value, Fact):
            _pair(sheet, value, size, bold=block.bold)
        else:
            sheet.wrapped(sheet.margin, value, block.size, sheet.room, bold=block.bold)


def _of_ticket(sheet: Sheet, kind: str, page: TicketPage) -> None:
    if kind == "stops":
        for number, stop in enumerate(page.stops):
            _stop(sheet, stop, first=number == 0)
    elif kind == "facts":
        _facts(sheet, page.facts)
    elif kind == "code":
        _code_and_details(sheet, page)
    elif kind == "uic":
        sheet.aztec(page.uic, min(sheet.room, _CODE_ALONE))


def bitmap_of(image: QImage) -> Bitmap:
    """Rows of bits, 1 = black."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)  # which a sheet is
    dots = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())[:, : grey.width()]
    return Bitmap(grey.width(), grey.height(), np.packbits(dots < 128, axis=1).tobytes())


def _mark(sheet: Sheet, mark: str) -> None:
    """A page that is not the original says so first, white on black, in the passenger's words and in the staff's."""
    if not mark:
        return
    text = f"{mark}  副本" if mark.startswith("COPY") else f"{mark}  COPY"
    sheet.box(sheet.margin, sheet.y, sheet.room, 60)
    sheet.text(sheet.margin + 16, sheet.y + 45, text, 40, bold=True, white=True)
    sheet.y += 72


def _row(sheet: Sheet, left: str, right: str, size: float) -> None:
    """One left, one right; below each other where the paper is narrow."""
    if sheet.width_of(left, size, True) + sheet.width_of(right, 26) + 20 > sheet.room:
        sheet.wrapped(sheet.margin, left, size, sheet.room, bold=True)
        sheet.y -= 4
        sheet.wrapped(sheet.margin, right, 26, sheet.room)
        sheet.y += 4
        return
    sheet.text(sheet.margin, sheet.y + size + 2, left, size, bold=True)
    sheet.text(sheet.width - sheet.margin, sheet.y + size + 2, right, 26, align=RIGHT)
    sheet.y += size + 14


def _words(sheet: Sheet, block: Block, text: str) -> None:
    """A line as high as its size where it fits, else as many lines as it takes."""
    wide = sheet.width_of(text, block.size, block.bold)
    if wide > sheet.room or (block.kind == "text" and block.align == "left"):
        sheet.wrapped(sheet.margin, text, block.size, sheet.room, bold=block.bold)
        return
    x = sheet.margin + {"left": 0.0, "centre": (sheet.room - wide) / 2, "right": sheet.room - wide}[block.align]
    sheet.text(x, sheet.y + block.size + 2, text, block.size, bold=block.bold)
    sheet.y += block.size + 14


def _stop(sheet: Sheet, stop: Stop, *, first: bool) -> None:
    """Time large at the left; the name beside it, the second script on its line or on one of its own."""
    size, drop = (40.0, 50) if sheet.narrow else (52.0, 64)
    x = sheet.margin + sheet.width_of("00:00", size, True) + (22 if sheet.narrow else 30)
    room = sheet.width - sheet.margin - x
    baseline = sheet.y + drop
    sheet.text(sheet.margin, baseline, stop.time, size, bold=first)
    if stop.later:
        sheet.text(sheet.margin, baseline + 34, stop.later, 24, bold=True)
    below = baseline + (46 if stop.later else 12)
    name = 34 if sheet.width_of(stop.name, 34, True) <= room else 28
    width = sheet.width_of(stop.name, name, True)
    if width > room:
        sheet.y += drop - 32
        sheet.wrapped(x, stop.name, name, room, bold=True)
        sheet.y = max(sheet.y, baseline + 12)
    else:
        sheet.text(x, baseline, stop.name, name, bold=True)
        sheet.y = baseline + 12
    if stop.other and width + 16 + sheet.width_of(stop.other, 28, True) <= room:
        sheet.text(x + width + 16, baseline, stop.other, 28, bold=True)
    elif stop.other:
        sheet.wrapped(x, stop.other, 28, room, bold=True)
    sheet.y = max(sheet.y, below)


def _facts(sheet: Sheet, facts: tuple[Fact, ...]) -> None:
    """One row while its figures stay large; else two rows, split where the smaller of them is largest."""
    if not facts:
        return
    if len(facts) == 1 or _size(sheet, facts, _ROW_SIZES) is not None:
        _fact_row(sheet, facts)
    else:
        splits = range(1, len(facts))
        sizes = {n: [_size(sheet, row, _SMALL_SIZES) or 0 for row in (facts[:n], facts[n:])] for n in splits}
        best = max(splits, key=lambda n: (min(sizes[n]), -abs(2 * n - len(facts)), sum(sizes[n])))
        _fact_row(sheet, facts[:best])
        _fact_row(sheet, facts[best:])
    sheet.y += 10


def _size(sheet: Sheet, facts: tuple[Fact, ...], sizes: tuple[int, ...]) -> int | None:
    for size in sizes:
        if sum(_width(sheet, fact, size) for fact in facts) + _GAP * (len(facts) - 1) <= sheet.room:
            return size
    return None


def _width(sheet: Sheet, fact: Fact, size: float) -> float:
    return max(sheet.width_of(fact.value, size, True), sheet.width_of(fact.label, 24))


def _fact_row(sheet: Sheet, facts: tuple[Fact, ...]) -> None:
    size = _size(sheet, facts, _SMALL_SIZES)
    if size is None:  # every fact on lines of its own
        for fact in facts:
            sheet.y += 8
            sheet.wrapped(sheet.margin, fact.label, 24, sheet.room)
            sheet.wrapped(sheet.margin, fact.value, 36, sheet.room, bold=True)
        return
    widths = [_width(sheet, fact, size) for fact in facts]
    spare = sheet.room - sum(widths) - _GAP * (len(facts) - 1)
    x = sheet.margin
    for fact, width in zip(facts, widths, strict=True):
        sheet.text(x, sheet.y + 36, fact.label, 24)
        sheet.text(x, sheet.y + 48 + size * 0.78, fact.value, size, bold=True)
        x += width + _GAP + min(60.0, spare / max(1, len(facts) - 1))
    sheet.y += 54 + size * 0.86


def _code_and_details(sheet: Sheet, page: TicketPage) -> None:
    """The details beside the code, or below it where the code takes the whole line."""
    top = sheet.y
    if not page.code:
        for detail in page.details:
            sheet.wrapped(sheet.margin, detail, 30, sheet.room, bold=True)
        return
    column = sheet.room - _CODE_WIDE
    beside = column >= _COLUMN_MIN and all(
        sheet.width_of(word, 26, True) <= column - 24 for detail in page.details for word in detail.split()
    )
    right = sheet.code(page.code, _CODE_WIDE if beside else min(sheet.room, _CODE_ALONE))
    bottom, x = sheet.y, sheet.margin
    if beside:
        x, sheet.y = right + 34, top - 8
    else:
        sheet.y += 20
    room = sheet.width - sheet.margin - x
    for number, detail in enumerate(page.details):
        bold = number in (0, len(page.details) - 1)
        large = 30 if bold and sheet.width_of(detail, 30, True) <= room else 26
        sheet.wrapped(x, detail, large, room, bold=bold)
        sheet.y += 6
    sheet.y = max(sheet.y, bottom)


def _pair(sheet: Sheet, pair: Fact, size: float, *, bold: bool = False) -> None:
    """Words left, figure right on one baseline; words that are too long take lines of their own."""
    value = sheet.width_of(pair.value, size, bold)
    if sheet.width_of(pair.label, size, bold) + value + 20 > sheet.room:
        sheet.wrapped(sheet.margin, pair.label, size, sheet.room, bold=bold)
        if not pair.value:
            return
        if value > sheet.room:
            sheet.wrapped(sheet.margin, pair.value, size, sheet.room, bold=bold)
            return
    else:
        sheet.text(sheet.margin, sheet.y + size, pair.label, size, bold=bold)
    sheet.text(sheet.width - sheet.margin, sheet.y + size, pair.value, size, bold=bold, align=RIGHT)
    sheet.y += size * 1.5
