"""How the places of a layout lie to one another, worked out once for each layout and kept with it."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.domain.layout import Layout


def lowest(mask: int) -> int:
    """Index of the lowest set bit (mask must not be 0)."""
    return (mask & -mask).bit_length() - 1


def bits(mask: int) -> Iterator[int]:
    """Indices of the set bits, ascending."""
    while mask:
        bit = mask & -mask
        yield bit.bit_length() - 1
        mask ^= bit


class Seating:
    """Neighbourhood of places as integers over place indices.

    joined    bit i: places i and i+1 are side by side without an aisle
    in_row    bit i: places i and i+1 are next in the same row, an aisle may lie between
    counted   units of counted pools
    features  feature -> the places that have it
    coaches   places of each coach
    rows      for each coach its rows from the front, as masks
    """

    def __init__(self, layout: Layout) -> None:
        self.places = layout.places
        self.joined = 0
        self.in_row = 0
        self.counted = 0
        self.features: dict[str, int] = {}
        self.coaches = [0] * len(layout.coaches)
        rows: list[dict[int, int]] = [{} for _ in layout.coaches]
        for index, place in enumerate(layout.places):
            bit = 1 << index
            self.coaches[place.coach] |= bit
            rows[place.coach][place.row] = rows[place.coach].get(place.row, 0) | bit
            if layout.coaches[place.coach].counted:
                self.counted |= bit
            for feature in place.features:
                self.features[feature] = self.features.get(feature, 0) | bit
        for index, (here, there) in enumerate(zip(layout.places, layout.places[1:], strict=False)):
            if here.coach == there.coach and here.row == there.row > 0 and here.column < there.column:
                self.in_row |= 1 << index
                self.joined |= (there.column == here.column + 1) << index
        self.rows = [[mask for _, mask in sorted(found.items())] for found in rows]

    def row_of(self, index: int) -> int:
        """All places in the row of this one; a place that is not drawn has a row of its own."""
        place = self.places[index]
        if place.row == 0:
            return 1 << index
        return next(mask for mask in self.rows[place.coach] if mask >> index & 1)

    def longest_block(self, row: int) -> int:
        """Most seats of this row that lie side by side without an aisle."""
        longest = length = 1
        for index in bits(row):
            length = length + 1 if index and row >> (index - 1) & self.joined >> (index - 1) & 1 else 1
            longest = max(longest, length)
        return longest

    def distance(self, index: int, other: int) -> tuple[int, int, int]:
        """How far two places are apart: coaches, rows and columns, index."""
        here, there = self.places[index], self.places[other]
        apart = 2 * abs(here.row - there.row) + abs(here.column - there.column)
        return abs(here.coach - there.coach), apart, other

    def rows_together(self, seats: int, size: int) -> tuple[int, ...]:
        """`size` of the seats within the fewest consecutive rows of one coach; () if no coach has as many.

        Equal heights: the frontmost. Within these rows the narrowest block of columns is taken.
        """
        best: tuple[int, int, int] | None = None  # rows, first row's position, mask
        for coach, rows in zip(self.coaches, self.rows, strict=True):
            if (seats & coach).bit_count() < size:
                continue
            counts = [(seats & row).bit_count() for row in rows]
            total = first = 0
            for last, count in enumerate(counts):
                total += count
                while total - counts[first] >= size:
                    total -= counts[first]
                    first += 1
                if total >= size and (best is None or last - first + 1 < best[0]):
                    best = (last - first + 1, first, seats & sum(rows[first : last + 1]))
        return () if best is None else self._narrowest(best[2], size)

    def _narrowest(self, seats: int, size: int) -> tuple[int, ...]:
        """`size` of the seats in as few neighbouring columns as possible, front rows first."""
        columns: dict[int, int] = {}
        for index in bits(seats):
            column = self.places[index].column
            columns[column] = columns.get(column, 0) | 1 << index
        order = sorted(columns)
        best: tuple[int, int, int] | None = None  # columns apart, first column, mask
        for start, column in enumerate(order):
            mask = 0
            for end in order[start:]:
                mask |= columns[end]
                if mask.bit_count() >= size:
                    best = min(best or (end - column, column, mask), (end - column, column, mask))
                    break
        return tuple(bits(best[2] if best else seats))[:size]

    def fewest_coaches(self, seats: int, size: int) -> tuple[int, ...]:
        """`size` of the seats in as few coaches as possible; nobody travels alone where that can be helped."""
        free = sorted(((-(seats & coach).bit_count(), at) for at, coach in enumerate(self.coaches)))
        shares: list[list[int]] = []  # coach, travellers
        left = size
        for negative, at in free:
            if left and negative:
                shares.append([at, min(left, -negative)])
                left -= shares[-1][1]
        if len(shares) > 1 and shares[-1][1] == 1 and -free[len(shares) - 1][0] > 1 and shares[-2][1] > 2:
            shares[-2][1] -= 1
            shares[-1][1] += 1
        chosen: list[int] = []
        for at, travellers in shares:
            chosen += self.rows_together(seats & self.coaches[at], travellers)
        return tuple(sorted(chosen)) if left == 0 else ()


def seating_of(layout: Layout) -> Seating:
    """The seating of a layout; made on first use and kept with that very value."""
    kept = layout.__dict__.get("seating")
    if isinstance(kept, Seating):
        return kept
    made = Seating(layout)
    layout.__dict__["seating"] = made
    return made
