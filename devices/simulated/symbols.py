"""Barcodes that the simulated printer draws itself: QR codes (GS ( k) and linear ones (GS k)."""

from __future__ import annotations

from typing import Any

from PIL import Image

_LINEAR = {0: "UPCA", 1: "UPCE", 2: "EAN13", 3: "EAN8", 4: "Code39", 5: "ITF", 6: "Codabar", 65: "UPCA", 66: "UPCE",
           67: "EAN13", 68: "EAN8", 69: "Code39", 70: "ITF", 71: "Codabar", 72: "Code93", 73: "Code128"}  # fmt: skip


class QrStore:
    """What GS ( k has said so far; drawn when it says so."""

    def __init__(self) -> None:
        self._said: dict[int, bytes] = {}

    def say(self, body: bytes) -> Image.Image | None:
        """One function; the code, when it was told to print."""
        if body[0] != 49:
            return None
        self._said[body[1]] = body[2:]
        if body[1] != 81 or 80 not in self._said:
            return None
        level = {48: "L", 49: "M", 50: "Q", 51: "H"}.get(self._said.get(69, b"0")[0], "L")
        text = self._said[80][1:].decode("utf-8", "replace")
        return _drawn(text, "QRCode", self._said.get(67, b"\x03")[0], ec_level=level)


def linear(kind: int, data: bytes, module: int, height: int) -> Image.Image | None:
    """A linear barcode; None for what cannot be drawn, which a real printer leaves out too."""
    text = _code128(data) if kind == 73 else data.decode("ascii", "replace").strip("\0")
    try:
        image = _drawn(text, _LINEAR[kind], module)
    except (KeyError, ValueError):
        return None
    return image.resize((image.width, height), Image.Resampling.NEAREST)


def _code128(data: bytes) -> str:
    """Data with its code sets: {A and {B are characters, {C two digits in a byte, {{ a brace."""
    text, set_, at = "", "B", 0
    while at < len(data):
        follows = data[at + 1 : at + 2]
        if data[at : at + 1] == b"{" and follows in (b"A", b"B", b"C"):
            set_, at = follows.decode(), at + 2
            continue
        at += data[at : at + 2] == b"{{"
        text += f"{data[at]:02}" if set_ == "C" else chr(data[at])
        at += 1
    return text


def _drawn(text: str, kind: str, module: int, **options: Any) -> Image.Image:
    import zxingcpp  # few jobs need it, and a printer should be on at once

    barcode = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), **options)
    dots: Any = zxingcpp.write_barcode_to_image(barcode, scale=module)
    return Image.fromarray(dots).convert("1")
