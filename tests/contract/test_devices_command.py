"""`kiosk devices`: what it says of real simulators, and the test page it prints."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.app.main import main
from kiosk.app.means import ToldOnce

from .conftest import Start


def devices(config: Path, *options: str) -> tuple[int, list[dict[str, object]]]:
    done = CliRunner().invoke(main, ["devices", "--config", str(config), "--json", *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, json.loads(done.output)


def test_devices_say_how_they_are_and_print_a_page(start: Start, tmp_path: Path) -> None:
    printer, payment = start("printer"), start("payment", "--tap-s", "0")
    config = tmp_path / "kiosk.toml"
    config.write_text(
        f'[terminal]\nfolder = "{tmp_path}/t"\n[printer]\naddress = "127.0.0.1:{printer.port}"\n'
        f'[payment]\naddress = "127.0.0.1:{payment.port}"\n'
    )
    code, found = devices(config)
    assert code == 0 and [(each["name"], each["state"]) for each in found] == [("printer", "ready"), ("card", "ready")]
    code, found = devices(config, "--page")
    assert code == 0 and found[0]["state"] == "test page printed, proof: status"
    assert len(list(tmp_path.glob("*.png"))) == 1
    printer.order("paper_out")
    payment.order("busy")
    code, found = devices(config)
    assert code == 1 and [each["way_out"] for each in found] == [
        "put in a new roll",
        "is it on, and its address right?",
    ]


def test_a_lost_device_is_told_once_and_once_when_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    told = ToldOnce()
    with caplog.at_level(logging.WARNING):
        for well in (True, False, False, True, True):
            told.hear({"printer": well})
    assert [record.getMessage() for record in caplog.records] == [
        "the printer does not work now",
        "the printer works again",
    ]
