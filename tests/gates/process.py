"""One whole gate as a process of its own: commands come as JSON lines, answers go out as JSON lines.

python -m tests.gates.process FOLDER      (FOLDER/enrolled.json, FOLDER/lan.json)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from kiosk.app.clock import SystemClock
from kiosk.app.config import LanSection
from kiosk.domain.events import AdmissionContested
from sync.pages import SignedPage
from tests.gates.whole import Enrolled, WholeGate


def answer(gate: WholeGate, ask: dict[str, Any]) -> dict[str, Any]:
    if "scan" in ask:
        return {"word": str(gate.gate.scan(ask["scan"]).decision.word)}
    if "knows" in ask:
        return {"knows": gate.store.admitted(ask["knows"]) is not None}
    if "revoked" in ask:
        return {"revoked": ask["revoked"] in gate.gate.trust().revoked_tickets}
    if "list" in ask:
        news, _ = gate.lists.take([SignedPage(*page) for page in ask["list"]])
        gate.network.lan.poke()
        return {"news": news}
    if "linked" in ask:
        return {"linked": sum(each.linked for each in gate.network.lan.state.others)}
    contested = [
        [event.terminal_id, event.incarnation, event.seq]
        for _, event in gate.store.journal.events()
        if isinstance(event, AdmissionContested)
    ]
    return {"contested": sorted(contested), "refused": gate.network.lan.state.refused}


def main(folder: Path) -> None:
    enrolled = msgspec.json.decode((folder / "enrolled.json").read_bytes(), type=Enrolled)
    section = LanSection(**json.loads((folder / "lan.json").read_text()))
    offset_s = float((folder / "offset").read_text())
    gate = WholeGate(folder, enrolled, section, SystemClock(offset_s), stop_place_id="")
    gate.start()
    print(json.dumps({"port": gate.network.lan.state.port}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(gate, json.loads(line))), flush=True)
    gate.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
