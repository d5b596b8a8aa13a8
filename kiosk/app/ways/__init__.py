"""How a demonstration or the tour is paid: one module for each, named as `--pay` (make tour PAY=) takes it.

To add one: a module here with a class `Here(Way)`; nothing else has to know of it. The class starts its simulators in
`start`, gives the terminal its configuration in `sections`, and says in `taken_minor` what the other side's own ledger
holds. What its passenger does while the screen says "pay" (put in notes, scan a code) is `present`. A means that needs
central sets `offline` to False: the tour then sells with the link up, and shows what is left when it is cut.
"""

from __future__ import annotations

import importlib
import pkgutil
from contextlib import ExitStack
from pathlib import Path

from kiosk.app.ways.way import Way

DEFAULT = "card"


def names() -> list[str]:
    """Every way there is, the usual one first."""
    found = sorted(each.name for each in pkgutil.iter_modules(__path__) if each.name != "way")
    return sorted(found, key=lambda name: name != DEFAULT)


def way(name: str, folder: Path, stack: ExitStack) -> Way:
    """The way of this name, not started yet."""
    here: Way = importlib.import_module(f"{__name__}.{name}").Here(folder, stack)
    return here
