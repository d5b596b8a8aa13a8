"""One line of the simulated printer before it is printed: characters and column pictures in their places."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH, CELL_HEIGHT = 12, 24  # dots of a character of font A
_GAP = 6  # below characters


class Line:
    """Positions in dots from the left margin; `room` is what the printing area has."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.margin = 0
        self.x = 0
        self._runs: list[tuple[int, Image.Image]] = []

    @property
    def empty(self) -> bool:
        return not self._runs

    def clear(self) -> None:
        self.x = 0
        self._runs.clear()

    def fits(self, across: int) -> bool:
        """Is there room for one more character?"""
        return self.x + CELL_WIDTH * across <= self.room

    def character(self, character: str, across: int, down: int, *, bold: bool) -> None:
        wide = CELL_WIDTH * across
        if character != " ":
            image = Image.new("1", (wide, (CELL_HEIGHT + _GAP) * down), 1)
            font = ImageFont.load_default(CELL_HEIGHT * down * 0.8)
            draw = ImageDraw.Draw(image)
            left = max(0.0, (wide - draw.textlength(character, font=font)) / 2)
            draw.text((left, 0), character, font=font, fill=0, stroke_width=1 if bold else 0)
            self._runs.append((self.x, image))
        self.x += wide

    def picture(self, image: Image.Image) -> None:
        self._runs.append((self.x, image))
        self.x += image.width

    def printed(self, width: int, align: int) -> Image.Image:
        """The line as the head prints it on paper so wide; everything stands on one ground line."""
        height = max(image.height for _, image in self._runs)
        used = max(x + image.width for x, image in self._runs)
        shift = self.margin + max(0, self.room - used) * align // 2
        strip = Image.new("1", (width, height), 1)
        for x, image in self._runs:
            strip.paste(0, (shift + x, height - image.height), Image.eval(image.convert("L"), lambda dot: 255 - dot))
        self.clear()
        return strip
