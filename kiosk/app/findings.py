"""One thing that `kiosk doctor` looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`way_out` is what to do about it, empty when it is well."""

    name: str
    ok: bool
    detail: str
    way_out: str = ""
