"""KDE's itinerary extractor reads our UIC codes and wallet passes, and says the same of the ticket as we do; real codes
of other railways are read and written again byte for byte, and say what the extractor says of them.

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

from kiosk.services.uic import issue, static_frame
from kiosk.services.uic.schema import UnreadableCode
from kiosk.services.wallet_pass import Line, WalletPass, build
from tests.conftest import DATA
from tests.fixtures.uic import RESERVED, TRIP, issuer
from tests.judges.judge import Disagrees, Judge, agree, from_apt

ICON = bytes.fromhex(  # a PNG of one white dot
    "89504e470d0a1a0a0000000d4948445200000001000000010000000000 3a7e9b55 0000000a49444154789c63fa0f0001050102cfa02ecd"
    "0000000049454e44ae426082"
)
EXTRACTOR = Path("/usr/lib/x86_64-linux-gnu/libexec/kf5/kitinerary-extractor")


def _program() -> str | None:
    return shutil.which("kitinerary-extractor") or (str(EXTRACTOR) if EXTRACTOR.exists() else None)


def _missing() -> str:
    if not _program():
        from_apt("kitinerary-extractor")
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


def _pass(folder: Path) -> str:
    path = folder / "ticket.pkpass"
    content = WalletPass(
        pass_type="pass.org.example.ticket", team="TEAM", organization="Demo", serial="00ab", description="Ticket",
        code="T1:" + "ABC123" * 20, departs=TRIP.departs, ends=TRIP.arrives, primary=(Line("from", "from", "Łódź"),),
        texts={"zh-Hans": {"from": "从"}}, pictures={"icon.png": ICON},
    )  # fmt: skip
    path.write_bytes(build(content))
    [theirs] = extracted(path)
    agree("TrainReservation", theirs["@type"], "kind")
    agree((content.pass_type, content.serial),
          (theirs["pkpassPassTypeIdentifier"], theirs["pkpassSerialNumber"]), "name of the pass")  # fmt: skip
    agree("qrCode:" + content.code, theirs["reservedTicket"]["ticketToken"], "the code itself")
    return "1 pass of ours: a train's, its name and its code as the extractor reads them"


def _no_data() -> str:
    return _missing() or ("" if (DATA / "barcode").is_dir() else f"real data is not at {DATA}; set KIOSK_DATA")


def _real(folder: Path) -> str:
    """Small structured barcodes (SSB) are another standard, which this program does not read: it must say so."""
    again, refused, said = 0, 0, 0
    for path in sorted((DATA / "barcode").rglob("*.bin")):
        code = path.read_bytes()
        if not code.startswith(b"#UT"):
            try:
                static_frame.read(code)
            except UnreadableCode:
                refused += 1
                continue
            raise Disagrees(f"{path.name} was read, and is no UIC 918.3 code")
        frame = static_frame.read(code)
        agree(code, static_frame.write(frame), f"{path.name} written again")
        again += 1
        flex = frame.flex()
        if flex is None or flex["documents"][0]["ticket"][0] != "open":
            continue
        copy = folder / path.name
        copy.write_bytes(code)
        theirs = extracted(copy)[0]
        person = flex["travelers"]["people"][0]
        agree(flex["issuing"]["pnr"], theirs["reservationNumber"], f"number of {path.name}")
        agree(f"{person['firstName']} {person['lastName']}", theirs["underName"]["name"], f"traveller of {path.name}")
        said += 2
    if not again:
        raise Disagrees("there is no code to be read")
    return (
        f"{again} codes byte for byte, {said} facts as the extractor reads them, {refused} of another standard refused"
    )


JUDGES = (
    Judge("codes: UIC, kitinerary", _missing, _uic),
    Judge("codes: wallet pass, kitinerary", _missing, _pass),
    Judge("codes: UIC of other railways, kitinerary", _no_data, _real),
)
