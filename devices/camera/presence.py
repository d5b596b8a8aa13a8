"""From codes seen frame by frame to scans: one for each time a code is held up, none while it is held still.

A code is gone after `away_s` without it; back after that it is a new scan. A frame it is missed in for a moment (a
shake, a reflection) is none. Several codes at once are ambiguous unless exactly one of them is ours: a ticket beside
the code of a poster is a ticket; two tickets side by side are for their holder to sort out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kiosk.ports import Code


@dataclass(frozen=True)
class Look:
    """What one frame changed: a new `scan`, or None; `ambiguous` texts that are before the camera together; `empty`."""

    scan: Code | None = None
    ambiguous: tuple[str, ...] = ()
    empty: bool = False


@dataclass
class Presence:
    """Feed every frame's codes with its time (monotonic s). `ours` tells the codes that can be tickets."""

    ours: Callable[[str], bool]
    away_s: float = 1.5
    _seen: dict[str, float] = field(default_factory=dict)  # text: when last in the picture
    _told: set[str] = field(default_factory=set)  # scans given out, as long as their codes stay

    def look(self, codes: Iterable[Code], at: float) -> Look:
        """One frame."""
        shown = {code.text: code for code in codes}
        self._seen = {text: last for text, last in self._seen.items() if at - last <= self.away_s}
        self._told &= self._seen.keys()
        self._seen |= dict.fromkeys(shown, at)
        if not self._seen:
            return Look(empty=True)
        about = [text for text in self._seen if self.ours(text)] or list(self._seen)
        if len(about) > 1:
            # One already judged and still held must not be judged again by the other's going.
            waiting = [text for text in about if text not in self._told]
            return Look(ambiguous=tuple(sorted(about)) if waiting else ())
        [text] = about
        if text in self._told or text not in shown:
            return Look()
        self._told.add(text)
        return Look(scan=shown[text])
