"""A small train for tests of seat choice: A B C | D F, with a wheelchair place and a standing area."""

from __future__ import annotations

from kiosk.domain.layout import Coach, Layout, Place, PlaceClass

COLUMNS = {
    "A": (1, ("window",)),
    "B": (2, ("middle",)),
    "C": (3, ("aisle",)),
    "D": (5, ("aisle",)),
    "F": (6, ("window",)),
}


def train(coaches: int = 2, rows: int = 3, standing: int = 0, wheelchair: str = "") -> Layout:
    """Second-class coaches of A B C | D F, and a coach of standing units."""
    made = [Coach(str(n + 1), "second") for n in range(coaches)]
    places = [
        Place(c, f"{row}{letter}", row, column, ("wheelchair",) if f"{row}{letter}" == wheelchair else features)
        for c in range(coaches)
        for row in range(1, rows + 1)
        for letter, (column, features) in COLUMNS.items()
    ]
    if standing:
        made.append(Coach("S", "standing", counted=True))
        places += [Place(coaches, str(unit + 1)) for unit in range(standing)]
    classes = (PlaceClass("second", "Second"), PlaceClass("standing", "Standing"))
    return Layout("train", classes, tuple(made), tuple(places))


LAYOUT = train(standing=4, wheelchair="3F")
PLACES = len(LAYOUT.places)
COACH = 15  # places of one coach


def numbers(places: tuple[int, ...], layout: Layout = LAYOUT) -> list[str]:
    return [f"{layout.places[i].coach + 1}-{layout.places[i].number}" for i in places]


def full(segments: int = 4, layout: Layout = LAYOUT) -> list[int]:
    return [layout.full_mask] * segments
