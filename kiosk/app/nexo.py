"""Builds the card terminal that speaks nexo from its configuration and its key file.

The key file is TOML of its own, readable by the kiosk's user only:

identifier = "till"
version = 1
passphrase = "the words set for the terminal"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from devices.payment.nexo.driver import NexoPayment
from devices.payment.nexo.line import Line, Trust
from devices.payment.nexo.messages import Ends
from devices.payment.nexo.notices import Notices
from devices.payment.nexo.seal import Key
from kiosk.app.config import Config, ConfigWrong

_NAMES = tuple(f"{{poi}}.{kind}.terminal.adyen.com" for kind in ("live", "test")) + tuple(
    f"legacy-terminal-certificate.{kind}.terminal.adyen.com" for kind in ("live", "test")
)


def nexo_terminal(config: Config) -> NexoPayment:
    """ConfigWrong when the key file or the notices' address cannot be used."""
    section = config.nexo
    host, _, port = config.payment.address.rpartition(":")
    names = tuple(name.format(poi=section.poi_id) for name in _NAMES)
    trust = Trust(Path(section.ca_file) if section.ca_file else None, names, section.fingerprint)
    key = read_key(Path(section.key_file).expanduser()) if section.key_file else None
    ends = Ends(section.sale_id or "kiosk", section.poi_id)
    notices = _notices(section.notices, key) if section.notices else None
    return NexoPayment(Line(host, int(port), trust), ends, key, config.payment.timeout_s, notices=notices)


def read_key(path: Path) -> Key:
    """ConfigWrong names what is wrong, and never the passphrase."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigWrong(f"[nexo] key_file: {path}: {error}") from None
    for name, kind, word in (("identifier", str, "text"), ("version", int, "a number"), ("passphrase", str, "text")):
        if type(values.get(name)) is not kind or values[name] == "":
            raise ConfigWrong(f"[nexo] key_file: {path}: {name} must be {word}, as it is set for the terminal")
    if unknown := values.keys() - {"identifier", "version", "passphrase"}:
        raise ConfigWrong(f"[nexo] key_file: {path}: {', '.join(sorted(unknown))} is not known")
    return Key(values["identifier"], values["version"], values["passphrase"])


def _notices(address: str, key: Key | None) -> Notices:
    host, _, port = address.rpartition(":")
    try:
        return Notices(host, int(port), key)
    except OSError as error:
        raise ConfigWrong(
            f"[nexo] notices = {address!r}: {error}; is it an address of this machine, and free?"
        ) from None
