"""What people hold before a gate's camera: paper, phones, torn tickets, and things that are no ticket."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import base45
import cv2
import msgspec
import numpy as np
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain import ticket as tickets
from kiosk.domain.errors import KioskError

JUNK = {
    "web address": ("QRCode", "https://example.org/offers?from=poster"),
    "boarding pass": ("PDF417", "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 326J001A0025 106>60000"),
    "wireless network": ("Aztec", "WIFI:T:WPA;S:Station guest;P:welcome2026;;"),
    "garbled": ("QRCode", tickets.PREFIX + base45.b45encode(bytes(range(100))).decode()),
}


def drawn(text: str, kind: str = "QRCode", scale: int = 5) -> Any:
    """A code in black on white, with its quiet zone."""
    options: dict[str, Any] = {"ec_level": "M"} if kind == "QRCode" else {}
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), **options)
    return cv2.cvtColor(np.asarray(made.to_image(scale=scale)), cv2.COLOR_GRAY2BGR)


def phone(code: Any, light: int = 255) -> Any:
    """A phone that shows it, as bright as `light`."""
    height, width = code.shape[0] + 260, code.shape[1] + 90
    picture = np.full((height, width, 3), 26, np.uint8)
    picture[40:-40, 15:-15] = (light, light, light)
    top, left = 150, (width - code.shape[1]) // 2
    picture[top : top + code.shape[0], left : left + code.shape[1]] = (code.astype(np.float32) * light / 255).astype(
        np.uint8
    )
    cv2.putText(picture, "Ticket", (45, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (40, 40, 40), 3)
    return picture


def torn(code: Any) -> Any:
    """A corner of the code's edge is gone, but not what finds it."""
    picture = cv2.copyMakeBorder(code, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    height, width = picture.shape[:2]
    corner = np.array([(width, height), (width - 110, height), (width, height - 110)], np.int32)
    cv2.fillPoly(picture, [corner], (96, 96, 96))
    return picture


def beside_a_poster(code: Any) -> Any:
    """A ticket, and the code of a poster behind it."""
    poster = drawn(JUNK["web address"][1], scale=8)
    height = max(code.shape[0], poster.shape[0]) + 40
    picture = np.full((height, code.shape[1] + poster.shape[1] + 80, 3), 200, np.uint8)
    picture[20 : 20 + code.shape[0], 20 : 20 + code.shape[1]] = code
    picture[20 : 20 + poster.shape[0], -20 - poster.shape[1] : -20] = poster
    return picture


class Things:
    """Makes the picture of each thing, once; papers are what the printer printed."""

    def __init__(self, folder: Path, papers: dict[str, Path]) -> None:
        """`papers`: text of a code -> the printed page."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._papers = folder, papers

    def picture(self, name: str, text: str, on: str, kind: str = "QRCode") -> Path:
        """The picture of `name`, held up as paper, phone, dim phone, torn or poster."""
        if on == "paper" and kind == "QRCode" and text in self._papers:
            return self._papers[text]
        path = self._folder / f"{name}-{on}.png".replace(" ", "-").replace("'", "")
        if path.exists():
            return path
        code = drawn(text, kind, scale=3 if kind == "PDF417" else 5)
        made = {
            "paper": lambda: code,
            "phone": lambda: phone(code),
            "dim phone": lambda: phone(code, light=105),
            "torn": lambda: torn(code),
            "poster": lambda: beside_a_poster(code),
        }[on]()
        if not cv2.imwrite(str(path), made):
            raise KioskError(f"{path} could not be written")
        return path


def forged(good: str, spare: str, key: Ed25519PrivateKey, unheld: tuple[int, int]) -> dict[str, str]:
    """Tickets that no desk sold. `key`: the seller's own, stolen; `unheld`: a place it never had."""
    ticket, payload, _ = tickets.read(good)
    change = msgspec.structs.replace
    other = tickets.read(spare)[0]
    data = bytearray(base45.b45decode(good[len(tickets.PREFIX) :]))
    data[31] ^= 0x04  # another seat

    def signed(changed: tickets.Ticket, by: Ed25519PrivateKey = key) -> str:
        return tickets.sign(tickets.pack(changed), by)

    stranger = Ed25519PrivateKey.from_private_bytes(random.Random(5).randbytes(32))
    return {
        "altered": tickets.PREFIX + base45.b45encode(bytes(data)).decode(),
        "stranger's signature": tickets.sign(payload, stranger),
        "unknown machine": signed(change(ticket, key_id=b"none"), stranger),
        "stolen key": signed(change(ticket, seq=ticket.seq + 50_000, coach=unheld[0], seat=unheld[1])),
        "test ticket": signed(change(ticket, seq=ticket.seq + 50_001, flags=tickets.FLAG_TEST)),
        "other operator": signed(change(ticket, seq=ticket.seq + 50_002, tenant=ticket.tenant + 1)),
        "group": signed(change(other, persons=3, flags=tickets.FLAG_GROUP)),
    }
