"""What the camera says of its light, and the torch."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.frame import scenes
from devices.camera.hints import Hint, light_of
from devices.camera.reader import CameraReader
from devices.camera.torch import set_torch


def test_hints_name_what_is_wrong_with_the_light() -> None:
    [frame] = scenes(1)
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    assert light_of(grey).hint is Hint.NONE
    assert light_of((grey * 0.12).astype(np.uint8)).hint is Hint.TOO_DARK
    assert light_of(cv2.GaussianBlur(grey, (0, 0), 5)).hint is Hint.BLURRED
    blinded = grey.copy()
    cv2.circle(blinded, (640, 360), 240, 255, -1)
    assert light_of(blinded).hint is Hint.GLARE
    assert light_of(np.full((720, 1280), 120, np.uint8)).hint is Hint.NONE  # a wall says nothing about focus


@pytest.mark.parametrize("sigma", [2.0, 4.0, 6.0])
def test_blur_is_measured_in_dots(sigma: float) -> None:
    [frame] = scenes(1)
    grey = cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (0, 0), sigma)
    assert light_of(grey).blur == pytest.approx(np.hypot(sigma, 1.2), rel=0.2)


def test_a_reader_tells_the_light_while_no_code_is_read(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "dark.png"), np.full((480, 640, 3), 9, np.uint8))
    reader = CameraReader(str(tmp_path))
    assert reader.light is None
    [_] = reader.frames()
    assert reader.light is not None and reader.light.hint is Hint.TOO_DARK
    cv2.imwrite(str(tmp_path / "dark.png"), scenes(1)[0])
    [frame] = reader.frames()
    assert frame.codes and reader.light is None


def test_what_has_no_torch_says_so(tmp_path: Path) -> None:
    plain = tmp_path / "file"
    plain.write_bytes(b"")
    for source in ("97", "/dev/null", str(plain), "rtsp://camera/", "/dev/video-that-is-not-there"):
        assert set_torch(source, True) is False
    assert CameraReader(str(plain)).torch(True) is False
