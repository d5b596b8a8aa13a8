"""What a machine writes on its sign before its stores are open: its name, and the station as it was shown last.

Read without the libraries that would check it: the first picture waits for what is imported here.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

IDENTITY_FILE = "identity.json"
SIGN_FILE = "sign.json"


@dataclass(frozen=True)
class Known:
    """What enrolment said, and the names of the station; "" = not known yet."""

    role: str  # kiosk, counter, gate
    name: str  # "K14"
    stop_place_id: str  # where it stands; "" = anywhere
    station: str = ""
    other: str = ""


def read(folder: Path) -> Known | None:
    """None: there is no identity that could be read; `kiosk.app.identity` says why."""
    found = _object(folder / IDENTITY_FILE)
    names = [found.get(key) for key in ("role", "name", "stop_place_id")]
    if not all(isinstance(name, str) for name in names):
        return None
    role, name, place = map(str, names)
    shown = _object(folder / SIGN_FILE)
    if not place or shown.get("stop_place_id") != place:  # it stands elsewhere since
        return Known(role, name, place)
    return Known(role, name, place, str(shown.get("station", "")), str(shown.get("other", "")))


def keep(folder: Path, known: Known, station: str, other: str) -> None:
    """Remember the station's names for the next start. A disk that is full costs no more than that."""
    if (station, other) == (known.station, known.other):
        return
    new = folder / f"{SIGN_FILE}.new"
    content = {"stop_place_id": known.stop_place_id, "station": station, "other": other}
    with suppress(OSError):
        new.write_text(json.dumps(content, ensure_ascii=False))
        new.replace(folder / SIGN_FILE)


def _object(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
