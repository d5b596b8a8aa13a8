"""Pictures made worse as gates see them: out of focus, moved, tilted, on a bottle, in glare, in half shadow, grainy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

Image = Any
Chance = np.random.Generator


def worse(way: str, image: Image, seed: int) -> Image:
    """The picture, worse in one of WAYS; the same for the same seed."""
    return WAYS[way](image, np.random.default_rng([seed, list(WAYS).index(way)]))


def _unfocused(low: float, high: float) -> Callable[[Image, Chance], Image]:
    return lambda image, chance: cv2.GaussianBlur(image, (0, 0), chance.uniform(low, high))


def _moved(image: Image, chance: Chance) -> Image:
    length = int(chance.integers(5, 14))
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1
    middle = (length / 2 - 0.5, length / 2 - 0.5)
    line = cv2.warpAffine(line, cv2.getRotationMatrix2D(middle, chance.uniform(0, 180), 1.0), (length, length))
    return cv2.filter2D(image, -1, line / line.sum())


def _tilted(image: Image, chance: Chance) -> Image:
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    placed = corners + (chance.uniform(-0.28, 0.28, (4, 2)) * (width, height)).astype(np.float32)
    placed -= placed.min(axis=0)
    size = tuple(int(side) for side in np.ceil(placed.max(axis=0)))
    flat = cv2.getPerspectiveTransform(corners, placed)
    return cv2.warpPerspective(image, flat, size, flags=cv2.INTER_AREA, borderValue=(200, 200, 200))


def _round(image: Image, chance: Chance) -> Image:
    """On a cylinder, seen from a little above."""
    height, width = image.shape[:2]
    angle = chance.uniform(1.0, 2.4)
    radius = width / angle
    across = np.arcsin(np.linspace(-np.sin(angle / 2), np.sin(angle / 2), width))
    sag = (1 - np.cos(across)) * radius * 0.25
    columns = np.repeat(((across / angle + 0.5) * (width - 1))[None], height, axis=0)
    rows = np.arange(height)[:, None] - sag[None]
    mapped = columns.astype(np.float32), rows.astype(np.float32)
    return cv2.remap(image, *mapped, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(200, 200, 200))


def _glare(image: Image, chance: Chance) -> Image:
    height, width = image.shape[:2]
    y, x = np.mgrid[:height, :width]
    middle = chance.uniform(0.3, 0.7, 2) * (height, width)
    reach = chance.uniform(0.06, 0.14) * min(height, width)
    spot = 300 * np.exp(-((y - middle[0]) ** 2 + (x - middle[1]) ** 2) / (2 * reach**2))
    return np.clip(image + spot[..., None], 0, 255).astype(np.uint8)


def _half_shadow(image: Image, chance: Chance) -> Image:
    height, width = image.shape[:2]
    y, x = np.mgrid[:height, :width]
    angle = chance.uniform(0, 2 * np.pi)
    along = (x - width / 2) * np.cos(angle) + (y - height / 2) * np.sin(angle)
    return (image * (0.12 + 0.88 / (1 + np.exp(-along / (0.03 * width))))[..., None]).astype(np.uint8)


def _grainy(image: Image, chance: Chance) -> Image:
    return np.clip(image + chance.normal(0, chance.uniform(30, 80), image.shape), 0, 255).astype(np.uint8)


def _scratched(image: Image, chance: Chance) -> Image:
    image = image.copy()
    height, width = image.shape[:2]
    for _ in range(int(chance.integers(2, 8))):
        ends = (chance.uniform(0, 1, (2, 2)) * (width, height)).astype(int)
        colour = 255 * int(chance.integers(0, 2))
        thick = max(1, int(min(height, width) * 0.01))
        cv2.line(image, ends[0].tolist(), ends[1].tolist(), (colour, colour, colour), thick)
    return image


def _pale(image: Image, chance: Chance) -> Image:
    return np.clip(image * 0.12 + chance.uniform(40, 160) + chance.normal(0, 2, image.shape), 0, 255).astype(np.uint8)


def _squeezed(image: Image, chance: Chance) -> Image:
    """By compression."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.0)
    return cv2.imdecode(
        cv2.imencode(".jpg", soft, [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(4, 14))])[1], cv2.IMREAD_COLOR
    )


def _distant(image: Image, chance: Chance) -> Image:
    by = chance.uniform(0.3, 0.6)
    small = cv2.resize(image, None, fx=by, fy=by, interpolation=cv2.INTER_AREA)
    return np.clip(small + chance.normal(0, 4, small.shape), 0, 255).astype(np.uint8)


WAYS: dict[str, Callable[[Image, Chance], Image]] = {
    "soft": _unfocused(1.0, 2.5),
    "blurred": _unfocused(2.5, 4.0),
    "moved": _moved,
    "tilted": _tilted,
    "round": _round,
    "glare": _glare,
    "shadow": _half_shadow,
    "grainy": _grainy,
    "scratched": _scratched,
    "pale": _pale,
    "squeezed": _squeezed,
    "distant": _distant,
}
