"""Finding stop places by what people type: a name, the start of any word, initials, pinyin, a code, characters."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from kiosk.domain.network import StopPlace
from kiosk.domain.offers import StationHit

# Best kind of match first; "exact" is a whole code, "whole" whole initials, "inside" a part of a name in a script
# without spaces.
_RANKS = ("exact", "name", "whole", "pinyin", "initials", "word", "code", "inside", "similar")
_IF_WHOLE = {"code": "exact", "pinyin": "name", "initials": "whole"}  # typed to its end, it counts more
_SHOWN_AS = {"word": "name", "inside": "name"}
_WORDS = re.compile(r"[^\W_]+")
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SIMILAR_FROM = 4  # characters; anything shorter resembles too much
# Thai and what comes after it: scripts whose names have no spaces between words, and Hangul, which `plain` takes
# apart into its letters.
_FIRST_UNSPACED = 0x0E00


def plain(text: str) -> str:
    """Lower case, accents dropped, punctuation as spaces: "Tai'an" -> "tai an", "Zürich HB" -> "zurich hb"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_FOLDED)
    return " ".join(_WORDS.findall(kept))


def initials(text: str) -> str:
    """First letters of the words of a Latin name: "Beijing South" -> "bs"; "" for one word or other scripts."""
    words = plain(text).split()
    return "".join(word[0] for word in words) if len(words) > 1 and plain(text).isascii() else ""


class StationIndex:
    """A sorted list of spellings; a search is a few bisections. Build once for each catalogue."""

    def __init__(self, stop_places: Iterable[StopPlace]) -> None:
        self._entries: list[tuple[str, int, str, StopPlace]] = []  # spelling, rank, shown, stop place
        for place in stop_places:
            self._entries += _entries(place)
        self._entries.sort(key=lambda entry: (entry[0], entry[1], entry[3].name, entry[3].id))
        self._keys = [entry[0] for entry in self._entries]

    def find(self, text: str, limit: int = 8) -> list[StationHit]:
        """Best matches first; [] when nothing is written like this, not even nearly (matched "similar")."""
        typed = plain(text)
        if not typed:
            return []
        together = typed.replace(" ", "")
        found = self._starting(typed)
        if together != typed:
            found = _better(found, self._starting(together))
        if not found:
            unspaced = any(ord(c) >= _FIRST_UNSPACED for c in together)
            found = self._containing(together) if unspaced else self._resembling(together)
        return [hit for _, hit in sorted(found.values(), key=_order)[:limit]]

    def _starting(self, typed: str) -> _Found:
        best: _Found = {}
        position = bisect_left(self._keys, typed)
        while position < len(self._keys) and self._keys[position].startswith(typed):
            spelling, rank, shown, place = self._entries[position]
            position += 1
            kind = _RANKS[rank]
            counts_as = _IF_WHOLE.get(kind, kind) if spelling == typed else kind
            score = (_RANKS.index(counts_as), len(spelling) - len(typed))
            if place.id not in best or score < best[place.id][0]:
                best[place.id] = score, StationHit(place, _SHOWN_AS.get(kind, kind), shown, _length(shown, typed))
        return best

    def _containing(self, typed: str) -> _Found:
        """Scripts without spaces: characters anywhere in the name."""
        rank = _RANKS.index("inside")
        return {
            place.id: ((rank, len(key)), StationHit(place, _SHOWN_AS["inside"], shown, 0))
            for key, _, shown, place in self._entries
            if typed in key
        }

    def _resembling(self, typed: str) -> _Found:
        """Names that begin with the typed text but for one letter wrong, missing, too many, or two swapped."""
        found: _Found = {}
        if len(typed) < _SIMILAR_FROM or not typed.isascii():
            return found
        rank = _RANKS.index("similar")
        for variant in _variants(typed):
            for place_id, ((kind, rest), hit) in self._starting(variant).items():
                score = (rank, kind * 100 + rest)
                if _RANKS[kind] in ("name", "pinyin", "word") and (place_id not in found or score < found[place_id][0]):
                    found[place_id] = score, StationHit(hit.stop_place, "similar", hit.spelling, 0)
        return found


_Found = dict[str, tuple[tuple[int, int], StationHit]]  # by stop place id; the lowest score is best


def _order(found: tuple[tuple[int, int], StationHit]) -> tuple[tuple[int, int], int, str, str]:
    score, hit = found
    return score, len(hit.stop_place.name), hit.stop_place.name, hit.stop_place.id


def _better(first: _Found, second: _Found) -> _Found:
    return first | {key: each for key, each in second.items() if key not in first or each[0] < first[key][0]}


def _entries(place: StopPlace) -> list[tuple[str, int, str, StopPlace]]:
    """All spellings of a stop place, the best kind where two are written alike."""
    found: dict[str, tuple[int, str]] = {}

    def note(kind: str, spelling: str, shown: str) -> None:
        rank = _RANKS.index(kind)
        if spelling and (spelling not in found or rank < found[spelling][0]):
            found[spelling] = rank, shown

    names = {place.name: "name"}
    for language, name in place.names.items():
        names.setdefault(name, "pinyin" if "Latn" in language.split("-") else "name")
    for name, kind in names.items():
        for whole in dict.fromkeys((plain(name), plain(_spelt_out(name)))):
            note(kind, whole, name)
            note(kind, whole.replace(" ", ""), name)
            words = whole.split()
            for number in range(1, len(words)):
                note("word", " ".join(words[number:]), _from_word(name, number, len(words)))
        note("initials", initials(name), initials(name))
    for spelling in place.spellings:
        short = any(_abbreviates(spelling, other) for other in place.spellings)
        note("initials" if short else "pinyin", plain(spelling).replace(" ", ""), spelling)
    note("code", plain(place.code).replace(" ", ""), place.code)
    return [(spelling, rank, shown, place) for spelling, (rank, shown) in found.items()]


def _spelt_out(name: str) -> str:
    """As people write it on a keyboard without umlauts: "Zürich" -> "zuerich"."""
    return unicodedata.normalize("NFC", name).lower().translate(_SPELT_OUT)


def _abbreviates(short: str, spelling: str) -> bool:
    """ "bjn" of "beijingnan": at most half as long, the same beginning, its letters in this order."""
    if len(short) * 2 > len(spelling) or not spelling.startswith(short[:1]):
        return False
    letters = iter(spelling)
    return all(letter in letters for letter in short)


def _from_word(name: str, number: int, count: int) -> str:
    """ "Beijing South" from word 1 on: "South"."""
    starts = [match.start() for match in _WORDS.finditer(name)]
    return name[starts[number] :] if len(starts) == count else name


def _length(shown: str, typed: str) -> int:
    """How many leading characters of `shown` were typed: accents and spaces make the two differ."""
    wanted = len(typed.replace(" ", ""))
    return next((n for n in range(len(shown)) if len(plain(shown[:n]).replace(" ", "")) >= wanted), len(shown))


def _variants(typed: str) -> Iterator[str]:
    for n in range(len(typed) + 1):
        head, tail = typed[:n], typed[n:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
