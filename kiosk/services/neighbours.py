"""What a gate's screen may know of the other gates of its network: who is there, their counts, and their age."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.store.gate_counts import Figure


@dataclass(frozen=True)
class Neighbour:
    """Another gate."""

    name: str
    linked: bool  # a line to it stands now
    admitted: int  # people, there, in the time that was asked for
    age_s: float | None  # how old its figures may be; None = never heard of it from anyone
    products: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Neighbours:
    """All of them. `on` False: this gate stands alone, by configuration."""

    on: bool = False
    others: tuple[Neighbour, ...] = ()
    contested: int = 0  # admissions known here that were not their ticket's first, in the time that was asked for
    fault: str = ""  # why the network does not work, "" = it does

    @property
    def oldest_s(self) -> float | None:
        """Age of the oldest figure; None = there is no other gate, or one that nobody heard of."""
        ages = [each.age_s for each in self.others]
        known = [age for age in ages if age is not None]
        return max(known) if known and len(known) == len(ages) else None


def alone(since: int = 0) -> Neighbours:
    """Of a gate without a network."""
    return Neighbours()
