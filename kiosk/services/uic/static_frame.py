"""The static frame of UIC 918.3: "#UT", version, provider, key, signature, length, zlib-packed records.

    off len field
      0   3 "#UT"
      3   2 version, "01" or "02"
      5   4 provider (RICS code)     9   5 key
     14   n signature: version 01 50 bytes (DER, filled with zeros), version 02 64 bytes (r and s, 32 each)
   14+n   4 length of the rest, digits
   18+n     records, packed by zlib; the signature is over the packed bytes

A record: id 6, version 2 digits, length 4 digits with these 12 bytes, data. Source: UIC leaflet 918.3, IRS 90918-9.
"""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.dsa import DSAPrivateKey, DSAPublicKey
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from kiosk.services.uic import schema
from kiosk.services.uic.schema import UnreadableCode

FLEX = "U_FLEX"
SIGNATURE_LENGTH = {1: 50, 2: 64}
UNPACKED_LENGTH_MAX = 16_384

PrivateKey = DSAPrivateKey | EllipticCurvePrivateKey
PublicKey = DSAPublicKey | EllipticCurvePublicKey


class Record(msgspec.Struct, frozen=True):
    """One block of a frame; `version` as two digits."""

    id: str
    version: str
    data: bytes


class StaticFrame(msgspec.Struct, frozen=True, kw_only=True):
    """A frame as scanned. `packed` is kept because the signature is over it and packing again may give other bytes."""

    version: int
    provider: str
    key: str
    signature: bytes
    packed: bytes
    records: tuple[Record, ...]
    filling: int = 0
    """Zero bytes after the records; some railways fill their codes up."""

    def flex(self) -> dict[str, Any] | None:
        """The ticket of the U_FLEX record, version 13; None without one. UnreadableCode for another version."""
        for record in self.records:
            if record.id == FLEX:
                if record.version != "13":
                    raise UnreadableCode(f"{FLEX} has version {record.version}, not 13")
                return schema.decode("fcb13", "RailTicket", record.data)
        return None


def read(data: bytes) -> StaticFrame:
    """The frame in `data`; UnreadableCode for anything else. The signature is NOT checked here."""
    if data[:3] != b"#UT":
        raise UnreadableCode("not a UIC 918.3 code: it does not begin with #UT")
    version = _digits(data[3:5], 2, "version")
    if version not in SIGNATURE_LENGTH:
        raise UnreadableCode(f"unknown frame version {version}")
    at = 14 + SIGNATURE_LENGTH[version]
    length = _digits(data[at : at + 4], 4, "length")
    packed, filling = data[at + 4 : at + 4 + length], data[at + 4 + length :]
    if len(packed) != length or any(filling):
        raise UnreadableCode(f"the frame says {length} bytes and has {len(data) - at - 4}")
    return StaticFrame(
        version=version,
        provider=_text(data[5:9], "provider"),
        key=_text(data[9:14], "key"),
        signature=data[14:at],
        packed=packed,
        records=_records(_unpacked(packed)),
        filling=len(filling),
    )


def write(frame: StaticFrame) -> bytes:
    """Inverse of `read`, byte for byte."""
    head = f"#UT{frame.version:02}{frame.provider:0>4}{frame.key:0>5}".encode("ascii")
    return head + frame.signature + f"{len(frame.packed):04}".encode("ascii") + frame.packed + bytes(frame.filling)


def sealed(records: tuple[Record, ...], provider: str, key_name: str, key: PrivateKey) -> StaticFrame:
    """A frame of version 2 signed with SHA-256. ValueError for names, records or keys that do not fit one."""
    if len(provider) != 4 or len(key_name) != 5 or not (provider + key_name).isascii():
        raise ValueError("a provider has 4 and a key 5 characters")
    packed = zlib.compress(b"".join(_record(each) for each in records), 9)
    if len(packed) > 9999:
        raise ValueError(f"{len(packed)} bytes are more than a frame holds")
    r, s = decode_dss_signature(_signed(packed, key))
    try:
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    except OverflowError:
        raise ValueError("the key is too long for a frame: P-256, or DSA with a 256 bit subgroup") from None
    return StaticFrame(
        version=2, provider=provider, key=key_name, signature=signature, packed=packed, records=records
    )  # fmt: skip


def verified(frame: StaticFrame, key: PublicKey) -> bool:
    """Was the frame signed by that key? Version 1 with SHA-1 as its standard says, version 2 with SHA-256."""
    algorithm = SHA1() if frame.version == 1 else SHA256()
    if frame.version == 1:
        # DER says its own length; what follows is filling.
        signature = frame.signature[: 2 + frame.signature[1]]
    else:
        signature = encode_dss_signature(
            int.from_bytes(frame.signature[:32], "big"), int.from_bytes(frame.signature[32:], "big")
        )
    try:
        if isinstance(key, DSAPublicKey):
            key.verify(signature, frame.packed, algorithm)
        else:
            key.verify(signature, frame.packed, ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True


def _signed(packed: bytes, key: PrivateKey) -> bytes:
    if isinstance(key, DSAPrivateKey):
        return key.sign(packed, SHA256())
    return key.sign(packed, ECDSA(SHA256(), deterministic_signing=True))


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, UNPACKED_LENGTH_MAX)
    except zlib.error as fault:
        raise UnreadableCode(f"the records do not unpack: {fault}") from None
    if not unpacker.eof or unpacker.unused_data:
        raise UnreadableCode("the records are cut off, too long, or followed by something")
    return data


def _records(data: bytes) -> tuple[Record, ...]:
    found = []
    while data:
        if len(data) < 12:
            raise UnreadableCode("a record is cut off")
        name = _text(data[:6], "record")
        _digits(data[6:8], 2, f"version of {name}")
        length = _digits(data[8:12], 4, f"length of {name}")
        if not 12 <= length <= len(data):
            raise UnreadableCode(f"{name} says {length} bytes, {len(data)} are left")
        found.append(Record(name, _text(data[6:8], "version"), data[12:length]))
        data = data[length:]
    return tuple(found)


def _record(record: Record) -> bytes:
    if len(record.id) != 6 or len(record.version) != 2 or len(record.data) > 9999 - 12:
        raise ValueError(f"the record {record.id!r} does not fit a frame")
    return f"{record.id}{record.version}{len(record.data) + 12:04}".encode("ascii") + record.data


def _digits(data: bytes, count: int, what: str) -> int:
    if len(data) != count or not data.isdigit():
        raise UnreadableCode(f"the {what} is not {count} digits")
    return int(data)


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise UnreadableCode(f"the {what} is not ASCII") from None
