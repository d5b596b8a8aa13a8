"""Faults planted into the product's own functions, one at a time: a proof that none of them would be missed.

Also a pytest plugin: `PLANTED=name pytest -p tests.prove.planted ...` runs tests on the product with that fault in it.
"""

from __future__ import annotations

import os
from typing import Any

from tests.prove import planted_rules, planted_store
from tests.prove.planting import FAULTS


def pytest_configure(config: Any) -> None:
    """As a plugin: plant what the environment names."""
    if name := os.environ.get("PLANTED"):
        FAULTS[name]()


__all__ = ["FAULTS", "planted_rules", "planted_store"]
