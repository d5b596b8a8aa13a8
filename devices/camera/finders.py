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
SIDE_MAX = 1600
"""Rings are looked for in a picture of this side at most, dots."""


@dataclass(frozen=True)
class Ring:
    """One corner of a code: its middle and the width of a module there, in dots."""

    x: float
    y: float
    module: float


def rings(grey: Grey) -> list[Ring]:
    """The rings of a picture, largest first, looked for with two thresholds."""
    by = min(1.0, SIDE_MAX / max(grey.shape))
    if by < 1:
        size = (max(1, round(grey.shape[1] * by)), max(1, round(grey.shape[0] * by)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(grey, (3, 3), 0)  # or every grain of a noisy picture has an outline
    window = max(15, (min(grey.shape) // 8) | 1)
    flat = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    local = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, 5)
    found: list[Ring] = []
    for image in (local, flat):
        for x, y, module in _rings(image):
            if all(np.hypot(x / by - each.x, y / by - each.y) > 2 * each.module for each in found):
                found.append(Ring(x / by, y / by, module / by))
    return sorted(found, key=lambda ring: -ring.module)[:RINGS_MAX]


def _rings(image: Grey) -> Iterator[tuple[float, float, float]]:
    outlines, trees = cv2.findContours(image, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return
    child, parent = trees[0][:, 2], trees[0][:, 3]
    for inmost in np.nonzero((child < 0) & (parent >= 0) & (parent[parent] >= 0))[0].tolist():
        middle, outer = int(parent[inmost]), int(parent[parent[inmost]])
        area = cv2.contourArea(outlines[inmost])
        if area < 4 or not 1.3 < cv2.contourArea(outlines[middle]) / area < 7:
            continue
        outside = cv2.contourArea(outlines[outer])
        if not 1.2 < outside / cv2.contourArea(outlines[middle]) < 4:
            continue
        box = cv2.minAreaRect(outlines[outer])
        if min(box[1]) < 0.35 * max(box[1]) or outside < 0.6 * box[1][0] * box[1][1]:
            continue
        x, y = np.mean(outlines[inmost].reshape(-1, 2), axis=0).tolist()
        yield x, y, float(np.sqrt(outside)) / 7


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
