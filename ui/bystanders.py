"""Codes that are no tickets and stand by: posters behind a ticket, bags, the side of a tram."""

from __future__ import annotations

from collections.abc import Callable, Iterable

STANDS_BY_S = 20.0  # after it was last seen beside a ticket


class Bystanders:
    """Seen beside a ticket, a foreign code does not count, nor for a while after it: the next frame may show it alone.

    One thread at a time. `is_ticket`: ours, or a guest's or a wristband's that the gate has on record.
    """

    def __init__(self, is_ticket: Callable[[str], bool]) -> None:
        self._is_ticket = is_ticket
        self._tickets: dict[str, tuple[bool, float]] = {}  # text: is it one, and since when that is known
        self._beside: dict[str, float] = {}  # text: when it was last beside a ticket

    def without(self, texts: Iterable[str], now: float) -> list[str]:
        """The codes of a picture that somebody holds up. `now`: monotonic s."""
        self._tickets = {text: known for text, known in self._tickets.items() if now - known[1] <= STANDS_BY_S}
        self._beside = {text: last for text, last in self._beside.items() if now - last <= STANDS_BY_S}
        shown = list(texts)
        tickets = [text for text in shown if self._ticket(text, now)]
        if tickets:
            self._beside |= {text: now for text in shown if text not in tickets}
            return tickets
        return [text for text in shown if text not in self._beside]

    def _ticket(self, text: str, now: float) -> bool:
        if text not in self._tickets:
            self._tickets[text] = (self._is_ticket(text), now)
        return self._tickets[text][0]
