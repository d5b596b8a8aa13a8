"""Certificates: signed by whom they should be, fourteen days at most, every byte covered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.certificate import (
    LIFE_MAX_S,
    BadCertificate,
    IssuerCertificate,
    TerminalCertificate,
    issue_issuer,
    issue_terminal,
    key_id,
    read_issuer,
    read_terminal,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
NOW = 1_790_000_000


def terminal(**changes: Any) -> TerminalCertificate:
    values: dict[str, Any] = {
        "tenant": 7,
        "terminal_id": 3,
        "incarnation": 1,
        "not_before": NOW,
        "not_after": NOW + LIFE_MAX_S,
        "public_key": PUBLIC.public_bytes_raw(),
    }
    return TerminalCertificate(**{**values, **changes})


ISSUER = IssuerCertificate(not_before=NOW, not_after=NOW + 400 * 86400, public_key=PUBLIC.public_bytes_raw())


@given(
    tenant=st.integers(0, 0xFFFF),
    terminal_id=st.integers(0, 0xFFFF),
    incarnation=st.integers(0, 0xFF),
    seq_first=st.integers(0, (1 << 40) - 1),
    seq_max=st.integers(0, (1 << 40) - 1),
    scope=st.integers(0, 0xFF),
    product_mask=st.integers(0, 0xFFFFFFFF),
    issuer_key_id=st.binary(min_size=4, max_size=4),
)
def test_what_is_issued_is_read_back(**fields: Any) -> None:
    certificate = terminal(**fields)
    data = issue_terminal(certificate, KEY)
    assert read_terminal(data, PUBLIC) == certificate
    assert len(data) == 130 and len(key_id(data)) == 4


def test_an_issuer_is_read_back() -> None:
    data = issue_issuer(ISSUER, KEY)
    assert len(data) == 106 and read_issuer(data, PUBLIC) == ISSUER


@pytest.mark.parametrize("life", [0, -1, LIFE_MAX_S + 1])
def test_nothing_lives_longer_than_fourteen_days(life: int) -> None:
    with pytest.raises(ValueError, match="14 days"):
        issue_terminal(terminal(not_after=NOW + life), KEY)


@pytest.mark.parametrize("life", [0, LIFE_MAX_S + 1])
def test_a_longer_life_is_not_believed_even_when_central_signed_it(life: int) -> None:
    body = bytearray(issue_terminal(terminal(), KEY)[:-64])
    body[12:16] = (NOW + life).to_bytes(4, "big")
    with pytest.raises(BadCertificate, match="14 days"):
        read_terminal(bytes(body) + KEY.sign(b"KCERT1" + bytes(body)), PUBLIC)


@pytest.mark.parametrize(
    ("data", "read"),
    [(issue_terminal(terminal(), KEY), read_terminal), (issue_issuer(ISSUER, KEY), read_issuer)],
    ids=["terminal", "issuer"],
)
def test_every_bit_is_covered(data: bytes, read: Callable[..., object]) -> None:
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadCertificate):
            read(bytes(flipped), PUBLIC)
    for size in (*range(len(data)), len(data) + 1):
        with pytest.raises(BadCertificate):
            read(data[:size] if size < len(data) else data + b"\0", PUBLIC)


def test_another_signer_does_not_count() -> None:
    other = Ed25519PrivateKey.generate()
    with pytest.raises(BadCertificate, match="signature"):
        read_terminal(issue_terminal(terminal(), other), PUBLIC)
    with pytest.raises(BadCertificate, match="signature"):
        read_issuer(issue_issuer(ISSUER, other), PUBLIC)
