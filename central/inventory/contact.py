"""A terminal's record of being offline, from the times at which it called alone. Pure: unix seconds in, Link out."""

from __future__ import annotations

import math
from typing import NamedTuple

from central.inventory.forecast import Link

OUTAGE_S = 300.0  # silence from which on a terminal was offline; it calls every half minute
MEMORY_S = 60 * 86400.0  # older times count less and less
PRIOR_S = 7 * 86400.0  # what nobody has observed counts like this much of the usual
USUAL = Link(0.05, 6.0)


class Contact(NamedTuple):
    """What is remembered of a terminal; the sums fade with MEMORY_S."""

    last_at: float
    observed_s: float = 0.0
    dark_s: float = 0.0
    outages: float = 0.0


def heard(known: Contact | None, now: float) -> Contact:
    """The record after a call at `now`. A clock that went back adds nothing."""
    if known is None:
        return Contact(now)
    gap = max(0.0, now - known.last_at)
    fade = math.exp(-gap / MEMORY_S)
    dark = gap > OUTAGE_S
    return Contact(
        max(now, known.last_at),
        known.observed_s * fade + gap,
        known.dark_s * fade + (gap if dark else 0.0),
        known.outages * fade + dark,
    )


def link(known: Contact | None, now: float) -> Link:
    """The record as the policy reads it, the present silence included."""
    if known is None:
        return USUAL
    seen = heard(known, now)
    share = (seen.dark_s + PRIOR_S * USUAL.share) / (seen.observed_s + PRIOR_S)
    usual_outages = PRIOR_S * USUAL.share / (USUAL.outage_h * 3600)
    outage_s = (seen.dark_s + PRIOR_S * USUAL.share) / (seen.outages + usual_outages)
    return Link(share, outage_s / 3600)


def is_dark(known: Contact | None, now: float) -> bool:
    """Not heard of for longer than a call may take: it will not answer a recall soon."""
    return known is None or now - known.last_at > OUTAGE_S
