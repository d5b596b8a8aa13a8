"""The configuration of a nexo terminal and its key file: mistakes have a name and a way out, secrets are not shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.payment.nexo.driver import NexoPayment
from kiosk.app.config import ConfigWrong, load
from kiosk.app.means import ways_to_pay

BASE = '[terminal]\nfolder = "x"\n[payment]\nprotocol = "nexo"\naddress = "10.0.0.9:8443"\n[nexo]\n'
KEY = 'identifier = "till"\nversion = 1\npassphrase = "mockingbird"\n'


def configured(folder: Path, more: str) -> Path:
    path = folder / "t.toml"
    path.write_text(BASE + more)
    return path


def test_a_terminal_is_built_from_its_section(tmp_path: Path) -> None:
    key = tmp_path / "key.toml"
    key.write_text(KEY)
    config = load(configured(tmp_path, f'poi_id = "V400m-1"\nca_file = "fleet.pem"\nkey_file = "{key}"\n'))
    terminal = ways_to_pay(config)["card"]
    assert isinstance(terminal, NexoPayment) and terminal.exclusive
    assert "mockingbird" not in repr(vars(terminal))
    assert not terminal.ready()  # the certificate file is not there
    terminal.close()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('ca_file = "a"\n', "poi_id is missing"),
        ('poi_id = "V"\n', "needs ca_file"),
        ('poi_id = "V"\nca_file = "a"\nfingerprint = "b"\n', "not both"),
        ('poi_id = "V"\nfingerprint = "abc"\n', "64 hexadecimal digits"),
        ('poi_id = "V"\nca_file = "a"\nnotices = "here"\n', "[nexo] notices = 'here' must be HOST:PORT"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, more: str, told: str) -> None:
    with pytest.raises(ConfigWrong) as wrong:
        load(configured(tmp_path, more))
    assert told in str(wrong.value)


def test_a_protocol_nobody_speaks_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text('[terminal]\nfolder = "x"\n[payment]\nprotocol = "morse"\n')
    with pytest.raises(ConfigWrong, match=r"protocol = 'morse' must be jsonline or .*nexo"):
        load(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "identifier must be text"),
        ('identifier = "till"\nversion = "1"\npassphrase = "mockingbird"\n', "version must be a number"),
        (KEY.replace("mockingbird", ""), "passphrase must be text"),
        (KEY + "colour = 1\n", "colour is not known"),
        ("identifier = [", "key.toml"),
    ],
)
def test_a_key_file_that_is_none_is_told_without_the_secret(tmp_path: Path, text: str, told: str) -> None:
    key = tmp_path / "key.toml"
    key.write_text(text)
    config = load(configured(tmp_path, f'poi_id = "V"\nca_file = "fleet.pem"\nkey_file = "{key}"\n'))
    with pytest.raises(ConfigWrong) as wrong:
        ways_to_pay(config)
    assert told in str(wrong.value) and "mockingbird" not in str(wrong.value)


def test_an_address_for_notices_that_is_not_ours_is_told(tmp_path: Path) -> None:
    config = load(configured(tmp_path, 'poi_id = "V"\nca_file = "f"\nnotices = "192.0.2.1:8444"\n'))
    with pytest.raises(ConfigWrong, match="is it an address of this machine"):
        ways_to_pay(config)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("each_max = 20\n", "total_max and count_max and age_max_h must be set too"),
        ("each_max = -1\ntotal_max = 5\ncount_max = 1\nage_max_h = 2\n", "each_max = -1 must not be negative"),
    ],
)
def test_a_policy_without_the_bank_has_all_its_caps(tmp_path: Path, more: str, told: str) -> None:
    with pytest.raises(ConfigWrong) as wrong:
        load(configured(tmp_path, f'poi_id = "V"\nca_file = "f"\n[offline]\n{more}'))
    assert told in str(wrong.value)


def test_a_policy_is_only_for_terminals_that_say_what_they_did_alone(tmp_path: Path) -> None:
    caps = "[offline]\neach_max = 20.5\ntotal_max = 100\ncount_max = 5\nage_max_h = 12\n"
    policy = load(configured(tmp_path, f'poi_id = "V"\nca_file = "f"\n{caps}')).offline.policy()
    assert policy.words() == "up to 20.5 each, 100 in all, 5 payments, 12 h old"
    path = tmp_path / "t.toml"
    path.write_text(f'[terminal]\nfolder = "x"\n{caps}')
    with pytest.raises(ConfigWrong, match="does not say which payments"):
        load(path)
