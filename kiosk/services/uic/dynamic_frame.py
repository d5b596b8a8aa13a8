"""The dynamic frame of IRS 90918-9, "U1" and "U2": PER, the issuer's signature, and one more made by the phone."""

from __future__ import annotations

from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from kiosk.services.uic import schema
from kiosk.services.uic.schema import UnreadableCode

P256 = "1.2.840.10045.3.1.7"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"


class DynamicFrame(msgspec.Struct, frozen=True, kw_only=True):
    """`content` is signed by the issuer; `more` and `content` together by the device that shows the code."""

    format: str  # "U1" or "U2"
    content: dict[str, Any]
    signature1: bytes | None = None
    more: dict[str, Any] | None = None
    signature2: bytes | None = None

    def flex(self) -> dict[str, Any] | None:
        """The ticket of the FCB1 record; None without one."""
        for record in self.content["records"]:
            if record["format"] == "FCB1":
                return schema.decode("fcb13", "RailTicket", record["data"])
        return None


def read(data: bytes) -> DynamicFrame:
    """The frame in `data`; UnreadableCode for anything else. No signature is checked here."""
    # Format is the first field: one bit of preamble, a length of 8 bits, two characters of 7 bits.
    kind = _format_of(data)
    value = schema.decode("header", f"Frame{kind}", data)
    signed2 = value["signed2"]
    return DynamicFrame(
        format=kind,
        content=signed2["signed1"],
        signature1=signed2.get("signature1"),
        more=signed2.get("more"),
        signature2=value.get("signature2"),
    )


def write(frame: DynamicFrame) -> bytes:
    """Inverse of `read`, byte for byte. ValueError for what does not fit the standard."""
    value: dict[str, Any] = {"format": frame.format, "signed2": _signed2(frame)}
    if frame.signature2 is not None:
        value["signature2"] = frame.signature2
    return schema.encode("header", f"Frame{frame.format}", value)


def sealed(frame: DynamicFrame, key: EllipticCurvePrivateKey) -> DynamicFrame:
    """With the issuer's signature (P-256, SHA-256) over its content."""
    content = {**frame.content, "keyAlgorithm1": P256, "signing1": ECDSA_SHA256}
    data = schema.encode("header", f"Content{frame.format}", content)
    return msgspec.structs.replace(frame, content=content, signature1=key.sign(data, ECDSA(SHA256())))


def shown(frame: DynamicFrame, key: EllipticCurvePrivateKey) -> DynamicFrame:
    """With the signature of the device that shows it, over all before."""
    data = schema.encode("header", f"Signed{frame.format}", _signed2(frame))
    return msgspec.structs.replace(frame, signature2=key.sign(data, ECDSA(SHA256())))


def verified(frame: DynamicFrame, key: EllipticCurvePublicKey, level: int = 1) -> bool:
    """Is the signature of that level there and by that key?"""
    signature = frame.signature1 if level == 1 else frame.signature2
    if signature is None:
        return False
    kind, value = ("Content", frame.content) if level == 1 else ("Signed", _signed2(frame))
    try:
        key.verify(signature, schema.encode("header", f"{kind}{frame.format}", value), ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _signed2(frame: DynamicFrame) -> dict[str, Any]:
    value: dict[str, Any] = {"signed1": frame.content}
    if frame.signature1 is not None:
        value["signature1"] = frame.signature1
    if frame.more is not None:
        value["more"] = frame.more
    return value


def _format_of(data: bytes) -> str:
    bits = int.from_bytes(data[:3].ljust(3, b"\0"), "big") & 0x7FFFFF
    if bits >> 15 != 2:
        raise UnreadableCode("not a dynamic UIC code")
    kind = chr(bits >> 8 & 0x7F) + chr(bits >> 1 & 0x7F)
    if kind not in ("U1", "U2"):
        raise UnreadableCode(f"unknown dynamic format {kind!r}")
    return kind
