"""What `kiosk doctor` looks at in an enrolled terminal: certificate, journal, what central has of it, both clocks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.app import identity
from kiosk.app.config import Config
from kiosk.app.findings import Finding
from kiosk.domain.certificate import read_issuer, read_terminal
from kiosk.domain.errors import KioskError
from kiosk.store.verify import JOURNAL, verify
from sync.client import CentralClient
from sync.wire import EnrolReply

CERTIFICATE_LOW_S = 2 * 86_400
BACKLOG_MANY = 10_000  # records
CLOCK_OFF_S = 60.0


def of_terminal(config: Config) -> Iterator[Finding]:
    """Everything that needs the terminal's identity; only that it has none, when it has none."""
    try:
        reply = identity.load(config.folder).reply
    except KioskError as error:
        yield Finding("identity", False, str(error), "kiosk enrol --config FILE CODE")
        return
    who = f"{reply.name}, {reply.role}, terminal {reply.terminal_id}.{reply.incarnation}"
    yield Finding("identity", True, who)
    yield certificate(reply, time.time() + config.clock.offset_s)
    yield from journal(config, reply)


def certificate(reply: EnrolReply, now: float) -> Finding:
    """How long gates will take its tickets."""
    try:
        root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(reply.root_key))
        issuer = read_issuer(bytes.fromhex(reply.issuer_certificate), root)
        key = Ed25519PublicKey.from_public_bytes(issuer.public_key)
        ends = read_terminal(bytes.fromhex(reply.certificate), key).not_after
    except (KioskError, ValueError) as error:
        return Finding("certificate", False, f"it proves nothing: {error}", "enrol this terminal again")
    left_s = ends - now
    said = f"good until {time.strftime('%Y-%m-%d %H:%M', time.localtime(ends))}"
    if left_s <= 0:
        return Finding("certificate", False, f"{said}: no gate takes its tickets",
                       "bring the link to central back: it renews itself; is the clock right?")  # fmt: skip
    low = "soon: bring the link to central back, it renews itself" if left_s < CERTIFICATE_LOW_S else ""
    return Finding("certificate", not low, said, low)


def journal(config: Config, reply: EnrolReply) -> Iterator[Finding]:
    """Is it what was written, and how much of it does central not have yet? Changes nothing; may take seconds."""
    path = config.folder / JOURNAL
    if not path.exists():
        yield Finding("journal", True, "none yet: nothing was sold")
        return
    found = verify(path, reply.root_key)
    if found.faults:
        for fault in found.faults:
            yield Finding("journal", False, fault.what, fault.way_out)
    else:
        yield Finding("journal", True, f"{found.records} records, each as it was written")
    backlog = found.records - found.acknowledged
    said = f"{backlog} records are not with central yet" if backlog else "central has everything"
    if found.selling_stopped:
        yield Finding("sync", False, f"{said}; selling has stopped: {found.selling_stopped}", "call the operator")
    else:
        many = "bring the link to central back; nothing is lost" if backlog > BACKLOG_MANY else ""
        yield Finding("sync", not many, said, many)


def central(config: Config) -> Iterator[Finding]:
    """Is it there, and do both clocks agree?"""
    url = config.central.url
    client = CentralClient(url, timeout_s=3.0)
    try:
        health = client.health()
    except KioskError as error:
        yield Finding("central", False, str(error), "sales go on offline; check the link and [central] url")
        return
    finally:
        client.close()
    yield Finding("central", True, f"{url}: {health.status}, catalogue {health.catalogue_version}")
    off_s = clock_off_s(url, config.clock.offset_s)
    if off_s is not None:
        ok = abs(off_s) < CLOCK_OFF_S
        way_out = "" if ok else "start NTP (timedatectl set-ntp true), or set the clock of the wrong machine"
        yield Finding("clock", ok, f"{off_s:+.0f} s against central's", way_out)


def clock_off_s(url: str, offset_s: float) -> float | None:
    """Seconds this terminal is ahead of central, to the second; None when central does not say its time."""
    try:
        answer = requests.get(f"{url.rstrip('/')}/health", timeout=3)
        theirs = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (requests.RequestException, KeyError, ValueError):
        return None
    return time.time() + offset_s - theirs
