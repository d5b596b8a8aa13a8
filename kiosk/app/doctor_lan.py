"""The doctor's look at the network of gates: is the card there, does multicast pass, who is heard, who answers."""

from __future__ import annotations

import socket
import time

from kiosk.app import identity
from kiosk.app.clock import SystemClock
from kiosk.app.config import Config
from kiosk.app.lan import settings_of
from kiosk.domain.certificate import SCOPE_GATE
from kiosk.domain.errors import KioskError
from kiosk.domain.gate.held import Trust
from kiosk.domain.passages import Author
from sync.lan.discovery import EVERY_S, multicast_socket, read_beacon
from sync.lan.members import Members, NotAGate
from sync.lan.settings import LanSettings

LISTEN_S = 1.5 * EVERY_S


def look(config: Config) -> tuple[bool, str, str]:
    """(is it well, what was seen, the way out)."""
    settings = settings_of(config.lan)
    try:
        reply = identity.load(config.folder).reply
    except KioskError as fault:
        return False, str(fault), "kiosk enrol --config FILE CODE"
    members = Members(bytes.fromhex(reply.root_key), reply.tenant, Trust, SystemClock(config.clock.offset_s))
    try:
        ours = members.shown(bytes.fromhex(reply.certificate), bytes.fromhex(reply.issuer_certificate)).author
    except NotAGate as fault:
        way_out = "reach central once: it renews the certificate" if reply.role == "gate" else f"scope {SCOPE_GATE}"
        return False, f"this terminal does not speak as a gate: {fault}", way_out
    heard: set[Author] = set()
    if settings.group:
        try:
            heard = _heard(settings, members) - {ours}
        except OSError as error:
            way_out = "is [lan] interface an address of this machine, and its network up? Else configure [lan] peers"
            return False, f"no multicast on {settings.interface or 'any interface'}: {error}", way_out
    silent = [f"{host}:{port}" for host, port in settings.peers if not _answers(host, port)]
    seen = f"{len(heard)} other gates heard in {LISTEN_S:.0f} s, {len(settings.peers) - len(silent)} peers answer"
    if silent:
        return False, f"{seen}; silent: {', '.join(silent)}", "are they on, and is the port open between you?"
    if not heard and not settings.peers:
        return False, seen, "are the others on? Where multicast does not pass, configure [lan] peers"
    return True, seen, ""


def _heard(settings: LanSettings, members: Members) -> set[Author]:
    sock = multicast_socket(settings.group, settings.port, settings.interface)
    found: set[Author] = set()
    with sock:
        end = time.monotonic() + LISTEN_S
        while (left := end - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                found.add(read_beacon(sock.recv(2048), members)[0])
            except NotAGate:
                continue
            except TimeoutError:
                break
    return found


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=3).close()
    except OSError:
        return False
    return True
