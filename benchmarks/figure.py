"""One row of the table of benchmarks: ours beside a floor of the same run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any


def figure(
    name: str, floor: Sequence[float], ours: Sequence[float], goal: str, *, ok: bool | None = None, most: float = 0.0,
    **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """`floor` and `ours` in ms. Well when `ok`; where that is left open, when ours takes at `most` so many floors.
    `more`: other columns, or other values of these."""
    ratio = statistics.median(ours) / statistics.median(floor)
    return {
        "name": name,
        "floor_ms": statistics.median(floor),
        "ours_ms": statistics.median(ours),
        "ratio": ratio,
        "n": len(ours),
        "median": statistics.median(ours),
        "p95": statistics.quantiles(ours, n=20)[-1],
        "goal": goal,
        "ok": ratio <= most if ok is None else ok,
    } | more
