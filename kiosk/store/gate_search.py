"""Finding a name, a booking or a part of a code among a million: an index of all runs of three characters.

What is looked for, whatever its length, must be a part of a text; so every run of three characters of every text is a
word of SQLite's full-text index (a text is padded, so that its last character begins a run too). A text that has all
runs of what is looked for may have it as a whole, and is looked at. Case and accents are folded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

RUN = 3
TEXT_MAX = 120  # characters of one text that can be found
_PAD = "\ue0ff"
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
# The tokenizer parts words at every ASCII character that is no letter or digit, so these are told by others.
_SIGNS = str.maketrans({chr(n): chr(0xE000 + n) for n in range(128) if not chr(n).isalnum()})

INDEX = "USING fts5(runs, content='', contentless_delete=1, detail=none, tokenize='ascii')"


def folded(text: str) -> str:
    """Without case, accents and doubled spaces: what counts when people write a name."""
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return " ".join("".join(each for each in apart if not unicodedata.combining(each)).split())


def letters(text: str) -> str:
    """Letters and digits alone, as codes are compared."""
    return "".join(filter(str.isalnum, folded(text)))


def runs(texts: Iterable[str]) -> str:
    """The words under which these texts, folded before, stand in the index."""
    found: set[str] = set()
    for text in texts:
        padded = text[:TEXT_MAX].translate(_SIGNS) + _PAD * (RUN - 1)
        found.update([padded[at : at + RUN] for at in range(len(padded) - RUN + 1)])
    return " ".join(found)


def query(needle: str) -> str:
    """What to ask the index for texts that may have the needle, folded before and not empty, as a part."""
    needle = needle[:TEXT_MAX].translate(_SIGNS)
    if len(needle) < RUN:
        return f'"{needle}" *'
    return " AND ".join(f'"{needle[at : at + RUN]}"' for at in range(len(needle) - RUN + 1))
