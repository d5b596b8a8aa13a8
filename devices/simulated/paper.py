"""The paper of the simulated printer: rows of dots, as the head leaves them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image


class Page:
    """What came out since the last cut. Heights in dots."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._parts: list[Image.Image] = []
        self.height = 0

    @property
    def empty(self) -> bool:
        """Nothing was printed; feeding paper alone is not a page."""
        return not any(part.getextrema() != (255, 255) for part in self._parts)

    def raster(self, data: bytes, stride: int, rows: int, align: int) -> None:
        """Rows of packed bits, 1 = black; what is wider than the paper is lost."""
        if rows and stride:
            self.picture(Image.frombytes("1", (stride * 8, rows), bytes(each ^ 0xFF for each in data)), align)

    def picture(self, image: Image.Image, align: int) -> None:
        strip = self._strip(image.height)
        strip.paste(image, (max(0, self.width - image.width) * align // 2, 0))

    def feed(self, dots: int) -> None:
        if dots > 0:
            self._strip(dots)

    def save(self, path: Path) -> None:
        whole = Image.new("1", (self.width, max(1, self.height)), 1)
        y = 0
        for part in self._parts:
            whole.paste(part, (0, y))
            y += part.height
        whole.save(path)

    def _strip(self, height: int) -> Image.Image:
        strip = Image.new("1", (self.width, height), 1)
        self._parts.append(strip)
        self.height += height
        return strip


def column_picture(data: bytes, width: int, dots: int, across: int) -> Image.Image:
    """ESC *: columns of 8 or 24 dots, most significant bit on top."""
    import numpy as np  # few jobs need it, and a printer should be on at once

    deep = dots // 8
    bits = np.unpackbits(np.frombuffer(data, np.uint8).reshape(width, deep), axis=1).T
    image = Image.fromarray(np.where(bits, 0, 255).astype(np.uint8)).convert("1")
    if dots == 8:  # 60 dpi down: each dot is three dots of the head
        image = image.resize((width, 24), Image.Resampling.NEAREST)
    return image.resize((width * across, image.height), Image.Resampling.NEAREST)
