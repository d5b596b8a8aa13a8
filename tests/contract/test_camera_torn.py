"""Codes that lost a corner: read all the same, where they lie, and never invented."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp

from devices.camera.ladder import read
from devices.camera.torn import mended

TEXT = "T1:" + "NCFOXN%TS3DH PVO:RPPDNWBG$WLVB/1G+UKT5EIJ.4F2" * 2
SCALE, EDGE = 6, 40


def torn(corner: int, degrees: float = 0.0) -> tuple[Any, Any]:
    """(a code whose ring at `corner` (0 top left, 1 top right, 2 bottom left) is covered, its outer corners)."""
    barcode = zxingcpp.create_barcode(TEXT, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    code = np.pad(np.asarray(barcode.to_image(scale=SCALE, add_quiet_zones=False)), EDGE, constant_values=255)
    side, ring = len(code), 8 * SCALE
    top = EDGE - 6 if corner != 2 else side - EDGE - ring + 6
    left = EDGE - 6 if corner != 1 else side - EDGE - ring + 6
    code[top : top + ring, left : left + ring] = 200
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), degrees, 0.8)
    inner = np.array([[EDGE, EDGE], [side - EDGE, EDGE], [side - EDGE, side - EDGE], [EDGE, side - EDGE]])
    return (
        cv2.warpAffine(code, turn, (side, side), flags=cv2.INTER_AREA, borderValue=255),
        inner @ turn[:, :2].T + turn[:, 2],
    )


@pytest.mark.parametrize("degrees", [0.0, 33.0, 170.0])
@pytest.mark.parametrize("corner", [0, 1, 2])
def test_a_code_with_any_corner_lost_is_read_where_it_lies(corner: int, degrees: float) -> None:
    image, outer = torn(corner, degrees)
    assert zxingcpp.read_barcodes(image) == []
    [seen] = mended(image)
    assert seen.code.text == TEXT
    assert np.abs(np.array(seen.code.corners) - outer).max() <= 6


def test_white_on_black_with_a_corner_lost() -> None:
    [seen] = mended(255 - torn(1)[0])
    assert seen.code.text == TEXT


def test_a_still_picture_is_read_down_to_this_step() -> None:
    [found] = read(torn(2, 12.0)[0]).found
    assert (found.code.text, found.strategy) == (TEXT, "a corner lost")


def test_two_corners_lost_are_too_many_and_two_rings_alone_are_no_code() -> None:
    image, _ = torn(0)
    other, _ = torn(1)
    assert mended(np.maximum(image, other)) == []
    rings = np.full((300, 300), 255, np.uint8)
    for left in (40, 200):
        cv2.rectangle(rings, (left, 40), (left + 41, 81), 0, -1)
        cv2.rectangle(rings, (left + 6, 46), (left + 35, 75), 255, -1)
        cv2.rectangle(rings, (left + 12, 52), (left + 29, 69), 0, -1)
    assert mended(rings) == []
