"""Answers of a nexo terminal that were bent at random, sealed rightly or not: approved only when nothing that counts
was touched, never an exception."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.payment.nexo import answers
from devices.payment.nexo.answers import Strange
from devices.payment.nexo.messages import Ends, service_id
from devices.payment.nexo.seal import Key, SealBroken
from kiosk.ports import Approved, ChargeRequest, Declined

ENDS, KEY, ASKED = Ends("K14", "V400m-1"), Key("till", 1, "words"), ChargeRequest("attempt-1", 99300, "CNY")
SERVICE = service_id("attempt-1")
GOOD: dict[str, Any] = {
    "SaleToPOIResponse": {
        "MessageHeader": {**ENDS.header("Payment", SERVICE), "MessageType": "Response"},
        "PaymentResponse": {
            "Response": {"Result": "Success"},
            "SaleData": {"SaleTransactionID": {"TransactionID": "attempt-1", "TimeStamp": "2026-01-01T00:00:00.000Z"}},
            "POIData": {"POITransactionID": {"TransactionID": "BV0.PSP", "TimeStamp": "2026-01-01T00:00:00.000Z"}},
            "PaymentResult": {
                "AmountsResp": {"Currency": "CNY", "AuthorizedAmount": 993.0},
                "PaymentInstrumentData": {"CardData": {"MaskedPan": "4111111111114417"}},
            },
        },
    }
}
READ = Approved("BV0.PSP@2026-01-01T00:00:00.000Z", "**** **** **** 4417")


def read(plain: bytes) -> Approved | Declined | None:
    return answers.payment(answers.body_of(answers.message_of(plain), ENDS, "Payment", SERVICE), ASKED)


def paths(value: Any, here: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [here] if here else []
    if isinstance(value, dict):
        for name, inner in value.items():
            found += paths(inner, (*here, name))
    return found


def test_the_good_answer_is_read_and_only_the_last_digits_are_kept() -> None:
    assert read(json.dumps(GOOD).encode()) == READ


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FREE = {("TimeStamp",), ("MaskedPan",), ("CardData",), ("PaymentInstrumentData",), ("ProtocolVersion",)}


@given(st.sampled_from(paths(GOOD)), _VALUES | st.just("gone"))
def test_one_bent_field_is_strange_unless_it_says_nothing(path: tuple[str, ...], value: Any) -> None:
    bent = json.loads(json.dumps(GOOD))
    place = bent
    for name in path[:-1]:
        place = place[name]
    was = place[path[-1]]
    place[path[-1]] = value
    if value == "gone":
        del place[path[-1]]
    try:
        outcome = read(json.dumps(bent).encode())
    except Strange:
        return
    if isinstance(outcome, Approved):
        harmless = path[-1:] in _FREE or (path[-1] == "TransactionID" and "POIData" in path)
        assert harmless or (value == was and type(value) is not bool), (path, value)
    else:
        assert outcome is None or path[-1] in ("Result", "Response")


@given(st.binary(max_size=300))
def test_any_bytes_are_strange(plain: bytes) -> None:
    with pytest.raises(Strange):
        read(plain)


@given(st.integers(0, 4000), st.integers(1, 255))
def test_a_sealed_answer_with_one_byte_changed_is_not_opened(where: int, how: int) -> None:
    sealed = KEY.seal(ENDS.header("Payment", SERVICE), json.dumps(GOOD).encode())
    blob = bytearray(base64.b64decode(sealed["NexoBlob"]))
    blob[where % len(blob)] ^= how
    with pytest.raises(SealBroken):
        KEY.open({**sealed, "NexoBlob": base64.b64encode(blob).decode()})
    trailer = sealed["SecurityTrailer"]
    for name in ("Nonce", "Hmac"):
        bent = bytearray(base64.b64decode(trailer[name]))
        bent[where % len(bent)] ^= how
        with pytest.raises(SealBroken):
            KEY.open({**sealed, "SecurityTrailer": {**trailer, name: base64.b64encode(bent).decode()}})


@given(_VALUES)
def test_what_is_not_sealed_is_not_opened(value: Any) -> None:
    for sealed in (value, {"NexoBlob": value, "SecurityTrailer": value}, {"NexoBlob": "", "SecurityTrailer": {}}):
        with pytest.raises(SealBroken):
            KEY.open(sealed)


@given(st.binary(max_size=500))
def test_what_was_sealed_is_opened(plain: bytes) -> None:
    assert KEY.open(KEY.seal({}, plain)) == plain


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_amounts_are_never_nearly_right(value: Decimal) -> None:
    text = json.dumps(GOOD).replace("993.0", str(value))
    try:
        outcome = read(text.encode())
    except Strange:
        return
    assert outcome == READ and value == 993


def test_what_the_vendors_library_sealed_is_opened() -> None:
    """Recorded once with @adyen/api-library 32.1.0; `make judges NAME=nexo` does it live."""
    recorded = json.loads((Path(__file__).parents[1] / "fixtures" / "nexo" / "sealed.json").read_text())
    key = Key("till", 1, recorded["passphrase"])
    assert [key.open(each["sealed"]).decode() for each in recorded["messages"]] == [
        each["text"] for each in recorded["messages"]
    ]
