"""A ticket as a wallet pass (.pkpass): pass.json, texts for each language, pictures, manifest, and its signature.

Source: Apple, "Wallet Passes" (pass.json, manifest of SHA-1, detached PKCS #7). Without a certificate the pass is
unsigned: other wallets and readers take it, Apple's does not. The same pass gives the same bytes, but for a signature,
which names its time.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import datetime
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


class Line(msgspec.Struct, frozen=True):
    """One field: a key of its own, a label (looked up in `texts`) and what it says."""

    key: str
    label: str
    value: str


class WalletPass(msgspec.Struct, frozen=True, kw_only=True):
    """What the pass says. `texts`: language -> label -> its words; `pictures`: file name -> PNG, icon.png at least."""

    pass_type: str  # of the certificate, "pass.org.example.ticket"
    team: str
    organization: str
    serial: str
    description: str
    code: str  # what the QR code says
    departs: datetime  # with its zone
    ends: datetime
    primary: tuple[Line, ...]
    secondary: tuple[Line, ...] = ()
    auxiliary: tuple[Line, ...] = ()
    back: tuple[Line, ...] = ()
    texts: dict[str, dict[str, str]] = {}
    pictures: dict[str, bytes] = {}


class Signer(msgspec.Struct, frozen=True):
    """The operator's certificate for passes, its key, and the issuer's certificates above it."""

    certificate: x509.Certificate
    key: RSAPrivateKey | EllipticCurvePrivateKey
    above: tuple[x509.Certificate, ...] = ()


def build(content: WalletPass, signer: Signer | None = None) -> bytes:
    """The .pkpass file. ValueError for a pass no wallet would take."""
    if "icon.png" not in content.pictures:
        raise ValueError("a pass needs a picture icon.png; without it wallets refuse the pass")
    lines = (*content.primary, *content.secondary, *content.auxiliary, *content.back)
    keys = [line.key for line in lines]
    if len(set(keys)) != len(keys):
        raise ValueError(f"every field of a pass has a key of its own, these have not: {sorted(keys)}")
    if content.departs.utcoffset() is None or content.ends.utcoffset() is None:
        raise ValueError("times on a pass have a zone")
    files = {"pass.json": _json(_pass(content)), **content.pictures}
    for language, words in content.texts.items():
        files[f"{language}.lproj/pass.strings"] = _strings(words)
    manifest = _json({name: hashlib.sha1(data, usedforsecurity=False).hexdigest() for name, data in files.items()})
    files["manifest.json"] = manifest
    if signer is not None:
        files["signature"] = _signature(manifest, signer)
    return _zip(files)


def _pass(content: WalletPass) -> dict[str, Any]:
    groups = (("primary", content.primary), ("secondary", content.secondary), ("auxiliary", content.auxiliary),
              ("back", content.back))  # fmt: skip
    return {
        "formatVersion": 1,
        "passTypeIdentifier": content.pass_type,
        "teamIdentifier": content.team,
        "organizationName": content.organization,
        "serialNumber": content.serial,
        "description": content.description,
        "relevantDate": content.departs.isoformat(),
        "expirationDate": content.ends.isoformat(),
        "barcodes": [{"format": "PKBarcodeFormatQR", "message": content.code, "messageEncoding": "iso-8859-1"}],
        "boardingPass": {
            "transitType": "PKTransitTypeTrain",
            **{f"{name}Fields": [msgspec.structs.asdict(line) for line in lines] for name, lines in groups if lines},
        },
    }


def _strings(words: dict[str, str]) -> bytes:
    """Lines of "key" = "words"; UTF-16 is the form every wallet reads."""
    return "".join(f"{_quoted(key)} = {_quoted(words[key])};\n" for key in sorted(words)).encode("utf-16")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _signature(manifest: bytes, signer: Signer) -> bytes:
    builder = PKCS7SignatureBuilder().set_data(manifest).add_signer(signer.certificate, signer.key, SHA256())
    for each in signer.above:
        builder = builder.add_certificate(each)
    return builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8")


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()
