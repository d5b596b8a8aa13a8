"""RSA keys of the simulated payment gateways: made once, in a folder, and what is signed and proved with them."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def make_private(path: Path, *, traditional: bool = False) -> None:
    """A new key as PEM, PKCS#8 or PKCS#1 (traditional)."""
    kind = serialization.PrivateFormat.TraditionalOpenSSL if traditional else serialization.PrivateFormat.PKCS8
    pem = new_key().private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
    path.write_bytes(pem)
    path.chmod(0o600)


def write_public(path: Path, key: rsa.RSAPrivateKey) -> None:
    """The other half."""
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    path.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, info))


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def private(path: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def sign(key: rsa.RSAPrivateKey, message: str) -> str:
    """Base64 of the RSA-SHA256 signature."""
    return base64.b64encode(key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def proves(key: rsa.RSAPublicKey, message: str, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature), message.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
