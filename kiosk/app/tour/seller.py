"""A kiosk without a screen that sells what a list asks for, on paper, and ends: `python -m kiosk.app.tour.seller FILE`.

FILE is JSON: {"config": path, "orders": [{"name", "origin", "destination", "day", "number", "people", "category"}, …]}.
The last line it prints: {"ready": true, "sold": {name: [text of each code, …]}, "unheld": [coach, seat]}; the last is a
place of the first order's train that central never gave to this terminal. Everything is the product's: places come from
central, money from the payment terminal, paper from the printer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.app.config import load
from kiosk.app.wiring import Terminal
from kiosk.domain.errors import KioskError
from kiosk.domain.offers import Departure, Traveller

LONGEST_S = 120.0


def main(path: Path) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    from ui import stage
    from ui.paper import PaperRenderer

    wanted = json.loads(path.read_text())
    app = QGuiApplication(["seller"])
    stage.use_fonts(app)
    terminal = Terminal(load(Path(wanted["config"])), PaperRenderer())
    try:
        terminal.engine.start()
        _until(lambda: terminal.catalogue.info() is not None, "the catalogue is here")
        sold = {order["name"]: _sell(terminal, order) for order in wanted["orders"]}
        unheld = _unheld(terminal, wanted["orders"][0])
        terminal.engine.poke()
        _until(lambda: terminal.push.backlog == 0, "central has all of it")
    finally:
        terminal.close()
    print(json.dumps({"ready": True, "sold": sold, "unheld": unheld}), flush=True)


def _sell(terminal: Terminal, order: dict[str, Any]) -> list[str]:
    """One sale; the text of each ticket's code."""
    deadline = time.monotonic() + LONGEST_S
    while True:
        try:
            departure = _departure(terminal, order)
            offer = next(each for each in departure.classes if each.open)
            people = [Traveller(order.get("category") or _adult(terminal, departure), int(order["people"]))]
            sale = terminal.desk.hold(terminal.offers.quote(departure, offer, people))
            break
        except (KioskError, StopIteration) as fault:  # places may still be on their way
            if time.monotonic() > deadline:
                raise KioskError(f"{order['name']} cannot be sold: {fault!r}") from fault
            time.sleep(0.5)  # central is another process: there is nothing to wait on
    sale = terminal.desk.pay(sale.sale_id)
    sale = terminal.desk.deliver(sale.sale_id)
    if sale.stage != "done":
        raise KioskError(f"{order['name']} ended as {sale.stage}")
    return [terminal.desk.ticket_text(sale, number) for number in range(len(sale.items))]


def _departure(terminal: Terminal, order: dict[str, Any]) -> Departure:
    now = terminal.clock.now()
    found = terminal.search.departures(order["origin"], order["destination"], order["day"], now)
    return next(each for each in found if each.number == order["number"])


def _unheld(terminal: Terminal, order: dict[str, Any]) -> tuple[int, int]:
    """(coach, seat) as a ticket names them."""
    departure = _departure(terminal, order)
    layout = terminal.catalogue.layout(departure.layout_id)
    held = 0
    for holding in terminal.store.holdings(departure.journey_id).values():
        for masks in (holding.free, holding.cart, holding.sold):
            for mask in masks:
                held |= mask
    if layout is None or (index := next((n for n in range(len(layout.places)) if not held >> n & 1), None)) is None:
        raise KioskError("central gave this terminal every place of the train")
    return layout.ticket_place(index)


def _adult(terminal: Terminal, departure: Departure) -> str:
    offer = next(each for each in departure.classes if each.open)
    prices = terminal.offers.prices(departure, offer)
    return max(prices, key=lambda each: each.price_minor).category.id


def _until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LONGEST_S
    while not condition():
        if time.monotonic() > deadline:
            raise KioskError(f"waited in vain until {what}")
        time.sleep(0.1)  # threads of the terminal: there is nothing to wait on


if __name__ == "__main__":
    main(Path(sys.argv[1]))
