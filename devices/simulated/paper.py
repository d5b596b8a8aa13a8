"""An interpreter of ESC/POS: bytes in, rows of dots out. Its own reading of the command set, for the simulator only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# ESC and GS commands with a fixed number of parameter bytes that change nothing we draw.
_ESC_SKIP = {
    0x20: 1, 0x2D: 1, 0x32: 0, 0x33: 1, 0x45: 1, 0x47: 1, 0x4D: 1, 0x52: 1, 0x56: 1, 0x61: 1, 0x63: 2, 0x70: 3,
    0x72: 1, 0x74: 1, 0x7B: 1, 0x53: 0, 0x4C: 0, 0x3D: 1, 0x55: 1, 0x24: 2, 0x5C: 2, 0x44: -1,
}  # fmt: skip
_GS_SKIP = {0x42: 1, 0x48: 1, 0x66: 1, 0x68: 1, 0x77: 1, 0x4C: 2, 0x57: 2, 0x50: 2, 0x62: 1, 0x61: 1}
_LINE_DOTS = 30


class NeedMore(Exception):
    """The command is not complete yet."""


class Interpreter:
    """Feed it bytes; it answers status requests through `answer` and hands finished pages to `page_done`."""

    def __init__(
        self,
        width: int,
        answer: Callable[[bytes], None],
        status: Callable[[int], int],
        page_done: Callable[[Page], None],
    ) -> None:
        self._width = width
        self._answer = answer
        self._status = status
        self._page_done = page_done
        self._buffer = bytearray()
        self._size = 1
        self._text = bytearray()
        self.page = Page(width)

    def feed(self, data: bytes) -> None:
        """Interpret what can be interpreted; keep the rest for later."""
        self._buffer += data
        position = 0
        while position < len(self._buffer):
            try:
                used = self._one(position)
            except NeedMore:
                break
            self.page.byte_count += used
            position += used
        del self._buffer[:position]

    def _byte(self, position: int) -> int:
        if position >= len(self._buffer):
            raise NeedMore
        return self._buffer[position]

    def _one(self, at: int) -> int:
        """Handle the command at a position; returns its length."""
        first = self._buffer[at]
        if first == 0x1B:
            return self._esc(at)
        if first == 0x1D:
            return self._gs(at)
        if first == 0x10:
            return self._dle(at)
        if first == 0x0A:
            self._line()
        elif first >= 0x20:
            self._text.append(first)
        return 1

    def _dle(self, at: int) -> int:
        kind = self._byte(at + 1)
        if kind == 0x04:
            self._answer(bytes((self._status(self._byte(at + 2)),)))
            return 3
        if kind in (0x05, 0x14):
            return 3 if kind == 0x05 else 5
        return 1

    def _esc(self, at: int) -> int:
        kind = self._byte(at + 1)
        if kind == 0x40:
            self._size = 1
            self._text.clear()
            return 2
        if kind in (0x64, 0x4A):
            count = self._byte(at + 2)
            self._line()
            self.page.feed(count * _LINE_DOTS if kind == 0x64 else count)
            return 3
        if kind == 0x21:
            self._size = 2 if self._byte(at + 2) & 0x30 else 1
            return 3
        if kind == 0x2A:
            mode, low, high = (self._byte(at + n) for n in (2, 3, 4))
            length = (low + 256 * high) * (3 if mode in (32, 33) else 1)
            self._byte(at + 4 + length)
            return 5 + length
        skip = _ESC_SKIP.get(kind)
        if skip == -1:  # tab stops, up to a NUL
            end = self._buffer.find(0, at)
            if end < 0:
                raise NeedMore
            return end - at + 1
        if skip is None:
            return 2
        if skip:
            self._byte(at + 1 + skip)
        return 2 + skip

    def _gs(self, at: int) -> int:
        kind = self._byte(at + 1)
        if kind == 0x76:
            return self._raster(at)
        if kind == 0x56:
            mode = self._byte(at + 2)
            used = 4 if mode in (65, 66, 97, 98, 103, 104) else 3
            if used == 4:
                self._byte(at + 3)
            self._line()
            self._cut()
            return used
        if kind in (0x72, 0x49):
            return self._question(at, kind)
        if kind == 0x28:
            return self._parenthesis(at)
        if kind == 0x21:
            self._size = 1 + (self._byte(at + 2) & 0x07)
            return 3
        if kind == 0x6B:
            return self._barcode(at)
        skip = _GS_SKIP.get(kind, 0)
        if skip:
            self._byte(at + 1 + skip)
        return 2 + skip

    def _question(self, at: int, kind: int) -> int:
        what = self._byte(at + 2)
        if kind == 0x49:
            self._answer(b"_SIM80\x00" if what > 60 else b"\x20")
        else:
            self._answer(bytes((self._status(100 + what) if what in (1, 49) else 0,)))
        return 3

    def _barcode(self, at: int) -> int:
        """Not drawn, but passed over at its right length."""
        mode = self._byte(at + 2)
        if mode >= 65:
            length = self._byte(at + 3)
            self._byte(at + 3 + length)
            return 4 + length
        end = self._buffer.find(0, at + 3)
        if end < 0:
            raise NeedMore
        return end - at + 1

    def _parenthesis(self, at: int) -> int:
        length = self._byte(at + 3) + 256 * self._byte(at + 4)
        if length:
            self._byte(at + 4 + length)
        body = bytes(self._buffer[at + 5 : at + 5 + length])
        if self._buffer[at + 2] == 0x48 and len(body) == 6 and body[0] in (48, 0x30):
            # The process id is answered after everything before it was processed, which is now.
            self._line()
            self._answer(b"\x37\x22" + body[2:] + b"\x00")
        return 5 + length

    def _raster(self, at: int) -> int:
        stride = self._byte(at + 4) + 256 * self._byte(at + 5)
        rows = self._byte(at + 6) + 256 * self._byte(at + 7)
        end = at + 8 + stride * rows
        self._line()
        if end > len(self._buffer):
            raise NeedMore
        self.page.raster(bytes(self._buffer[at + 8 : end]), stride, rows)
        return end - at

    def _line(self) -> None:
        if self._text:
            self.page.text(self._text.decode("cp437", errors="replace"), self._size)
            self._text.clear()

    def _cut(self) -> None:
        page, self.page = self.page, Page(self._width)
        self._page_done(page)


class Page:
    """Rows of dots as they come out of the printer."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._parts: list[Image.Image] = []
        self.byte_count = 0

    @property
    def empty(self) -> bool:
        return not self._parts

    def raster(self, data: bytes, stride: int, rows: int) -> None:
        image = Image.frombytes("1", (stride * 8, rows), bytes(each ^ 0xFF for each in data))
        self._parts.append(image.crop((0, 0, self._width, rows)))

    def feed(self, dots: int) -> None:
        if dots:
            self._parts.append(Image.new("1", (self._width, dots), 1))

    def text(self, text: str, size: int) -> None:
        strip = Image.new("1", (self._width, _LINE_DOTS * size), 1)
        ImageDraw.Draw(strip).text((0, 2), text, font=ImageFont.load_default(22 * size), fill=0)
        self._parts.append(strip)

    def save(self, path: Path) -> None:
        whole = Image.new("1", (self._width, max(1, sum(part.height for part in self._parts))), 1)
        y = 0
        for part in self._parts:
            whole.paste(part, (0, y))
            y += part.height
        whole.save(path)
