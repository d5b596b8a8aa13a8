"""Which fare options make which class of a departure, and what each rider category pays for it.

Reserved: a class of the layout is sold by the products its glob patterns name. Unreserved: each product is an
offer of its own. `adult` is the default rider category throughout.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

import msgspec

from kiosk.domain.errors import NoFare
from kiosk.domain.fares import FareOption, RiderCategory
from kiosk.domain.layout import Layout, PlaceClass
from kiosk.domain.offers import ClassOffer
from kiosk.services.prices import Prices

Options = Sequence[FareOption]


def class_offers(
    pricing: Prices, layout: Layout | None, options: Options, free: int, more: Collection[str] = ()
) -> tuple[ClassOffer, ...]:
    """Offers for a ride, cheapest first; `free` = places in hand for the whole ride (reserved only), `more` = classes
    of which central may give some.

    `options` must come from `Prices.options`, which keeps one tuple for all rides that cost the same.
    """
    key = (id(options), layout.id if layout else "")
    offers = pricing.offered.get(key)
    if offers is None:
        found = _unreserved(pricing, options) if layout is None else _reserved(pricing, layout, options)
        offers = pricing.offered[key] = tuple(sorted(found, key=lambda offer: (offer.adult_minor, offer.name)))
    if layout is None:
        return offers
    masks = layout.class_masks
    return tuple(
        msgspec.structs.replace(
            offer, left=(free & masks[offer.place_class]).bit_count(), more=offer.place_class in more
        )
        for offer in offers
    )


def _reserved(pricing: Prices, layout: Layout, options: Options) -> list[ClassOffer]:
    offers = []
    for place_class in layout.classes:
        option = _adult(pricing, _of_class(place_class, options))
        if option is not None:
            offers.append(
                ClassOffer(
                    place_class=place_class.id,
                    product_id=option.product_id,
                    name=place_class.name,
                    names=place_class.names,
                    adult_minor=option.amount_minor,
                    currency=option.currency,
                    left=0,
                )
            )
    return offers


def _unreserved(pricing: Prices, options: Options) -> list[ClassOffer]:
    offers = []
    for product_id in dict.fromkeys(option.product_id for option in options):
        option = _adult(pricing, [each for each in options if each.product_id == product_id])
        if option is not None:
            product = pricing.products.get(product_id)
            offers.append(
                ClassOffer(
                    place_class="",
                    product_id=product_id,
                    name=option.product_name,
                    names=product.names if product else {},
                    adult_minor=option.amount_minor,
                    currency=option.currency,
                    left=None,
                )
            )
    return offers


def price_for(
    pricing: Prices, layout: Layout | None, offer: ClassOffer, options: Options, rider: RiderCategory
) -> FareOption:
    """The option one rider pays: of its own category, else one for anybody, else the adult's.

    Some feeds give reduced riders products of their own ("child-single" beside "single"): the cheapest of
    these counts if it is not dearer than the adult's. NoFare: the offer is not (or no longer) in the tariff.
    """
    if layout is None:
        same = [each for each in options if each.product_id == offer.product_id]
    else:
        place_class = next((each for each in layout.classes if each.id == offer.place_class), None)
        same = _of_class(place_class, options) if place_class else []
    adult = _adult(pricing, same)
    if adult is None:
        raise NoFare(f"there is no fare for {offer.name or offer.product_id} on this ride; choose another")
    own = _cheapest(each for each in same if each.category_id == rider.id)
    if own is None and layout is None and rider.id != pricing.default_rider.id:
        own = _cheapest(
            each
            for each in options
            if each.category_id == rider.id
            and each.amount_minor <= adult.amount_minor
            and not _sold_to_adults(pricing, options, each)
        )
    return own or _cheapest(each for each in same if each.category_id == "") or adult


def _adult(pricing: Prices, options: Options) -> FareOption | None:
    own = _cheapest(each for each in options if each.category_id == pricing.default_rider.id)
    return own or _cheapest(each for each in options if each.category_id == "")


def _sold_to_adults(pricing: Prices, options: Options, option: FareOption) -> bool:
    return _adult(pricing, [each for each in options if each.product_id == option.product_id]) is not None


def _cheapest(options: Iterable[FareOption]) -> FareOption | None:
    return min(options, key=lambda option: option.amount_minor, default=None)


def _of_class(place_class: PlaceClass, options: Options) -> list[FareOption]:
    if not place_class.fares:
        return list(options)
    return [each for each in options if any(fnmatchcase(each.product_id, pattern) for pattern in place_class.fares)]
