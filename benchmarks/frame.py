"""A camera frame to its code: our reader against bare zxing-cpp on the same 1280 x 720 frames with a ticket's code.

The floor is given the frame in grey, for nothing: from a colour frame zxing-cpp makes its own grey more slowly than we
do, and a floor that pays for that is none. It looks for QR codes only, like our first look: with all its formats
zxing-cpp takes several times as long.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figure import figure
from devices.camera.reader import FIRST, Decoder
from kiosk.domain import ticket as tickets

GOAL = 1.3
N = 200
WIDTH, HEIGHT = 1280, 720


def run() -> dict[str, Any]:
    """Frames differ in where the code is, how large, how turned, and in their noise; each is read by both in turn."""
    frames = scenes(N)
    decoder = Decoder()
    decoder.read(frames[0])
    floor: list[float] = []
    ours: list[float] = []
    read = 0
    for number, frame in enumerate(frames):
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        calls: list[tuple[list[float], Callable[[Any], Any], Any]] = [
            (floor, lambda picture: zxingcpp.read_barcodes(picture, formats=FIRST), grey),
            (ours, decoder.read, frame),
        ]
        for times, call, picture in calls if number % 2 else reversed(calls):
            start = time.perf_counter()
            found = call(picture)
            times.append((time.perf_counter() - start) * 1000)
            read += [code.text for code in found] == [_code(number + 1)]
    ok = statistics.median(ours) <= GOAL * statistics.median(floor) and read == 2 * len(frames)
    return figure("camera frame to code", floor, ours, f"<= {GOAL} x zxing-cpp", ok=ok, read=read)


def scenes(count: int, seed: int = 1) -> list[Any]:
    """Frames of a ticket held to a camera, BGR."""
    chance = np.random.default_rng(seed)
    return [scene(_code(number + 1), chance) for number in range(count)]


def scene(text: str, chance: np.random.Generator) -> Any:
    """A code of 250 to 500 dots on a grey ground, turned up to 20 degrees, with a camera's noise."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    modules: Any = zxingcpp.write_barcode_to_image(barcode, scale=8, add_quiet_zones=True)
    side = int(chance.integers(250, 500))
    code = cv2.resize(np.asarray(modules), (side, side), interpolation=cv2.INTER_AREA)
    frame: Any = np.full((HEIGHT, WIDTH), 110, np.uint8)
    left, top = int(chance.integers(340, 1000 - side)), int(chance.integers(100, 620 - side))
    frame[top : top + side, left : left + side] = code
    turn = cv2.getRotationMatrix2D((left + side / 2, top + side / 2), float(chance.uniform(-20, 20)), 1.0)
    frame = cv2.GaussianBlur(cv2.warpAffine(frame, turn, (WIDTH, HEIGHT), borderValue=110), (0, 0), 0.8)
    noisy = np.clip(frame + chance.normal(0, 4, frame.shape), 0, 255).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(noisy, cv2.COLOR_GRAY2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
    return cv2.imdecode(jpeg, cv2.IMREAD_COLOR)


def _code(seq: int) -> str:
    """The code of a ticket with a place."""
    payload = tickets.pack(
        tickets.Ticket(
            key_id=b"demo", tenant=1, terminal_id=14, incarnation=1, seq=seq, issued=1_790_000_000, journey_id=9,
            valid_from_min=-90, valid_for_min=600, from_call=0, to_call=3, coach=6, seat=38, product_class=2,
            price_minor=66200, currency="CNY",
        )
    )  # fmt: skip
    return tickets.sign(payload, Ed25519PrivateKey.from_private_bytes(bytes(32)))
