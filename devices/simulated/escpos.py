"""An interpreter of ESC/POS for the simulated printer: its own reading of the command set, of any encoder's output.

Draws rasters (GS v 0, GS ( L, GS 8 L), column pictures (ESC *), native QR codes (GS ( k) and text; cuts; answers GS r,
GS I and GS ( H in turn. Real-time commands are the printer's own affair; here they are passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import zxingcpp
from PIL import Image

from devices.simulated.paper import Page, column_picture

# Commands that change nothing we draw: number of parameter bytes; -1 = up to a NUL.
_ESC_SKIP = {
    0x20: 1, 0x24: 2, 0x25: 1, 0x2D: 1, 0x34: 0, 0x35: 0, 0x3D: 1, 0x44: -1, 0x45: 1, 0x47: 1, 0x4C: 0, 0x4D: 1,
    0x52: 1, 0x53: 0, 0x54: 1, 0x55: 1, 0x56: 1, 0x5C: 2, 0x63: 2, 0x70: 3, 0x72: 1, 0x7B: 1,
}  # fmt: skip
_GS_SKIP = {0x42: 1, 0x45: 1, 0x48: 1, 0x4C: 2, 0x50: 2, 0x57: 2, 0x62: 1, 0x66: 1, 0x68: 1, 0x77: 1}
_CODE_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852"}
_LINE_DOTS = 30


class _NeedMore(Exception):
    """The command is not complete yet."""


class Interpreter:
    """Feed it bytes; it answers through `answer` and hands finished pages to `page_done`."""

    def __init__(
        self,
        width: int,
        answer: Callable[[bytes], None],
        paper_sensor: Callable[[], int],
        page_done: Callable[[Page, int], None],
    ) -> None:
        self._width = width
        self._answer = answer
        self._paper_sensor = paper_sensor
        self._page_done = page_done
        self._buffer = bytearray()
        self._done_bytes = 0  # of this page, interpreted
        self._text = bytearray()
        self._graphics: Image.Image | None = None
        self._qr: dict[int, bytes] = {}
        self._strip: list[Image.Image] = []  # column pictures of this line
        self.tell_changes: Callable[[int], None] = lambda mask: None  # GS a
        self.page = Page(width)
        self._reset()

    @property
    def page_bytes(self) -> int:
        """Bytes of the page that is coming in, real-time commands not counted."""
        return self._done_bytes + (0 if self._buffer.startswith(b"\x10") else len(self._buffer))

    def feed(self, data: bytes) -> None:
        """Interpret what can be interpreted; keep the rest for later."""
        self._buffer += data
        while self._buffer:
            page = self.page
            try:
                used = self._one()
            except _NeedMore:
                return
            question = self._buffer.startswith((b"\x10", b"\x1dr", b"\x1dI", b"\x1d(H", b"\x1da"))
            if page is self.page and not question:
                self._done_bytes += used
            del self._buffer[:used]

    def tear(self) -> tuple[Page, int]:
        """The power is gone: what is on paper up to now, with the rows of a raster that had arrived."""
        page, count = self.page, self.page_bytes
        if self._buffer[:3] == b"\x1dv0" and len(self._buffer) >= 8:
            stride = self._short(4)
            rows = (len(self._buffer) - 8) // stride if stride else 0
            page.raster(bytes(self._buffer[8 : 8 + rows * stride]), stride, rows, self._align)
        self._buffer.clear()
        self._text.clear()
        self._strip.clear()
        self._new_page()
        self._reset()
        return page, count

    def _new_page(self) -> None:
        self.page, self._done_bytes = Page(self._width), 0

    def _reset(self) -> None:
        self._across = self._down = 1
        self._align = 0
        self._encoding = "cp437"
        self._spacing = _LINE_DOTS

    def _byte(self, at: int) -> int:
        if at >= len(self._buffer):
            raise _NeedMore
        return self._buffer[at]

    def _short(self, at: int) -> int:
        return self._byte(at) + 256 * self._byte(at + 1)

    def _bytes(self, at: int, count: int) -> bytes:
        if at + count > len(self._buffer):
            raise _NeedMore
        return bytes(self._buffer[at : at + count])

    def _until_nul(self, at: int) -> int:
        """Length of the command that ends with the next NUL."""
        end = self._buffer.find(0, at)
        if end < 0:
            raise _NeedMore
        return end + 1

    def _one(self) -> int:
        """Carry out the command at the front; returns its length."""
        first = self._buffer[0]
        if first == 0x1B:
            return self._esc()
        if first == 0x1D:
            return self._gs()
        if first == 0x10:
            return self._real_time()
        if first == 0x0A:
            self._line(feed=True)
        elif first >= 0x20:
            self._text.append(first)
        return 1

    def _real_time(self) -> int:
        kind = self._byte(1)
        if kind not in (0x04, 0x05, 0x14):
            return 1
        clear = kind == 0x14 and self._byte(2) == 8
        return len(self._bytes(0, 10 if clear else 5 if kind == 0x14 else 3))

    def _esc(self) -> int:
        kind = self._byte(1)
        if kind == 0x40:
            self._text.clear()
            self._reset()
            return 2
        if kind in (0x64, 0x4A):  # feed lines, feed dots
            count = self._byte(2)
            self._line(feed=False)
            self.page.feed(count * self._spacing if kind == 0x64 else count)
            return 3
        if kind == 0x2A:
            mode, width = self._byte(2), self._short(3)
            dots = 24 if mode in (32, 33) else 8
            data = self._bytes(5, width * dots // 8)
            self._strip.append(column_picture(data, width, dots, 1 if mode in (1, 33) else 2))
            return 5 + len(data)
        if kind == 0x32:
            self._spacing = _LINE_DOTS
            return 2
        if kind in (0x21, 0x33, 0x61, 0x74):
            self._set(kind, self._byte(2))
            return 3
        skip = _ESC_SKIP.get(kind, 0)
        if skip < 0:
            return self._until_nul(2)
        return 2 + len(self._bytes(2, skip))

    def _set(self, kind: int, value: int) -> None:
        if kind == 0x21:
            self._across, self._down = 1 + (value >> 5 & 1), 1 + (value >> 4 & 1)
        elif kind == 0x33:
            self._spacing = value
        elif kind == 0x61:
            self._align = {0: 0, 1: 1, 2: 2, 48: 0, 49: 1, 50: 2}.get(value, 0)
        else:
            self._encoding = _CODE_PAGES.get(value, "cp437")

    def _gs(self) -> int:
        kind = self._byte(1)
        if kind == 0x76:
            stride, rows = self._short(4), self._short(6)
            data = self._bytes(8, stride * rows)
            self._line(feed=False)
            self.page.raster(data, stride, rows, self._align)
            return 8 + len(data)
        if kind == 0x56:
            used = 4 if self._byte(2) in (65, 66, 97, 98, 103, 104) else 3
            self._bytes(0, used)
            self._line(feed=False)
            page, count = self.page, self._done_bytes + used
            self._new_page()
            self._page_done(page, count)
            return used
        if kind in (0x72, 0x49):
            what = self._byte(2)
            if kind == 0x49:
                self._answer(b"_SIM80\x00" if what >= 65 else b"\x20")
            else:
                self._answer(bytes((self._paper_sensor() if what in (1, 49) else 0,)))
            return 3
        if kind in (0x28, 0x38):
            return self._extended(kind)
        if kind == 0x61:
            self.tell_changes(self._byte(2))
            return 3
        if kind == 0x21:
            value = self._byte(2)
            self._across, self._down = 1 + (value >> 4 & 7), 1 + (value & 7)
            return 3
        if kind == 0x6B:  # a linear barcode: not drawn, but passed over at its right length
            return 4 + len(self._bytes(4, self._byte(3))) if self._byte(2) >= 65 else self._until_nul(3)
        return 2 + len(self._bytes(2, _GS_SKIP.get(kind, 0)))

    def _extended(self, kind: int) -> int:
        """GS ( X and GS 8 L: a length, a function, its data."""
        which, head = self._byte(2), 5 if kind == 0x28 else 7
        length = int.from_bytes(self._bytes(3, head - 3), "little")
        body = self._bytes(head, length)
        if which == 0x48 and len(body) == 6 and body[0] == 48:
            self._line(feed=False)
            self._answer(b"\x37\x22" + body[2:] + b"\x00")
        elif which == 0x4C and len(body) >= 2:
            self._graphic(body)
        elif which == 0x6B and len(body) >= 2:
            self._native_qr(body)
        return head + length

    def _graphic(self, body: bytes) -> None:
        if body[1] == 112 and len(body) > 10:  # store
            across, down = body[3], body[4]
            width, height = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
            dots = bytes(each ^ 0xFF for each in body[10:])
            image = Image.frombytes("1", ((width + 7) // 8 * 8, height), dots).crop((0, 0, width, height))
            self._graphics = image.resize((width * across, height * down), Image.Resampling.NEAREST)
        elif body[1] in (2, 50) and self._graphics is not None:  # print
            self.page.picture(self._graphics, self._align)
            self._graphics = None

    def _native_qr(self, body: bytes) -> None:
        if body[0] != 49:
            return
        self._qr[body[1]] = body[2:]
        if body[1] == 81 and 80 in self._qr:
            level = {48: "L", 49: "M", 50: "Q", 51: "H"}.get(self._qr.get(69, b"0")[0], "L")
            text = self._qr[80][1:].decode("utf-8", "replace")
            barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
            module: Any = zxingcpp.write_barcode_to_image(barcode, scale=self._qr.get(67, b"\x03")[0])
            self.page.picture(Image.fromarray(module).convert("1"), self._align)

    def _line(self, *, feed: bool) -> None:
        """Print the line, column pictures or text, if there is one; an empty line feeds paper."""
        if self._strip:
            height = max(each.height for each in self._strip)
            whole = Image.new("1", (sum(each.width for each in self._strip), height), 1)
            x = 0
            for each in self._strip:
                whole.paste(each, (x, 0))
                x += each.width
            self._strip.clear()
            self.page.picture(whole, self._align)
            self.page.feed(self._spacing - height)
            feed = False
        if self._text:
            text = self._text.decode(self._encoding, "replace")
            self._text.clear()
            self.page.text(text, self._across, self._down, self._align)
        elif feed:
            self.page.feed(self._spacing)
