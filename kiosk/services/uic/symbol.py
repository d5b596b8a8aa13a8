"""A UIC code as a picture: an Aztec symbol."""

from __future__ import annotations

from typing import Any

import zxingcpp


def aztec_svg(code: bytes) -> str:
    """The code as a vector picture for paper; ValueError when it is too long for an Aztec symbol."""
    return str(zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Aztec).to_svg())


def aztec_picture(code: bytes) -> Any:
    """Grey pixels, four for each module, with a quiet zone; a numpy-like array."""
    return zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Aztec).to_image(scale=4)
