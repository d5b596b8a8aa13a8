"""An interpreter of ESC/POS for the simulated printer: its own reading of the command set, of any encoder's output.

Draws rasters (GS v 0, GS ( L, GS 8 L), column pictures (ESC *), native QR codes (GS ( k) and text; cuts; answers GS r,
GS I and GS ( H in turn. Real-time commands are the printer's own affair; here they are passed over.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from devices.simulated.incoming import Incoming, NeedMore
from devices.simulated.line import CELL_WIDTH, Line
from devices.simulated.paper import Page, column_picture
from devices.simulated.symbols import QrStore, linear

# Commands that change nothing we draw: number of parameter bytes; -1 = up to a NUL.
_ESC_SKIP = {
    0x20: 1, 0x25: 1, 0x2D: 1, 0x34: 0, 0x35: 0, 0x3D: 1, 0x44: -1, 0x4C: 0, 0x4D: 1, 0x52: 1, 0x53: 0, 0x54: 1,
    0x55: 1, 0x56: 1, 0x63: 2, 0x70: 3, 0x72: 1, 0x7B: 1,
}  # fmt: skip
_GS_SKIP = {0x42: 1, 0x45: 1, 0x48: 1, 0x50: 2, 0x62: 1, 0x66: 1}
_FS_SKIP = {0x21: 1, 0x26: 0, 0x2D: 1, 0x2E: 0, 0x43: 1, 0x53: 2, 0x57: 1, 0x70: 2}
_CODE_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852"}
_LINE_DOTS = 30


class Interpreter(Incoming):
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
        super().__init__()
        self._done_bytes = 0  # of this page, interpreted
        self._text = bytearray()
        self._graphics: Image.Image | None = None
        self._qr = QrStore()
        self._on_line = Line(width)
        self.tell_changes: Callable[[int], None] = lambda mask: None  # GS a
        self.pulse: Callable[[int], None] = lambda pin: None  # ESC p: the cash drawer
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
            except NeedMore:
                return
            question = self._buffer.startswith((b"\x10", b"\x1dr", b"\x1dI", b"\x1d(H", b"\x1da", b"\x1bp"))
            if self._buffer.startswith(b"\x1bp"):
                self.pulse(self._buffer[2])
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
        self._on_line.clear()
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
        self._bold = False
        self._module, self._bar_height = 3, 162
        self._on_line.margin, self._on_line.room = 0, self._width

    def _one(self) -> int:
        """Carry out the command at the front; returns its length."""
        first = self._buffer[0]
        if first >= 0x20:
            self._text.append(first)
            return 1
        if first == 0x10:
            return self._real_time()
        self._place_text()
        if first == 0x1B:
            return self._esc()
        if first == 0x1D:
            return self._gs()
        if first == 0x1C:
            return self._fs()
        if first == 0x0A:
            self._line(feed=True)
        elif first == 0x09:  # to the next eighth column
            self._on_line.x = (self._on_line.x // (8 * CELL_WIDTH) + 1) * 8 * CELL_WIDTH
        return 1

    def _place_text(self) -> None:
        """Characters so far, in the size they have; what does not fit goes on the next line, as on the real thing."""
        for character in self._text.decode(self._encoding, "replace"):
            if not self._on_line.fits(self._across):
                self._line(feed=True)
            self._on_line.character(character, self._across, self._down, bold=self._bold)
        self._text.clear()

    def _real_time(self) -> int:
        kind = self._byte(1)
        if kind not in (0x04, 0x05, 0x14):
            return 1
        clear = kind == 0x14 and self._byte(2) == 8
        return len(self._bytes(0, 10 if clear else 5 if kind == 0x14 else 3))

    def _esc(self) -> int:
        kind = self._byte(1)
        if kind == 0x40:
            self._on_line.clear()
            self._reset()
            return 2
        if kind == 0x28:
            return self._extended(kind)
        if kind in (0x24, 0x5C):  # from the margin, from here
            at = self._short(2)
            if kind == 0x5C:
                at = self._on_line.x + at - (at > 0x7FFF) * 0x10000
            self._on_line.x = max(0, at)
            return 4
        if kind in (0x64, 0x4A):  # feed lines, feed dots
            count = self._byte(2)
            self._line(feed=False)
            self.page.feed(count * self._spacing if kind == 0x64 else count)
            return 3
        if kind == 0x2A:
            mode, width = self._byte(2), self._short(3)
            dots = 24 if mode in (32, 33) else 8
            data = self._bytes(5, width * dots // 8)
            self._on_line.picture(column_picture(data, width, dots, 1 if mode in (1, 33) else 2))
            return 5 + len(data)
        if kind == 0x32:
            self._spacing = _LINE_DOTS
            return 2
        if kind in (0x21, 0x33, 0x45, 0x47, 0x61, 0x74):
            self._set(kind, self._byte(2))
            return 3
        skip = _ESC_SKIP.get(kind, 0)
        if skip < 0:
            return self._until_nul(2)
        return 2 + len(self._bytes(2, skip))

    def _set(self, kind: int, value: int) -> None:
        if kind == 0x21:
            self._across, self._down = 1 + (value >> 5 & 1), 1 + (value >> 4 & 1)
            self._bold = bool(value & 8)
        elif kind in (0x45, 0x47):
            self._bold = bool(value & 1)
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
        if kind in (0x21, 0x61, 0x68, 0x77):
            self._gs_set(kind, self._byte(2))
            return 3
        if kind in (0x4C, 0x57):  # left margin, width of the area
            value = self._short(2)
            self._on_line.margin = value if kind == 0x4C else self._on_line.margin
            self._on_line.room = min(self._width - self._on_line.margin, value if kind == 0x57 else self._width)
            return 4
        if kind == 0x6B:
            return self._barcode()
        return 2 + len(self._bytes(2, _GS_SKIP.get(kind, 0)))

    def _gs_set(self, kind: int, value: int) -> None:
        if kind == 0x61:
            self.tell_changes(value)
        elif kind == 0x21:
            self._across, self._down = 1 + (value >> 4 & 7), 1 + (value & 7)
        elif kind == 0x68:
            self._bar_height = max(1, value)
        else:
            self._module = min(6, max(2, value))

    def _fs(self) -> int:
        kind = self._byte(1)
        return self._extended(0x28) if kind == 0x28 else 2 + len(self._bytes(2, _FS_SKIP.get(kind, 0)))

    def _barcode(self) -> int:
        kind = self._byte(2)
        used = 4 + len(self._bytes(4, self._byte(3))) if kind >= 65 else self._until_nul(3)
        data = self._bytes(4, used - 4) if kind >= 65 else self._bytes(3, used - 4)
        self._line(feed=False)
        if (image := linear(kind, data, self._module, self._bar_height)) is not None:
            self.page.picture(image, self._align)
        return used

    def _extended(self, kind: int) -> int:
        """GS ( X and GS 8 L: a length, a function, its data; ESC ( X and FS ( X are passed over like it."""
        which, head = self._byte(2), 5 if kind == 0x28 else 7
        length = int.from_bytes(self._bytes(3, head - 3), "little")
        body = self._bytes(head, length)
        if self._buffer[0] != 0x1D:
            return head + length
        if which == 0x48 and len(body) == 6 and body[0] == 48:
            self._line(feed=False)
            self._answer(b"\x37\x22" + body[2:] + b"\x00")
        elif which == 0x4C and len(body) >= 2:
            self._graphic(body)
        elif which == 0x6B and len(body) >= 2 and (image := self._qr.say(body)) is not None:
            self.page.picture(image, self._align)
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

    def _line(self, *, feed: bool) -> None:
        """Print the line if there is one; an empty line feeds paper."""
        self._place_text()
        if not self._on_line.empty:
            strip = self._on_line.printed(self._width, self._align)
            self.page.picture(strip, 0)
            if feed:
                self.page.feed(self._spacing - strip.height)
        elif feed:
            self._on_line.clear()
            self.page.feed(self._spacing)
