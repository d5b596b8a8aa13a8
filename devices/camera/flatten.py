"""A code that is bent, tilted or soft, laid flat: its modules are sampled one by one along a fitted grid.

The parts of a QR code that are the same in every code of its size (rings, timing lines, alignment marks) are known
beforehand (ISO/IEC 18004:2015, 6.3). The grid is moved until what is sampled agrees best with them: four corners for
tilt, and bends along both sides for paper round a bottle or a curled receipt. Then every module is black or white by
its neighbourhood, the known parts are drawn as they must be, and zxing-cpp reads the clean drawing. Error correction
still judges it: a wrong grid gives noise, and noise is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from devices.camera.decoders import PURE, Grey, Matrix, Seen, moved, zxing
from devices.camera.finders import Ring, rings, triples
from kiosk.ports import Code

Array = Any

TRIPLES_MAX = 6
MODULE, PART_MAX = 7.0, 1400
"""Dots a module, and a side, at which a code is laid flat."""
AGREE_MIN = 0.45
"""Correlation with the known parts below which a grid is not worth decoding; a true grid on a poor picture has 0.6."""


@dataclass(frozen=True)
class Known:
    """The modules that are the same in every code of `side` modules: where, and 1 (dark) or -1."""

    side: int
    columns: Array
    rows: Array
    values: Array


@functools.cache
def known(version: int) -> Known:
    """Rings with their light borders, timing lines and alignment marks of a version (1 to 40)."""
    side = 17 + 4 * version
    grid = np.zeros((side, side), np.int8)
    grid[6, :] = grid[:, 6] = np.where(np.arange(side) % 2 == 0, 1, -1)
    middles = _alignment(version)
    for row in middles:
        for column in middles:
            if grid[row - 2 : row + 3, column - 2 : column + 3].any() and 6 not in (row, column):
                continue
            if (row, column) not in ((6, 6), (6, side - 7), (side - 7, 6)):
                mark = -np.ones((5, 5), np.int8)
                mark[[0, -1], :] = mark[:, [0, -1]] = mark[2, 2] = 1
                grid[row - 2 : row + 3, column - 2 : column + 3] = mark
    ring = -np.ones((8, 8), np.int8)
    ring[:7, :7] = 1
    ring[1:6, 1:6] = -1
    ring[2:5, 2:5] = 1
    grid[:8, :8] = ring
    grid[:8, -8:] = ring[:, ::-1]
    grid[-8:, :8] = ring[::-1]
    grid[-8, 8] = 1
    rows, columns = np.nonzero(grid)
    return Known(side, columns + 0.5, rows + 0.5, grid[rows, columns].astype(np.float32))


def _alignment(version: int) -> list[int]:
    if version == 1:
        return []
    count, last = version // 7 + 2, 10 + 4 * version
    # ISO/IEC 18004:2015 annex E: even steps back from the last; version 32 is the table's one exception
    step = 26 if version == 32 else (version * 4 + count * 2 + 1) // (count * 2 - 2) * 2
    return [6, *sorted(last - step * each for each in range(count - 1))]


def flattened(grey: Grey, back: Matrix | None = None) -> list[Seen]:
    """The QR codes that lie at the rings of a picture, at most one of each triple of rings.

    `back` leads their corners to the picture that was taken.
    """
    found: list[Seen] = []
    used: set[Ring] = set()
    for three in triples(rings(grey))[:TRIPLES_MAX]:
        if not used.isdisjoint(three):
            continue
        if seen := _at(grey, three, back):
            found.append(seen)
            used.update(three)
    return found


def _at(grey: Grey, three: tuple[Ring, Ring, Ring], taken: Matrix | None) -> Seen | None:
    a, b, c = (np.array([ring.x, ring.y]) for ring in three)
    corners = np.array([a, b, c, b + c - a])
    size = float(np.max(corners.max(axis=0) - corners.min(axis=0)))
    part = part_of(grey, corners, 0.4 * size + 7 * three[0].module, three)
    sides = [np.hypot(*(each - part.middles[0])) / part.module + 7 for each in part.middles[1:]]
    about = round((float(np.mean(sides)) - 17) / 4)
    rough = [_fit(part.contrast, part.middles, version) for version in range(about - 2, about + 4) if 0 < version < 41]
    for start in sorted(rough, key=lambda fit: -fit.agreement)[:2]:
        if seen := decoded(part, refined(part.contrast, start), taken):
            return seen
    return None


@dataclass(frozen=True, eq=False)
class Part:
    """The part of a picture a code lies in, MODULE dots a module, dark positive; its rings; the way back."""

    contrast: Array
    middles: list[Array]
    module: float
    back: Matrix


def part_of(grey: Grey, corners: Array, room: float, found: tuple[Ring, ...]) -> Part:
    """The part round `corners`, with `room` dots on every side."""
    left, top = np.maximum(corners.min(axis=0) - room, 0).astype(int).tolist()
    right, bottom = (corners.max(axis=0) + room).astype(int).tolist()
    part = grey[top:bottom, left:right]
    module = float(np.mean([ring.module for ring in found]))
    by = min(MODULE / module, PART_MAX / max(part.shape))
    size = (max(1, round(part.shape[1] * by)), max(1, round(part.shape[0] * by)))
    part = cv2.resize(part, size, interpolation=cv2.INTER_CUBIC if by > 1 else cv2.INTER_AREA)
    middles = [np.array([(ring.x - left) * by, (ring.y - top) * by]) for ring in found]
    contrast = contrast_of(part, module * by)
    at = np.array(middles, np.float32)[:, None] - 0.5
    if cv2.remap(contrast, at[..., 0], at[..., 1], cv2.INTER_LINEAR).mean() < 0:
        contrast = -contrast  # white on black
    return Part(contrast, middles, module * by, np.array([[1 / by, 0, left], [0, 1 / by, top], [0, 0, 1]]))


def decoded(part: Part, fit: Fit, taken: Matrix | None) -> Seen | None:
    """What zxing-cpp reads of the code drawn flat along a grid that agrees well enough."""
    if fit.agreement < AGREE_MIN:
        return None
    for drawing in drawings(part.contrast, fit):
        for seen in zxing(drawing, PURE, is_pure=True):
            side = known(fit.version).side
            corners = places(fit.shape[None], side, np.array([0, side, side, 0]), np.array([0, 0, side, side]))[0]
            back = part.back if taken is None else taken @ part.back
            return Seen(Code("QRCode", seen.code.text, moved(corners, back), "zxing"), seen.spare)
    return None


@dataclass(frozen=True, eq=False)
class Fit:
    """A grid: `shape` is four corners (top left, top right, bottom right, bottom left) and four bends, x and y each."""

    version: int
    shape: Array  # 8 x 2
    agreement: float


def contrast_of(grey: Grey, module: float) -> Array:
    """Dark positive, light negative, shadow and glare taken out; softened by a third of a module."""
    image = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), max(0.3, module * 0.3))
    wide = max(3.0, module * 4)
    mean = cv2.GaussianBlur(image, (0, 0), wide)
    spread = np.sqrt(np.maximum(cv2.GaussianBlur((image - mean) ** 2, (0, 0), wide), 16.0))
    return np.clip((mean - image) / spread, -1.5, 1.5)


def places(shapes: Array, side: int, columns: Array, rows: Array) -> Array:
    """Where points of the grid lie in the picture: shapes (m, 8, 2), points (k,) give (m, k, 2)."""
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    a, b = columns / side, rows / side
    points = np.stack([a, b, np.ones_like(a)])
    bends = np.stack([4 * a * (1 - a), 4 * b * (1 - b), 12 * a * (1 - a) * (a - 0.5), 12 * b * (1 - b) * (b - 0.5)])
    out = np.empty((len(shapes), len(a), 2), np.float32)
    for number, shape in enumerate(shapes):
        flat = cv2.getPerspectiveTransform(unit, shape[:4].astype(np.float32)) @ points
        out[number] = (flat[:2] / flat[2]).T + (bends.T @ shape[4:])
    return out


def agreements(contrast: Array, shapes: Array, version: int) -> Array:
    """How well what is sampled along each grid agrees with the known parts, -1 to 1."""
    parts = known(version)
    at = places(shapes, parts.side, parts.columns, parts.rows)
    outside = cv2.BORDER_CONSTANT
    sampled = cv2.remap(
        contrast, at[..., 0] - 0.5, at[..., 1] - 0.5, cv2.INTER_LINEAR, borderMode=outside, borderValue=0
    )
    norm = np.sqrt((sampled**2).sum(axis=1) * len(parts.values)) + 1e-6
    return (sampled @ parts.values) / norm


def _fit(contrast: Array, middles: list[Array], version: int) -> Fit:
    """A first grid through the middles of the rings, the fourth corner where it agrees best."""
    side = 17 + 4 * version
    a, b, c = middles
    across, down = (b - a) / (side - 7), (c - a) / (side - 7)
    start = a - 3.5 * across - 3.5 * down
    corners = [start, start + side * across, start + side * (across + down), start + side * down]
    base = np.zeros((8, 2))
    base[:4] = corners
    reach = np.linspace(-0.25, 0.25, 9) * side
    shapes = np.repeat(base[None], len(reach) ** 2, axis=0)
    for number, (x, y) in enumerate((x, y) for x in reach for y in reach):
        _pin(shapes[number], across * x + down * y, side, (a, b, c))
    scores = agreements(contrast, shapes, version)
    best = int(np.argmax(scores))
    return Fit(version, shapes[best], float(scores[best]))


def _pin(shape: Array, shift: Array, side: int, middles: tuple[Array, Array, Array]) -> None:
    """Moves the fourth corner by `shift`, with the other three so that the rings' middles stay where they are."""
    near, far = 3.5, side - 3.5
    a, b, c = middles
    fourth = b + c - a + shift
    grid = np.array([[near, near], [far, near], [far, far], [near, far]], np.float32)
    flat = cv2.getPerspectiveTransform(grid, np.array([a, b, fourth, c], np.float32))
    ends = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float64)
    placed = np.column_stack([ends, np.ones(4)]) @ flat.T
    shape[:4] = placed[:, :2] / placed[:, 2:]


