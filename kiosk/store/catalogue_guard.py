"""What must not come down without a person's yes: data that takes away most of what is there."""

from __future__ import annotations

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import CatalogueRefused

# A catalogue with less than this share of the stop places or journeys before needs a person's yes.
SHRINK = 0.5
SHRINK_BY_DELTA = 0.8  # a timetable that is exchanged comes whole; a difference that takes so much is a mistake


def refuse_emptying(catalogue: Catalogue, before: tuple[int, int] | None, share: float) -> None:
    """CatalogueRefused for what would empty the shop; `before`: stop places and journeys of the one on
    sale, of which `share` must be left."""
    if not catalogue.journeys or not any(len(each.calls) > 1 for each in catalogue.service_journeys):
        raise CatalogueRefused(
            f"catalogue {catalogue.version} has no journey to sell ({len(catalogue.journeys)} journeys of "
            f"{len(catalogue.service_journeys)} service journeys); the one before stays. Import the feed again"
        )
    if before is None:
        return
    for what, had, now in (
        ("stop places", before[0], len(catalogue.stop_places)),
        ("journeys", before[1], len(catalogue.journeys)),
    ):
        if now < had * share:
            raise CatalogueRefused(
                f"catalogue {catalogue.version} has {now} {what} where there were {had}; "
                "the one before stays until staff confirm the smaller one (kiosk confirm)"
            )
