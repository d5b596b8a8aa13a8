"""Who travels and in which class."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.fares import RiderCategory
from kiosk.domain.offers import CategoryPrice, ClassOffer
from ui.rows import RowsModel
from ui.viewmodels import texts
from ui.viewmodels.choice import Choice
from ui.viewmodels.rows import ClassRow, PersonLine, PriceRow
from ui.viewmodels.texts import translate
from ui.viewmodels.trip import places_left

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

LARGEST_PARTY = 9
ICONS = {"child": "child", "youth": "child", "senior": "senior", "student": "student", "disab": "wheelchair"}


def class_key(offer: ClassOffer) -> str:
    """Name of a class or fare on screen."""
    return offer.place_class or offer.product_id


@QmlElement
class PartyViewModel(QObject):
    """Classes to choose from, kinds of travellers with their price, and what they cost together."""

    changed = Signal()

    def __init__(
        self,
        choose_class: Callable[[ClassOffer], None],
        change: Callable[[str, int], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._choose_class, self._change = choose_class, change
        self._choice = Choice()
        self._classes = RowsModel(ClassRow, self)
        self._people = RowsModel(PersonLine, self)
        self._lines = RowsModel(PriceRow, self)

    def draw(self, choice: Choice, language: str) -> None:
        """Everything from the choice."""
        self._choice = choice
        offers = choice.departure.classes if choice.departure else ()
        self._classes.show([self._class(offer, language) for offer in offers] if len(offers) > 1 else [])
        counts = dict(choice.party)
        room = LARGEST_PARTY
        if choice.offer is not None and choice.offer.left is not None and not choice.offer.more:
            room = min(room, choice.offer.left)
        can_more = choice.size < room
        dearest = max((price.price_minor for price in choice.prices), default=0)
        self._people.show(
            [_person(price, counts.get(price.category.id, 0), can_more, dearest, language) for price in choice.prices]
        )
        self._lines.show(price_lines(choice, language))
        self.changed.emit()

    @Slot(str)
    def chooseClass(self, key: str) -> None:
        offers = self._choice.departure.classes if self._choice.departure else ()
        offer = next((each for each in offers if class_key(each) == key), None)
        if offer is not None and offer.open:
            self._choose_class(offer)

    @Slot(str)
    def more(self, category: str) -> None:
        self._change(category, 1)

    @Slot(str)
    def fewer(self, category: str) -> None:
        self._change(category, -1)

    def _class(self, offer: ClassOffer, language: str) -> ClassRow:
        _, left = places_left(offer.left, True, offer.left == 0 and offer.more)
        chosen = self._choice.offer is not None and class_key(offer) == class_key(self._choice.offer)
        return ClassRow(
            class_key(offer),
            texts.localized(offer.names, offer.name, language),
            texts.money(offer.adult_minor, offer.currency),
            left,
            chosen,
            offer.open,
        )

    @Property(RowsModel, constant=True)
    def classes(self) -> RowsModel:
        return self._classes

    @Property(RowsModel, constant=True)
    def people(self) -> RowsModel:
        return self._people

    @Property(RowsModel, constant=True)
    def lines(self) -> RowsModel:
        return self._lines


def category_name(category: RiderCategory, language: str) -> str:
    """ "Adult" in the passenger's language, as far as the feed or we know it."""
    name = texts.localized(category.names, category.name, language)
    known = {
        "adult": translate("Party", "Adult"),
        "child": translate("Party", "Child"),
        "senior": translate("Party", "Senior"),
        "student": translate("Party", "Student"),
    }
    return known.get(name.lower(), name)


def price_lines(choice: Choice, language: str) -> list[PriceRow]:
    """One line for each category that travels: "2 × Adult", price each, sum."""
    by_id = {price.category.id: price for price in choice.prices}
    rows = []
    for category, count in choice.party:
        if count and (price := by_id.get(category)):
            each = translate("Party", "%1 each").replace("%1", texts.money(price.price_minor, price.currency))
            rows.append(
                PriceRow(
                    f"{count} × {category_name(price.category, language)}",
                    each if count > 1 else "",
                    texts.money(price.price_minor * count, price.currency),
                )
            )
    return rows


def ages(category: RiderCategory) -> str:
    """ "6 to 13 years", "60 years and over"."""
    low, high = category.min_age, category.max_age
    if low > 0 and high > 0:
        text = translate("Party", "%1 to %2 years").replace("%2", str(high))
    elif low > 0:
        text = translate("Party", "%1 years and over")
    elif high > 0:
        low, text = high, translate("Party", "up to %1 years")
    else:
        return ""
    return text.replace("%1", str(low))


def _person(price: CategoryPrice, count: int, can_more: bool, dearest: int, language: str) -> PersonLine:
    amount = translate("Party", "%1 each").replace("%1", texts.money(price.price_minor, price.currency))
    if price.price_minor == 0:
        amount = translate("Party", "free of charge")
    elif price.price_minor * 2 == dearest:
        amount += "  ·  " + translate("Party", "half price")
    elif price.price_minor < dearest:
        saving = round(100 - 100 * price.price_minor / dearest)
        amount += "  ·  " + translate("Party", "%1 % off").replace("%1", str(saving))
    kind = (price.category.id + " " + price.category.name).lower()
    icon = next((icon for word, icon in ICONS.items() if word in kind), "adult")
    return PersonLine(
        price.category.id, icon, category_name(price.category, language), ages(price.category), amount, count, can_more
    )
