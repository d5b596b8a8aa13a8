"""One still picture read as thoroughly as it takes: quick looks first, then pictures prepared in ever stronger ways.

The order is by what each step adds to those before it, measured on photographed codes made worse in fourteen ways
(blur, motion, tilt, a curved surface, glare, shadow, noise, scratches, dots, low contrast, compression, smallness).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from devices.camera import preparations as prepare
from devices.camera.decoders import KINDS, OTHERS, QR, Grey, Seen, zbar, zxing
from devices.camera.finders import rings, triples
from devices.camera.flatten import flattened
from devices.camera.preparations import Prepared
from devices.camera.stacks import SIDE_GLANCED, stacks, upright
from devices.camera.torn import mended
from kiosk.ports import Code

ENOUGH_S = 20.0
"""No further step is begun after this long."""


@dataclass(frozen=True)
class Found:
    """A code, and the step of the ladder that found it."""

    code: Code
    strategy: str


@dataclass(frozen=True)
class Reading:
    """What a picture says."""

    found: tuple[Found, ...]
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


def _flat(name: str, prepared: Callable[[Grey], Prepared]) -> Step:
    return Step(f"laid flat {name}", _with(prepared, lambda picture: flattened(picture.grey, picture.back)))


def _zbar(name: str, prepared: Callable[[Grey], Prepared]) -> Step:
    return Step(f"zbar {name}", _with(prepared, lambda picture: zbar(picture.grey, picture.back)))


STEPS: tuple[Step, ...] = (
    Step("zxing", lambda grey: zxing(grey, KINDS, try_rotate=False, try_downscale=False, try_invert=False)),
    Step("zxing thorough", lambda grey: zxing(grey, KINDS)),
    Step("bars upright", upright),
    _zxing("larger, sharper", prepare.scaled(2.0, prepare.sharp)),
    _zxing("larger", prepare.scaled(2.0)),
    _zxing("evened", prepare.even),
    _zxing("sharper", prepare.sharp),
    _zbar("softer", prepare.soft(1.0)),
    _zxing("softer", prepare.soft(2.0)),
    _zxing("local threshold", prepare.local(25, 5)),
    _zxing("larger, softer", prepare.scaled(2.0, prepare.soft(2.0))),
    Step("laid flat", flattened),
    Step("zbar", zbar),
    _zbar("local threshold", prepare.local(101, 5)),
    _zxing("smaller", prepare.scaled(0.5)),
    _zxing("much smaller", prepare.scaled(0.25)),
    _zxing("larger still", prepare.scaled(3.0)),
    _zbar("larger", prepare.scaled(2.0)),
    _zxing("turned", prepare.turned(15.0)),
    _zxing("dots joined", prepare.grown(7)),
    _zxing("larger, evened", prepare.scaled(2.0, prepare.even)),
    _flat("evened", prepare.even),
    _flat("softer", prepare.soft(1.5)),
    _flat("larger, sharper", prepare.scaled(2.0, prepare.sharp)),
    Step("a corner lost", mended),
    Step("a corner lost, evened", _with(prepare.even, lambda picture: mended(picture.grey, picture.back))),
    _zxing("deblurred a little", prepare.after(prepare.moderate, prepare.scaled(2.0, prepare.deblurred(3.0, 12)))),
    _zxing("deblurred", prepare.after(prepare.moderate, prepare.deblurred(2.5, 30))),
    Step("zxing other codes, evened", lambda grey: zxing(prepare.even(grey).grey, OTHERS)),
    Step("zxing other codes, softer", lambda grey: zxing(prepare.soft(1.0)(grey).grey, OTHERS)),
    Step("bars upright, evened", _with(prepare.even, lambda picture: upright(picture.grey))),
    Step("zxing other codes, grain away", lambda grey: zxing(cv2.bilateralFilter(grey, 7, 60, 5), OTHERS)),
    Step("zxing other codes, local threshold", lambda grey: zxing(prepare.local(51, 5)(grey).grey, OTHERS)),
)


def read(image: Grey) -> Reading:
    """Every code of a picture (BGR or grey).

    The first step that finds something ends it, unless corners of other codes are still there: then the
    remaining steps look for those. What is doubtful is believed when a second step reads the same.
    """
    begin = time.perf_counter()
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    found: list[Found] = []
    doubtful = set[str]()
    for step in (*STEPS, *_colours(image)):
        if time.perf_counter() - begin > ENOUGH_S:
            break
        seen = step.look(grey)
        new = [
            each.code
            for each in seen
            if (not each.doubtful or each.code.text in doubtful) and not _known(each.code, found)
        ]
        doubtful |= {each.code.text for each in seen if each.doubtful}
        found += [Found(code, step.name) for code in new]
        if new and not _unread(grey, found):
            found += _bars_beside(grey, found)
            break
    return Reading(tuple(found), (time.perf_counter() - begin) * 1000)


def _colours(image: Grey) -> list[Step]:
    """A look at each colour by itself: print of one colour on another may be all one grey."""
    parts = zip(("red", "blue", "green"), prepare.channels(image), strict=False)
    return [_colour(name, part) for name, part in parts]


def _colour(name: str, part: Grey) -> Step:
    return Step(f"zxing {name}", lambda _: zxing(prepare.even(part).grey, QR))


def _known(code: Code, found: list[Found]) -> bool:
    """The same text in the same place."""
    at = np.mean(code.corners, axis=0) if code.corners else None
    return any(
        code.text == each.code.text and (at is None or not each.code.corners or _inside(each.code, *at))
        for each in found
    )


def _unread(grey: Grey, found: list[Found]) -> bool:
    """Whether the corners of a QR code are outside the codes that were found."""
    left = [ring for ring in rings(grey) if not any(_inside(each.code, ring.x, ring.y) for each in found)]
    return len(left) >= 3 and bool(triples(left))


def _bars_beside(grey: Grey, found: list[Found]) -> list[Found]:
    """PDF417 codes beside those that were found; they have no corners by which to miss them."""
    beside = [each for each in stacks(grey, SIDE_GLANCED) if not any(_inside(f.code, *each.middle) for f in found)]
    seen = upright(grey) if beside else []
    return [Found(each.code, "bars beside") for each in seen if not _known(each.code, found)]


def _inside(code: Code, x: float, y: float) -> bool:
    """Whether a point is in the code or within a tenth of its size round it."""
    outline = cv2.convexHull(np.array(code.corners, np.float32))
    return cv2.pointPolygonTest(outline, (float(x), float(y)), True) > -0.1 * float(np.sqrt(cv2.contourArea(outline)))
