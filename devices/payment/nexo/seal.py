"""The seal on local messages: keys made from a passphrase, AES-256-CBC, and an HMAC-SHA256 of the plain text.

One passphrase gives 80 bytes by PBKDF2 (SHA-1, 4000 rounds): 32 for the HMAC, 32 for the cipher, 16 for the vector, to
which the nonce of each message is added by xor. The HMAC is of what was sealed, not of the sealed bytes, so a
message is opened first and believed only afterwards.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

_SALT, _ROUNDS = b"AdyenNexoV1Salt", 4000
_MAC, _CIPHER, _VECTOR = 32, 32, 16  # bytes
_VERSION = 1  # of the scheme


class SealBroken(Exception):
    """The message was not sealed with our key, or not left as it was sealed."""


@dataclass(frozen=True)
class Key:
    """What terminal and kiosk share, as it is set for the terminal."""

    identifier: str
    version: int
    passphrase: str = field(repr=False)

    @cached_property
    def _material(self) -> bytes:
        derive = PBKDF2HMAC(hashes.SHA1(), _MAC + _CIPHER + _VECTOR, _SALT, _ROUNDS)  # the scheme's, not our choice
        return derive.derive(self.passphrase.encode())

    def seal(self, header: dict[str, Any], plain: bytes) -> dict[str, Any]:
        """The sealed form of a message; its header also stays readable."""
        nonce = secrets.token_bytes(_VECTOR)
        pad = padding.PKCS7(128).padder()
        encryptor = self._cipher(nonce).encryptor()
        blob = encryptor.update(pad.update(plain) + pad.finalize()) + encryptor.finalize()
        return {
            "MessageHeader": header,
            "NexoBlob": base64.b64encode(blob).decode(),
            "SecurityTrailer": {
                "AdyenCryptoVersion": _VERSION,
                "KeyIdentifier": self.identifier,
                "KeyVersion": self.version,
                "Nonce": base64.b64encode(nonce).decode(),
                "Hmac": base64.b64encode(self._mac(plain).finalize()).decode(),
            },
        }

    def open(self, sealed: Any) -> bytes:
        """What was sealed; SealBroken when it is not believed, and which key it says it was sealed with."""
        try:
            trailer = sealed["SecurityTrailer"]
            named = (trailer["KeyIdentifier"], trailer["KeyVersion"], trailer["AdyenCryptoVersion"])
            blob, nonce, mac = (
                base64.b64decode(text, validate=True)
                for text in (sealed["NexoBlob"], trailer["Nonce"], trailer["Hmac"])
            )
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise SealBroken("an answer that is not sealed") from None
        if named != (self.identifier, self.version, _VERSION):
            raise SealBroken(
                f"an answer sealed with key {named[0]!r} version {named[1]!r}, ours is {self.identifier!r} "
                f"version {self.version}: set the same key at the terminal and in key_file"
            )
        try:
            decryptor = self._cipher(nonce).decryptor()
            unpad = padding.PKCS7(128).unpadder()
            plain = unpad.update(decryptor.update(blob) + decryptor.finalize()) + unpad.finalize()
            self._mac(plain).verify(mac)
        except (ValueError, InvalidSignature):
            raise SealBroken(
                "an answer whose seal is broken: it was changed, or the passphrase in key_file is not the terminal's"
            ) from None
        return plain

    def _cipher(self, nonce: bytes) -> Cipher[modes.CBC]:
        if len(nonce) != _VECTOR:
            raise ValueError("nonce")
        vector = bytes(a ^ b for a, b in zip(self._material[_MAC + _CIPHER :], nonce, strict=True))
        return Cipher(algorithms.AES(self._material[_MAC : _MAC + _CIPHER]), modes.CBC(vector))

    def _mac(self, plain: bytes) -> HMAC:
        mac = HMAC(self._material[:_MAC], hashes.SHA256())
        mac.update(plain)
        return mac
