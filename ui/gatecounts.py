"""Figures of the gates as the screen shows them: by train, by product, of the other gates with how old they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kiosk.domain.gate.world import World
from kiosk.domain.network import Names
from kiosk.services.neighbours import Neighbours
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.gate_counts import Figure, GateCounts, figures
from ui.viewmodels.gate import Count
from ui.viewmodels.texts import duration, localized, translate

JOURNEYS_SHOWN = 3


class GateFigures:
    """Puts figures into words; `language` is the screen's. One thread at a time."""

    def __init__(self, catalogue: CatalogueStore, plan: Callable[[], World], language: Callable[[], str]) -> None:
        self._catalogue, self._language = catalogue, language
        self._plan = plan  # central may send another while the gate runs
        self._classes: dict[str, Names] = {}
        self._looked: set[int] = set()  # journeys whose classes are known

    def counts(self, own: GateCounts, network: Neighbours) -> tuple[Count, ...]:
        """This gate by train and product; then all gates together, and each of the others."""
        self._learn(own)
        found = [*self._journeys(own), *self._products(own.products)]
        if not network.others:
            return tuple(found)
        others = [each for gate in network.others for each in gate.products]
        whole = _added([*own.products, *others])
        oldest = network.oldest_s
        heard = translate("Gate", "not heard of yet") if oldest is None else age(oldest)
        found.append(
            Count(
                translate("Gate", "All gates"),
                sum(each.entered for each in whole),
                sum(each.left for each in whole),
                max(0, sum(each.entered - each.left for each in whole)),
                heard,
            )
        )
        if len(whole) > 1:
            found += self._products(whole, translate("Gate", "All gates"))
        for gate in network.others:
            heard = translate("Gate", "not heard of yet") if gate.age_s is None else age(gate.age_s)
            left = sum(each.left for each in gate.products)
            found.append(Count(gate.name, gate.admitted, left, max(0, gate.admitted - left), heard))
            if len(gate.products) > 1:
                found += self._products(gate.products, gate.name)
        return tuple(found)

    def _products(self, of: Sequence[Figure], where: str = "") -> list[Count]:
        return [Count(self.name(each.product), each.entered, each.left, each.inside, where) for each in of]

    def _journeys(self, counts: GateCounts) -> list[Count]:
        found = []
        for journey_id, people in counts.journeys[:JOURNEYS_SHOWN]:
            journey = self._catalogue.journey(journey_id)
            service = self._catalogue.service_journey(journey.service_journey_id) if journey else None
            if service is not None:
                own = service.number or service.headsign
                name = own if service.number else localized(service.names, own, self._language())
                found.append(Count(name, people))
        return found

    # names

    def name(self, product: str) -> str:
        """As the plan names it, or the catalogue: "Adult, Second class"."""
        if named := self.planned(product):
            return named
        category, _, place_class = product.partition("/")
        info = self._catalogue.info()
        categories = {each.id: {"": each.name, **each.names} for each in info.tariff.categories} if info else {}
        names = [categories.get(category), self._classes.get(place_class)]
        words = [localized(each, each.get("", ""), self._language()) for each in names if each]
        if not words:
            return product or translate("Gate", "Without a product")
        if place_class == "open":
            words.append(translate("Gate", "any seat"))
        return translate("Gate", ", ").join(words)

    def planned(self, product: str) -> str:
        """Its name in the plan; "" = the plan names none."""
        return next((each.name for each in self._plan().products if each.id == product), "")

    def _learn(self, counts: GateCounts) -> None:
        """Names of the classes of the trains that were counted."""
        for journey_id, _ in counts.journeys:
            if journey_id in self._looked:
                continue
            journey = self._catalogue.journey(journey_id)
            service = self._catalogue.service_journey(journey.service_journey_id) if journey else None
            layout = self._catalogue.layout(service.layout_id) if service and service.layout_id else None
            for each in layout.classes if layout else ():
                self._classes[each.id] = {"": each.name, **each.names}
            if layout is not None:
                self._looked.add(journey_id)


def _added(of: Iterable[Figure]) -> tuple[Figure, ...]:
    return figures(row for each in of for row in ((each.product, True, each.entered), (each.product, False, each.left)))


def age(age_s: float) -> str:
    """ "just now", "12 min ago"."""
    if age_s < 60:
        return translate("Gate", "just now")
    return translate("Gate", "%1 ago").replace("%1", duration(int(age_s)))
