"""Places in words: "Coach 6, seats 8D and 8F", and what is good about them."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.domain.layout import Coach, Layout
from ui.viewmodels import texts
from ui.viewmodels.choice import Choice
from ui.viewmodels.texts import translate


def place_words(layout: Layout | None, places: Sequence[int], language: str) -> str:
    """ "Coach 6, seats 8D and 8F"; counted pools by name and number; "" when unreserved."""
    if layout is None or not places:
        return ""
    parts = []
    for ordinal, coach in enumerate(layout.coaches):
        mine = [layout.places[place] for place in places if layout.places[place].coach == ordinal]
        if not mine:
            continue
        name = coach_name(coach, language)
        if coach.counted:
            parts.append(name if len(mine) == 1 else f"{len(mine)} × {name}")
            continue
        numbers = sorted((place.number for place in mine), key=lambda number: (len(number), number))
        pattern = translate("Seats", "%1, seats %2")
        if len(numbers) == 1:
            pattern = translate("Seats", "%1, seat %2")
        parts.append(pattern.replace("%1", name).replace("%2", joined(numbers)))
    return "; ".join(parts)


def coach_name(coach: Coach, language: str) -> str:
    """ "Coach 6"; a block of a hall by its own name."""
    name = texts.localized(coach.printed, coach.number, language)
    return translate("Seats", "Coach %1").replace("%1", name) if name[:1].isdigit() else name


def joined(words: Sequence[str]) -> str:
    """ "8D", "8D and 8F", "8D, 8F and 9A"."""
    if len(words) < 2:
        return "".join(words)
    pair = translate("Seats", "%1 and %2").replace("%2", words[-1])
    return pair.replace("%1", translate("Seats", ", ").join(words[:-1]))


def best_words(choice: Choice) -> str:
    """What is good about the offered places: side by side, at the window."""
    quote, layout = choice.quote, choice.layout
    if quote is None or layout is None or not quote.places:
        return ""
    at_window = any("window" in layout.places[place].features for place in quote.places)
    if len(quote.places) == 1:
        return translate("Seats", "A seat at the window") if at_window else translate("Seats", "The best free seat")
    if not quote.adjacent:
        return translate("Seats", "The nearest free seats; none are left side by side")
    if at_window:
        return translate("Seats", "Side by side, one at the window")
    return translate("Seats", "Side by side")
