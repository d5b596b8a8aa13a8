"""What a passenger chooses among Fares v1: kinds of fares and their names, from ids that also name places and numbers.

Operators write one fare for each origin and destination: "hsr-std-rsv-adu-taipei-zuoying" is the kind
"hsr-std-rsv-adu" between two zones, "F_30" is a price level. The kind stays the same over a journey.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kiosk.domain.fares import FareRuleV1

# Abbreviations that operators use in ids; "" says nothing to a passenger.
_WORDS = {
    "std": "standard", "biz": "business", "eco": "economy", "rsv": "reserved", "res": "reserved",
    "non": "non-reserved", "ow": "one way", "rt": "return", "reg": "regular", "exp": "express", "loc": "local",
    **dict.fromkeys(("adu", "adt", "adult", "hsr", "fare", "f", "full", "zone", "to", "prod", "p", "ps", "id"), ""),
}  # fmt: skip
_CLASSES = {"std", "eco", "first"}  # beside these "bus" is a class, not a vehicle
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])")  # of words written together: "AdultSingle"


def kinds(fare_ids: Iterable[str], rules: Iterable[FareRuleV1]) -> dict[str, tuple[str, ...]]:
    """fare id -> the tokens that are left of it without its zones and without numbers, as written.

    Numbers stay where they alone tell two fares of one ride apart ("pass-1-day", "pass-7-day").
    """
    zones: dict[str, set[str]] = {fare_id: set() for fare_id in fare_ids}
    keys: dict[str, list[FareRuleV1]] = {fare_id: [] for fare_id in zones}
    for rule in rules:
        zones[rule.product_id] |= {rule.origin_zone, rule.destination_zone, *rule.contains} - {""}
        keys[rule.product_id].append(FareRuleV1("", *rule_key(rule)))
    tokens = {fare_id: _tokens(fare_id, its_zones) for fare_id, its_zones in zones.items()}
    words = {fare_id: tuple(each for each in found if not each.isdigit()) for fare_id, found in tokens.items()}
    owner: dict[tuple[tuple[str, ...], FareRuleV1], str] = {}
    numbered: set[tuple[str, ...]] = set()
    for fare_id, its_keys in keys.items():
        for key in its_keys:
            if owner.setdefault((words[fare_id], key), fare_id) != fare_id:
                numbered.add(words[fare_id])
    return {fare_id: tokens[fare_id] if words[fare_id] in numbered else words[fare_id] for fare_id in tokens}


def rule_key(rule: FareRuleV1) -> tuple[str, str, str, tuple[str, ...]]:
    """Which rides a rule is for."""
    return rule.line_id, rule.origin_zone, rule.destination_zone, tuple(sorted(rule.contains))


def readable(tokens: Iterable[str], others: Iterable[Iterable[str]] = ()) -> str:
    """Tokens of an id as words for people; "" when nothing in them means anything. `others`: the ids beside it."""
    known: Mapping[str, str] = _WORDS
    if any(_CLASSES & {each.lower() for each in other} for other in others):
        known = {**_WORDS, "bus": "business"}
    words = [known.get(each.lower(), each) for each in tokens]
    text = " ".join(word if word.isupper() else word.lower() for word in words if word)
    return "" if text.replace(" ", "").isdigit() else text[:1].upper() + text[1:]


def name_of_id(product_id: str) -> str:
    """A name made from an id that has words in it ("local_single"); "" for "PS-500" and the like."""
    tokens = re.findall(r"[^\W_]+", _SEAM.sub(" ", product_id))
    words = [each for each in tokens if len(each) > 2 and each.isalpha() and _WORDS.get(each.lower(), each)]
    return readable(tokens) if words else ""


def _tokens(fare_id: str, zones: set[str]) -> tuple[str, ...]:
    text = fare_id
    for zone in sorted(zones, key=lambda each: (-len(each), each)):
        # A zone counts where it stands alone: zone "a" is not taken out of "adult".
        text = re.sub(rf"(?<![^\W_]){re.escape(zone)}(?![^\W_])", " ", text, flags=re.IGNORECASE)
    return tuple(_TOKEN.findall(_SEAM.sub(" ", text)))
