"""KDE's itinerary extractor reads our UIC codes, and says the same of the ticket as we do.

Debian 12 has its version 22.12, which knows open tickets only and reads a reservation as if it were one; so an open
ticket is what it judges, without its wish for stations that it has in its own list.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec

from kiosk.services.uic import issue
from tests.fixtures.uic import RESERVED, TRIP, issuer
from tests.judges.judge import Disagrees, Judge, agree

EXTRACTOR = Path("/usr/lib/x86_64-linux-gnu/libexec/kf5/kitinerary-extractor")


def _program() -> str | None:
    return shutil.which("kitinerary-extractor") or (str(EXTRACTOR) if EXTRACTOR.exists() else None)


def _missing() -> str:
    return "" if _program() else "kitinerary-extractor is not installed (Debian: libkpimitinerary-bin)"


def extracted(path: Path) -> list[dict[str, Any]]:
    """What the extractor finds in a file."""
    env = {"QT_QPA_PLATFORM": "offscreen", "TZ": "UTC", "HOME": str(path.parent)}
    call = [str(_program()), "--no-validation", str(path)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False, env=env)
    if done.returncode:
        raise Disagrees(f"kitinerary-extractor: {done.stderr[-300:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    return found


def _uic(folder: Path) -> str:
    path = folder / "ticket.bin"
    ticket = msgspec.structs.replace(RESERVED, coach=0, seat=0)
    code = issue.code_of(ticket, TRIP, issuer())
    path.write_bytes(code)
    found = extracted(path)
    agree(1, len(found), "tickets in our code")
    theirs = found[0]
    agree(("uic:9901", issuer().name), (theirs["issuedBy"]["identifier"], theirs["issuedBy"]["name"]), "issuer")
    agree(issue.flex_of(ticket, TRIP, issuer())["issuing"]["pnr"], theirs["ticketNumber"], "number")
    agree("2", theirs["ticketedSeat"]["seatingType"], "class")
    day = TRIP.departs.date().isoformat()
    agree((f"{day}T00:00:00", f"{day}T23:59:59"), (theirs["validFrom"], theirs["validUntil"]), "validity")
    agree(code, base64.b64decode(theirs["ticketToken"].removeprefix("aztecbin:")), "the code itself")
    return "1 open ticket of ours, 7 facts as the extractor reads them"


JUDGES = (Judge("codes: UIC, kitinerary", _missing, _uic),)
