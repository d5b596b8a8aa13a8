"""Codes in a camera's pictures, at full rate: a quick look at every frame, and on a miss one second opinion, in turn.

A code held up is in many frames, so what one frame misses the next opinion finds in the next. zxing-cpp's quick look
takes 2 ms at 1280 x 720; white on black and any downscaling cost as much again and are for frames without a code.
Looking for Aztec and PDF417 codes costs 4 to 10 ms a frame, zbar 15: those are opinions too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import cv2

from devices.camera import preparations as prepare
from devices.camera.decoders import OTHERS, QR, Grey, Seen, zbar, zxing
from devices.camera.frames import Source
from devices.camera.hints import Light, light_of
from devices.camera.ladder import Step, read
from devices.camera.stacks import glanced
from devices.camera.torch import set_torch
from kiosk.ports import Code, Frame

FIRST = QR
LIGHT_EVERY_S = 0.25
"""How often the light of pictures without a code is measured."""

_QUICK: dict[str, Any] = {"try_rotate": False, "try_downscale": False, "try_invert": False}
_BRIGHTER = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8))
_SHARPER_LARGER = prepare.scaled(2.0, prepare.sharp)
_LARGE = 900
"""A side from which a picture has dots enough not to be enlarged whole."""


class Decoder:
    """Reads the codes of single pictures. Not thread-safe: it takes its second opinions in turn."""

    def __init__(self) -> None:
        self._turn = -1
        self._opinions = (
            Step("other codes", lambda grey: zxing(grey, OTHERS, **_QUICK)),
            Step("zxing evened", lambda grey: zxing(_BRIGHTER.apply(grey), QR, **_QUICK)),
            Step("zbar", _zbar),
            Step("zxing larger", _enlarged),
            Step("zxing sharper", lambda grey: zxing(prepare.sharp(grey).grey, QR, **_QUICK)),
            Step("other codes, upright", glanced),
            Step("zxing softer", lambda grey: zxing(prepare.soft(2.0)(grey).grey, QR, **_QUICK)),
        )

    def read(self, image: Any) -> tuple[Code, ...]:
        """All codes of a picture (BGR or grey), best effort: a miss costs one second opinion, not all."""
        grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        found = zxing(grey, QR, **_QUICK) or zxing(grey, QR, try_rotate=False)
        if not found:
            self._turn = (self._turn + 1) % len(self._opinions)
            found = self._opinions[self._turn].look(grey)
        return tuple(each.code for each in found if not each.doubtful)

    def read_thoroughly(self, image: Any) -> tuple[Code, ...]:
        """Whatever it takes; for a single still picture."""
        return tuple(each.code for each in read(image).found)


class CameraReader:
    """A camera as a code reader; `frames` ends with a finite source and raises ReaderFault when a live one is gone.

    After a fault `frames()` may be called again: it opens the source again.
    """

    def __init__(self, source: str, timeout_s: float = 5.0) -> None:
        self._name, self._source = source, Source(source, timeout_s)
        self._decoder = Decoder()
        self._light: Light | None = None
        self._measured = float("-inf")  # monotonic s

    def frames(self) -> Iterator[Frame]:
        for image in self._source:
            codes, now = self._decoder.read(image), time.monotonic()
            if codes:
                self._light = None
            elif now - self._measured >= LIGHT_EVERY_S:
                self._measured, self._light = now, light_of(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
            yield Frame(image, codes, now)

    @property
    def light(self) -> Light | None:
        """How the last picture without a code was lit; None while codes are read. `light.hint` is for the screen."""
        return self._light

    def torch(self, on: bool) -> bool:
        """Switch the camera's own light; False when it has none."""
        return set_torch(self._name, on)

    def close(self) -> None:
        """From any thread: the iteration ends, and with it the hold on the camera."""
        self._source.close()


def _zbar(grey: Grey) -> list[Seen]:
    return zbar(prepare.local(51, 10)(grey).grey)


def _enlarged(grey: Grey) -> list[Seen]:
    """Small pictures whole; of large ones the middle, where a small distant code is held."""
    height, width = grey.shape
    if width <= _LARGE:
        prepared = _SHARPER_LARGER(grey)
        return zxing(prepared.grey, QR, prepared.back, **_QUICK)
    left, top = width // 4, height // 4
    prepared = _SHARPER_LARGER(grey[top : height - top, left : width - left])
    assert prepared.back is not None
    back = prepared.back.copy()
    back[:2, 2] += (left, top)
    return zxing(prepared.grey, QR, back, **_QUICK)
