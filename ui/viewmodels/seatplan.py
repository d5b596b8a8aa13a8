"""The plan of a coach or a block cut into pages that can be touched: pure functions over places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.domain.offers import PlaceView

WIDEST = 14  # columns, aisles included, whose seats are still 20 mm wide


@dataclass(frozen=True)
class Page:
    """Rows and columns shown together; 1-based and inclusive, as in the layout."""

    first_row: int = 1
    last_row: int = 1
    first_column: int = 1
    last_column: int = 1
    split: bool = False  # the block is wider than one page

    @property
    def columns(self) -> int:
        return self.last_column - self.first_column + 1

    def holds(self, place: PlaceView) -> bool:
        rows = self.first_row <= place.row <= self.last_row
        return rows and self.first_column <= place.column <= self.last_column

    def column_of(self, column: int) -> int:
        """0-based on this page."""
        return column - self.first_column

    def aisle(self, plan: Sequence[PlaceView]) -> int:
        """The first column of this page without a seat, 0-based; -1 if every column has one."""
        used = {place.column for place in plan}
        empty = [c for c in range(self.first_column, self.last_column + 1) if c not in used]
        return empty[0] - self.first_column if empty else -1


def pages(plan: Sequence[PlaceView], slots: int) -> list[Page]:
    """Front rows first, left part before right."""
    drawn = [place for place in plan if place.row]
    if not drawn:
        return [Page()]
    last_row = max(place.row for place in drawn)
    last_column = max(place.column for place in drawn)
    parts = -(-last_column // WIDEST)
    width = -(-last_column // parts)
    bands = -(-last_row // slots)
    height = -(-last_row // bands)  # pages of equal height, so that seats keep their size
    return [
        Page(row, min(row + height - 1, last_row), column, min(column + width - 1, last_column), parts > 1)
        for row in range(1, last_row + 1, height)
        for column in range(1, last_column + 1, width)
    ]


def letter_of(place: PlaceView) -> str:
    """What stands on the seat: its number without the number of its row."""
    row, _, seat = _parts(place.number)
    return seat if row else place.number


def row_label(plan: Sequence[PlaceView], row: int) -> str:
    """The row as the seats of it are numbered ("8" for 8A), else its ordinal."""
    for place in plan:
        if place.row == row:
            return _parts(place.number)[0] or str(row)
    return str(row)


def _parts(number: str) -> tuple[str, str, str]:
    """(row, separator, seat) of "8F", "A12" or "C-3"; the row is "" where a number has one part only."""
    match = re.fullmatch(r"(\d+)([-. ]?)([^\W\d]+)|([^\W\d]+)([-. ]?)(\d+)|(\d+)([-. ])(\d+)", number)
    row, separator, seat = [part for part in match.groups() if part is not None] if match else ("", "", number)
    return row, separator, seat


def heads(plan: Sequence[PlaceView], page: Page) -> list[str]:
    """For each column the feature most of its seats share: window, middle, aisle; "" for none."""
    words = []
    for column in range(page.first_column, page.last_column + 1):
        seats = [place for place in plan if place.column == column]
        counts = {word: sum(word in place.features for place in seats) for word in ("window", "aisle", "middle")}
        best = max(counts, key=lambda word: counts[word])
        words.append(best if counts[best] * 2 > len(seats) else "")
    return words if any(words) else [""] * page.columns


def small_picture(plan: Sequence[PlaceView], chosen: set[int], height: int = 5) -> Page | None:
    """The rows around the chosen places, and of a wide block the part with the first of them."""
    mine = [place for place in plan if place.index in chosen and place.row]
    if not mine:
        return None
    last_row, last_column = max(place.row for place in plan), max(place.column for place in plan)
    middle = (min(place.row for place in mine) + max(place.row for place in mine)) // 2
    first = max(1, min(middle - height // 2, last_row - height + 1))
    parts = [page for page in pages(plan, last_row) if page.holds(mine[0])]
    left, right = (parts[0].first_column, parts[0].last_column) if parts else (1, last_column)
    return Page(first, min(first + height - 1, last_row), left, right, len(parts) > 0 and parts[0].split)
