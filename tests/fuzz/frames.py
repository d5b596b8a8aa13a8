"""Pictures that no camera should send through the reader: nothing breaks, and nothing is read that is not there."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import zxingcpp

from devices.camera.reader import Decoder
from tests.fuzz.gate import GOOD

Made = tuple[Any, tuple[str, ...]]  # a picture, and the texts of the codes in it
HEIGHT, WIDTH = 240, 320  # what matters is the code; small pictures are tried oftener in a minute
THOROUGH_EVERY = 150  # frames; the reader of still pictures takes half a second and more


def _code(chance: random.Random, scale: int = 3) -> tuple[Any, str]:
    text = chance.choice(GOOD)
    level = chance.choice("LMQ")
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level).to_image(scale=scale)
    return np.asarray(drawn), text


def _ground(chance: random.Random) -> Any:
    return np.full((HEIGHT, WIDTH), chance.randrange(60, 256), np.uint8)


def _laid(ground: Any, code: Any, top: int, left: int) -> None:
    """As much of the code as lies within the ground."""
    upper, lower = max(0, top), min(HEIGHT, top + code.shape[0])
    first, last = max(0, left), min(WIDTH, left + code.shape[1])
    if lower > upper and last > first:
        ground[upper:lower, first:last] = code[upper - top : lower - top, first - left : last - left]


def _dice(chance: random.Random) -> np.random.Generator:
    return np.random.default_rng(chance.randrange(1 << 32))


def noise(chance: random.Random) -> Made:
    """Grain of every coarseness, stripes, salt and pepper; no code."""
    dice, cell = _dice(chance), chance.choice((1, 1, 2, 3, 5, 8))
    grain = dice.integers(0, 256, (HEIGHT // cell + 1, WIDTH // cell + 1)).astype(np.uint8)
    if chance.random() < 0.5:
        grain = np.where(grain > chance.randrange(40, 220), 255, 0).astype(np.uint8)
    if chance.random() < 0.2:
        grain[:] = grain[:1]
    return np.kron(grain, np.ones((cell, cell), np.uint8))[:HEIGHT, :WIDTH], ()


def grainy(chance: random.Random) -> Made:
    """A code under noise, from little to nearly all."""
    ground = _ground(chance)
    code, text = _code(chance)
    _laid(ground, code, chance.randrange(0, 60), chance.randrange(0, 120))
    heavy = chance.choice((10, 40, 80, 160))
    return np.clip(ground + _dice(chance).normal(0, heavy, ground.shape), 0, 255).astype(np.uint8), (text,)


def blend(chance: random.Random) -> Made:
    """Two codes shining through each other, as on glass."""
    one, two = _ground(chance), _ground(chance)
    (first, a), (second, b) = _code(chance), _code(chance)
    _laid(one, first, chance.randrange(0, 60), chance.randrange(0, 120))
    _laid(two, second, chance.randrange(0, 60), chance.randrange(0, 120))
    share = chance.uniform(0.2, 0.8)
    return cv2.addWeighted(one, share, two, 1 - share, 0), (a, b)


def partial(chance: random.Random) -> Made:
    """A code beyond the edge, or with parts covered, or two halves of different codes."""
    ground = _ground(chance)
    code, text = _code(chance)
    _laid(ground, code, chance.randrange(-150, 200), chance.randrange(-150, 280))
    texts: tuple[str, ...] = (text,)
    if chance.random() < 0.5:
        other, another = _code(chance)
        half = other[:, : other.shape[1] // 2] if chance.random() < 0.5 else other[: other.shape[0] // 2]
        _laid(ground, half, chance.randrange(0, 60), chance.randrange(0, 120))
        texts = (text, another)
    for _ in range(chance.randrange(3)):
        top, left = chance.randrange(HEIGHT - 20), chance.randrange(WIDTH - 20)
        ground[top : top + chance.randrange(4, 60), left : left + chance.randrange(4, 60)] = chance.randrange(256)
    return ground, texts


def turned_modules(chance: random.Random) -> Made:
    """Single modules of a code turned round, up to and beyond what its correction bears."""
    code, text = _code(chance, scale=1)
    code = code.copy()
    for _ in range(chance.choice((5, 20, 40, 80, 200, 400))):
        y, x = chance.randrange(code.shape[0]), chance.randrange(code.shape[1])
        code[y, x] = 255 - code[y, x]
    scale = chance.choice((2, 3, 4))
    return cv2.copyMakeBorder(np.kron(code, np.ones((scale, scale), np.uint8)), 12, 12, 12, 12, 0, value=255), (text,)


def rings(chance: random.Random) -> Made:
    """Many corners of codes and no code."""
    ground = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for _ in range(chance.randrange(3, 60)):
        unit, y, x = chance.randrange(2, 7), chance.randrange(HEIGHT), chance.randrange(WIDTH)
        for size, value in ((7, 0), (5, 255), (3, 0)):
            shift = (7 - size) * unit // 2
            ground[y + shift : y + shift + size * unit, x + shift : x + shift + size * unit] = value
    return ground, ()


def sizes(chance: random.Random) -> Made:
    """From one dot to long strips, grey and in colours, and views into larger pictures."""
    height, width = (chance.choice((1, 2, 3, 5, 9, 17, 64, 333, 1500)) for _ in range(2))
    shape = (height, width, 3) if chance.random() < 0.5 else (height, width)
    picture = _dice(chance).integers(0, 256, shape).astype(np.uint8)
    if chance.random() < 0.3:
        picture = picture[:, ::-1] if chance.random() < 0.5 else picture[::2]
    if chance.random() < 0.2:
        picture[:] = chance.choice((0, 255))
    return picture, ()


KINDS: tuple[Callable[[random.Random], Made], ...] = (
    noise, grainy, blend, partial, turned_modules, rings, sizes
)  # fmt: skip
BY_NAME = {kind.__name__: kind for kind in KINDS}


def tried(kind: str, seed: int, count: int) -> tuple[int, list[str]]:
    """(codes read, what must not be) of `count` pictures; each has a seed of its own."""
    decoder, wrong, read = Decoder(), [], 0
    for number in range(seed, seed + count):
        picture, there = BY_NAME[kind](random.Random(f"{kind} {number}"))
        try:
            codes = decoder.read(picture)
            if number % THOROUGH_EVERY == 0:
                codes += decoder.read_thoroughly(picture)
        except Exception as error:
            wrong.append(f"picture {kind} {number} breaks the reader: {error!r}")
            continue
        wrong += [f"picture {kind} {number}: {each.text!r} was read" for each in codes if each.text not in there]
        read += len(codes)
    return read, wrong
