"""The decoders themselves: zxing-cpp and zbar on one grey picture, without any preparation of it.

Kinds: QR codes of models 1 and 2, Aztec codes and PDF417. zxing-cpp's "QR code" would also take Micro QR codes, whose
smallest has no error correction at all and is "read" from noise; its "Aztec" also runes, one byte. No ticket uses them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import zxingcpp
from pyzbar import pyzbar

from kiosk.ports import Code

Grey = Any  # numpy array, height x width, uint8
Matrix = Any  # numpy array 3 x 3: from the prepared picture to the one that was taken

QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel1, zxingcpp.BarcodeFormat.QRCodeModel2])
PURE = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
"""For drawings of nothing but a QR code (`is_pure`), for which zxing-cpp does not tell the models apart."""
OTHERS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.AztecCode, zxingcpp.BarcodeFormat.PDF417])
PDF417 = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.PDF417])
KINDS = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCodeModel1,
        zxingcpp.BarcodeFormat.QRCodeModel2,
        zxingcpp.BarcodeFormat.AztecCode,
        zxingcpp.BarcodeFormat.PDF417,
    ]
)
_NAMES = {zxingcpp.BarcodeFormat.Aztec: "Aztec", zxingcpp.BarcodeFormat.PDF417: "PDF417"}


@dataclass(frozen=True)
class Seen:
    """A code a decoder found. `spare` is the share of its error correction that was not needed, nan if not told."""

    code: Code
    spare: float = math.nan

    @property
    def doubtful(self) -> bool:
        """A PDF417 code that used up all its error correction may be noise: every wrong one had none left."""
        return self.code.symbology == "PDF417" and self.spare <= 0


def zxing(grey: Grey, formats: zxingcpp.BarcodeFormats = QR, back: Matrix | None = None, **how: Any) -> list[Seen]:
    """What zxing-cpp finds. `back` leads its corners to the picture that was taken; `how` is its own options."""
    found = zxingcpp.read_barcodes(grey, formats=formats, text_mode=zxingcpp.TextMode.Plain, **how)
    return [Seen(_code(each, back), _spare(each.extra)) for each in found if each.valid]


def zbar(grey: Grey, back: Matrix | None = None) -> list[Seen]:
    """The QR codes zbar finds."""
    return [
        Seen(
            Code(
                "QRCode",
                found.data.decode("utf-8", "replace"),
                moved([(point.x, point.y) for point in found.polygon], back),
                "zbar",
            )
        )
        for found in pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
    ]


def _spare(extra: Any) -> float:
    return float(extra.get("UEC", math.nan)) if extra else math.nan


def moved(corners: Any, back: Matrix | None) -> tuple[tuple[int, int], ...]:
    """Points of the prepared picture as points of the one that was taken."""
    if back is not None and len(corners):
        points = np.column_stack([np.asarray(corners, np.float64), np.ones(len(corners))]) @ back.T
        corners = points[:, :2] / points[:, 2:]
    return tuple((round(float(x)), round(float(y))) for x, y in corners)


def _code(found: zxingcpp.Barcode, back: Matrix | None) -> Code:
    at = found.position
    corners = [(each.x, each.y) for each in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
    return Code(_NAMES.get(found.symbology, "QRCode"), found.text, moved(corners, back), "zxing")
