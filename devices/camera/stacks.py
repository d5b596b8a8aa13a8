"""PDF417 codes found by the grain of their bars, at any angle, and laid upright before they are read.

Readers look along the rows of a picture (and its columns), so a code that lies askew, or whose bars have grain on
them, is not seen. But its bars all run one way: where the picture's slopes agree on a direction, a stack of bars may
be, and that direction says how to turn it (structure tensor). Cut out, it is small, so it is tried in several sizes,
softened, white on black and from behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from devices.camera.decoders import PDF417, Grey, Matrix, Seen, zxing

SIDE, SIDE_GLANCED = 1300, 800
"""Stacks are looked for in a picture of this side at most, dots."""
WINDOW = 13
"""Dots round a point whose slopes must agree, in a picture half as large."""
AGREE_MIN = 0.35
"""Of 1 = all slopes run one way; a QR code has 0.1, text 0.3, bars more than 0.5."""
STEEP_MIN = 0.15
"""Of the steepest: paper, sky and skin have no bars."""
AREA_MIN = 100
STACKS_MAX = 2
WIDTH = 1000
"""Dots across at which bars are read best; a code has 69 to 580 modules in a row."""
DOTS_MAX = 6_000_000


@dataclass(frozen=True)
class Stack:
    """Where bars may be: the direction across them, and how far they reach along it (`across`) and along the bars."""

    angle: float
    across: tuple[float, float]
    along: tuple[float, float]

    @property
    def middle(self) -> tuple[float, float]:
        """In the picture's dots."""
        across, along = sum(self.across) / 2, sum(self.along) / 2
        cosine, sine = float(np.cos(self.angle)), float(np.sin(self.angle))
        return cosine * across - sine * along, sine * across + cosine * along


def upright(grey: Grey) -> list[Seen]:
    """The PDF417 codes of a picture."""
    return [seen for stack in stacks(grey) if (seen := _read(grey, stack))]


def glanced(grey: Grey) -> list[Seen]:
    """One look at the largest stack: for a camera, which has another picture soon."""
    for stack in stacks(grey, SIDE_GLANCED)[:1]:
        image, back = _cut(grey, stack, WIDTH / 2)
        soft = cv2.GaussianBlur(image, (0, 0), 1.0)
        return zxing(soft, PDF417, back, try_rotate=False, try_downscale=False, try_invert=False)
    return []


def stacks(grey: Grey, side: int = SIDE) -> list[Stack]:
    """The largest first."""
    by = min(1.0, side / max(grey.shape))
    if min(grey.shape) * by < 2 * WINDOW:
        return []
    small = cv2.resize(grey, None, fx=by, fy=by, interpolation=cv2.INTER_AREA) if by < 1 else grey
    small = cv2.GaussianBlur(small, (0, 0), 1.0)
    x, y = cv2.Scharr(small, cv2.CV_32F, 1, 0), cv2.Scharr(small, cv2.CV_32F, 0, 1)
    half = small.shape[1] // 2, small.shape[0] // 2  # slopes need fine dots, what they agree on does not
    coarse = (cv2.resize(each, half, interpolation=cv2.INTER_AREA) for each in (x * x, y * y, x * y))
    xx, yy, xy = (cv2.boxFilter(each, -1, (WINDOW, WINDOW)) for each in coarse)
    steep = xx + yy
    agree = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) > AGREE_MIN * steep
    bars = (agree & (steep > STEEP_MIN * np.percentile(steep, 99))).astype(np.uint8)
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (5, 5))
    bars = cv2.morphologyEx(cv2.morphologyEx(bars, cv2.MORPH_CLOSE, square), cv2.MORPH_OPEN, square)
    outlines, _ = cv2.findContours(bars, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = sorted((each for each in outlines if cv2.contourArea(each) >= AREA_MIN), key=cv2.contourArea, reverse=True)
    return [_stack(each, (xx, yy, xy), by / 2) for each in large[:STACKS_MAX]]


def _stack(outline: Any, slopes: tuple[Any, Any, Any], by: float) -> Stack:
    inside = np.zeros(slopes[0].shape, np.uint8)
    cv2.drawContours(inside, [outline], -1, 1, -1)
    xx, yy, xy = (float(each[inside > 0].sum()) for each in slopes)
    angle = 0.5 * float(np.arctan2(2 * xy, xx - yy))
    points = outline.reshape(-1, 2) / by
    across, along = points @ (np.cos(angle), np.sin(angle)), points @ (-np.sin(angle), np.cos(angle))
    return Stack(angle, (across.min(), across.max()), (along.min(), along.max()))


def _read(grey: Grey, stack: Stack) -> Seen | None:
    return next((seen for looked in _looks(grey, stack) for seen in looked if not seen.doubtful), None)


def _looks(grey: Grey, stack: Stack) -> Iterator[list[Seen]]:
    for width, sigma in ((0, 0.0), (WIDTH, 1.0), (0, 1.0), (WIDTH * 1.4, 0.0)):
        image, back = _cut(grey, stack, width)
        image = cv2.GaussianBlur(image, (0, 0), sigma) if sigma else image
        yield zxing(image, PDF417, back)
        if sigma or not width:
            yield zxing(255 - image, PDF417, back)
            behind = np.array([[-1.0, 0, image.shape[1] - 1], [0, 1, 0], [0, 0, 1]])
            yield zxing(np.ascontiguousarray(image[:, ::-1]), PDF417, back @ behind)


def _cut(grey: Grey, stack: Stack, width: float) -> tuple[Grey, Matrix]:
    """The stack turned upright with a margin, `width` dots across (0 = as large as it is), and the way back."""
    (left, right), (top, bottom) = stack.across, stack.along
    margin = 0.08 * (right - left) + 10, 0.1 * (bottom - top) + 10
    left, right, top, bottom = left - margin[0], right + margin[0], top - margin[1], bottom + margin[1]
    by = min(width / (right - left) if width else 1.0, float(np.sqrt(DOTS_MAX / ((right - left) * (bottom - top)))))
    cosine, sine = np.cos(stack.angle), np.sin(stack.angle)
    turn = np.array([[cosine, sine, -left], [-sine, cosine, -top]]) * by
    size = max(1, round((right - left) * by)), max(1, round((bottom - top) * by))
    soft = cv2.GaussianBlur(grey, (0, 0), 0.5 / by) if by < 0.8 else grey
    image = cv2.warpAffine(soft, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return image, np.linalg.inv(np.vstack([turn, [0, 0, 1]]))
