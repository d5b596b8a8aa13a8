"""Drawing paper: ticket and receipt onto one-bit pictures with Qt's text engine, so that every script prints.

Two colours, no dithering, nothing under 3 mm of height. Positions are in dots of a 576-dot line (203 dpi, 80 mm paper);
narrower paper gets the same page scaled, and a code of whole dots in its own size.
"""

from __future__ import annotations

from typing import Any

import zxingcpp
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from kiosk.domain.pages import Fact, Page, ReceiptPage, TicketPage
from kiosk.ports import Bitmap

WIDTH = 576
MARGIN = 24
_HEIGHT_MAX = 2400
_QUIET = 4  # modules around a QR code
_FAMILIES = ["Noto Sans", "Noto Sans CJK SC"]
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class PaperRenderer:
    """The Renderer port. Needs a QGuiApplication (offscreen is enough); usable from any one thread at a time."""

    def render(self, page: Any, width_dots: int) -> Bitmap:
        """Draw a TicketPage or ReceiptPage for a printer with this many dots a line."""
        if width_dots % 8:
            raise ValueError("the width of paper is a multiple of 8 dots")
        return bitmap_of(draw(page, width_dots))


def draw(page: Page, width_dots: int = WIDTH) -> QImage:
    """The page as a picture of two colours."""
    sheet = _Sheet(width_dots)
    if isinstance(page, TicketPage):
        _ticket(sheet, page)
    else:
        _receipt(sheet, page)
    return sheet.finish()


def bitmap_of(image: QImage) -> Bitmap:
    """Rows of bits, 1 = black."""
    mono = image.convertToFormat(QImage.Format.Format_Mono, Qt.ImageConversionFlag.ThresholdDither)
    stride, wanted = mono.bytesPerLine(), mono.width() // 8
    raw = bytes(mono.constBits())
    black_is_one = mono.color(0) == QColor(Qt.GlobalColor.white).rgba()
    rows = b"".join(raw[y * stride : y * stride + wanted] for y in range(mono.height()))
    return Bitmap(mono.width(), mono.height(), rows if black_is_one else bytes(each ^ 0xFF for each in rows))


