"""A gate's own plan: a file that goes before the plan of central."""

from __future__ import annotations

import tomllib
from pathlib import Path

from kiosk.app.config import ConfigWrong
from kiosk.domain.gate.plan import BadPlan, plan_of
from kiosk.domain.gate.world import World


def load_plan(path: Path | None, gate: str) -> World | None:
    """ConfigWrong names file and key of every mistake. None = no file: as central plans it."""
    if path is None:
        return None
    try:
        return plan_of(tomllib.loads(path.read_text(encoding="utf-8")), [gate])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ConfigWrong(f"{path}: {fault}") from fault
    except BadPlan as fault:
        raise ConfigWrong(f"{path}:\n{fault}") from fault
