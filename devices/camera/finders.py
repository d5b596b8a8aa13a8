"""Where a QR code may be: the square rings of its three corners, and the corner triples that could be one code.

A ring is a dark square in a light one in a dark one (areas 9 : 25 : 49), found as an outline in an outline in an
outline; tilt and curvature leave that as it is, so it finds codes whose modules nobody can count yet.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from devices.camera.decoders import Grey

RINGS_MAX = 24
"""More rings than this are wallpaper; the largest stay."""


@dataclass(frozen=True)
class Ring:
    """One corner of a code: its middle and the width of a module there, in dots."""

    x: float
    y: float
    module: float


def rings(grey: Grey) -> list[Ring]:
    """The rings of a picture, largest first, looked for with two thresholds."""
    window = max(15, (min(grey.shape) // 8) | 1)
    flat = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    local = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, 5)
    found: list[Ring] = []
    for image in (local, flat):
        for ring in _rings(image):
            if all(np.hypot(ring.x - each.x, ring.y - each.y) > 2 * each.module for each in found):
                found.append(ring)
    return sorted(found, key=lambda ring: -ring.module)[:RINGS_MAX]


def _rings(image: Grey) -> Iterator[Ring]:
    outlines, tree = cv2.findContours(image, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return
    areas = [cv2.contourArea(outline) for outline in outlines]
    for inmost, (_, _, child, parent) in enumerate(tree[0]):
        outer = tree[0][parent][3] if parent >= 0 else -1
        if child >= 0 or outer < 0 or areas[inmost] < 4:
            continue
        if not 1.3 < areas[parent] / areas[inmost] < 7 or not 1.2 < areas[outer] / areas[parent] < 4:
            continue
        box = cv2.minAreaRect(outlines[outer])
        if min(box[1]) < 0.35 * max(box[1]) or areas[outer] < 0.6 * box[1][0] * box[1][1]:
            continue
        x, y = np.mean(outlines[inmost].reshape(-1, 2), axis=0).tolist()
        yield Ring(x, y, float(np.sqrt(areas[outer])) / 7)


def triples(found: list[Ring]) -> list[tuple[Ring, Ring, Ring]]:
    """(top left, top right, bottom left) of possible codes, the likeliest first; white on black looks the same."""
    ranked: list[tuple[float, tuple[Ring, Ring, Ring]]] = []
    for three in itertools.combinations(found, 3):
        sizes = [ring.module for ring in three]
        if max(sizes) > 2 * min(sizes):
            continue
        for corner in range(3):
            a, b, c = three[corner], three[(corner + 1) % 3], three[(corner + 2) % 3]
            one, two = np.array([b.x - a.x, b.y - a.y]), np.array([c.x - a.x, c.y - a.y])
            lengths = np.hypot(*one), np.hypot(*two)
            if min(lengths) < 10 * np.mean(sizes) or max(lengths) > 180 * np.mean(sizes):
                continue
            cosine = abs(float(one @ two)) / (lengths[0] * lengths[1])
            unlike = abs(float(np.log(lengths[0] / lengths[1])))
            if cosine > 0.75 or unlike > 1.0:
                continue
            turns_right = one[0] * two[1] - one[1] * two[0] > 0
            ranked.append((cosine + unlike + max(sizes) / min(sizes), (a, b, c) if turns_right else (a, c, b)))
    return [three for _, three in sorted(ranked, key=lambda each: each[0])]
