"""What every part of central works with: the database, the keys, the time, a few settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine

from central.keys import Keys
from central.payments.provider import Provider
from central.registry import Registry


@dataclass(frozen=True)
class Context:
    """One running central."""

    engine: Engine
    keys: Keys
    now: Callable[[], float] = time.time  # unix s
    # What is committed counts as stable: only where a synchronous standby or a WAL archive makes it so.
    stable_on_commit: bool = False
    manifest_days: int = 4  # operating days in a gate's manifest, from yesterday on
    providers: Mapping[str, Provider] = field(default_factory=dict)  # of scan-to-pay, by name

    @property
    def registry(self) -> Registry:
        """What no failover takes back; it lies beside the keys."""
        return Registry(self.keys.folder / "registry.jsonl")
