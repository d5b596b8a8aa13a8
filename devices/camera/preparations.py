"""Pictures made easier to read: sharper, evener, larger, smaller; each with the way back to where a point was.

`strong` ones change the dots themselves so much that a code may come out of them that was not in front of the camera;
who uses them asks for more proof (`devices/camera/ladder.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from devices.camera.decoders import Grey, Matrix

SIDE_MAX = 2400
"""Enlarging ends here: what is larger has dots enough."""
SIDE_MODERATE = 1000
"""What dearer steps make of a large picture."""


@dataclass(frozen=True)
class Prepared:
    """A picture to read, and the matrix that leads from its points to the taken picture's (None: the same points)."""

    grey: Grey
    back: Matrix | None = None


Preparation = Callable[[Grey], Prepared]


def plain(grey: Grey) -> Prepared:
    return Prepared(grey)


def even(grey: Grey) -> Prepared:
    """Shadow and glare evened out, tile by tile (CLAHE)."""
    return Prepared(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey))


def sharp(grey: Grey) -> Prepared:
    """Unsharp mask: a slightly blurred code."""
    return Prepared(cv2.addWeighted(grey, 2.5, cv2.GaussianBlur(grey, (0, 0), 2.0), -1.5, 0))


def local(window: int, less: int) -> Preparation:
    """Black and white by each neighbourhood's own threshold; `window` dots, odd."""

    def prepare(grey: Grey) -> Prepared:
        how = cv2.ADAPTIVE_THRESH_GAUSSIAN_C
        return Prepared(cv2.adaptiveThreshold(grey, 255, how, cv2.THRESH_BINARY, window, less))

    return prepare


def moderate(grey: Grey) -> Prepared:
    """No larger than SIDE_MODERATE: for what takes long, dot by dot."""
    return scaled(min(1.0, SIDE_MODERATE / max(grey.shape)))(grey)


def after(first: Preparation, second: Preparation) -> Preparation:
    """Both, one after the other."""

    def prepare(grey: Grey) -> Prepared:
        one = first(grey)
        two = second(one.grey)
        if one.back is None or two.back is None:
            return Prepared(two.grey, two.back if one.back is None else one.back)
        return Prepared(two.grey, one.back @ two.back)

    return prepare


def scaled(factor: float, then: Preparation | None = None) -> Preparation:
    """Larger (small, distant codes) or smaller (codes whose dots fall apart: print, moire, dust)."""

    def prepare(grey: Grey) -> Prepared:
        by = min(factor, max(1.0, SIDE_MAX / max(grey.shape))) if factor > 1 else factor
        how = cv2.INTER_CUBIC if by > 1 else cv2.INTER_AREA
        size = (max(1, round(grey.shape[1] * by)), max(1, round(grey.shape[0] * by)))
        image = cv2.resize(grey, size, interpolation=how)
        back = np.diag([grey.shape[1] / size[0], grey.shape[0] / size[1], 1.0])
        return Prepared(then(image).grey if then else image, back)

    return prepare


def soft(sigma: float) -> Preparation:
    """Blurred by `sigma` dots: grain, dotted print and ornaments inside the modules disappear."""
    return lambda grey: Prepared(cv2.GaussianBlur(grey, (0, 0), sigma))


def deblurred(sigma: float, rounds: int) -> Preparation:
    """Richardson-Lucy deconvolution: the picture that, blurred by `sigma` dots, gives the one that was taken."""

    def prepare(grey: Grey) -> Prepared:
        taken = grey.astype(np.float32) + 1.0
        guess = taken.copy()
        for _ in range(rounds):
            blurred = np.maximum(cv2.GaussianBlur(guess, (0, 0), sigma), 1.0)
            guess *= cv2.GaussianBlur(taken / blurred, (0, 0), sigma)
        return Prepared(np.clip(guess - 1.0, 0, 255).astype(np.uint8))

    return prepare


def grown(size: int) -> Preparation:
    """Dark parts grow by `size` dots: modules printed as separate dots join."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return lambda grey: Prepared(cv2.morphologyEx(grey, cv2.MORPH_OPEN, kernel))


def turned(degrees: float) -> Preparation:
    """Turned by some degrees: a raster and a code no longer fall together."""

    def prepare(grey: Grey) -> Prepared:
        height, width = grey.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
        size = (int(height * sine + width * cosine), int(height * cosine + width * sine))
        turn[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
        image = cv2.warpAffine(grey, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return Prepared(image, np.linalg.inv(np.vstack([turn, [0, 0, 1]])))

    return prepare


def channels(image: Grey) -> list[Grey]:
    """The red, green and blue of a coloured picture, for codes printed in a colour; none for a grey one."""
    if image.ndim == 2:
        return []
    parts = cv2.split(image)
    return [] if np.array_equal(parts[0], parts[2]) else [parts[2], parts[0], parts[1]]
