"""The configuration: every mistake at once, by name, with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.app.config import ConfigWrong, load

GOOD = '[terminal]\nfolder = "x"\n'


def test_defaults(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(GOOD)
    config = load(path)
    assert config.printer.width_dots == 0 and config.printer.address == "" and config.folder == Path("x")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(
        '[printer]\nwidth_dots = "wide"\nadress = "x"\n[payment]\naddress = "nowhere"\n'
        '[screen]\nshape = "round"\n[central]\nurl = "ftp://x"\n[coffee]\ncups = 2\n'
    )
    with pytest.raises(ConfigWrong) as told:
        load(path)
    for word in (
        "[printer] width_dots = 'wide' must be a whole number",
        "[printer] adress is not known",
        "[payment] address = 'nowhere' must be HOST:PORT",
        "shape = 'round' must be portrait, landscape or window",
        "url = 'ftp://x' must begin with http:// or https://",
        "[coffee] is not a section",
        "[terminal] folder is missing",
    ):
        assert word in str(told.value)


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigWrong, match="there is no such file"):
        load(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[terminal\n")
    with pytest.raises(ConfigWrong, match=r"bad\.toml"):
        load(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("printer", "address", "printer.local:0"),
        ("printer", "address", "127.0.0.1:65536"),
        ("payment", "address", "10.0.0.9:910000"),
        ("central", "url", "https://central.example:99999"),
        ("camera", "source", "http://camera.example:0/stream"),
    ],
)
def test_a_port_that_is_none_is_told_with_key_value_and_file(
    tmp_path: Path, section: str, key: str, value: str
) -> None:
    path = tmp_path / "t.toml"
    path.write_text(f'{GOOD}[{section}]\n{key} = "{value}"\n')
    with pytest.raises(ConfigWrong) as told:
        load(path)
    assert f"[{section}] {key} = '{value}': the port must be a number from 1 to 65535" in str(told.value)
    assert str(path) in str(told.value)


@pytest.mark.parametrize("address", [":9100", "printer", "printer:", "printer:91oo", "printer:²"])
def test_half_an_address_is_told(tmp_path: Path, address: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(f'{GOOD}[printer]\naddress = "{address}"\n')
    with pytest.raises(ConfigWrong, match=r"\[printer\] address = .* must be HOST:PORT"):
        load(path)


def test_the_ends_of_the_range_are_ports(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(f'{GOOD}[printer]\naddress = "a:1"\n[payment]\naddress = "b:65535"\n[central]\nurl = "http://c"\n')
    assert load(path).payment.address == "b:65535"


def test_how_long_a_gate_lets_in_is_configured(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(f"{GOOD}[gate]\nopens_before_min = 20\ngrace_min = 5\n")
    assert (load(path).gate.opens_before_min, load(path).gate.grace_min) == (20, 5)
    path.write_text(f"{GOOD}[gate]\ngrace_min = -5\n")
    with pytest.raises(ConfigWrong, match=r"\[gate\] grace_min = -5 must not be negative"):
        load(path)


def test_where_people_are_is_the_operators_to_say(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(f'{GOOD}[screen]\nstaff = "Staff desk at entrance 3"\n')
    assert load(path).screen.staff == "Staff desk at entrance 3"


def test_the_network_of_gates_is_named_by_addresses(tmp_path: Path) -> None:
    file = tmp_path / "gate.toml"
    file.write_text(
        '[terminal]\nfolder = "x"\n[lan]\ninterface = "eth0"\ngroup = "10.0.0.1"\nport = 0\npeers = "a, b:1"\n'
    )
    with pytest.raises(ConfigWrong) as fault:
        load(file)
    for words in ("interface = 'eth0'", "group = '10.0.0.1'", "port = 0", "'a' must be HOST:PORT"):
        assert words in str(fault.value)
    file.write_text(GOOD + '[lan]\ninterface = "any"\npeers = "10.0.0.5:8721, gate6:8721"\n')
    assert load(file).lan.interface == "any"
