"""One still picture read as thoroughly as it takes: quick looks first, then pictures prepared in ever stronger ways.

The order is by what each step adds to those before it, measured on photographed codes made worse in fourteen ways
(blur, motion, tilt, a curved surface, glare, shadow, noise, scratches, dots, low contrast, compression, smallness).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2

from devices.camera import preparations as prepare
from devices.camera.decoders import KINDS, OTHERS, QR, Grey, Seen, zbar, zxing
from devices.camera.preparations import Prepared
from kiosk.ports import Code


@dataclass(frozen=True)
class Reading:
    """What a picture says: `strategy` names the step of the ladder that found the codes, "" when none did."""

    codes: tuple[Code, ...]
    strategy: str
    took_ms: float


@dataclass(frozen=True)
class Step:
    """One look at a picture."""

    name: str
    look: Callable[[Grey], list[Seen]]


def _with(
    prepared: Callable[[Grey], Prepared], decode: Callable[[Prepared], list[Seen]]
) -> Callable[[Grey], list[Seen]]:
    return lambda grey: decode(prepared(grey))


def _zxing(name: str, prepared: Callable[[Grey], Prepared]) -> Step:
    return Step(f"zxing {name}", _with(prepared, lambda picture: zxing(picture.grey, QR, picture.back)))


def _zbar(name: str, prepared: Callable[[Grey], Prepared]) -> Step:
    return Step(f"zbar {name}", _with(prepared, lambda picture: zbar(picture.grey, picture.back)))


STEPS: tuple[Step, ...] = (
    Step("zxing", lambda grey: zxing(grey, KINDS, try_rotate=False, try_downscale=False, try_invert=False)),
    Step("zxing thorough", lambda grey: zxing(grey, KINDS)),
    _zxing("larger, sharper", prepare.scaled(2.0, prepare.sharp)),
    _zxing("larger", prepare.scaled(2.0)),
    _zxing("evened", prepare.even),
    _zxing("sharper", prepare.sharp),
    _zbar("softer", prepare.soft(1.0)),
    _zxing("softer", prepare.soft(2.0)),
    _zxing("local threshold", prepare.local(25, 5)),
    _zbar("", prepare.plain),
    _zbar("local threshold", prepare.local(101, 5)),
    _zxing("smaller", prepare.scaled(0.5)),
    _zxing("larger still", prepare.scaled(3.0)),
    _zbar("larger", prepare.scaled(2.0)),
    _zxing("turned", prepare.turned(15.0)),
    _zxing("dots joined", prepare.grown(7)),
    Step("zxing other codes, evened", lambda grey: zxing(prepare.even(grey).grey, OTHERS)),
)


def read(image: Grey) -> Reading:
    """Every code of a picture (BGR or grey) that the first successful step finds."""
    begin = time.perf_counter()
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    for step in STEPS:
        if found := step.look(grey):
            return Reading(tuple(each.code for each in found), step.name.strip(), _since(begin))
    return Reading((), "", _since(begin))


def _since(begin: float) -> float:
    return (time.perf_counter() - begin) * 1000
