"""`kiosk demo` (make run): central, simulated devices and a network, all real processes, and a terminal on top."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from kiosk.app.children import Child, end_on_sigterm
from kiosk.app.config import load
from kiosk.app.identity import IDENTITY_FILE, enrol
from kiosk.app.ways import DEFAULT, way
from kiosk.domain.errors import KioskError

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "assets" / "demo"
NETWORK = DEMO / "beijing-shanghai"
STATION = "VNP"  # Beijing South


class CentralAtHand:
    """A central system with its data in a folder, driven through its own command line."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder = folder
        self._log = log
        self._child: Child | None = None
        self.url = ""

    def command(self, *arguments: str | Path) -> str:
        """`kiosk central ...`; its output, or its message as an error."""
        done = subprocess.run(
            [sys.executable, "-m", "central", *map(str, arguments), "--data", str(self.folder)],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise KioskError(f"kiosk central {arguments[0]}: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done.stdout

    def serve(self, *more: str) -> str:
        """Start it and keep it; returns its address."""
        arguments = ["serve", "--port", "0", "--data", str(self.folder), *more]
        self._child = Child("central", "central", *arguments, log=self._log)
        self.url = str(self._child.wait_ready(90)["url"])
        return self.url

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.command("status", "--json"))
        return found

    def code(self, name: str, role: str, station: str) -> str:
        """A one-time code for a terminal."""
        answer = json.loads(self.command("enrol", "--name", name, "--role", role, "--station", station, "--json"))
        return str(answer["code"])

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()


def import_network(central: CentralAtHand, feed: Path | None, *extra: str) -> str:
    """The shipped network with its hall, or another feed as if it ran today; returns what the import said."""
    if feed is not None:
        return central.command("import-gtfs", feed, "--shift-to-today", *extra)
    said = central.command("import-gtfs", NETWORK, "--ties", DEMO / "ties.toml")
    return said + central.command("import-event", DEMO / "hall.toml")


def write_config(path: Path, **sections: dict[str, Any]) -> None:
    """A terminal's TOML file."""
    lines = []
    for name, values in sections.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def run(
    role: str,
    folder: Path,
    *,
    shape: str,
    feed: Path | None,
    station: str | None,
    drive: Path | None,
    pay: str = DEFAULT,
) -> int:
    """Everything on one machine; ends with the terminal's window."""
    from kiosk.app.run import run as open_terminal

    end_on_sigterm()
    if feed is not None:
        folder = folder / feed.stem
        station = station or ""
    with ExitStack() as stack:
        central = CentralAtHand(folder / "central", folder / "log" / "central.log")
        say("Starting the central system (PostgreSQL and HTTP)")
        if not (folder / "imported").exists():
            say(f"Importing {feed or 'the Beijing-Shanghai high-speed line and a concert hall'}")
            said = import_network(central, feed)
            click.echo("\n".join(f"    {line}" for line in said.splitlines()[-8:]))
            (folder / "imported").touch()
            (folder / "vouchers.txt").write_text(central.command("voucher", "issue", "200", "--count", "3"))
        paid = way(pay, folder, stack)
        central.serve(*paid.central_arguments)
        stack.callback(central.stop)
        say(f"Central answers on {central.url}")
        devices = start_devices(folder, stack)
        paid.start()
        say(f"Simulated printer (pages in {folder / 'paper'}), payment terminal and camera are running")
        config_path = folder / f"{role}.toml"
        write_config(
            config_path,
            terminal={"folder": str(folder / role)},
            central={"url": central.url},
            printer={"address": f"127.0.0.1:{devices['printer']}"},
            camera={"source": f"http://127.0.0.1:{devices['camera']}/"},
            screen={"shape": shape},
            voucher={"accepted": True},
            **paid.sections(),
        )
        config = load(config_path)
        if not (config.folder / IDENTITY_FILE).exists():
            name = "K14" if role == "kiosk" else "Gate 5"
            code = central.code(name, role, STATION if station is None else station)
            who = enrol(config.folder, config.central.url, code, machine="demonstration")
            say(f"Enrolled as {who.reply.name}, terminal {who.reply.terminal_id}.{who.reply.incarnation}")
        if (vouchers := folder / "vouchers.txt").exists():
            say(f"Vouchers to pay with are in {vouchers}")
        say(f"Opening the {role}")
        return open_terminal(config, drive=drive)


def start_devices(folder: Path, stack: ExitStack, **scripts: Path) -> dict[str, int]:
    """Printer and camera; returns ports, and control ports as "printer_control" and so on."""
    wanted = {
        "printer": ["--out", str(folder / "paper")],
        "camera": [],
    }
    ports = {}
    for name, arguments in wanted.items():
        if name in scripts:
            arguments += ["--script", str(scripts[name])]
        child = Child(name, f"devices.simulated.{name}", *arguments, log=folder / "log" / f"{name}.log")
        stack.callback(child.stop)
        ready = child.wait_ready(30)
        ports[name], ports[f"{name}_control"] = int(ready["port"]), int(ready["control"])
    return ports


def say(text: str) -> None:
    """One line of progress."""
    click.echo(f"• {text}")
