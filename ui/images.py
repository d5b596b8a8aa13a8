"""Image providers: icons in any colour, and codes drawn module by module."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtQuick import QQuickImageProvider
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).resolve().parent.parent / "assets" / "icons"


class Icons(QQuickImageProvider):
    """image://icon/NAME/RRGGBB: a black SVG of assets/icons in that colour, without any effect."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._sources: dict[str, str] = {}

    def requestImage(self, id: str, size: QSize, requested: QSize) -> QImage:
        name, _, colour = id.partition("/")
        if name not in self._sources:
            self._sources[name] = (ICONS / f"{name}.svg").read_text()
        svg = self._sources[name].replace("#000000", f"#{colour[-6:]}")
        image = QImage(requested if requested.isValid() else QSize(24, 24), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        QSvgRenderer(QByteArray(svg.encode())).render(painter)
        painter.end()
        return image


class Codes(QQuickImageProvider):
    """image://code/HEX: a QR code (error correction M) of the UTF-8 text given as hex, one pixel a module.

    image://code/aztec-HEX: an Aztec symbol of these bytes. No quiet zone: the item that shows it has it. Show with
    `smooth: false`.
    """

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, id: str, size: QSize, requested: QSize) -> QImage:
        matrix = _aztec(bytes.fromhex(id[6:])) if id.startswith("aztec-") else _qr(bytes.fromhex(id).decode())
        image = QImage(len(matrix), len(matrix), QImage.Format.Format_Grayscale8)
        for y, row in enumerate(matrix):
            for x, dark in enumerate(row):
                image.setPixel(x, y, 0xFF000000 if dark else 0xFFFFFFFF)
        return image


def _qr(text: str) -> list[bytes]:
    import segno  # only when there is something to show: the first screen need not wait for it

    return [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]


def _aztec(content: bytes) -> list[bytes]:
    from ui.paper_sheet import aztec_matrix

    return [bytes(row) for row in aztec_matrix(content)]
