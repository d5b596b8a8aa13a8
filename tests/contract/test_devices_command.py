"""`kiosk devices`: what it says of real simulators, and the test page it prints."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.app.main import main
from kiosk.app.means import ToldOnce
from kiosk.ports import PrinterStatus

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


def test_what_is_plugged_in_is_listed_as_addresses_or_it_is_said_that_nothing_is(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(f'[terminal]\nfolder = "{tmp_path}/t"\n')
    done = CliRunner().invoke(main, ["devices", "--config", str(config), "--find"])
    assert done.exit_code == 0
    for line in done.output.splitlines():
        assert line.startswith(("usb:", "file:", "serial:", "no printer is plugged in"))


def test_every_sort_of_printer_prints_its_test_page(start: Start, tmp_path: Path) -> None:
    escpos, label = start("printer", "--pty", str(tmp_path / "line")), start("zpl")
    config = tmp_path / "kiosk.toml"
    for lines, proof in (
        (f'address = "serial:{tmp_path}/line?baud=115200&flow=none"', "status"),
        (f'address = "file:{tmp_path}/line"\nmodel = "epson-tm-t20"', "process_id"),
        (f'address = "127.0.0.1:{label.port}"\nmodel = "zpl-203"', "host_status"),
        (f'address = "pdf:{tmp_path}/archive"', "file"),
    ):
        config.write_text(f'[terminal]\nfolder = "{tmp_path}/t"\n[printer]\n{lines}\n')
        code, found = devices(config, "--page")
        assert code == 0 and found[0]["state"] == f"test page printed, proof: {proof}"
    assert len(escpos.ledger("printed.jsonl")) == 3  # both simulators write into one folder
    assert [path.name for path in (tmp_path / "archive").iterdir()] == ["page.pdf"]


def test_a_lost_device_is_told_once_and_once_when_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    told = ToldOnce()
    with caplog.at_level(logging.WARNING):
        for well in (True, False, False, True, True):
            told.hear({"printer": well})
    assert [record.getMessage() for record in caplog.records] == [
        "the printer does not work now",
        "the printer works again",
    ]


def test_paper_that_ends_soon_is_told_once_for_each_roll(caplog: pytest.LogCaptureFixture) -> None:
    told, low, full = ToldOnce(), PrinterStatus(online=True, paper_low=True), PrinterStatus(online=True)
    with caplog.at_level(logging.WARNING):
        for status in (full, low, low, PrinterStatus(online=False), low, None, full, low):
            told.paper(status)
    assert [record.getMessage() for record in caplog.records] == [
        "the printer's paper ends soon: have a new roll at hand"
    ] * 2
