"""`kiosk doctor`: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from kiosk.app import config as configuration
from kiosk.domain.errors import KioskError

FONTS = ("Noto Sans", "Noto Sans CJK SC")
DISK_FREE_MIN_MB = 200


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `way_out` is empty when it is well."""

    name: str
    ok: bool
    detail: str
    way_out: str = ""


def run(config_path: Path | None, *, as_json: bool) -> int:
    """Print every finding; exit status 1 when something is not well."""
    findings = list(examine(config_path))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else "FAIL"
            click.echo(f"{mark} {finding.name:16} {finding.detail}")
            if finding.way_out:
                click.echo(f"     {'':16} {finding.way_out}")
    return 0 if all(finding.ok for finding in findings) else 1


def examine(config_path: Path | None) -> Iterator[Finding]:
    """Look at the machine, then at what the configuration names."""
    yield _python()
    yield _sqlite()
    yield _zbar()
    yield from _fonts()
    yield _clock()
    if config_path is None:
        yield _disk(Path.cwd())
        return
    try:
        config = configuration.load(config_path)
    except KioskError as error:
        yield Finding("configuration", False, str(error), "docs/configuration.md explains every key")
        return
    yield Finding("configuration", True, str(config_path))
    yield _disk(config.folder)
    yield _identity(config.folder)
    yield from _devices(config)
    yield Finding("cards offline", True, config.offline.policy().words())
    yield _central(config)


def _python() -> Finding:
    return Finding("python", sys.version_info >= (3, 11), sys.version.split()[0])


def _sqlite() -> Finding:
    import sqlcipher3

    version = sqlcipher3.sqlite_version
    ok = tuple(map(int, version.split("."))) >= (3, 51, 3)
    return Finding("sqlite", ok, f"{version} through sqlcipher3", "" if ok else "needs 3.51.3: upgrade sqlcipher3")


def _zbar() -> Finding:
    try:
        import pyzbar.pyzbar as pyzbar
    except ImportError as error:
        return Finding("zbar", False, str(error), "apt-get install libzbar0")
    return Finding("zbar", True, f"pyzbar reads {len(pyzbar.ZBarSymbol)} symbologies")


def _fonts() -> Iterator[Finding]:
    for family in FONTS:
        found = _first_line(["fc-match", "-f", "%{family[0]}", family])
        ok = found is not None and found.startswith(family)
        package = "fonts-noto-cjk" if "CJK" in family else "fonts-noto-core"
        way_out = "" if ok else f"apt-get install {package if found else 'fontconfig'}"
        yield Finding("font", ok, f"{family}: {found or 'fontconfig does not answer'}", way_out)


def _first_line(command: list[str]) -> str | None:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _clock() -> Finding:
    # A clock set to the build date or 1970 is the usual sign of an empty battery.
    ok = time.time() > 1_760_000_000
    return Finding("clock", ok, time.strftime("%Y-%m-%d %H:%M:%S %Z"), "" if ok else "set the clock or start NTP")


def _disk(folder: Path) -> Finding:
    while not folder.exists():
        folder = folder.parent
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    ok = free_mb >= DISK_FREE_MIN_MB
    way_out = "" if ok else f"selling stops below {DISK_FREE_MIN_MB} MB: make room"
    return Finding("disk", ok, f"{free_mb} MB free for {folder}", way_out)


def _identity(folder: Path) -> Finding:
    from kiosk.app import identity

    try:
        reply = identity.load(folder).reply
    except KioskError as error:
        return Finding("identity", False, str(error), "kiosk enrol --config FILE CODE")
    return Finding("identity", True, f"{reply.name}, {reply.role}, terminal {reply.terminal_id}.{reply.incarnation}")


def _devices(config: configuration.Config) -> Iterator[Finding]:
    if config.printer.address:
        yield _tcp("printer", config.printer.address)
    if config.payment.address:
        yield _payment(config)
    if config.cash.present:
        from kiosk.app.devices import cash_parts

        for part in cash_parts(config):
            yield Finding(part.name, part.ok, part.state, part.way_out)
    if config.camera.source:
        yield _guard("camera", lambda: camera_picture(config.camera.source))


def _payment(config: configuration.Config) -> Finding:
    """Only asked whether it is there; one that knows more (ZVT) is asked how it is."""
    if config.payment.protocol != "zvt":
        return _tcp("payment", config.payment.address)
    from kiosk.app.zvt import zvt_terminal

    terminal = zvt_terminal(config)
    try:
        ok, state = terminal.how()
    finally:
        terminal.close()
    return Finding("payment", ok, f"{config.payment.address}: {state}", "" if ok else "look at the terminal")


def _tcp(name: str, address: str) -> Finding:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=3):
            return Finding(name, True, f"{address} answers")
    except OSError as error:
        return Finding(name, False, f"{address}: {error}", "is it switched on, and is the address right?")


def camera_picture(source: str) -> str:
    """The size of its next picture; KioskError or StopIteration when there is none."""
    from devices.camera.reader import CameraReader

    reader = CameraReader(source)
    try:
        frame = next(iter(reader.frames()))
        height, width = frame.image.shape[:2]
        return f"{source}: {width}x{height}"
    finally:
        reader.close()


def _guard(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except (KioskError, StopIteration) as error:
        return Finding(name, False, str(error) or "no picture", "check the cable and [camera] source")


def _central(config: configuration.Config) -> Finding:
    from sync.client import CentralClient

    client = CentralClient(config.central.url, timeout_s=3.0)
    try:
        health = client.health()
        return Finding("central", True, f"{config.central.url}: {health.status}, catalogue {health.catalogue_version}")
    except KioskError as error:
        return Finding("central", False, str(error), "sales go on offline; check the link and [central] url")
    finally:
        client.close()
