"""Staff numbers and PINs: who is let in, who waits, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.app.main import main
from kiosk.domain.errors import KioskError
from kiosk.services.staff import FILE, FREE_TRIES, WAIT_S, Staff, StaffRefused


class Clock:
    def __init__(self) -> None:
        self.mono = 0.0

    def now(self) -> float:
        return 1_795_387_080.0

    def monotonic(self) -> float:
        return self.mono


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def staff(tmp_path: Path, clock: Clock) -> Staff:
    staff = Staff(tmp_path, clock)
    staff.add("12", "Li Wei", "supervisor", "481516")
    return staff


def test_the_right_pin_says_who_it_is_and_signs(staff: Staff) -> None:
    assert staff.check("12", "481516").signature == "Li Wei (12)"
    assert staff.check("12", "481516").role == "supervisor"


@pytest.mark.parametrize(("number", "pin"), [("12", "481517"), ("13", "481516"), ("", ""), ("12", ""), ("١٢", "x")])
def test_a_wrong_number_and_a_wrong_pin_are_not_told_apart(staff: Staff, number: str, pin: str) -> None:
    with pytest.raises(StaffRefused, match="do not belong together"):
        staff.check(number, pin)


def test_after_three_wrong_ones_even_the_right_one_waits_and_longer_each_time(staff: Staff, clock: Clock) -> None:
    for _ in range(FREE_TRIES):
        with pytest.raises(StaffRefused) as refused:
            staff.check("12", "0000")
    assert refused.value.wait_s == WAIT_S
    with pytest.raises(StaffRefused) as refused:
        staff.check("12", "481516")
    assert refused.value.wait_s == pytest.approx(WAIT_S)
    clock.mono += WAIT_S
    with pytest.raises(StaffRefused) as refused:
        staff.check("12", "0000")
    assert refused.value.wait_s == 2 * WAIT_S
    clock.mono += 2 * WAIT_S
    assert staff.check("12", "481516").name == "Li Wei"
    with pytest.raises(StaffRefused) as refused:
        staff.check("12", "0000")
    assert refused.value.wait_s == 0


def test_switching_off_and_on_does_not_help_a_guesser(staff: Staff, tmp_path: Path, clock: Clock) -> None:
    for _ in range(FREE_TRIES):
        with pytest.raises(StaffRefused):
            staff.check("12", "000000")
    clock.mono = 0.0  # another boot
    with pytest.raises(StaffRefused) as refused:
        Staff(tmp_path, clock).check("12", "481516")
    assert refused.value.wait_s == WAIT_S
    clock.mono = WAIT_S
    assert Staff(tmp_path, clock).members()[0].number == "12"


def test_the_file_holds_no_pin_and_is_nobody_elses_to_read(staff: Staff, tmp_path: Path) -> None:
    kept = tmp_path / FILE
    assert b"481516" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("pin", ["12345", "123456", "000000", "987654", "48a516", "4815162342481", "٤٨١٥١٦"])
def test_pins_that_anybody_would_try_are_not_taken(staff: Staff, pin: str) -> None:
    with pytest.raises(KioskError):
        staff.add("14", "Zhang", "attendant", pin)


def test_a_damaged_file_is_named(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(KioskError, match=FILE):
        Staff(tmp_path, clock).check("12", "481516")


def test_the_command_adds_lists_and_removes(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(f'[terminal]\nfolder = "{tmp_path}"\n')
    run = CliRunner().invoke
    where = ["--config", str(config)]
    added = run(main, ["staff", "add", *where, "7", "--name", "Wang Fang"], input="271828\n271828\n")
    assert added.exit_code == 0 and "attendant" in added.output
    assert "Wang Fang" in run(main, ["staff", "list", *where]).output
    assert run(main, ["staff", "remove", *where, "7"]).exit_code == 0
    gone = run(main, ["staff", "remove", *where, "7"])
    assert gone.exit_code == 1 and "staff number 7" in gone.output
