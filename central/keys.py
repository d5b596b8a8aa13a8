"""Central's keys, in files of mode 0600 outside the database: root, issuing keys, and the epoch.

    <folder>/root.key            Ed25519, 32 bytes; signs issuing certificates only
    <folder>/issuing-0001.key    signs terminal certificates, grants and acknowledgements; the highest number is in use
    <folder>/issuing-0001.crt    what the root says of it; one year, the next is made 60 days before its end
    <folder>/epoch               generation of central; `kiosk central failover` raises it

The epoch is no part of the database: restoring the database must not bring an old epoch back.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Engine, text

from kiosk.domain.certificate import IssuerCertificate, issue_issuer, key_id, read_issuer
from kiosk.domain.errors import KioskError

DAY_S = 86400
ISSUING_LIFE_S = 366 * DAY_S
ISSUING_RENEW_S = 60 * DAY_S
SKEW_S = 3600  # a terminal's clock may be behind ours


class KeysUnusable(KioskError):
    """The key folder is damaged, or does not belong to this database."""


class Keys:
    """Loaded keys; missing ones are made."""

    def __init__(self, folder: Path, now: float) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._root = _key(folder / "root.key")
        self.root_public = self._root.public_key().public_bytes_raw()
        self.epoch = _epoch(folder / "epoch")
        self.issuer_certificates: list[bytes] = []  # oldest first; the last one is in use
        number = 1
        while (folder / f"issuing-{number:04}.crt").exists():
            self.issuer_certificates.append((folder / f"issuing-{number:04}.crt").read_bytes())
            number += 1
        if not self.issuer_certificates or self._read(self.issuer_certificates[-1]).not_after < now + ISSUING_RENEW_S:
            self.issuer_certificates.append(self._make(folder, number, now))
            number += 1
        self._issuing = _key(folder / f"issuing-{number - 1:04}.key")
        if self._read(self.issuer_certificates[-1]).public_key != self._issuing.public_key().public_bytes_raw():
            raise KeysUnusable(f"{folder}/issuing-{number - 1:04}.crt is not the certificate of the key beside it")

    @property
    def issuer_certificate(self) -> bytes:
        """Of the issuing key in use."""
        return self.issuer_certificates[-1]

    @property
    def issuer_key_id(self) -> bytes:
        return key_id(self.issuer_certificate)

    @property
    def issuing_key(self) -> Ed25519PrivateKey:
        return self._issuing

    def sign(self, data: bytes) -> str:
        """Hex signature by the issuing key."""
        return self._issuing.sign(data).hex()

    def signed_by_us(self, data: bytes, signature: str) -> bool:
        """By any issuing key that the root ever certified; also one whose time is over."""
        for certificate in self.issuer_certificates:
            try:
                public = Ed25519PublicKey.from_public_bytes(self._read(certificate).public_key)
                public.verify(bytes.fromhex(signature), data)
            except (InvalidSignature, ValueError):
                continue
            return True
        return False

    def bind(self, engine: Engine) -> None:
        """Refuse a database that terminals know under another root."""
        with engine.begin() as connection:
            found = connection.scalar(text("SELECT root_key FROM meta FOR UPDATE"))
            if found is None:
                connection.execute(text("UPDATE meta SET root_key = :key"), {"key": self.root_public})
            elif bytes(found) != self.root_public:
                raise KeysUnusable(
                    "this database belongs to another root key: its terminals would refuse everything we sign; "
                    "put the original key folder back (--data), or start with an empty database"
                )

    def _make(self, folder: Path, number: int, now: float) -> bytes:
        key = _key(folder / f"issuing-{number:04}.key")
        wish = IssuerCertificate(
            not_before=int(now) - SKEW_S,
            not_after=int(now) + ISSUING_LIFE_S,
            public_key=key.public_key().public_bytes_raw(),
        )
        certificate = issue_issuer(wish, self._root)
        _write(folder / f"issuing-{number:04}.crt", certificate)
        return certificate

    def _read(self, certificate: bytes) -> IssuerCertificate:
        return read_issuer(certificate, Ed25519PublicKey.from_public_bytes(self.root_public))


def _key(path: Path) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except FileNotFoundError:
        key = Ed25519PrivateKey.generate()
        _write(path, key.private_bytes_raw())
        return key
    except ValueError:
        raise KeysUnusable(
            f"{path} is not an Ed25519 key of 32 bytes; put the original back from your backup"
        ) from None


def raise_epoch(folder: Path, now: float) -> int:
    """A failover to an older database: everything granted from here on is of a new epoch; returns it."""
    epoch = Keys(folder, now).epoch + 1
    _write(folder / "epoch", b"%d\n" % epoch)
    return epoch


def _epoch(path: Path) -> int:
    try:
        epoch = int(path.read_text())
    except FileNotFoundError:
        _write(path, b"1\n")
        return 1
    except ValueError:
        raise KeysUnusable(f"{path} must hold one whole number") from None
    if epoch < 1:
        raise KeysUnusable(f"{path} must hold a number from 1 on")
    return epoch


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, readable by us alone."""
    temporary = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
