"""The tour's money: the passenger pays, and the ledger on the other side is held against what was sold."""

from __future__ import annotations

from typing import Any

from kiosk.app.tour.passenger import Passenger
from kiosk.app.tour.stage import wait_until
from kiosk.app.ways.way import Way


class Till:
    """Counts by the other side's ledger, never by what the kiosk says."""

    def __init__(self, way: Way, price_minor: int) -> None:
        self.way = way
        self._price_minor = price_minor  # of one ticket
        self._before = 0

    def pay(self, passenger: Passenger, people: int = 1) -> None:
        """From the summary: choose the means, and do what it asks for."""
        self._before = self.way.taken_minor()
        passenger.pay(self.way.means)
        self.way.present(people * self._price_minor, passenger.tap)

    def booked(self) -> None:
        """Wait until the other side has taken the price of one ticket."""
        wait_until(lambda: self.times() >= 1, "the other side has booked the payment", 30)

    def times(self) -> float:
        """How often the price of one ticket was taken since `pay`."""
        return (self.way.taken_minor() - self._before) / self._price_minor

    def end(self, tickets: list[dict[str, Any]]) -> dict[str, Any]:
        """What was taken beside what was sold; a ticket and its marked copies are one."""
        sold = {entry["ticket_id"]: int(entry["price_minor"]) for entry in tickets}
        return {"taken_minor": self.way.taken_minor(), "sold_minor": sum(sold.values()), **self.way.at_the_end()}
