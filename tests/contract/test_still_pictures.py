"""The decoder on public pictures: at least as good as zxing-cpp alone, and quiet on junk."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.gate_pictures import confirmed
from devices.camera.reader import FIRST, Decoder


def _plain(text: str) -> str:
    """Readers guess the charset of old codes in their own ways; what they agree on is ASCII.

    Without the backslash: its byte is a yen sign in Japanese sets.
    """
    return "".join(each for each in text if each.isascii() and each.isprintable() and each != "\\")


def _rows(data: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (data / "qr" / "manifest.jsonl").read_text().splitlines()]
    return [row for row in rows if (data / "qr" / row["path"]).exists()]


def _image(data: Path, row: dict[str, Any]) -> Any:
    image = cv2.imread(str(data / "qr" / row["path"]), cv2.IMREAD_COLOR)
    assert image is not None, row["path"]
    return image


@pytest.mark.data
def test_reads_at_least_what_zxing_alone_reads(data: Path) -> None:
    decoder = Decoder()
    rows = [row for row in _rows(data) if row.get("expected") and "movie" not in row["set"]]
    alone = ours = thorough = 0
    for row in rows:
        image, expected = _image(data, row), {_plain(text) for text in row["expected"]}
        alone += any(_plain(found.text) in expected for found in zxingcpp.read_barcodes(image, formats=FIRST))
        ours += any(_plain(found.text) in expected for found in decoder.read(image))
        thorough += any(_plain(found.text) in expected for found in decoder.read_thoroughly(image))
    assert len(rows) > 100
    assert ours >= alone and thorough >= ours
    assert thorough >= 0.9 * len(rows)


@pytest.mark.data
def test_no_opinion_reads_what_is_not_there(data: Path) -> None:
    """A second opinion may add a code that zxing-cpp alone missed, but only the one that is in the picture."""
    decoder = Decoder()
    read = 0
    for row in _rows(data):
        image = _image(data, row)
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        true = {_plain(text) for text in row["expected"]}
        true |= {_plain(found.text) for found in zxingcpp.read_barcodes(image, formats=FIRST)}
        for opinion in decoder._opinions:
            found = {_plain(seen.code.text) for seen in opinion.look(grey)}
            assert all(confirmed(text, image) for text in found - true), (row["path"], found - true)
            read += len(found)
    assert read > 100


@pytest.mark.data
def test_torn_pieces_of_pictures_never_raise(data: Path) -> None:
    decoder, chance = Decoder(), random.Random(1)
    for row in chance.sample(_rows(data), 40):
        image = _image(data, row)
        top, left = (chance.randrange(size * 2 // 3) for size in image.shape[:2])
        piece = image[top:, left:]
        for code in decoder.read_thoroughly(piece):
            assert isinstance(code.text, str) and code.reader in ("zxing", "zbar")


@settings(deadline=None, max_examples=40)
@given(arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 80), st.just(3))))
def test_noise_of_any_size_is_not_a_code_and_no_error(image: Any) -> None:
    decoder = Decoder()
    for _ in decoder._opinions:  # each once
        decoder.read(image)


def test_every_second_opinion_finds_a_plain_code() -> None:
    code = zxingcpp.create_barcode("T1:EVERY READER", zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    module: Any = zxingcpp.write_barcode_to_image(code, scale=6, add_quiet_zones=True)
    grey = np.asarray(module)
    decoder = Decoder()
    for opinion in decoder._opinions:
        if opinion.name.startswith("other codes"):
            continue
        [seen] = opinion.look(grey)
        assert seen.code.text == "T1:EVERY READER"
        assert all(-2 <= x <= grey.shape[1] + 2 and -2 <= y <= grey.shape[0] + 2 for x, y in seen.code.corners)


def test_grey_and_colour_pictures_give_the_same(tmp_path: Path) -> None:
    code = zxingcpp.create_barcode("T1:GREY", zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    module: Any = zxingcpp.write_barcode_to_image(code, scale=5, add_quiet_zones=True)
    grey = np.asarray(module)
    colour = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    assert Decoder().read(grey) == Decoder().read(colour) != ()


def test_white_on_black_is_read() -> None:
    """A ticket on a phone in dark mode."""
    code = zxingcpp.create_barcode("T1:DARK", zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    module: Any = zxingcpp.write_barcode_to_image(code, scale=6, add_quiet_zones=True)
    assert Decoder().read(255 - np.asarray(module))[0].text == "T1:DARK"


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("kind", ["Aztec", "PDF417"])
def test_other_tickets_are_found_within_a_few_frames(kind: str, turns: int) -> None:
    code = zxingcpp.create_barcode("RAIL TICKET", getattr(zxingcpp.BarcodeFormat, kind))
    module: Any = zxingcpp.write_barcode_to_image(code, scale=6, add_quiet_zones=True)
    decoder, grey = Decoder(), np.rot90(np.asarray(module), turns).copy()
    [found] = next(codes for codes in (decoder.read(grey) for _ in range(7)) if codes)
    assert (found.symbology, found.text) == (kind, "RAIL TICKET")


def test_other_symbologies_are_left_alone() -> None:
    """A gate reads tickets, not the bar code of somebody's drink."""
    code = zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13)
    module: Any = zxingcpp.write_barcode_to_image(code, scale=4, add_quiet_zones=True)
    assert Decoder().read_thoroughly(np.asarray(module)) == ()
