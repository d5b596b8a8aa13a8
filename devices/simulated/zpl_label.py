"""A label of the simulated ZPL printer: from the text of a format to its dots."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageDraw

_COMMAND = re.compile(r"\^([A-Z][A-Z0-9@])([^\^]*)")
_TIMES = {letter: number for number, letter in enumerate("GHIJKLMNOPQRSTUVWXY", 1)} | {
    letter: 20 * number for number, letter in enumerate("ghijklmnopqrstuvwxyz", 1)
}
_STRIDE_MAX, _LENGTH_MAX = 512, 32_000  # bytes, dots
_LENGTH = 1218  # dots, where a format does not say


@dataclass(frozen=True)
class Label:
    picture: Image.Image
    copies: int


def drawn(text: str, head: int) -> Label:
    """What a format (^XA up to ^XZ) puts on the label; fields are drawn one over the other."""
    width, length, copies = head, _LENGTH, 1
    home, at = (0, 0), (0, 0)
    fields: list[tuple[int, int, Image.Image]] = []
    for name, rest in _COMMAND.findall(text):
        if name == "GF":
            with suppress(ValueError, zlib.error):  # a real one leaves out what makes no sense, too
                fields.append((*at, _graphic(rest)))
            continue
        numbers = [int(each) for each in re.findall(r"\d{1,5}", rest)] or [0]
        if name == "PW":
            width = min(head, numbers[0])
        elif name == "LL":
            length = min(_LENGTH_MAX, numbers[0])
        elif name == "PQ":
            copies = numbers[0]
        elif name == "LH":
            home = (numbers[0], numbers[-1])
        elif name == "FO":
            at = (home[0] + numbers[0], home[1] + numbers[-1])
        elif name == "GB":
            fields.append((*at, _box(*[*numbers, 1, 1, 1][:3])))
    picture = Image.new("1", (width, length), 1)
    for x, y, field in fields:
        picture.paste(0, (x, y, x + field.width, y + field.height), field)
    return Label(picture, copies)


def _box(width: int, height: int, thick: int) -> Image.Image:
    field = Image.new("1", (max(width, thick), max(height, thick)), 0)
    ImageDraw.Draw(field).rectangle((0, 0, field.width - 1, field.height - 1), outline=1, width=thick)
    return field


def _graphic(rest: str) -> Image.Image:
    """A mask, 1 = black."""
    kind, _, total, stride, data = rest.split(",", 4)
    if kind != "A" or not 0 < int(stride) <= _STRIDE_MAX or int(total) > _STRIDE_MAX * _LENGTH_MAX:
        raise ValueError("not a graphic of this printer")
    data, size, wide = data.strip(), int(total), int(stride)
    dots = _encoded(data) if data.startswith((":Z64:", ":B64:")) else _hexadecimal(data, wide)
    return Image.frombytes("1", (wide * 8, size // wide), dots[:size].ljust(size, b"\0"))


def _encoded(data: str) -> bytes:
    _, kind, body, checksum = data.split(":")
    if binascii.crc_hqx(body.encode(), 0) != int(checksum, 16):
        return b""  # a real one prints nothing either
    raw = base64.b64decode(body)
    return zlib.decompress(raw) if kind == "Z64" else raw


def _hexadecimal(data: str, stride: int) -> bytes:
    """Digits, repeats (G to Y: 1 to 19, g to z: 20 to 400), "," fill with 0, "!" fill with 1, ":" the row above."""
    rows: list[str] = []
    row, times, wide = "", 0, 2 * stride
    for each in data:
        if each in _TIMES:
            times += _TIMES[each]
        elif each == ":":
            rows.append(rows[-1] if rows else "0" * wide)
        elif each in ",!":
            rows.append(row.ljust(wide, "0" if each == "," else "F"))
            row = ""
        elif each in "0123456789ABCDEFabcdef":
            row += each * max(1, times)
            times = 0
        while len(row) >= wide:
            rows.append(row[:wide])
            row = row[wide:]
    return bytes.fromhex("".join(rows))