def refined(contrast: Array, fit: Fit) -> Fit:
    """Moves corners and bends by ever smaller steps as long as the agreement grows."""
    side = known(fit.version).side
    module = float(np.hypot(*(fit.shape[1] - fit.shape[0]))) / side
    moves = np.concatenate([np.eye(16), -np.eye(16)]).reshape(32, 8, 2)
    shape, best = fit.shape, fit.agreement
    for step in (1.0, 0.5, 0.25, 0.12):
        for _ in range(40):
            tried = shape + moves * (step * module)
            scores = agreements(contrast, tried, fit.version)
            number = int(np.argmax(scores))
            if scores[number] <= best + 1e-4:
                break
            shape, best = tried[number], float(scores[number])
    return Fit(fit.version, shape, best)


def drawings(contrast: Array, fit: Fit) -> Iterator[Grey]:
    """The code drawn flat, known parts as they must be; then again with each module set off from its neighbours."""
    parts = known(fit.version)
    side = parts.side
    rows, columns = np.mgrid[:side, :side] + 0.5
    at = places(fit.shape[None], side, columns.ravel(), rows.ravel())[0]
    sampled = cv2.remap(contrast, at[:, 0] - 0.5, at[:, 1] - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    values = sampled.reshape(side, side)
    for more in (0.0, 0.6):
        sharper = values + more * (values - cv2.blur(values, (3, 3)))
        dark = sharper > 0
        dark[parts.rows.astype(int), parts.columns.astype(int)] = parts.values > 0
        drawing = np.pad(np.where(dark, 0, 255).astype(np.uint8), 4, constant_values=255)
        yield np.kron(drawing, np.ones((3, 3), np.uint8))
