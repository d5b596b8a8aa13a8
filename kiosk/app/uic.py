"""Builds what makes UIC codes from the configuration."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.dsa import DSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kiosk.app.config_printing import TicketSection
from kiosk.domain.errors import KioskError
from kiosk.services.uic.issue import Issuer
from kiosk.services.uic.of_sale import UicCodes
from kiosk.services.uic.schema import ready
from kiosk.services.uic.static_frame import PrivateKey


class NoKey(KioskError):
    """The private key for UIC codes cannot be used."""


def uic_codes(section: TicketSection) -> UicCodes:
    """Takes a moment: the standard is read now, not at the first ticket."""
    ready("fcb13")
    key = signing_key(section.uic_key)
    return UicCodes(Issuer(rics=section.uic_rics, name=section.uic_name, key_name=section.uic_key_name, key=key))


def signing_key(path: str) -> PrivateKey:
    """The key of a PEM file; NoKey says what is wrong with it."""
    try:
        key = load_pem_private_key(Path(path).expanduser().read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise NoKey(f"no private key can be read from it: {error}") from None
    if isinstance(key, DSAPrivateKey) or (
        isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
    ):
        return key
    raise NoKey("the key must be for ECDSA on P-256, or for DSA (openssl ecparam -name prime256v1 -genkey -noout)")
