"""What all simulators share: they stand alone, end politely, and say what is wrong with an order or a script."""

from __future__ import annotations

import ast
import socket
from pathlib import Path

import pytest

import devices.simulated
from kiosk.app.children import ChildFailed
from kiosk.app.main import main
from kiosk.domain.errors import KioskError

from .conftest import Start

NAMES = ("wechat", "alipay", "printer", "payment", "camera", "zvt")
FOLDER = Path(devices.simulated.__path__[0])


@pytest.mark.parametrize("name", NAMES)
def test_sigterm_ends_it_cleanly_even_with_a_client_connected(start: Start, name: str) -> None:
    device = start(name)
    device.order("state")  # the control connection stays open
    device.child.process.terminate()
    assert device.child.process.wait(20) == 0
    assert (device.folder / f"{name}.log").read_text() == ""


@pytest.mark.parametrize("name", NAMES)
def test_an_order_it_does_not_know_is_named_and_harms_nothing(start: Start, name: str) -> None:
    device = start(name)
    with pytest.raises(KioskError, match="dance"):
        device.order("dance")
    assert device.order("state")["ok"]


@pytest.mark.parametrize("name", NAMES)
def test_junk_and_passers_by_leave_it_standing_and_quiet(start: Start, name: str) -> None:
    """A port scan, a page for another device, orders that are none."""
    device = start(name)
    for junk in (b"", b"\x00\xff", b"GET /" + b"x" * 300_000):
        with socket.create_connection(("127.0.0.1", device.port), timeout=10) as link:
            try:
                link.sendall(junk)
                link.shutdown(socket.SHUT_WR)
                while link.recv(4096):
                    if name == "camera":  # a stream has no end
                        break
            except TimeoutError:
                raise
            except OSError:
                continue  # it hung up first, which is its right
    orders = socket.create_connection(("127.0.0.1", device.control_port), timeout=10)
    with orders, orders.makefile("rw") as control:
        for order in ("[1]", "null", '"jam"', "{", '{"do": []}'):
            control.write(order + "\n")
            control.flush()
            assert "error" in control.readline(), order
    assert device.order("state")["ok"]
    device.child.process.terminate()
    assert device.child.process.wait(20) == 0
    assert (device.folder / f"{name}.log").read_text() == ""


@pytest.mark.parametrize("text", ["{}", "[1]", '[{"do": "jam"}]'])
def test_a_script_that_is_none_is_refused_at_start(start: Start, tmp_path: Path, text: str) -> None:
    script = tmp_path / "faults.json"
    script.write_text(text)
    with pytest.raises(ChildFailed, match="a script is a list of faults"):
        start("printer", "--script", str(script))


@pytest.mark.parametrize("name", [path.stem for path in FOLDER.glob("*.py") if "\ndef main(" in path.read_text()])
def test_the_command_knows_each_and_shows_what_it_takes(capsys: pytest.CaptureFixture[str], name: str) -> None:
    with pytest.raises(SystemExit) as end:
        main.main(["simulate", name, "--help"], standalone_mode=False)
    assert end.value.code == 0 and f"usage: kiosk simulate {name} " in capsys.readouterr().out


def test_simulators_share_no_code_with_the_drivers_they_judge() -> None:
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text())
        imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
        ours = {each for each in imported if each.split(".")[0] in ("kiosk", "devices", "sync", "ui", "central")}
        assert all(each.startswith("devices.simulated") for each in ours), (path.name, ours)
