"""ZVT on the wire: lengths, digits, fields, blocks; bytes that were recorded at terminals; what every code means."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.payment.zvt import fields, messages, words
from devices.payment.zvt.apdu import Apdu, Garbled, bcd, number_of, read, size_of
from devices.payment.zvt.serial_line import block, crc
from kiosk.ports import Prompt

# recorded between registers and terminals, as published in bug reports and test data of several ZVT libraries
STATUS = bytes.fromhex(
    "040FCE2700040000000010004909780C1230050D062922F0F8474843EEEEEE77438700023B38383931353000000B000733196029420030360E18"
    "018A0A8C038BF0F556495341002A3435353630303030303539392020203CF0F7F341532D544944203D2031334630303031330D41532D50726F63"
    "2D436F6465203D203230203930332030300D436170742E2D5265662E3D20303030300D41494435393A20383039323538062B4102000A49020003"
    "15024445600F4204564953414307A00000000310102F0C1F1001001F1101011F120102"
)
STEP = bytes.fromhex("04FF1E0A0106 1A24180716 42697474652 04B6172746520656 96E737465636B656E".replace(" ", ""))
REGISTERED = bytes.fromhex("060F11190029520012334909780605270314 01FF".replace(" ", ""))
HOW = bytes.fromhex("060F0BF0F0F7322E31342E313500")
LINE = bytes.fromhex("06D117002020202020202020204B617373656E7363686E697474")
BLOCKS = {  # APDU -> what was seen on the serial line
    "0501 03 123456": "1002050103123456 1003 E043",
    "800000": "1002800000 1003 F51F",
    "060F0BF0F0F7322E31342E313500": "1002060F0BF0F0F7322E31342E313500 1003 B111",
    "060F15F0F1F730363130323261204D2049435F2053746400": "1002060F15F0F1F730363130323261204D2049435F2053746400 1003E451",
}


def test_what_terminals_said_is_understood() -> None:
    status = messages.status_of(read(STATUS))
    assert (status.result, status.amount_minor, status.currency) == (0, 1000, 978)
    assert (status.receipt, status.trace, status.at, status.terminal) == (2, 733, "0629123005", "42003036")
    assert status.card == "**** **** **** 7743" and status.original_trace is None
    assert messages.step_of(read(STEP)) == (0x0A, "Bitte Karte einstecken")
    assert fields.read(read(REGISTERED).data)[0x29].hex() == "52001233"
    assert messages.state_of(read(HOW)) == 0x00
    assert messages.state_of(Apdu(0x060F, b"\xf0")) == 0xF0  # alone: end of day needed
    assert read(LINE).data[1:].decode("cp437").strip() == "Kassenschnitt"


@pytest.mark.parametrize(("apdu", "seen"), BLOCKS.items())
def test_blocks_are_those_that_were_seen(apdu: str, seen: str) -> None:
    assert block(bytes.fromhex(apdu.replace(" ", ""))) == bytes.fromhex(seen.replace(" ", ""))


def test_a_dle_is_doubled_and_counts_once() -> None:
    apdu = bytes.fromhex("0601021000")
    assert block(apdu) == bytes.fromhex("1002 060102 1010 00 1003") + crc(apdu).to_bytes(2, "little")


def test_commands_are_those_of_the_specification() -> None:
    """The example of PA00P015 for a payment of 12.50, and the fields in their order."""
    assert messages.authorisation(1250, "EUR").packed().hex() == "06010a04000000001250490978"
    assert messages.reversal("000000", 231).packed().hex() == "0630060000008702 31".replace(" ", "")
    assert messages.refund("123456", 1, "CHF").packed().hex() == "06310d12345604000000000001490756"
    assert messages.with_password(messages.END_OF_DAY, "123456").packed().hex() == "065003123456"
    registration = messages.registration("000000", "EUR", receipts=True).packed()
    assert registration.hex() == "06001000 0000be0978030106 0626040a0206d3".replace(" ", "")
    assert messages.registration("000000", "EUR", receipts=False).packed()[6] == 0x38


@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 65_535])
def test_an_apdu_has_one_length_byte_or_three(size: int) -> None:
    apdu = Apdu(0x06D3, bytes(size))
    raw = apdu.packed()
    assert len(raw) == size + (3 if size < 255 else 5) and size_of(raw) == len(raw) and read(raw) == apdu
    with pytest.raises(Garbled):
        read(raw + b"\0")
    with pytest.raises(Garbled):
        read(raw[:-1])


def test_what_does_not_fit_is_told() -> None:
    for wrong in (lambda: Apdu(1, bytes(65_536)).packed(), lambda: bcd(100, 1), lambda: bcd(-1, 1),
                  lambda: number_of(b"\x1a"), lambda: messages.authorisation(1, "XYZ"),
                  lambda: fields.packed({0x04: b"\0"}), lambda: messages.state_of(Apdu(0x060F))):  # fmt: skip
        with pytest.raises(Garbled):
            wrong()


@given(st.integers(0, 10**12 - 1))
def test_amounts_come_back(amount: int) -> None:
    assert number_of(bcd(amount, 6)) == amount


@given(st.integers(0, 0xFF).filter(lambda tag: tag & 0x1F != 0x1F), st.binary(max_size=400))
def test_data_objects_come_back(tag: int, data: bytes) -> None:
    assert list(fields.tags(fields.tlv(tag, data) + fields.tlv(0x1F07, b"\1"))) == [(tag, data), (0x1F07, b"\1")]


@given(st.binary(max_size=80))
def test_garbage_is_garbled_or_read_and_nothing_else(data: bytes) -> None:
    for look in (fields.read, lambda d: messages.status_of(Apdu(0x040F, d)), lambda d: list(fields.tags(d)), read,
                 lambda d: messages.state_of(Apdu(0x060F, d)), lambda d: messages.step_of(Apdu(0x04FF, d)),
                 messages.lines_of):  # fmt: skip
        with contextlib.suppress(Garbled):
            look(data)


@given(st.integers(0, len(STATUS) - 4), st.binary(min_size=1, max_size=1))
def test_a_damaged_status_never_says_more_than_it_did(at: int, byte: bytes) -> None:
    data = bytearray(STATUS[3:])
    data[at : at + 1] = byte
    try:
        status = messages.status_of(Apdu(0x040F, bytes(data)))
    except Garbled:
        return
    assert len(status.card.replace("*", "").strip()) <= 4


def test_a_status_without_a_result_is_no_success() -> None:
    assert messages.status_of(Apdu(0x040F, bytes.fromhex("04000000001250"))).result == 0xFF


def test_every_code_has_words_and_decides_one_thing() -> None:
    reasons = {code: words.reason(code) for code in range(1, 256)}
    assert {reason for reason in reasons.values() if not reason.startswith("declined: ")} == {
        "cancelled", "busy", "end_of_day", "not_registered", "already_reversed",
        "unreachable",
    }  # fmt: skip
    assert all(not reason.endswith(": ") for reason in reasons.values())
    # a screen looks for these words: no other code may be taken for them
    assert [code for code, reason in reasons.items() if "cancel" in reason] == [0x6C]
    assert not [code for code, reason in reasons.items() if "not_started" in reason]
    for code in range(256):
        what, text = words.step(code)
        assert what in ("card", "pin", "remove_card", "wait") and text and Prompt(what, text)
        assert words.state(code) and words.result(code)
    assert words.step(0x41) == ("remove_card", "look at the PIN pad; take the card")
    assert words.result(0x05) == "refused by the bank (05)" and words.result(0x99) == "unknown result 99"
