"""Questions a choice raises, answered off the UI thread: departures of a day, prices, a quote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from kiosk.domain.offers import Departure
from ui.services import Services
from ui.tasks import Failed, Tasks
from ui.viewmodels.choice import Choice
from ui.viewmodels.trip import sellable

T = TypeVar("T")
Days = list[tuple[str, bool]]


class Planner:
    """One question at a time; an answer that comes after a newer question is dropped."""

    def __init__(self, services: Services, tasks: Tasks) -> None:
        self._services, self._tasks = services, tasks
        self._asked = 0
        self._after: Callable[[], None] | None = None
        self.busy = False

    def when_idle(self, act: Callable[[], None]) -> None:
        """Now, or as soon as the question under way is answered: a quick finger is not ignored."""
        if self.busy:
            self._after = act
        else:
            act()

    def departures(self, choice: Choice, day: str, done: Callable[[Choice, Days], None], failed: Failed) -> None:
        """Departures of `day` ("" = the first day that still has one to sell), and which days have any."""

        def work() -> tuple[Choice, Days]:
            by_day = {each: self._on(choice, each) for each in self._services.search.days()}
            days = [(each, bool(found)) for each, found in by_day.items()]
            chosen = day or next((each for each, found in by_day.items() if any(map(sellable, found))), "")
            chosen = chosen or next(iter(by_day), "")
            found = tuple(by_day.get(chosen, ()))
            at_once = (each for each in found if sellable(each) and not each.on_request)
            proposed = next(at_once, next(filter(sellable, found), None))
            return replace(choice, day=chosen, departures=found, departure=proposed), days

        self._run(work, lambda answer: done(*answer), failed)

    def prices(self, choice: Choice, done: Callable[[Choice], None], failed: Failed) -> None:
        """Prices by category for the chosen class, and one adult to begin with."""
        departure, offer = choice.departure, choice.offer
        if departure is None or offer is None:
            return

        def work() -> Choice:
            prices = tuple(self._services.offers.prices(departure, offer))
            known = dict(choice.party)
            party = tuple((price.category.id, known.get(price.category.id, 0)) for price in prices)
            if prices and not sum(count for _, count in party):
                party = ((party[0][0], 1), *party[1:])
            layout = self._services.catalogue.layout(departure.layout_id) if departure.layout_id else None
            service = self._services.catalogue.service_journey(departure.service_journey_id)
            named = service.named if service else "no"
            return replace(choice, prices=prices, party=party, layout=layout, named=named, quote=None)

        self._run(work, done, failed)

    def quote(
        self, choice: Choice, places: tuple[int, ...] | None, done: Callable[[Choice], None], failed: Failed
    ) -> None:
        """A quote for the party: the best places, or exactly these."""
        departure, offer = choice.departure, choice.offer
        if departure is None or offer is None:
            return

        def work() -> Choice:
            quote = self._services.offers.quote(departure, offer, choice.travellers, places)
            return replace(choice, quote=quote)

        self._run(work, done, failed)

    def forget(self) -> None:
        """Answers still under way are not wanted any more."""
        self._asked += 1
        self._after, self.busy = None, False

    def _on(self, choice: Choice, day: str) -> list[Departure]:
        if choice.origin is None or choice.destination is None:
            return []
        now = self._services.clock.now()
        return self._services.search.departures(choice.origin.id, choice.destination.id, day, now)

    def _run(self, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> None:
        self._asked, self._after, self.busy = self._asked + 1, None, True
        number = self._asked

        def over(deliver: Callable[[], None]) -> None:
            if number == self._asked:
                self.busy = False
                deliver()
                after, self._after = self._after, None
                if after is not None:
                    after()

        self._tasks.run(work, lambda answer: over(lambda: done(answer)), lambda error: over(lambda: failed(error)))
