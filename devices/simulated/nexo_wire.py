"""The wire of the simulated nexo terminal: its certificate, HTTP by hand, and sealed messages; all its own code."""

from __future__ import annotations

import asyncio
import base64
import datetime
import hashlib
import hmac
import json
import os
import ssl
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.x509.oid import NameOID

BODY_MAX = 200_000  # bytes


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path, str]:
    """A terminal's certificate from a root made for this run; (TLS, the root's file, the fingerprint)."""
    now = datetime.datetime.now(datetime.UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Simulated terminal fleet")])

    def made(subject: x509.Name, public: ec.EllipticCurvePublicKey, *, root: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        )
        if root:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(root_key, hashes.SHA256())

    root = made(root_name, root_key.public_key(), root=True)
    leaf = made(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key.public_key(), root=False)
    pem = serialization.Encoding.PEM
    root_file, own = folder / "nexo-root.pem", folder / "nexo-terminal.pem"
    folder.mkdir(parents=True, exist_ok=True)
    root_file.write_bytes(root.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    own.touch(mode=0o600)
    own.write_bytes(leaf.public_bytes(pem) + private)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(own)
    return tls, root_file, leaf.fingerprint(hashes.SHA256()).hex()


async def request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Method and body of one HTTP request; ValueError when it is none."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return method if path.endswith("/nexo/") else "", await _chunks(reader)
    length = int(fields.get("content-length", "0"))
    if not 0 <= length <= BODY_MAX:
        raise ValueError("too long")
    return method if path.endswith("/nexo/") else "", await reader.readexactly(length)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
        if len(body) > BODY_MAX:
            raise ValueError("too long")
    await reader.readline()
    return body


def response(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


class Secret:
    """The shared key of a terminal."""

    def __init__(self, identifier: str, version: int, passphrase: str) -> None:
        self.identifier, self.version = identifier, version
        made = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), b"AdyenNexoV1Salt", 4000, 80)
        self._mac_key, self._key, self._iv = made[:32], made[32:64], made[64:]

    def _aes(self, nonce: bytes) -> Cipher[CBC]:
        return Cipher(AES256(self._key), CBC((int.from_bytes(self._iv) ^ int.from_bytes(nonce)).to_bytes(16)))

    def lock(self, kind: str, header: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps({kind: message}).encode()
        gap = 16 - len(text) % 16
        nonce = os.urandom(16)
        work = self._aes(nonce).encryptor()
        blob = work.update(text + bytes([gap]) * gap) + work.finalize()
        trailer = {
            "Hmac": base64.b64encode(hmac.digest(self._mac_key, text, "sha256")).decode(),
            "Nonce": base64.b64encode(nonce).decode(),
            "KeyIdentifier": self.identifier,
            "KeyVersion": self.version,
            "AdyenCryptoVersion": 1,
        }
        return {
            kind: {"MessageHeader": header, "NexoBlob": base64.b64encode(blob).decode(), "SecurityTrailer": trailer}
        }

    def unlock(self, message: dict[str, Any]) -> dict[str, Any]:
        """ValueError or KeyError when it is not from someone with this key."""
        trailer = message["SecurityTrailer"]
        if (trailer["KeyIdentifier"], int(trailer["KeyVersion"])) != (self.identifier, self.version):
            raise ValueError("unknown key")
        work = self._aes(base64.b64decode(trailer["Nonce"])).decryptor()
        text = work.update(base64.b64decode(message["NexoBlob"])) + work.finalize()
        gap = text[-1]
        if not 1 <= gap <= 16 or text[-gap:] != bytes([gap]) * gap:
            raise ValueError("padding")
        text = text[:-gap]
        if not hmac.compare_digest(hmac.digest(self._mac_key, text, "sha256"), base64.b64decode(trailer["Hmac"])):
            raise ValueError("hmac")
        found: dict[str, Any] = json.loads(text)
        return found
