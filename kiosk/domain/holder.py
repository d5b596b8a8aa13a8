"""Whose ticket it is: a name as it is typed, what may stand in one, and its binding in the ticket's bytes (0025).

Two people may write one name in several ways: with marks or without, in capitals, the family name first, an umlaut
as two letters as machine-readable passports do (ICAO 9303). All of them fit the same ticket.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from itertools import product
from typing import Literal

from kiosk.domain.ticket import FLAG_NAMED, Ticket

LONGEST = 40  # characters of a name; what a ticket of 58 mm has room for on two lines
UNNAMED = bytes(8)

Fault = Literal["", "missing", "long", "signs"]

_SIGNS = " '’ʼ`´.-‐‑–·・,"  # besides letters; where names of all countries have them
_JOINERS = "\u200c\u200d"  # part of letters in Persian and Indic scripts
_INSIDE = re.compile("['’ʼ`´.\u200c\u200d]")  # O'Neill and ONEILL are one word
# Letters that Unicode takes for letters of their own, as passports write them.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
                        "ŧ": "t", "ŋ": "n", "ə": "e", "ß": "ss"})  # fmt: skip
_TWO = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_PAIR = re.compile("ae|oe|ue|aa")
_PAIRS_MAX = 6  # of one name that may each be one letter: 64 ways to write it
_CONTEXT = b"kiosk ticket holder 1\0"


def tidy(text: str) -> str:
    """The name without what nobody sees: one space between words, none around, marks joined to their letters."""
    seen = (
        " " if each.isspace() else each
        for each in unicodedata.normalize("NFC", text)
        if each.isspace() or each in _JOINERS or unicodedata.category(each)[0] != "C"
    )
    return " ".join("".join(seen).split())


def fault_of(text: str) -> Fault:
    """What is wrong with a typed name; "" = nothing. Letters of every script are right, figures are not."""
    name = tidy(text)
    if not any(each.isalpha() for each in name):
        return "missing" if not name else "signs"
    if len(name) > LONGEST:
        return "long"
    right = (unicodedata.category(each)[0] in "LM" or each in _SIGNS or each in _JOINERS for each in name)
    return "" if all(right) else "signs"


def folded(name: str) -> str:
    """What is left of a name when spelling does not count: its words in order of the alphabet, without anything
    between them."""
    return "".join(sorted(_words(name)))


def _words(name: str) -> list[str]:
    shown = unicodedata.normalize("NFKC", name).casefold()
    # Scripts without spaces: 李 伟 and 李伟 are one name, so each sign is a word of its own.
    apart = (f" {each} " if _is_east_asian(each) else unicodedata.normalize("NFKD", each) for each in shown)
    text = "".join(apart).casefold()
    text = _INSIDE.sub("", text.translate(_PLAIN))
    kept = (each for each in text if not _is_accent(each))
    return "".join(each if unicodedata.category(each)[0] in "LM" else " " for each in kept).split()


def _is_east_asian(sign: str) -> bool:
    """Han, kana, hangul."""
    code = ord(sign)
    return (
        0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3 or 0x20000 <= code <= 0x3FFFF
    )


def _is_accent(sign: str) -> bool:
    """Marks that people leave out: of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowels."""
    code = ord(sign)
    return 0x300 <= code <= 0x36F or 0x591 <= code <= 0x5C7 or 0x64B <= code <= 0x65F or code == 0x670


def spellings(name: str) -> set[str]:
    """`folded` in every way a document may write it: Müller, MULLER, MUELLER."""
    lower = unicodedata.normalize("NFC", name).casefold()
    two = "".join(_TWO.get(each, each) for each in lower)
    return {folded(name), folded(two)} | _with_one_letter(_words(name))


def _with_one_letter(words: list[str]) -> set[str]:
    text = " ".join(words)
    pairs = list(_PAIR.finditer(text))[:_PAIRS_MAX]
    found = set()
    for choice in product((False, True), repeat=len(pairs)):
        made, at = "", 0
        for pair, short in zip(pairs, choice, strict=True):
            made += text[at : pair.start() + 1] if short else text[at : pair.end()]
            at = pair.end()
        found.add("".join(sorted((made + text[at:]).split())))
    return found


def binding(name: str, ticket_id: str) -> bytes:
    """The 8 bytes of layout T1 that tie a ticket to a name; never those of an unnamed one.

    The ticket's id goes in, so that the same name looks different in every ticket.
    """
    return _bound(folded(name), ticket_id)


def _bound(text: str, ticket_id: str) -> bytes:
    made = sha256(_CONTEXT + bytes.fromhex(ticket_id) + text.encode()).digest()[:8]
    return made if made != UNNAMED else b"\1" * 8


def is_named(ticket: Ticket) -> bool:
    """It was sold to a name, which may be known nowhere near."""
    return bool(ticket.flags & FLAG_NAMED) and ticket.holder != UNNAMED


def fits(ticket: Ticket, name: str) -> bool:
    """Is this ticket's holder called so, as far as the ticket itself tells? Needs no record and no link.

    The ticket must be proven before: who can sign can bind any name. False for a ticket that names nobody.
    """
    if not is_named(ticket):
        return False
    return any(_bound(each, ticket.ticket_id) == ticket.holder for each in spellings(name))
