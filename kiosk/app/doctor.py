"""`kiosk doctor`: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click

from kiosk.app import config as configuration
from kiosk.app.findings import Finding
from kiosk.domain.errors import KioskError

FONTS = ("Noto Sans", "Noto Sans CJK SC")
DISK_FREE_MIN_MB = 200


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
    from kiosk.app.doctor_terminal import central, of_terminal

    yield from of_terminal(config)
    yield from _devices(config)
    yield Finding("cards offline", True, config.offline.policy().words())
    yield from central(config)
    if config.lan.interface:
        from kiosk.app.doctor_lan import look

        yield Finding("other gates", *look(config))


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
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("disk", False, f"{folder} is not writable", "give it to the user the terminal runs as")
    ok = free_mb >= DISK_FREE_MIN_MB
    way_out = "" if ok else f"selling stops below {DISK_FREE_MIN_MB} MB: make room"
    return Finding("disk", ok, f"{free_mb} MB free for {folder}", way_out)


def _devices(config: configuration.Config) -> Iterator[Finding]:
    """Each device is really asked; a terminal that can take no money, or let nobody in, is not well."""
    from kiosk.app.devices import look
    from kiosk.app.means import ways_to_pay
    from kiosk.app.scanpay import at_hand

    with ExitStack() as closing:
        for each in look(config, closing, page=False):
            yield Finding(each.name, each.ok, f"{each.address}: {each.state}", each.way_out)
    if not config.printer.address:
        yield Finding("printer", True, "none is configured: tickets go to passengers' phones")
    if not config.camera.source and not ways_to_pay(config) and at_hand(config) is None:
        yield Finding(
            "payment", False, "none is configured: nothing can be sold", "set [payment] or another way to pay"
        )


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
