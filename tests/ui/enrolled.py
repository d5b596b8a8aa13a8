"""A terminal's folder as central and a first sync leave it: `kiosk run` opens it at once, link or no link."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.app import identity
from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.domain.certificate import IssuerCertificate, TerminalCertificate, issue_issuer, issue_terminal
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.store import open_store
from sync.wire import EnrolReply
from tests.ui import network
from tests.ui.world import START, grants

DAY_S = 86_400


def enrol(folder: Path, *, printer: int = 0, payment: int = 0) -> Path:
    """Identity, timetable and places in hand, on a morning the timetable knows; returns the TOML file.

    `printer` and `payment` are ports of devices on this machine, 0 = none. Nobody answers as central.
    """
    folder.mkdir(parents=True)
    root, issuer, own = (Ed25519PrivateKey.generate() for _ in range(3))
    life = {"not_before": int(START) - DAY_S, "not_after": int(START) + 13 * DAY_S}
    certificate = TerminalCertificate(**life, tenant=7, terminal_id=14, incarnation=1, public_key=_public(own))
    reply = EnrolReply(
        terminal_id=14,
        incarnation=1,
        epoch=1,
        role="kiosk",
        name="K14",
        stop_place_id="VNP",
        certificate=issue_terminal(certificate, issuer).hex(),
        issuer_certificate=issue_issuer(IssuerCertificate(**life, public_key=_public(issuer)), root).hex(),
        root_key=_public(root).hex(),
        tenant=7,
    )
    identity.save(folder, reply)
    (folder / identity.KEY_FILE).write_bytes(own.private_bytes_raw())
    offset_s = START - time.time()
    clock, ids = SystemClock(offset_s), TimeOrderedIds()
    store = open_store(folder, terminal_id=14, incarnation=1, epoch=1, clock=clock, ids=ids)
    catalogue = CatalogueStore.open(folder, store.key)
    catalogue.replace(network.catalogue(), "1")
    store.journal.append(*grants())
    catalogue.close()
    store.close()
    return _settings(folder, printer, payment, offset_s)


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _settings(folder: Path, printer: int, payment: int, offset_s: float) -> Path:
    sections = {
        "terminal": {"folder": str(folder)},
        "central": {"url": "http://127.0.0.1:9"},
        "printer": {"address": f"127.0.0.1:{printer}" if printer else ""},
        "payment": {"address": f"127.0.0.1:{payment}" if payment else ""},
        "screen": {"staff": "Staff desk at entrance 3"},
        "clock": {"offset_s": round(offset_s)},
    }
    path = folder / "terminal.toml"
    lines = []
    for section, values in sections.items():
        lines += [f"[{section}]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]
    path.write_text("\n".join(lines) + "\n")
    return path


if __name__ == "__main__":
    enrol(Path(sys.argv[1]), printer=int(sys.argv[2]), payment=int(sys.argv[3]))
