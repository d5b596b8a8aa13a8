"""The disruption feed as a gate reads it: a file that somebody keeps up to date, looked at again when it changed.

    {"delays": [{"journey": "T-1042 2026-10-23", "minutes": 40, "from_stop": "8011160"},
                {"journey": "ICE 73 2026-10-23", "cancelled": true, "instead": ["T-1044 2026-10-23"]}]}

A journey is named by its service journey (trip id) or its public number, and its operating day.
"""

from __future__ import annotations

import logging
import tomllib
from pathlib import Path

import msgspec

from kiosk.domain.gate.form import Form
from kiosk.domain.gate.held import Ride
from kiosk.domain.gate.railway import Delay
from kiosk.ports import Clock

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


class Feed(Form, frozen=True, kw_only=True):
    """What is in the file."""

    delays: tuple[Delay, ...] = ()


class Disruptions:
    """`of(ride)`: what the feed says about a train. A file that cannot be read leaves what was known before."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._looked_at, self._state = float("-inf"), (0, 0)
        self._delays: dict[str, list[Delay]] = {}

    def of(self, ride: Ride) -> tuple[Delay, ...]:
        self._look()
        names = dict.fromkeys((ride.name, f"{ride.service.number} {ride.journey.operating_day}"))
        found = [each for name in names for each in self._delays.get(name, [])]
        return tuple(msgspec.structs.replace(each, journey=ride.name) for each in found)

    def _look(self) -> None:
        now = self._clock.monotonic()
        if self._path is None or now - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = now
        try:
            stat = self._path.stat()
            if (stat.st_mtime_ns, stat.st_size) == self._state:
                return
            self._state = stat.st_mtime_ns, stat.st_size
            text = self._path.read_text(encoding="utf-8")
            read = tomllib.loads(text) if self._path.suffix == ".toml" else msgspec.json.decode(text)
            feed = msgspec.convert(read, Feed)
        except FileNotFoundError:
            self._state, self._delays = (0, 0), {}
        except (OSError, ValueError) as fault:
            log.warning("the disruption feed %s is not taken over: %s", self._path, fault)
        else:
            self._delays = {}
            for each in feed.delays:
                self._delays.setdefault(each.journey, []).append(each)
