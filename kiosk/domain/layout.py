"""Layouts: which places a journey has, how they are numbered, grouped and drawn.

A place is a seat or a unit of a counted pool (standing). Every place of a layout has an index
0 .. len(places)-1; bit `index` of an occupancy integer is that place, over all classes and coaches.
"""

from __future__ import annotations

from functools import cached_property

import msgspec


class Place(msgspec.Struct, frozen=True, array_like=True):
    """One seat, or one unit of a counted pool (then row and column are 0 and number is the unit)."""

    coach: int  # ordinal in `Layout.coaches`, 0-based
    number: str  # as printed: "8F"; unique within its coach
    row: int = 0  # grid row in the plan, 1-based; 0 = not drawn
    column: int = 0  # grid column in the plan, 1-based, aisles leave a gap
    features: tuple[str, ...] = ()  # window, aisle, middle, wheelchair, table ...


class Coach(msgspec.Struct, frozen=True):
    """A coach, or a block of a hall. All its places are of one class."""

    number: str  # as printed: "6", "Stalls"
    place_class: str  # id of a PlaceClass
    counted: bool = False  # True: a counted pool, no plan to draw, units are interchangeable
    names: dict[str, str] = {}
    entrance: int = 0  # of a block of a hall: the group of gates that lets its people in; 0 = every gate

    @property
    def printed(self) -> dict[str, str]:
        """What people look for: a coach's number stands outside on the train, its names only tell more of it."""
        return {"": self.number} if self.number[:1].isdigit() else {"": self.number, **self.names}


class PlaceClass(msgspec.Struct, frozen=True):
    """Business, first, second, standing ... What a fare product gives right to."""

    id: str
    name: str
    names: dict[str, str] = {}
    fares: tuple[str, ...] = ()  # glob patterns of fare product ids sold for this class; () = any


class Layout(msgspec.Struct, frozen=True, dict=True):
    """All places of a train, or of a hall."""

    id: str
    classes: tuple[PlaceClass, ...]
    coaches: tuple[Coach, ...]
    places: tuple[Place, ...]
    direction: str = "up"  # where the front is in the plan; "stage" for halls

    @cached_property
    def class_masks(self) -> dict[str, int]:
        """Class id -> integer with the bits of its places."""
        masks = {place_class.id: 0 for place_class in self.classes}
        for index, place in enumerate(self.places):
            masks[self.coaches[place.coach].place_class] |= 1 << index
        return masks

    @cached_property
    def full_mask(self) -> int:
        """All places."""
        return (1 << len(self.places)) - 1

    def place_class_of(self, index: int) -> str:
        """Class id of the place with this index."""
        return self.coaches[self.places[index].coach].place_class

    @cached_property
    def _in_coach(self) -> list[list[int]]:
        """Indices of the places of each coach, in order."""
        found: list[list[int]] = [[] for _ in self.coaches]
        for index, place in enumerate(self.places):
            found[place.coach].append(index)
        return found

    def ticket_place(self, index: int) -> tuple[int, int]:
        """(coach, seat) as in the ticket's bytes: 1..63 and 1..1023, both ordinals."""
        coach = self.places[index].coach
        return coach + 1, index - self._in_coach[coach][0] + 1

    def index_of(self, coach: int, seat: int) -> int:
        """Inverse of `ticket_place`; -1 if there is no such place."""
        found = self._in_coach[coach - 1] if 0 < coach <= len(self.coaches) else []
        return found[seat - 1] if 0 < seat <= len(found) else -1
