"""Letters of names on a keyboard of 26: which accents a letter has, and when a capital is due."""

from __future__ import annotations

# At most ten each, as many as a row has keys.
_ACCENTS = {
    "a": "àáâäãåāăąæ",
    "c": "çćčċĉ",
    "d": "ďđð",
    "e": "èéêëēėęě",
    "g": "ğģġĝ",
    "h": "ħĥ",
    "i": "ìíîïīįı",
    "j": "ĵ",
    "k": "ķ",
    "l": "łľĺļ",
    "n": "ñńňņ",
    "o": "òóôöõøōőœơ",
    "r": "řŕ",
    "s": "śšşșß",
    "t": "ťţțþ",
    "u": "ùúûüūůűųư",
    "w": "ŵ",
    "y": "ýÿŷ",
    "z": "źżž",
}
_PLAIN = {accent: plain for plain, accents in _ACCENTS.items() for accent in accents}
_CAPITAL_AFTER = " -'’."


def accents_of(text: str) -> str:
    """What the last letter may be instead, in its case; the plain letter first where it has an accent already."""
    last = text[-1:]
    plain = _PLAIN.get(lower(last), lower(last))
    others = [each for each in plain + _ACCENTS.get(plain, "") if each != lower(last)]
    if last.isupper():
        others = [upper(each, plain) for each in others]
    return "".join(dict.fromkeys(each for each in others if each != last)) if plain in _ACCENTS else ""


def upper(letter: str, plain: str = "") -> str:
    """One capital for one letter; of ı, whose capital is I, the İ of those who write ı."""
    if letter == "ı" and plain == "i":
        return "İ"
    return {"ß": "ẞ"}.get(letter, letter.upper())


def lower(letter: str) -> str:
    return {"İ": "ı", "ẞ": "ß"}.get(letter, letter.lower())


def capital_due(text: str) -> bool:
    """A name begins here, or a part of one."""
    return not text or text[-1] in _CAPITAL_AFTER
