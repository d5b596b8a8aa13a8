"""Posters behind a ticket, and guests beside one."""

from __future__ import annotations

from ui.bystanders import STANDS_BY_S, Bystanders


def test_what_stands_by_a_ticket_is_not_held_up() -> None:
    asked: list[str] = []

    def is_ticket(text: str) -> bool:
        asked.append(text)
        return text in ("TICKET", "GUEST")

    by = Bystanders(is_ticket)
    assert by.without(["poster"], 0) == ["poster"], "alone it is somebody's mistake, and is told so"
    assert by.without(["poster", "TICKET"], 1) == ["TICKET"]
    assert by.without(["poster"], 2) == [] and by.without(["bag"], 2) == ["bag"]
    assert by.without(["TICKET", "GUEST", "poster"], 3) == ["TICKET", "GUEST"], "two phones, both have their turn"
    assert by.without(["poster"], 3 + STANDS_BY_S) == []
    assert by.without(["poster"], 3.1 + STANDS_BY_S) == ["poster"]
    assert asked.count("poster") == 2, "the gate's records are not asked for every frame"
