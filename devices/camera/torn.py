"""A QR code with one corner lost: scratched, folded over, torn off, or under a spot of glare.

Readers need all three rings to see a code at all, though its error correction could do without one. Two rings leave six
places for the third (two on each side of them, or the corner between them); the grid that agrees best with the known
parts of a code is taken, refined and read as in `devices/camera/flatten.py`.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from devices.camera.decoders import Grey, Matrix, Seen
from devices.camera.finders import Ring, rings
from devices.camera.flatten import Array, Fit, Part, agreements, decoded, part_of, refined

PAIRS_MAX = 4
TRIES = 3
"""Grids refined for each pair of rings."""
PROMISE_MIN = 0.3
"""Agreement below which a first grid is not refined; chance alone reaches 0.2."""


def mended(grey: Grey, back: Matrix | None = None) -> list[Seen]:
    """The QR codes at two rings of a picture; `back` leads their corners to the picture that was taken."""
    seen: list[Seen] = []
    used: set[Ring] = set()
    for pair in _pairs(rings(grey))[:PAIRS_MAX]:
        if used.isdisjoint(pair) and (found := _at(grey, pair, back)):
            seen.append(found)
            used.update(pair)
    return seen


def _pairs(found: list[Ring]) -> list[tuple[Ring, Ring]]:
    """Rings of about one size, as far apart as a code's can be; the likest first."""
    ranked = []
    for one, two in itertools.combinations(found, 2):
        module = (one.module + two.module) / 2
        apart = float(np.hypot(two.x - one.x, two.y - one.y)) / module
        unlike = abs(float(np.log(one.module / two.module)))
        if 12 < apart < 200 and unlike < 0.35:
            ranked.append((unlike, (one, two)))
    return [pair for _, pair in sorted(ranked, key=lambda each: each[0])]


def _at(grey: Grey, pair: tuple[Ring, Ring], back: Matrix | None) -> Seen | None:
    corners = np.array([[ring.x, ring.y] for ring in pair])
    apart = float(np.hypot(*(corners[1] - corners[0])))
    part = part_of(grey, corners, 1.15 * apart + 8 * pair[0].module, pair)
    starts = [_start(part, three, version) for three in _thirds(*part.middles) for version in _versions(part, three)]
    for start in sorted(starts, key=lambda fit: -fit.agreement)[:TRIES]:
        if start.agreement > PROMISE_MIN and (seen := decoded(part, refined(part.contrast, start), back)):
            return seen
    return None


def _thirds(one: Array, two: Array) -> list[tuple[Array, Array, Array]]:
    """(top left, top right, bottom left) of the codes two rings can belong to."""
    found = []
    for a, b in ((one, two), (two, one)):
        along = b - a
        aside = np.array([-along[1], along[0]])  # a quarter turn clockwise, as the picture is seen
        found.append((a, b, a + aside))  # the top's rings are there
        found.append((a, a - aside, b))  # the left side's
        found.append(((a + b - aside) / 2, b, a))  # the corner between them is lost
    return found


def _versions(part: Part, three: tuple[Array, Array, Array]) -> range:
    side = float(np.hypot(*(three[1] - three[0])) + np.hypot(*(three[2] - three[0]))) / 2 / part.module + 7
    about = round((side - 17) / 4)
    return range(max(1, about - 1), min(40, about + 2) + 1)


def _start(part: Part, three: tuple[Array, Array, Array], version: int) -> Fit:
    """The best of some grids whose far corners are a little off the square's."""
    side = 17 + 4 * version
    a, b, c = three
    across, down = (b - a) / (side - 7), (c - a) / (side - 7)
    start = a - 3.5 * across - 3.5 * down
    base = np.zeros((8, 2))
    base[:4] = [start, start + side * across, start + side * (across + down), start + side * down]
    reach = np.linspace(-0.12, 0.12, 5) * side
    shapes = np.repeat(base[None], len(reach) ** 2, axis=0)
    for number, (x, y) in enumerate(itertools.product(reach, reach)):
        # leaning (as paper held askew does) keeps the two rings and moves the rest
        lean = cv2.getAffineTransform(np.array([a, b, c], np.float32), _leaned(part, three, across, down, x, y))
        shapes[number, :4] = base[:4] @ lean[:, :2].T + lean[:, 2]
    scores = agreements(part.contrast, shapes, version)
    best = int(np.argmax(scores))
    return Fit(version, shapes[best], float(scores[best]))


def _leaned(part: Part, three: tuple[Array, Array, Array], across: Array, down: Array, x: float, y: float) -> Array:
    """The three corners, the one that was not seen moved by x and y modules."""
    seen = [any(np.array_equal(corner, middle) for middle in part.middles) for corner in three]
    shift = across * x + down * y
    return np.array(
        [corner if there else corner + shift for corner, there in zip(three, seen, strict=True)], np.float32
    )
