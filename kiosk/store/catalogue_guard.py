"""What must not come down without a person's yes: data that takes away most of what is there."""

from __future__ import annotations

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import CatalogueRefused

SHRINK = 0.5  # a catalogue with less than this share of the stop places or journeys before needs a person's yes


def refuse_emptying(catalogue: Catalogue, before: tuple[int, int] | None, allow_shrink: bool) -> None:
    """CatalogueRefused for what would empty the shop; `before`: stop places and journeys of the one on sale."""
    if not catalogue.journeys or not any(len(each.calls) > 1 for each in catalogue.service_journeys):
        raise CatalogueRefused(
            f"catalogue {catalogue.version} has no journey to sell ({len(catalogue.journeys)} journeys of "
            f"{len(catalogue.service_journeys)} service journeys); the one before stays. Import the feed again"
        )
    if before is None or allow_shrink:
        return
    for what, had, now in (
        ("stop places", before[0], len(catalogue.stop_places)),
        ("journeys", before[1], len(catalogue.journeys)),
    ):
        if now < had * SHRINK:
            raise CatalogueRefused(
                f"catalogue {catalogue.version} has {now} {what} where there were {had}; "
                "the one before stays until staff confirm the smaller one"
            )