class _Sheet:
    """A strip of paper that grows downwards; `y` is where the next thing goes, in dots of a 576-dot line."""

    def __init__(self, width_dots: int) -> None:
        self.dots = width_dots
        self.scale = width_dots / WIDTH
        self._image = QImage(width_dots, _HEIGHT_MAX, QImage.Format.Format_Grayscale8)
        self._image.fill(Qt.GlobalColor.white)
        self._painter = QPainter(self._image)
        self._painter.setPen(Qt.GlobalColor.black)
        self._painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, False)
        self.y = 16.0

    def finish(self) -> QImage:
        self._painter.end()
        return self._image.copy(0, 0, self.dots, min(_HEIGHT_MAX, round((self.y + 16) * self.scale)))

    def font(self, size: float, bold: bool) -> QFont:
        font = QFont(_FAMILIES[0])
        font.setFamilies(_FAMILIES)
        font.setPixelSize(max(1, round(size * self.scale)))
        font.setBold(bold)
        font.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
        font.setStyleStrategy(QFont.StyleStrategy.NoAntialias)
        return font

    def width(self, text: str, size: float, bold: bool) -> float:
        return QFontMetricsF(self.font(size, bold)).horizontalAdvance(text) / self.scale

    def fitted(self, text: str, size: float, width: float, bold: bool, smallest: float = 24) -> float:
        """The largest size up to `size` at which the text is no wider than `width`."""
        while size > smallest and self.width(text, size, bold) > width:
            size -= 2
        return size

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: Qt.AlignmentFlag = _LEFT,
        white: bool = False,
    ) -> None:
        """One line on a baseline; with `align` right, x is its right end."""
        font = self.font(size, bold)
        start = x * self.scale
        if align == _RIGHT:
            start -= QFontMetricsF(font).horizontalAdvance(text)
        self._painter.setFont(font)
        self._painter.setPen(Qt.GlobalColor.white if white else Qt.GlobalColor.black)
        self._painter.drawText(round(start), round(baseline * self.scale), text)

    def wrapped(self, x: float, text: str, size: float, width: float, *, bold: bool = False) -> None:
        """As many lines as it takes, from `y` on; `y` moves below them."""
        self._painter.setFont(self.font(size, bold))
        self._painter.setPen(Qt.GlobalColor.black)
        box = QRectF(x * self.scale, self.y * self.scale, width * self.scale, 10_000)
        flags = int(Qt.TextFlag.TextWordWrap)
        bounds = self._painter.boundingRect(box, flags, text)
        if bounds.width() > box.width():  # one word wider than the column
            flags = int(Qt.TextFlag.TextWrapAnywhere)
            bounds = self._painter.boundingRect(box, flags, text)
        self._painter.drawText(box, flags, text)
        self.y += bounds.height() / self.scale + 4

    def rule(self, thickness: float = 4) -> None:
        self.box(MARGIN, self.y, WIDTH - 2 * MARGIN, thickness)
        self.y += thickness

    def box(self, x: float, y: float, width: float, height: float) -> None:
        self._painter.fillRect(
            round(x * self.scale),
            round(y * self.scale),
            round(width * self.scale),
            max(1, round(height * self.scale)),
            Qt.GlobalColor.black,
        )

    def code(self, text: str, width_max: float) -> float:
        """A QR code at the left margin, as large as fits; returns its width without the quiet zone."""
        matrix = _matrix(text, "M")
        module = max(3, int(width_max * self.scale) // len(matrix))
        if module > 6 and len(stronger := _matrix(text, "Q")) * 6 <= width_max * self.scale:
            # Damage costs more scans than size: Q where its modules stay at 6 dots or more.
            matrix, module = stronger, int(width_max * self.scale) // len(stronger)
        left, top = round(MARGIN * self.scale), round(self.y * self.scale)
        for row, cells in enumerate(matrix):
            for column, dark in enumerate(cells):
                if dark:
                    self._painter.fillRect(
                        left + column * module, top + row * module, module, module, Qt.GlobalColor.black
                    )
        return len(matrix) * module / self.scale


def _matrix(text: str, level: str) -> list[list[bool]]:
    """Modules of a QR code, True = dark, without quiet zone."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    image: Any = zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False)
    rows: list[list[int]] = memoryview(image).tolist()  # type: ignore[assignment]
    return [[value == 0 for value in row] for row in rows]


def _mark(sheet: _Sheet, mark: str) -> None:
    """A page that is not the original says so first, white on black."""
    if mark:
        sheet.box(MARGIN, sheet.y, WIDTH - 2 * MARGIN, 60)
        both = mark if mark.startswith("COPY") else f"{mark}  COPY"
        text = both + ("  副本" if mark.startswith("COPY") else "")
        sheet.text(MARGIN + 16, sheet.y + 45, text, 40, bold=True, white=True)
        sheet.y += 72


def _ticket(sheet: _Sheet, page: TicketPage) -> None:
    _mark(sheet, page.mark)
    right = WIDTH - MARGIN
    sheet.text(MARGIN, sheet.y + 40, page.day, 32, bold=True)
    sheet.text(right, sheet.y + 40, page.count, 26, align=_RIGHT)
    sheet.y += 60
    sheet.rule()
    if page.title:
        sheet.y += 10
        sheet.wrapped(MARGIN, page.title, 40, WIDTH - 2 * MARGIN, bold=True)
    for number, stop in enumerate(page.stops):
        _stop(sheet, stop.time, stop.name, stop.other, first=number == 0)
    sheet.y += 12
    sheet.rule()
    _facts(sheet, page.facts)
    sheet.rule()
    sheet.y += 34
    _code_and_details(sheet, page)
    sheet.y += 34
    sheet.rule()
    sheet.y += 10
    for note in page.notes:
        sheet.wrapped(MARGIN, note, 26, WIDTH - 2 * MARGIN)
    sheet.y += 8
    sheet.rule(2)
    sheet.text(MARGIN, sheet.y + 46, page.human_code, 38, bold=True)
    size = sheet.fitted(page.origin, 24, WIDTH - 2 * MARGIN, False, smallest=18)
    sheet.text(MARGIN, sheet.y + 84, page.origin, size)
    sheet.y += 96


def _stop(sheet: _Sheet, time: str, name: str, other: str, *, first: bool) -> None:
    """Time large at the left; the name beside it, the second script on its line or on one of its own."""
    room = WIDTH - MARGIN - 192
    sheet.text(MARGIN, sheet.y + 64, time, 52, bold=first)
    beside = f"  {other}" if other else ""
    if sheet.width(name, 34, True) + sheet.width(beside, 28, True) <= room:
        sheet.text(192, sheet.y + 64, name, 34, bold=True)
        sheet.text(192 + sheet.width(name, 34, True), sheet.y + 64, beside, 28, bold=True)
        sheet.y += 76
        return
    if sheet.width(name, 28, True) <= room:
        sheet.text(192, sheet.y + 64, name, sheet.fitted(name, 34, room, True, 28), bold=True)
        sheet.y += 76
    else:
        sheet.y += 24
        below = sheet.y + 52
        text = sheet.y
        sheet.wrapped(192, name, 28, room, bold=True)
        sheet.y = max(below, sheet.y, text)
    if other:
        sheet.y += 2
        sheet.wrapped(192, other, 28, room, bold=True)


def _facts(sheet: _Sheet, facts: tuple[Fact, ...]) -> None:
    """Columns as wide as they need; values as large as all of them allow."""
    room = WIDTH - 2 * MARGIN
    gap = 28.0
    for size in (84, 76, 68, 60, 52, 46, 40, 36, 32, 28):
        widths = [max(sheet.width(f.value, size, True), sheet.width(f.label, 24, False)) for f in facts]
        if sum(widths) + gap * (len(facts) - 1) <= room:
            break
    spare = max(0.0, room - sum(widths) - gap * (len(facts) - 1)) / max(1, len(facts) - 1) if len(facts) > 1 else 0
    x = float(MARGIN)
    for fact, width in zip(facts, widths, strict=True):
        sheet.text(x, sheet.y + 36, fact.label, 24)
        sheet.text(x, sheet.y + 48 + size * 0.78, fact.value, sheet.fitted(fact.value, size, room, True), bold=True)
        x += width + gap + min(spare, 60)
    sheet.y += 64 + size * 0.86


def _code_and_details(sheet: _Sheet, page: TicketPage) -> None:
    top = sheet.y
    width = sheet.code(page.code, 336)
    x = MARGIN + width + 34
    room = WIDTH - MARGIN - x
    sheet.y = top - 8
    for number, detail in enumerate(page.details):
        bold = number in (0, len(page.details) - 1)
        sheet.wrapped(x, detail, sheet.fitted(detail, 30 if bold else 26, room, bold), room, bold=bold)
        sheet.y += 6
    sheet.y = max(sheet.y, top + width)


def _receipt(sheet: _Sheet, page: ReceiptPage) -> None:
    _mark(sheet, page.mark)
    sheet.text(MARGIN, sheet.y + 50, page.title, 48, bold=True)
    sheet.y += 62
    sheet.wrapped(MARGIN, page.warning, 26, WIDTH - 2 * MARGIN)
    sheet.y += 8
    sheet.rule()
    _pairs(sheet, page.head)
    sheet.rule()
    _pairs(sheet, page.lines)
    sheet.rule()
    sheet.y += 14
    _pair(sheet, page.total, 44, bold=True)
    sheet.y += 14
    sheet.rule()
    _pairs(sheet, page.payment)
    sheet.rule()
    sheet.y += 10
    for note in page.notes:
        sheet.wrapped(MARGIN, note, 26, WIDTH - 2 * MARGIN)


def _pairs(sheet: _Sheet, pairs: tuple[Fact, ...]) -> None:
    sheet.y += 10
    for pair in pairs:
        _pair(sheet, pair, 26)
    sheet.y += 10


def _pair(sheet: _Sheet, pair: Fact, size: float, *, bold: bool = False) -> None:
    """Words left, figure right on one baseline; words that are too long take lines of their own."""
    room = WIDTH - 2 * MARGIN
    value = sheet.width(pair.value, size, bold)
    if sheet.width(pair.label, size, bold) + value + 20 > room:
        sheet.wrapped(MARGIN, pair.label, size, room, bold=bold)
        if not pair.value:
            return
        sheet.text(WIDTH - MARGIN, sheet.y + size, pair.value, size, bold=bold, align=_RIGHT)
    else:
        sheet.text(MARGIN, sheet.y + size, pair.label, size, bold=bold)
        sheet.text(WIDTH - MARGIN, sheet.y + size, pair.value, size, bold=bold, align=_RIGHT)
    sheet.y += size * 1.5
