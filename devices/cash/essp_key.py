"""The key of an encrypted SSP conversation: half of it fixed, half agreed anew by Diffie-Hellman, AES-128 in blocks.

The numbers have 64 bits, as the protocol wants it: it keeps others off the wires of one machine, no more.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

FIXED_DEFAULT = 0x0123456701234567
_BITS = 62
_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)  # decide for every number below 2^64
_SET_GENERATOR, _SET_MODULUS, _KEY_EXCHANGE = 0x4A, 0x4B, 0x4C


class Key:
    """128 bits: the fixed half low, the agreed half high, each with its lowest byte first."""

    def __init__(self, fixed: int, agreed: int) -> None:
        self.raw = fixed.to_bytes(8, "little") + agreed.to_bytes(8, "little")
        self._cipher = Cipher(algorithms.AES(self.raw), modes.ECB())

    def encrypt(self, blocks: bytes) -> bytes:
        return self._cipher.encryptor().update(blocks)

    def decrypt(self, blocks: bytes) -> bytes:
        return self._cipher.decryptor().update(blocks)

    @staticmethod
    def noise(count: int) -> bytes:
        return secrets.token_bytes(count)


def negotiate(ask: Callable[[int, bytes], bytes], fixed: int) -> Key:
    """Agree on a key with the device behind `ask`(command, data)."""
    generator, modulus = prime(), prime()
    secret = 1 + secrets.randbelow(modulus - 2)
    ask(_SET_GENERATOR, generator.to_bytes(8, "little"))
    ask(_SET_MODULUS, modulus.to_bytes(8, "little"))
    theirs = ask(_KEY_EXCHANGE, pow(generator, secret, modulus).to_bytes(8, "little"))
    return Key(fixed, agreed(int.from_bytes(theirs[:8], "little"), secret, modulus))


def agreed(theirs: int, secret: int, modulus: int) -> int:
    """What both sides come to."""
    return pow(theirs, secret, modulus)


def prime() -> int:
    """A random prime of the size the protocol takes."""
    while True:
        number = secrets.randbits(_BITS) | 1 << _BITS - 1 | 1
        if is_prime(number):
            return number


def is_prime(number: int) -> bool:
    """Miller and Rabin's test; certain below 2^64."""
    if number < 2 or any(number % witness == 0 for witness in _WITNESSES):
        return number in _WITNESSES
    odd, halvings = number - 1, 0
    while odd % 2 == 0:
        odd, halvings = odd // 2, halvings + 1
    for witness in _WITNESSES:
        value = pow(witness, odd, number)
        if value in (1, number - 1):
            continue
        for _ in range(halvings - 1):
            value = value * value % number
            if value == number - 1:
                break
        else:
            return False
    return True
