"""What the tour promises, judged from its report alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

SALES, TICKETS = 3, 4  # and one more of each where a ticket with a name was bought


def holds(report: dict[str, Any]) -> bool:
    """True when nothing is broken; what is broken is put under "broken" in the report."""
    broken = [what for what, well in _promises(report) if not well]
    if broken:
        report["broken"] = broken
    return not broken


def _promises(report: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    tickets, recovery, central = report["tickets"], report["recovery"], report["central"]
    money, named = report["money"], report.get("named")
    more = 1 if named else 0
    sold = {entry["ticket_id"] for entry in tickets}
    places = [json.dumps([entry["journey"], entry["place"]]) for entry in tickets if entry["place"]]
    verdicts = [(entry["verdict"], entry["reason"]) for entry in report["gate"]]
    yield "the story came to its end", "error" not in report
    yield "sold with the link cut, where that can be", bool(report["sold_offline"]) == report["offline"]
    yield "four tickets sold, and one with a name", len(sold) == TICKETS + more
    if named:
        yield "the name is bound into its code, and no other", named["fits"] and not named["fits_another"]
    yield "no place twice", len(set(places)) in (0, len(sold))
    yield "each admitted once", verdicts == [("admit", "admit")] * 2 + [("refuse", "used")]
    yield "the other side took what the tickets cost", money.get("taken_minor") == money.get("sold_minor", -1) > 0
    yield "charged once", recovery.get("charged_times") == 1
    yield "the original after a payment is unmarked", recovery.get("after_payment", {}).get("marked_copy") is False
    yield "the page after an interrupted one is marked", recovery.get("printed_copies_marked") is True
    yield (
        "central counts every sale once",
        (central.get("sales"), central.get("tickets")) == (SALES + more, TICKETS + more),
    )
    yield "nothing oversold or doubled", (central.get("oversold"), central.get("duplicates")) == (0, 0)
    yield "central is sound", central.get("sound") is True
