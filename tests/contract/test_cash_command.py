"""`kiosk cash` and `kiosk devices` on a simulated machine, and what a configuration may say of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.app.config import ConfigWrong, load
from kiosk.app.main import main

from .conftest import Start


def config_of(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "terminal.toml"
    path.write_text("\n".join(["[terminal]", f'folder = "{tmp_path / "own"}"', "[cash]", *lines]) + "\n")
    return path


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    return done.exit_code, done.output


@pytest.fixture
def config(start: Start, tmp_path: Path) -> Path:
    coins, notes = start("cctalk", "--hopper", "3:100:60", "--hopper", "4:50:5"), start("essp")
    return config_of(
        tmp_path,
        'currency = "CNY"',
        f'coins = "127.0.0.1:{coins.port}"',
        'hoppers = "3:1.00 4:0.50"',
        f'notes = "127.0.0.1:{notes.port}"',
    )


def test_staff_fill_look_and_empty(config: Path) -> None:
    status, said = run("devices", "--config", config)
    assert status == 1 and "exact money only" in said and "0 coins of ¥ 1.00" in said
    assert run("cash", "fill", "--config", config, "3", "60") == (0, "hopper 3 holds 60 coins of ¥ 1.00\n")
    assert run("cash", "fill", "--config", config, "3", "--", "-5")[1] == "hopper 3 holds 55 coins of ¥ 1.00\n"
    assert "cannot be out" in run("cash", "fill", "--config", config, "3", "--", "-56")[1]
    assert "there is no hopper 9" in run("cash", "fill", "--config", config, "9", "1")[1]
    run("cash", "fill", "--config", config, "4", "40")
    status, said = run("devices", "--config", config)
    assert status == 0 and "takes ¥ 1.00, ¥ 5.00, ¥ 10.00" in said and "exact" not in said
    assert "hopper 4   40 coins of ¥ 0.50" in run("cash", "state", "--config", config)[1]
    assert run("cash", "emptied", "--config", config) == (0, "together ¥ 0.00\n")


def test_a_machine_that_is_away_says_what_to_do(tmp_path: Path) -> None:
    config = config_of(
        tmp_path, 'currency = "CNY"', 'coins = "/dev/none"', 'hoppers = "3:1.00"', 'notes = "/dev/none2"'
    )
    status, said = run("devices", "--config", config)
    assert status == 1 and said.count("does not answer") == 2 and "is it on" in said and "no cash device" in said
    assert "hopper 3 does not answer" in run("cash", "fill", "--config", config, "3", "1")[1]
    assert "no cash machine is configured" in run("cash", "state", "--config", config_of(tmp_path))[1]


def test_a_counters_drawer(tmp_path: Path) -> None:
    config = config_of(tmp_path, 'currency = "EUR"', "drawer = true")
    assert run("cash", "drawer", "--config", config, "--float", "200.00") == (0, "in the drawer: € 200.00\n")
    assert run("cash", "drawer", "--config", config)[1] == "in the drawer: € 200.00\n"
    assert "no sum of money" in run("cash", "drawer", "--config", config, "--float", "much")[1]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['coins = "/dev/x"'], "currency is missing"),
        (['currency = "EUR"', 'hoppers = "3:1.00"'], "hoppers need coins"),
        (['currency = "EUR"', 'coins = "/dev/x"', 'hoppers = "3"'], "NUMBER:VALUE"),
        (['currency = "EUR"', 'coins = "/dev/x"', 'hoppers = "3:x"'], "NUMBER:VALUE"),
        (['currency = "EUR"', 'coins = "/dev/x"', 'hoppers = "2:1.00"'], "addresses from 3"),
        (['currency = "EUR"', 'coins = "/dev/x"', 'hoppers = "3:1.00"', 'recycle = "1:4:9"'], "hopper 4"),
        (['currency = "EUR"', 'coins = "/dev/x"', 'recycle = "1"'], "PATH:HOPPER:FULL"),
        (['currency = "EUR"', 'notes = "/dev/x"', 'notes_key = "12"'], "16 hexadecimal"),
        (['currency = "EUR"', 'notes = "/dev/x"', 'hopper_variant = "secret"'], "serial, cipher, plain"),
        (['currency = "EUR"', 'notes = "/dev/x"', "drawer = true"], "one of them"),
        (['currency = "EUR"', 'notes = "/dev/x"', "timeout_s = 0"], "above 0"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(ConfigWrong, match=said):
        load(config_of(tmp_path, *lines))
