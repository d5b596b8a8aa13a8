"""RSA keys of the simulated payment gateways: made once, in a folder, and what is signed and proved with them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID


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


def write_certificate(path: Path, key: rsa.RSAPrivateKey) -> None:
    """A certificate of the other half, signed by itself, for a year."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated platform")]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def serial_of(certificate: str) -> str:
    return f"{x509.load_pem_x509_certificate(certificate.encode()).serial_number:040X}"


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
