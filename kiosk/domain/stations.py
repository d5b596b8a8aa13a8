"""Finding stop places by what people type: a name, the start of any word, initials, pinyin, a code, characters."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable

from kiosk.domain.network import StopPlace
from kiosk.domain.offers import StationHit

# Best kind of match first.
_RANKS = ("code", "name", "pinyin", "initials", "word", "inside", "similar")
_WORDS = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """Lower case, accents dropped, punctuation as spaces: "Tai'an" -> "tai an", "Zürich HB" -> "zurich hb"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(kept))


def initials(text: str) -> str:
    """First letters of the words of a Latin name: "Beijing South" -> "bs"; "" for one word or other scripts."""
    words = plain(text).split()
    return "".join(word[0] for word in words) if len(words) > 1 and plain(text).isascii() else ""


class StationIndex:
    """A sorted list of spellings; a search is a few bisections. Build once for each catalogue."""

    def __init__(self, stop_places: Iterable[StopPlace]) -> None:
        self._entries: list[tuple[str, int, str, StopPlace]] = []  # spelling, rank, shown, stop place
        self._places = tuple(stop_places)
        for place in self._places:
            self._add(place)
        self._entries.sort(key=lambda entry: (entry[0], entry[1], entry[3].name, entry[3].id))
        self._keys = [entry[0] for entry in self._entries]

    def _add(self, place: StopPlace) -> None:
        seen: set[str] = set()

        def note(kind: str, spelling: str, shown: str) -> None:
            if spelling and spelling not in seen:
                seen.add(spelling)
                self._entries.append((spelling, _RANKS.index(kind), shown, place))

        note("code", plain(place.code), place.code)
        for name in (place.name, *place.names.values()):
            whole = plain(name)
            note("name", whole, name)
            note("name", whole.replace(" ", ""), name)
            words = whole.split()
            for number in range(1, len(words)):
                note("word", " ".join(words[number:]), name)
            note("initials", initials(name), initials(name))
        for spelling in place.spellings:
            kind = "initials" if len(spelling) <= 4 else "pinyin"
            note(kind, plain(spelling).replace(" ", ""), spelling)

    def find(self, text: str, limit: int = 8) -> list[StationHit]:
        """Best matches first; [] when nothing is written like this, not even nearly."""
        typed = plain(text)
        if not typed:
            return []
        found = {**self._starting(typed.replace(" ", "")), **self._starting(typed)}
        if not found and any(ord(c) > 0x2E80 for c in typed):
            found = self._containing(typed)
        hits = sorted(found.values(), key=lambda hit: (hit[0], len(hit[1].stop_place.name), hit[1].stop_place.name))
        return [hit for _, hit in hits[:limit]]

    def _starting(self, typed: str) -> dict[str, tuple[tuple[int, int], StationHit]]:
        best: dict[str, tuple[tuple[int, int], StationHit]] = {}
        position = bisect_left(self._keys, typed)
        while position < len(self._keys) and self._keys[position].startswith(typed):
            spelling, rank, shown, place = self._entries[position]
            score = (rank, len(spelling) - len(typed))
            if place.id not in best or score < best[place.id][0]:
                best[place.id] = score, StationHit(place, _kind(rank), shown, len(typed))
            position += 1
        return best

    def _containing(self, typed: str) -> dict[str, tuple[tuple[int, int], StationHit]]:
        """Scripts without spaces: characters anywhere in the name."""
        rank = _RANKS.index("inside")
        return {
            place.id: ((rank, len(key)), StationHit(place, "name", shown, len(typed)))
            for key, _, shown, place in self._entries
            if typed in key
        }


def _kind(rank: int) -> str:
    kind = _RANKS[rank]
    return "name" if kind in ("word", "inside") else kind
