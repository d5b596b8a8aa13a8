"""`kiosk doctor`: every device really asked, every fault named with what to do; certificate, journal, sync, clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.app import identity
from kiosk.app.clock import SystemClock, TimeOrderedIds
from kiosk.app.doctor_terminal import certificate
from kiosk.app.main import main
from kiosk.store.store import open_store
from sync.wire import Health
from tests.sync.scripted import NOW, ScriptedCentral, json_answer

from .conftest import Start

DAY = 86_400


@pytest.fixture
def central() -> Iterator[ScriptedCentral]:
    scripted = ScriptedCentral()
    scripted.answer = lambda *_: json_answer(Health("ok", 1, 3))
    yield scripted
    scripted.close()


def doctor(config: Path) -> tuple[int, dict[str, dict[str, object]]]:
    done = CliRunner().invoke(main, ["doctor", "--config", str(config), "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    found = json.loads(done.output)
    assert all(each["way_out"] for each in found if not each["ok"]), "every failing line says what to do"
    return done.exit_code, {each["name"]: each for each in found}


def configured(folder: Path, central: ScriptedCentral, more: str) -> Path:
    """An enrolled terminal with a journal, and its configuration."""
    terminal = folder / "terminal"
    terminal.mkdir()
    (terminal / identity.KEY_FILE).write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
    identity.save(terminal, central.enrolment())
    open_store(terminal, terminal_id=14, incarnation=1, epoch=1, clock=SystemClock(), ids=TimeOrderedIds()).close()
    path = folder / "kiosk.toml"
    path.write_text(f'[terminal]\nfolder = "{terminal}"\n[central]\nurl = "{central.url}"\n{more}')
    return path


@pytest.mark.parametrize(
    ("address", "says", "way_out"),
    [
        ("serial:{0}/ttyUSB7", "ttyUSB7 is not there", "/dev/serial/by-id"),
        ("serial:{0}/kiosk.toml", "kiosk.toml is no serial line", "/dev/serial/by-id"),
        ("usb:1209:0001", "no USB printer 1209:0001 is plugged in", "kiosk devices --find"),
        ("cups:tickets@127.0.0.1:9", "Connection refused", "lpstat -e"),
        ("file:{0}/lp7", "No such file", "/dev/usb"),
        ("pdf:/proc/pages", "folder cannot be used", "may write to"),
    ],
)
def test_a_printer_that_is_not_there_is_looked_for_by_its_kind(
    central: ScriptedCentral, tmp_path: Path, address: str, says: str, way_out: str
) -> None:
    _, found = doctor(configured(tmp_path, central, f'[printer]\naddress = "{address.format(tmp_path)}"\n'))
    printer = found["printer"]
    assert not printer["ok"] and says in str(printer["detail"]) and way_out in str(printer["way_out"])


def test_each_fault_of_a_device_is_named_with_what_to_do(
    start: Start, central: ScriptedCentral, tmp_path: Path
) -> None:
    printer, card = start("printer"), start("payment", "--tap-s", "0")
    config = configured(
        tmp_path,
        central,
        f'[printer]\naddress = "127.0.0.1:{printer.port}"\ntimeout_s = 0.5\n'
        f'[payment]\naddress = "127.0.0.1:{card.port}"\n',
    )
    _, found = doctor(config)
    assert found["printer"]["ok"] and found["card"]["ok"] and found["central"]["ok"] and found["journal"]["ok"]
    assert found["sync"]["detail"] == "1 records are not with central yet"
    for fault, word in (
        ("paper_out", "paper is out"),
        ("cover_open", "cover is open"),
        ("jam", "cutter"),
        ("offline", "does not answer"),
        ("silent", "does not answer"),
    ):
        printer.order(fault)
        code, found = doctor(config)
        assert code == 1 and not found["printer"]["ok"] and word in str(found["printer"]["detail"])
        printer.order("clear")
    printer.order("paper_low")
    card.order("busy")
    code, found = doctor(config)
    assert code == 1 and not found["card"]["ok"]
    assert found["printer"]["ok"] and found["printer"]["way_out"] == "have a new roll at hand"


@pytest.mark.parametrize("address", ["usb:04b8:0e15:nobodys", "serial:/dev/nobodys", "cups:nobodys@127.0.0.1:9"])
def test_a_printer_on_any_way_that_is_not_there_is_told(central: ScriptedCentral, tmp_path: Path, address: str) -> None:
    _, found = doctor(configured(tmp_path, central, f'[printer]\naddress = "{address}"\ntimeout_s = 0.5\n'))
    assert not found["printer"]["ok"] and "does not answer" in str(found["printer"]["detail"])


def test_a_central_that_is_away_and_a_terminal_without_a_printer(central: ScriptedCentral, tmp_path: Path) -> None:
    config = configured(tmp_path, central, "")
    central.answer = lambda *_: (500, "text/plain", b"away")
    code, found = doctor(config)
    assert code == 1 and not found["central"]["ok"] and "clock" in found
    assert found["printer"]["ok"] and "phones" in str(found["printer"]["detail"])


def test_both_clocks_are_compared(central: ScriptedCentral, tmp_path: Path) -> None:
    _, found = doctor(configured(tmp_path, central, ""))
    assert found["clock"]["ok"] and "against central" in str(found["clock"]["detail"])
    path = tmp_path / "kiosk.toml"
    path.write_text(path.read_text() + "[clock]\noffset_s = 7200\n")
    _, found = doctor(path)
    assert not found["clock"]["ok"] and str(found["clock"]["detail"]).startswith("+720")


def test_a_damaged_journal_is_told(central: ScriptedCentral, tmp_path: Path) -> None:
    config = configured(tmp_path, central, "")
    for journal in (tmp_path / "terminal").glob("journal.db*"):
        journal.write_bytes(b"nothing of a database" * 400)
    _, found = doctor(config)
    assert not found["journal"]["ok"]


@pytest.mark.parametrize(("now", "ok"), [(NOW, True), (NOW + 5 * DAY, False), (NOW + 7 * DAY, False)])
def test_a_certificate_is_told_before_it_ends(central: ScriptedCentral, now: int, ok: bool) -> None:
    assert certificate(central.enrolment(), now).ok is ok


def test_a_certificate_of_another_central_proves_nothing(central: ScriptedCentral) -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    found = certificate(msgspec.structs.replace(central.enrolment(), root_key=other), NOW)
    assert not found.ok and "proves nothing" in found.detail
