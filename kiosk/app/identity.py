"""Who this terminal is: made at enrolment, kept beside the store, never inside it.

The private key lies in a file of its own (mode 0600), so that a copy of the database can sign nothing.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.errors import KioskError
from kiosk.store.database import durable_write
from sync.client import CentralClient
from sync.wire import EnrolReply, EnrolRequest

KEY_FILE = "terminal.key"
IDENTITY_FILE = "identity.json"


class NotEnrolled(KioskError):
    """The terminal has no identity yet."""


class Identity:
    """What central said at enrolment, and the key that proves it."""

    def __init__(self, reply: EnrolReply, key: Ed25519PrivateKey) -> None:
        self.reply = reply
        self.key = key

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


def load(folder: Path) -> Identity:
    """The stored identity; NotEnrolled says how to get one."""
    try:
        reply = msgspec.json.decode((folder / IDENTITY_FILE).read_bytes(), type=EnrolReply)
        key = Ed25519PrivateKey.from_private_bytes((folder / KEY_FILE).read_bytes())
    except FileNotFoundError:
        raise NotEnrolled(
            f"{folder} holds no identity: ask the operator for a one-time code (kiosk central enrol) "
            "and run kiosk enrol --config FILE CODE"
        ) from None
    except (ValueError, msgspec.DecodeError) as error:
        raise NotEnrolled(f"the identity in {folder} is damaged ({error}); enrol this terminal again") from None
    return Identity(reply, key)


def enrol(folder: Path, url: str, code: str, *, machine: str = "", timeout_s: float = 10.0) -> Identity:
    """Exchange a one-time code for an identity.

    The key is on disk before the code is used: if the answer gets lost, the same code with the same key
    is answered again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key = _key(folder)
    public = key.public_key().public_bytes_raw().hex()
    client = CentralClient(url, timeout_s=timeout_s)
    try:
        reply = client.enrol(EnrolRequest(code=code.strip().upper(), public_key=public, machine=machine))
    finally:
        client.close()
    save(folder, reply)
    return Identity(reply, key)


def save(folder: Path, reply: EnrolReply) -> None:
    """Keep what central said (also after a certificate renewal)."""
    durable_write(folder / IDENTITY_FILE, msgspec.json.format(msgspec.json.encode(reply), indent=1))


def _key(folder: Path) -> Ed25519PrivateKey:
    path = folder / KEY_FILE
    with contextlib.suppress(FileNotFoundError):
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    key = Ed25519PrivateKey.generate()
    durable_write(path, key.private_bytes_raw())
    return key
