"""The operator's contracts with providers: a TOML file beside central's data, secrets in files of their own or in the
environment. Every mistake is reported at once, and no secret is ever in a message.

[wechat]
mchid = "1900000109"
appid = "wx8888888888888888"
serial = "5157F09EFDC096DE15EBE81A47057A7200000000"    # of the merchant's certificate
private_key = "wechat/apiclient_key.pem"               # files: beside this one, or absolute
apiv3_key = "wechat/apiv3.txt"                         # or KIOSK_WECHAT_APIV3_KEY in the environment
platform_key = "wechat/pub_key.pem"                    # WeChat Pay's public key, not a certificate
platform_key_id = "PUB_KEY_ID_0119000001092024..."
notify_url = "https://central.example/notify/wechat"
subject = "Train tickets"                              # what the payer reads
[alipay]
app_id = "2021000000000001"
private_key = "alipay/app_private_key.pem"
alipay_key = "alipay/alipay_public_key.pem"
notify_url = "https://central.example/notify/alipay"   # may be left out: then payments are only asked about
seller_id = "2088000000000001"                         # may be left out
"""

from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from central.payments.alipay import Alipay, AlipaySettings
from central.payments.provider import Provider
from central.payments.wechat import WeChat, WeChatSettings
from kiosk.domain.errors import KioskError

FILE = "payments.toml"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SECRETS = {"private_key", "apiv3_key"}
_FILES = {"private_key", "apiv3_key", "platform_key", "alipay_key"}


class ContractsWrong(KioskError):
    """The file of contracts cannot be used; the message lists every mistake."""


def load(path: Path) -> dict[str, Provider]:
    """The providers of a file, by name; ContractsWrong names every mistake and the way out."""
    try:
        data = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise ContractsWrong(f"{path}: there is no such file; docs/payments.md shows one") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContractsWrong(f"{path}: {error}") from None
    mistakes: list[str] = []
    kinds: dict[str, tuple[type, Any]] = {"wechat": (WeChatSettings, WeChat), "alipay": (AlipaySettings, Alipay)}
    for name in data.keys() - kinds.keys():
        mistakes.append(f"[{name}] is not a provider; known are {', '.join(kinds)}")
    found: dict[str, Provider] = {}
    for name, (settings, provider) in kinds.items():
        if name not in data:
            continue
        values = _values(name, settings, data[name], path.parent, mistakes)
        if values is not None:
            found[name] = provider(settings(**values))
    if mistakes:
        raise ContractsWrong(f"{path}:\n" + "\n".join(f"  - {mistake}" for mistake in mistakes))
    return found


def _values(name: str, settings: type, data: Any, folder: Path, mistakes: list[str]) -> dict[str, str] | None:
    if not isinstance(data, dict):
        mistakes.append(f"{name} must be a section, written [{name}]")
        return None
    known = {each.name: each.default is MISSING for each in fields(settings)}
    before = len(mistakes)
    mistakes += [f"[{name}] {key} is not known; known are {', '.join(known)}" for key in data.keys() - known.keys()]
    values: dict[str, str] = {}
    for key, needed in known.items():
        if key in _FILES:
            text = _file(name, key, data.get(key), folder, mistakes)
        else:
            text = data.get(key, "")
            if not isinstance(text, str) or (needed and not text):
                mistakes.append(f"[{name}] {key} must be text in quotes")
                continue
        if text:
            values[key] = text
    mistakes += _sense(name, values)
    return values if len(mistakes) == before else None


def _file(name: str, key: str, where: Any, folder: Path, mistakes: list[str]) -> str:
    """The content of a file of the section, or of the environment."""
    variable = f"KIOSK_{name}_{key}".upper()
    if key in _SECRETS and (given := os.environ.get(variable)):
        return _key(name, key, given, variable, mistakes)
    if not isinstance(where, str) or not where:
        way = f", or {variable} in the environment" if key in _SECRETS else ""
        mistakes.append(f"[{name}] {key} is missing: the path of a file{way}")
        return ""
    path = folder / where
    try:
        text = path.read_text()
        open_to_all = key in _SECRETS and stat.S_IMODE(path.stat().st_mode) & 0o007
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"[{name}] {key} = {where!r} cannot be read: {getattr(error, 'strerror', 'it is not text')}")
        return ""
    if open_to_all:
        mistakes.append(f"[{name}] {key} = {where!r} can be read by everybody here: chmod o-rwx {path}")
    return _key(name, key, text, repr(where), mistakes)


def _key(name: str, key: str, text: str, where: str, mistakes: list[str]) -> str:
    """As the provider's library wants it."""
    if key == "apiv3_key":
        if len(text.strip().encode()) != 32:
            mistakes.append(f"[{name}] {key} in {where} must have 32 characters")
        return text.strip()
    try:
        if key == "private_key":
            private = serialization.load_pem_private_key(text.encode(), None)
            if not isinstance(private, rsa.RSAPrivateKey):
                raise ValueError
            traditional = name == "alipay"
            form = serialization.PrivateFormat
            return private.private_bytes(
                serialization.Encoding.PEM,
                form.TraditionalOpenSSL if traditional else form.PKCS8,
                serialization.NoEncryption(),
            ).decode()
        if not isinstance(serialization.load_pem_public_key(text.encode()), rsa.RSAPublicKey):
            raise ValueError
    except (ValueError, TypeError):
        kind = "private" if key == "private_key" else "public"
        mistakes.append(f"[{name}] {key} in {where} is not an RSA {kind} key as PEM without a password")
    return text.strip()


def _sense(name: str, values: dict[str, str]) -> list[str]:
    mistakes = []
    for key in ("base_url", "notify_url"):
        if key not in values:
            continue
        parts = urlsplit(values[key])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            mistakes.append(f"[{name}] {key} = {values[key]!r} must begin with https://")
        elif parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            mistakes.append(f"[{name}] {key} = {values[key]!r} must be https:// (http:// only on this machine)")
    return mistakes
