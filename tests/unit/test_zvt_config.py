"""The configuration of a ZVT terminal, and the receipts it hands over."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from devices.payment.zvt.terminal import ZvtPayment
from kiosk.app.config import ConfigWrong, load
from kiosk.app.means import how, ways_to_pay
from kiosk.app.zvt import Receipts


def configured(folder: Path, address: str, more: str = "") -> Path:
    path = folder / "t.toml"
    path.write_text(f'[terminal]\nfolder = "{folder}"\n[payment]\nprotocol = "zvt"\naddress = "{address}"\n{more}')
    return path


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/dev/no-such-line", "/dev/no-such-line@115200"])
def test_a_terminal_is_built_from_its_sections(tmp_path: Path, address: str) -> None:
    config = load(configured(tmp_path, address, '[zvt]\npassword = "123456"\ncurrency = "CHF"\n'))
    terminal = ways_to_pay(config)["card"]
    assert isinstance(terminal, ZvtPayment) and terminal.exclusive
    assert "123456" not in repr(vars(terminal))
    works, state = how(terminal)
    assert not works and state.startswith("does not answer: ")
    terminal.close()


@pytest.mark.parametrize(
    ("address", "more", "told"),
    [
        ("10.0.0.9", "", "must be HOST:PORT"),
        ("/dev/ttyUSB0@fast", "", "must be a device, or DEVICE@BAUD"),
        ("10.0.0.9:20007", '[zvt]\npassword = "12"\n', "six digits"),
        ("10.0.0.9:20007", '[zvt]\ncurrency = "XXX"\n', "currency = 'XXX' must be one of"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, address: str, more: str, told: str) -> None:
    with pytest.raises(ConfigWrong) as wrong:
        load(configured(tmp_path, address, more))
    assert told in str(wrong.value)


def test_receipts_are_kept_without_card_numbers(tmp_path: Path) -> None:
    Receipts(tmp_path / "receipts").keep(["CARD 4111 1111 1111 1111", "CARD 5500000000000004", "VU 4556123456788"])
    kept = (tmp_path / "receipts" / f"{time.strftime('%Y-%m-%d')}.txt").read_text()
    assert kept == "CARD **** 1111\nCARD **** 0004\nVU 4556123456788\n\n"
    (tmp_path / "file").touch()
    Receipts(tmp_path / "file").keep(["nobody can keep this, and the payment goes on"])
