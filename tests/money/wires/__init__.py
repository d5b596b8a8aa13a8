"""The real drivers on real wires: each against its simulator, a process whose ledger is the truth.

A module here with a class `Here(Wire)` is one more driver under `make money`; nothing else has to know of it.
"""

from __future__ import annotations

import importlib
import pkgutil

from tests.money.wires.wire import Wire


def names() -> list[str]:
    return sorted(each.name for each in pkgutil.iter_modules(__path__) if each.name != "wire")


def wire(name: str) -> type[Wire]:
    here: type[Wire] = importlib.import_module(f"{__name__}.{name}").Here
    return here
