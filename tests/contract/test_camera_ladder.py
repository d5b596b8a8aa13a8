"""The ladder of looks at a still picture: more than any decoder alone, several codes, bent ones, no inventions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.gate_pictures import compare, rows_of
from benchmarks.gate_worse import WAYS, worse
from devices.camera.decoders import Seen
from devices.camera.finders import rings, triples
from devices.camera.flatten import flattened, known
from devices.camera.frames import picture_at
from devices.camera.ladder import STEPS, Step, read
from devices.camera.stacks import glanced, upright
from kiosk.ports import Code

TEXT = "T1:" + "NCFOXN%TS3DH PVO:RPPDNWBG$WLVB/1G+UKT5EIJ.4F2" * 2
OTHERS = re.compile("other codes|bars")  # steps that are not for QR codes


def drawn(text: str = TEXT, scale: int = 6) -> Any:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return np.pad(np.asarray(code.to_image(scale=scale, add_quiet_zones=False)), 40, constant_values=255)


def texts(image: Any) -> list[str]:
    return sorted(each.code.text for each in read(image).found)


@pytest.mark.data
def test_reads_more_of_the_public_pictures_than_any_decoder_alone_and_none_wrong(data: Path) -> None:
    folder = data / "qr"
    tallies, _, _ = compare(rows_of(folder), folder, 0)
    ours = tallies.pop("gate read")
    assert sum(ours.read.values()) > max(sum(tally.read.values()) for tally in tallies.values())
    assert ours.wrong == 0


@pytest.mark.parametrize("version", range(1, 41))
def test_the_known_parts_are_those_of_codes_made_elsewhere(version: int) -> None:
    made = np.array([list(row) for row in segno.make("A", version=version, error="l").matrix])
    parts = known(version)
    assert parts.side == len(made)
    assert np.array_equal(
        np.where(made[parts.rows.astype(int), parts.columns.astype(int)], 1, -1), parts.values.astype(int)
    )


def test_a_code_round_a_bottle_is_laid_flat_where_zxing_alone_fails() -> None:
    image = cv2.cvtColor(drawn(), cv2.COLOR_GRAY2BGR)
    read_flat = 0
    for seed in range(12):
        bent = cv2.cvtColor(worse("round", image, seed), cv2.COLOR_BGR2GRAY)
        for seen in flattened(bent):
            assert seen.code.text == TEXT
            read_flat += not zxingcpp.read_barcodes(bent)
    assert read_flat >= 2


def test_the_corners_of_a_flattened_code_are_where_it_lies() -> None:
    image = np.full((500, 700), 120, np.uint8)
    code = drawn()[40:-40, 40:-40]
    side = len(code)
    image[90 : 110 + side, 190 : 210 + side] = 255
    image[100 : 100 + side, 200 : 200 + side] = code
    [seen] = flattened(image)
    expected = [(200, 100), (200 + side, 100), (200 + side, 100 + side), (200, 100 + side)]
    assert np.abs(np.array(seen.code.corners) - expected).max() <= 4


def test_rings_and_triples_of_two_codes() -> None:
    both = np.hstack([drawn("ONE"), drawn("TWO")])
    assert len(rings(both)) == 6
    first, second = triples(rings(both))[:2]
    assert {first[0].x > len(both), second[0].x > len(both)} == {False, True}


def test_codes_that_need_different_looks_are_all_read() -> None:
    easy, hard = drawn("T1:EASY"), cv2.GaussianBlur(drawn("T1:BLURRED", 4), (0, 0), 2.2)
    height = max(len(easy), len(hard))
    both = np.full((height, easy.shape[1] + hard.shape[1]), 255, np.uint8)
    both[: len(easy), : easy.shape[1]] = easy
    both[: len(hard), easy.shape[1] :] = hard
    assert "T1:BLURRED" in texts(both) and texts(both) == ["T1:BLURRED", "T1:EASY"]


def test_a_code_in_a_colour_on_a_colour_of_the_same_grey_is_read() -> None:
    dark = drawn("T1:COLOUR") == 0
    image = np.where(dark[..., None], np.array([0, 120, 40], np.uint8), np.array([40, 60, 151], np.uint8))
    assert zxingcpp.read_barcodes(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)) == []
    assert texts(image) == ["T1:COLOUR"]


def test_white_on_black_is_laid_flat_too() -> None:
    [seen] = flattened(255 - drawn())
    assert seen.code.text == TEXT


def test_what_is_clear_in_a_drawing_is_paper(tmp_path: Path) -> None:
    dark = drawn("T1:CLEAR") == 0
    drawing = np.zeros((*dark.shape, 4), np.uint8)
    drawing[..., 3] = np.where(dark, 255, 0)
    path = tmp_path / "clear.png"
    cv2.imwrite(str(path), drawing)
    assert texts(picture_at(path)) == ["T1:CLEAR"]


def test_the_same_text_twice_is_two_codes_and_one_code_is_one() -> None:
    assert texts(np.hstack([drawn("T1:TWIN"), drawn("T1:TWIN")])) == ["T1:TWIN", "T1:TWIN"]
    assert texts(drawn("T1:ONLY")) == ["T1:ONLY"]


@pytest.mark.parametrize("step", [step for step in STEPS if not OTHERS.search(step.name)], ids=lambda step: step.name)
def test_every_step_finds_a_plain_code_where_it_lies(step: Any) -> None:
    image = drawn(scale={"zxing local threshold": 6, "zxing much smaller": 16}.get(step.name, 8))
    [seen] = step.look(image)
    assert seen.code.text == TEXT
    inner = np.array([[40, 40], [len(image) - 40, 40], [len(image) - 40, len(image) - 40], [40, len(image) - 40]])
    corners = np.array(seen.code.corners)
    assert all(np.abs(corners - corner).max(axis=1).min() <= 16 for corner in inner)


@pytest.mark.data
def test_shuffled_pieces_of_codes_are_no_codes(data: Path) -> None:
    chance = np.random.default_rng(3)
    folder = data / "qr"
    for row in rows_of(folder)[::6]:
        grey = cv2.imread(str(folder / row["path"]), cv2.IMREAD_GRAYSCALE)
        assert grey is not None
        piece = 12
        height, width = (side // piece * piece for side in grey.shape)
        pieces = grey[:height, :width].reshape(height // piece, piece, width // piece, piece).swapaxes(1, 2)
        mixed = chance.permutation(pieces.reshape(-1, piece, piece)).reshape(pieces.shape)
        assert read(mixed.swapaxes(1, 2).reshape(height, width).copy()).found == ()


@settings(deadline=None, max_examples=30)
@given(arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60), st.just(3))))
def test_noise_of_any_size_is_no_code_and_no_error(image: Any) -> None:
    assert read(image).found == ()


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_made_worse_is_read_as_it_is_or_not_at_all(way: str) -> None:
    image = cv2.cvtColor(drawn(), cv2.COLOR_GRAY2BGR)
    for seed in range(3):
        assert texts(worse(way, image, seed)) in ([], [TEXT])


def stacked(angle: float = 0.0, text: str = "1234567890ABCDEFGHIJ" * 2) -> Any:
    """A PDF417 code on a grey table, turned, with the grain of a camera."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.PDF417)
    code = np.asarray(code.to_image(scale=3, add_quiet_zones=True))
    table = np.full((720, 1280), 130, np.uint8)
    top, left = (720 - code.shape[0]) // 2, (1280 - code.shape[1]) // 2
    table[top : top + code.shape[0], left : left + code.shape[1]] = code
    turn = cv2.getRotationMatrix2D((640, 360), angle, 1.0)
    turned = cv2.warpAffine(table, turn, (1280, 720), flags=cv2.INTER_LINEAR, borderValue=130)
    return np.clip(turned + np.random.default_rng(1).normal(0, 12, turned.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("angle", [0, 7, 33, 45, 78])
def test_bars_at_any_angle_are_laid_upright(angle: float) -> None:
    image = stacked(angle)
    for look in (image, 255 - image, np.ascontiguousarray(image[:, ::-1])):
        assert texts(look) == ["1234567890ABCDEFGHIJ" * 2]
    (seen,) = glanced(stacked(angle))
    x, y = np.mean(seen.code.corners, axis=0)
    assert abs(x - 640) < 15 and abs(y - 360) < 15, "where it lies in the picture that was taken"


def test_bars_beside_another_code_are_read_too() -> None:
    image = stacked(20)
    code = zxingcpp.create_barcode("BESIDE", zxingcpp.BarcodeFormat.QRCode).to_image(scale=5, add_quiet_zones=True)
    beside = np.asarray(code)
    image[20 : 20 + beside.shape[0], 20 : 20 + beside.shape[1]] = beside
    assert texts(image) == ["1234567890ABCDEFGHIJ" * 2, "BESIDE"]


def test_bars_without_error_correction_left_need_a_second_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    doubtful = Seen(Code("PDF417", "NOISE", (), "zxing"), 0.0)
    sure = Seen(Code("PDF417", "SURE", (), "zxing"), 0.2)
    none = Step("none", lambda _: [])
    blank = np.full((60, 60), 255, np.uint8)
    once = Step("one", lambda _: [doubtful])
    for steps, found in (
        ((once, none), []),
        ((once, none, once), ["NOISE"]),
        ((Step("x", lambda _: [sure]),), ["SURE"]),
    ):
        monkeypatch.setattr("devices.camera.ladder.STEPS", steps)
        assert texts(blank) == found


def test_no_bars_are_no_code_and_no_fault() -> None:
    for shape in ((1, 1), (1, 4000), (4000, 1), (30, 30), (720, 1280)):
        image = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
        assert upright(image) == [] and glanced(image) == []
