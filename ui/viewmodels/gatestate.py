"""What is open on the gate's screen: the sheet, what is typed on it, what was found, and how the screen is held."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.gate.onward import Stop
from kiosk.services.gate_lookup import Hit

TYPED_MAX = 32


@dataclass(frozen=True)
class FoundHit:
    """A ticket that was looked up. `product` is in words."""

    hit: Hit
    product: str


@dataclass(frozen=True)
class HandState:
    """`purpose`: what number and PIN are asked for: override, lookup, hit (let in who was looked up), fare."""

    sheet: str = (
        ""  # "" = none; last, detail, counts, lookup, hits, hit, stops, more, answer, band, number, pin, reasons
    )
    page: int = 0
    picked: int = 0
    typed: str = ""
    sought: str = ""  # what the hits were found by
    hits: tuple[FoundHit, ...] = ()
    stops: tuple[Stop, ...] = ()  # where the holder may ride on to
    alight: str = ""  # the one that was chosen
    note: str = ""
    purpose: str = ""
    number: str = ""  # of the person who signs on
    by: str = ""
    role: str = ""
    persons: int = 0  # of a group, how many enter now
    lefty: bool = False
    sun: bool = False
    torch: bool = False
    dark: bool = False  # this camera has no light
    out: bool = False  # who shows a ticket leaves
    bare: bool = False  # for passengers: no keys but those they need themselves
    badges: bool = False  # badges are printed here

    @property
    def hit(self) -> FoundHit | None:
        """The one that is open."""
        return self.hits[self.picked] if self.picked < len(self.hits) else None
