"""A strip of paper to draw on: text of every script, rules, boxes and a QR code in whole dots.

One unit is one dot at 203 dpi; heads wider than 640 dots (finer ones) get the same page larger. Two colours, no
dithering, and Chinese, Japanese and Korean always bold: on thermal paper thin strokes break.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import zxingcpp
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QTextOption

WIDE, NARROW_BELOW, FINER_FROM = 576, 480, 640  # dots
QUIET_MODULES = 4
MODULE_DOTS_MIN = 6  # below this, worn heads and cameras at arm's length begin to miss
_GROWTH = 1200
_FAMILIES = ["Noto Sans", "Noto Sans CJK SC"]
_HAN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class Sheet:
    """Paper that grows downwards; `y` is where the next thing goes, in units from the top."""

    def __init__(self, width_dots: int) -> None:
        self._dots = width_dots
        self.scale = width_dots / WIDE if width_dots > FINER_FROM else 1.0
        self.width = width_dots / self.scale
        self.narrow = self.width < NARROW_BELOW
        self.margin = 12.0 if self.narrow else 24.0
        self.room = self.width - 2 * self.margin
        self.y = 16.0
        self._image = QImage(width_dots, _GROWTH, QImage.Format.Format_Grayscale8)
        self._image.fill(Qt.GlobalColor.white)
        self._painter = QPainter(self._image)

    def finish(self) -> QImage:
        """The paper used so far."""
        self._reach(self.y + 16)
        self._painter.end()
        return self._image.copy(0, 0, self._dots, round((self.y + 16) * self.scale))

    def _reach(self, bottom: float) -> None:
        """Make the paper long enough; nothing is ever cut off."""
        needed = round(bottom * self.scale)
        if needed <= self._image.height():
            return
        self._painter.end()
        longer = QImage(self._dots, needed + _GROWTH, QImage.Format.Format_Grayscale8)
        longer.fill(Qt.GlobalColor.white)
        painter = QPainter(longer)
        painter.drawImage(0, 0, self._image)
        self._image, self._painter = longer, painter

    def _font(self, text: str, size: float, bold: bool) -> QFont:
        return _font_of(*self._kind(text, size, bold))

    def _kind(self, text: str, size: float, bold: bool) -> tuple[int, bool]:
        return max(1, round(size * self.scale)), bold or _HAN.search(text) is not None

    def width_of(self, text: str, size: float, bold: bool = False) -> float:
        return _metrics_of(*self._kind(text, size, bold)).horizontalAdvance(text) / self.scale

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: Qt.AlignmentFlag = LEFT,
        white: bool = False,
    ) -> None:
        """One line on a baseline; with `align` right, x is its right end."""
        self._reach(baseline + size)
        font = self._font(text, size, bold)
        start = x * self.scale
        if align == RIGHT:
            start -= _metrics_of(*self._kind(text, size, bold)).horizontalAdvance(text)
        self._painter.setFont(font)
        self._painter.setPen(Qt.GlobalColor.white if white else Qt.GlobalColor.black)
        self._painter.drawText(round(start), round(baseline * self.scale), text)

    def wrapped(self, x: float, text: str, size: float, width: float, *, bold: bool = False) -> None:
        """As many lines as it takes, from `y` on; `y` moves below them. A word wider than the column is broken."""
        font = self._font(text, size, bold)
        self._painter.setFont(font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        box = QRectF(x * self.scale, self.y * self.scale, width * self.scale, 1e6)
        height = self._painter.boundingRect(box, text, option).height() / self.scale
        self._reach(self.y + height)
        self._painter.setFont(font)
        self._painter.setPen(Qt.GlobalColor.black)
        self._painter.drawText(box, text, option)
        self.y += height + 4

    def rule(self, thickness: float = 4) -> None:
        """A line across the page."""
        self.box(self.margin, self.y, self.room, thickness)
        self.y += thickness

    def fold(self) -> None:
        """Short strokes at both edges: fold here."""
        for x in (self.margin, self.width - self.margin - 24):
            self.box(x, self.y, 24, 2)
        self.y += 2

    def box(self, x: float, y: float, width: float, height: float) -> None:
        self._reach(y + height)
        left, top = round(x * self.scale), round(y * self.scale)
        self._painter.fillRect(
            left, top, round(width * self.scale), max(1, round(height * self.scale)), Qt.GlobalColor.black
        )

    def code(self, text: str, width: float) -> float:
        """A QR code at the left with its quiet zone inside the paper; returns the x of its right edge, `y` moves below.

        `width` is what it may take from the left margin on. Level Q where its modules keep their size, else M: damage
        costs more scans than size does, until the modules get small.
        """
        modules = matrix(text, "Q")
        if self._module(len(modules), width) < MODULE_DOTS_MIN:
            modules = matrix(text, "M")
        module = self._module(len(modules), width)
        left = max(round(self.margin * self.scale), QUIET_MODULES * module)
        left = min(left, self._dots - (len(modules) + QUIET_MODULES) * module)
        self._reach(self.y + (len(modules) + QUIET_MODULES) * module / self.scale)
        top = round(self.y * self.scale)
        self._painter.drawImage(QRect(left, top, len(modules) * module, len(modules) * module), _picture(modules))
        self.y += len(modules) * module / self.scale
        return (left + len(modules) * module) / self.scale

    def picture(self, image: QImage, height: float, align: str) -> None:
        """A picture so high, or as wide as there is room; what is darker than the middle becomes black."""
        if image.isNull():
            return
        high = min(height, self.room * image.height() / image.width())
        wide = high * image.width() / image.height()
        left = self.margin + {"left": 0.0, "centre": (self.room - wide) / 2, "right": self.room - wide}[align]
        self._reach(self.y + high)
        box = QRect(*(round(each * self.scale) for each in (left, self.y, wide, high)))
        smooth = Qt.TransformationMode.SmoothTransformation
        self._painter.drawImage(box, image.scaled(box.size(), Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
        self.y += high

    def aztec(self, content: bytes, width: float) -> None:
        """An Aztec symbol at the left, `width` at most; it needs no quiet zone, only nothing close to it."""
        modules = aztec_matrix(content)
        module = max(1, int(width * self.scale) // len(modules))
        side, left = len(modules) * module, round(self.margin * self.scale)
        self._reach(self.y + side / self.scale)
        self._painter.drawImage(QRect(left, round(self.y * self.scale), side, side), _picture(modules))
        self.y += side / self.scale

    def _module(self, count: int, width: float) -> int:
        """Whole dots a module: inside `width`, and with the quiet zone inside the paper."""
        return max(1, min(int(width * self.scale) // count, self._dots // (count + 2 * QUIET_MODULES)))


def _picture(modules: list[list[bool]]) -> QImage:
    """One pixel a module."""
    count = len(modules)
    dots = b"".join(bytes(0 if dark else 0xFF for dark in row) for row in modules)
    return QImage(dots, count, count, count, QImage.Format.Format_Grayscale8).copy()


@functools.lru_cache(maxsize=256)
def _font_of(pixels: int, bold: bool) -> QFont:
    font = QFont(_FAMILIES[0])
    font.setFamilies(_FAMILIES)
    font.setPixelSize(pixels)
    font.setBold(bold)
    font.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
    font.setStyleStrategy(QFont.StyleStrategy.NoAntialias)
    return font


@functools.lru_cache(maxsize=256)
def _metrics_of(pixels: int, bold: bool) -> QFontMetricsF:
    return QFontMetricsF(_font_of(pixels, bold))


def matrix(text: str, level: str) -> list[list[bool]]:
    """Modules of a QR code, True = dark, without quiet zone."""
    return _modules(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level))


def aztec_matrix(content: bytes) -> list[list[bool]]:
    """Modules of an Aztec symbol, True = dark, without quiet zone."""
    return _modules(zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.Aztec))


def _modules(barcode: Any) -> list[list[bool]]:
    image: Any = zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False)
    rows: list[list[int]] = memoryview(image).tolist()  # type: ignore[assignment]
    return [[value == 0 for value in row] for row in rows]
