"""UIC codes: real ones read and come out again byte for byte, ours verify, and nothing bad gets past one error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec

from kiosk.services.uic import dynamic_frame, schema, static_frame
from kiosk.services.uic.schema import UnreadableCode

SAMPLES = ("db-sparpreis-UT02-FCB13", "kitinerary-uic/uic-sparpreis-ticket", "kitinerary-uic/uic-bahncard",
           "kitinerary-uic/uic-mav", "kitinerary-uic/uic-eurail-pass")  # fmt: skip
TICKET: dict[str, Any] = {
    "issuing": {"issuerNum": 9901, "year": 2026, "day": 300, "time": 600, "specimen": True, "securePaper": False,
                "activated": True, "currency": "EUR", "digits": 2, "pnr": "ABCD"},
    "documents": [{"ticket": ("reservation", {"trainText": "R 12", "departureTime": 480, "fromName": "Żory",
                                              "places": {"coach": "3", "placeText": ["12"]}})}],
}  # fmt: skip


def sample(data: Path, name: str) -> bytes:
    return (data / "barcode" / f"{name}.bin").read_bytes()


@pytest.mark.parametrize("name", SAMPLES)
def test_real_codes_are_read_and_written_again_byte_for_byte(data: Path, name: str) -> None:
    code = sample(data, name)
    frame = static_frame.read(code)
    assert static_frame.write(frame) == code
    for record in frame.records:
        if record.id == static_frame.FLEX:
            ticket = frame.flex()
            assert ticket is not None
            assert schema.encode("fcb13", "RailTicket", ticket) == record.data


def test_a_real_ticket_says_what_it_is_known_to_say(data: Path) -> None:
    ticket = static_frame.read(sample(data, SAMPLES[0])).flex()
    assert ticket is not None
    kind, document = ticket["documents"][0]["ticket"]
    assert (kind, document["fromName"], document["toName"]) == ("open", "Mannheim", "Reutlingen")
    assert document["regions"][0][1]["departureTime"] == 11 * 60 + 58
    assert ticket["travelers"]["people"][0]["lastName"] == "Will"


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), dsa.generate_private_key(2048)],
                         ids=["ecdsa", "dsa"])  # fmt: skip
def test_a_frame_of_ours_verifies_and_any_flipped_bit_is_noticed(key: static_frame.PrivateKey) -> None:
    records = (static_frame.Record("U_FLEX", "13", schema.encode("fcb13", "RailTicket", TICKET)),)
    code = static_frame.write(static_frame.sealed(records, "9901", "00001", key))
    frame = static_frame.read(code)
    assert frame.flex() == schema.decode("fcb13", "RailTicket", records[0].data)
    assert static_frame.verified(frame, key.public_key())
    for bit in range(14 * 8, len(code) * 8):
        changed = bytearray(code)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            other = static_frame.read(bytes(changed))
        except UnreadableCode:
            continue
        assert not static_frame.verified(other, key.public_key()), bit


def frame_of_ours(key: ec.EllipticCurvePrivateKey, kind: str = "U2") -> dynamic_frame.DynamicFrame:
    data = schema.encode("fcb13", "RailTicket", TICKET)
    content: dict[str, Any] = {"providerNum": 9901, "key": 1, "records": [{"format": "FCB1", "data": data}]}
    if kind == "U2":
        content |= {"endYear": 2026, "endDay": 365, "endTime": 1439}
    return dynamic_frame.sealed(dynamic_frame.DynamicFrame(format=kind, content=content), key)


@pytest.mark.parametrize("kind", ["U1", "U2"])
def test_a_dynamic_frame_carries_both_signatures(kind: str) -> None:
    issuer, phone = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    frame = dynamic_frame.shown(frame_of_ours(issuer, kind), phone)
    code = dynamic_frame.write(frame)
    again = dynamic_frame.read(code)
    assert dynamic_frame.write(again) == code
    assert dynamic_frame.verified(again, issuer.public_key())
    assert dynamic_frame.verified(again, phone.public_key(), level=2)
    assert not dynamic_frame.verified(again, phone.public_key())
    assert not dynamic_frame.verified(again, issuer.public_key(), level=2)
    assert again.flex() == schema.decode("fcb13", "RailTicket", schema.encode("fcb13", "RailTicket", TICKET))


def test_every_truncation_is_one_error() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    ticket = schema.encode("fcb13", "RailTicket", TICKET)
    static = static_frame.write(
        static_frame.sealed((static_frame.Record("U_FLEX", "13", ticket),), "9901", "1" * 5, key)
    )
    dynamic = dynamic_frame.write(frame_of_ours(key))
    for length in range(len(static)):
        with pytest.raises(UnreadableCode):
            static_frame.read(static[:length])
    for length in range(len(dynamic)):
        with pytest.raises(UnreadableCode):
            dynamic_frame.read(dynamic[:length])
    for length in range(len(ticket)):
        with pytest.raises(UnreadableCode):
            schema.decode("fcb13", "RailTicket", ticket[:length])


def test_every_flipped_bit_is_another_value_or_that_error() -> None:
    ticket = schema.encode("fcb13", "RailTicket", TICKET)
    dynamic = dynamic_frame.write(frame_of_ours(ec.generate_private_key(ec.SECP256R1())))
    refused = 0
    for data, known in ((ticket, schema.decode("fcb13", "RailTicket", ticket)), (dynamic, dynamic_frame.read(dynamic))):
        for bit in range(len(data) * 8):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            try:
                value: object = (
                    schema.decode("fcb13", "RailTicket", bytes(changed))
                    if data is ticket
                    else dynamic_frame.read(bytes(changed))
                )
            except UnreadableCode:
                refused += 1
            else:
                assert value != known
    assert refused


def test_what_does_not_fit_the_standard_is_not_issued() -> None:
    with pytest.raises(ValueError, match="does not fit the standard"):
        schema.encode("fcb13", "RailTicket", {"issuing": {**TICKET["issuing"], "year": 1999}})
    with pytest.raises(ValueError, match="provider"):
        static_frame.sealed((), "1", "00001", ec.generate_private_key(ec.SECP256R1()))


@pytest.mark.parametrize("data", [b"", b"T1:ABC", b"#UT03", b"#UT01", b"#UT02108000002" + bytes(64) + b"00-1"])
def test_other_codes_are_not_ours(data: bytes) -> None:
    with pytest.raises(UnreadableCode):
        static_frame.read(data)
    with pytest.raises(UnreadableCode):
        dynamic_frame.read(data)
