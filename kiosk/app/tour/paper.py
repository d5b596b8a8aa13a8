"""Looking at what was printed with readers that did not draw it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import zxingcpp
from pyzbar import pyzbar

from kiosk.domain import ticket as tickets
from kiosk.domain.errors import KioskError


def read_paper(path: Path) -> str | None:
    """The ticket code on a printed page, read by zxing and zbar; None when there is none, an error when they differ."""
    framed = cv2.copyMakeBorder(_grey(path), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
    by_zxing = {found.text for found in zxingcpp.read_barcodes(framed)}
    by_zbar = {found.data.decode() for found in pyzbar.decode(framed)}
    if by_zxing != by_zbar:
        raise KioskError(f"{path.name}: two readers disagree about what is printed")
    return next((text for text in by_zxing if text.startswith(tickets.PREFIX)), None)


def is_marked(path: Path) -> bool:
    """The black band of a copy, looked for on the paper itself."""
    band = _grey(path)[20:70, 30:-30]
    return bool((band < 128).mean() > 0.5)


def _grey(path: Path) -> Any:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise KioskError(f"{path} is not a picture")
    return image
