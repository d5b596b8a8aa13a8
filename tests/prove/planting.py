"""Where faults that are planted into the product's own functions are known by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Plant = Callable[[], None]
FAULTS: dict[str, Plant] = {}


def fault(plant: Plant) -> Plant:
    FAULTS[plant.__name__] = plant
    return plant


def put(owner: Any, name: str, changed: Any) -> None:
    setattr(owner, name, changed)
