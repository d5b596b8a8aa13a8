"""Frames of cash devices, byte for byte as their makers print them."""

from __future__ import annotations

import pytest

from devices.cash import cctalk, essp
from devices.cash.coins import read_coin_id
from devices.cash.essp_key import Key, agreed, is_prime, prime
from devices.cash.hopper import since
from devices.cash.line import CashFault
from devices.cash.validator import _split, read_setup

# A hopper's manual (Suzohapp Flow 18 ccTalk, version 0.6): command, answer.
HOPPER = [
    (3, 0xA3, "", "03 00 01 A3 59"),
    (3, 0xA4, "A5", "03 01 01 A4 A5 B2"),
    (3, 0xA1, "5B DA AA 6F 9A 5D C5 06", "03 08 01 A1 5B DA AA 6F 9A 5D C5 06 43"),
    (3, 0xA0, "", "03 00 01 A0 5C"),
    (3, 0xA7, "63 D9 2A 95 BA D4 35 82 03", "03 09 01 A7 63 D9 2A 95 BA D4 35 82 03 09"),
    (3, 0xA7, "DF D7 0A 01", "03 04 01 A7 DF D7 0A 01 90"),
]
ANSWERS = ["01 02 03 00 80 80 FA", "01 00 03 00 FC", "01 08 03 00 B9 FE 5F AC 75 0A 7B 98 A0", "01 01 03 00 01 FA"]

# SSP protocol manual GA138 2.2.2129A: data of the packet, packet (address 0, sequence bit set).
SSP = [
    ("11", "7F 80 01 11 65 82"),
    ("01", "7F 80 01 01 06 02"),
    ("06 08", "7F 80 02 06 08 03 94"),
    ("07", "7F 80 01 07 12 02"),
    ("0C", "7F 80 01 0C 2B 82"),
    ("09", "7F 80 01 09 35 82"),
    ("0A", "7F 80 01 0A 3F 82"),
    ("02 07 00", "7F 80 03 02 07 00 2B B6"),
    ("02 FF FF", "7F 80 03 02 FF FF 25 A4"),
    ("08", "7F 80 01 08 30 02"),
    ("18", "7F 80 01 18 53 82"),
    ("56", "7F 80 01 56 F7 83"),
    ("57", "7F 80 01 57 F2 03"),
    ("58", "7F 80 01 58 D0 03"),
    ("4A C5 05 8F 3A 00 00 00 00", "7F 80 09 4A C5 05 8F 3A 00 00 00 00 B2 73"),
    ("4B 8D A6 13 00 00 00 00 00", "7F 80 09 4B 8D A6 13 00 00 00 00 00 6C F6"),
    ("4C 79 C8 9C E2 DE 06 00 00", "7F 80 09 4C 79 C8 9C E2 DE 06 00 00 9D 52"),
    ("F0 23 68 1B FA E5 3C 27 DB", "7F 80 09 F0 23 68 1B FA E5 3C 27 DB 80 8A"),
    ("F0 EE 01 EB", "7F 80 04 F0 EE 01 EB B9 48"),
    ("F0 CC EE 01", "7F 80 04 F0 CC EE 01 62 AA"),
    ("F0 E2 02", "7F 80 03 F0 E2 02 C3 E4"),
]


@pytest.mark.parametrize(("to", "header", "data", "frame"), HOPPER)
def test_a_hoppers_manual_is_spoken(to: int, header: int, data: str, frame: str) -> None:
    assert cctalk.frame(to, header, bytes.fromhex(data)) == bytes.fromhex(frame)


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_hoppers_manual_is_understood(answer: str) -> None:
    found = bytes.fromhex(answer)
    assert cctalk.is_whole(found)
    for at in range(len(found)):
        assert not cctalk.is_whole(found[:at] + bytes((found[at] ^ 0x10,)) + found[at + 1 :])


def test_ccTalk_with_crc() -> None:
    reset = cctalk.frame(40, 1, with_crc=True)
    assert reset == bytes((40, 0, 0x46, 1, 0x3F))
    assert cctalk.crc(b"123456789") == 0x31C3  # the catalogue's check value of CRC-16/XMODEM
    assert cctalk.is_whole(reset, with_crc=True) and not cctalk.is_whole(reset[:-1] + b"\x3e", with_crc=True)


@pytest.mark.parametrize(("data", "packet"), SSP)
def test_the_ssp_manual_is_spoken(data: str, packet: str) -> None:
    assert essp.packet(True, bytes.fromhex(data)) == bytes.fromhex(packet)


def test_what_looks_like_a_beginning_is_doubled_also_in_the_check() -> None:
    sent = essp.packet(True, b"\x7f\x7f")
    assert sent.startswith(bytes.fromhex("7F 80 02 7F 7F 7F 7F"))
    stuffed = next(p for n in range(70_000) if b"\x7f" in (p := essp.packet(False, n.to_bytes(3, "big")))[-2:])
    assert stuffed.count(b"\x7f\x7f") >= 1
    assert essp.crc(b"123456789") == 0xAEE7  # the catalogue's check value of CRC-16/CMS


def test_the_manuals_setup_is_read() -> None:
    told = bytes.fromhex("00 30 31 30 30 47 42 50 00 00 01 03 05 0A 14 02 02 02 40 00 00 05")
    assert read_setup(told, "GBP") == {1: 500, 2: 1000, 3: 2000} and read_setup(told, "EUR") == {}
    for cut in range(len(told)):
        with pytest.raises(CashFault, match="setup"):
            read_setup(told[:cut], "GBP")


def test_sealed_data_opens_with_its_key_only() -> None:
    key = Key(0x0123456701234567, 0x1122334455667788)
    assert key.raw.hex() == "67452301674523018877665544332211"
    for size in (1, 8, 9, 10, 40):
        sent = essp.sealed(key, 7, bytes(range(size)))
        assert sent[0] == essp.STEX and len(sent) % 16 == 1
        assert essp.opened(key, sent) == (7, bytes(range(size)))
        with pytest.raises(essp.KeyLost):
            essp.opened(Key(1, 2), sent)
    for nonsense in (b"", b"\x7e", b"\x7e" + bytes(15), b"\x7e" + bytes(16)):
        with pytest.raises(essp.KeyLost):
            essp.opened(key, nonsense)


def test_both_sides_agree_on_a_key() -> None:
    generator, modulus = 982451653, 1287821  # the manual's primes
    assert is_prime(generator) and is_prime(modulus) and not is_prime(modulus * generator) and is_prime(prime())
    mine, theirs = 7554354, 1234567
    ours = agreed(pow(generator, theirs, modulus), mine, modulus)
    assert ours == agreed(pow(generator, mine, modulus), theirs, modulus)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"EU100A", (100, "EUR")), (b"EU005B", (5, "EUR")), (b"GB2K0A", (2000, "GBP")), (b"CN100A", (100, "CNY")),
        (b"JP500A", (500, "JPY")), (b"HUK25A", (250, "HUF")), (b"......", (0, "")), (b"EUxx0A", (0, "")),
        (b"EU1", (0, "")), (b"\xff\xfe\xfd\xfc\xfb\xfa", (0, "")), (b"TK001A", (0, "")),
    ],
)  # fmt: skip
def test_a_coins_name_says_its_worth(name: bytes, value: tuple[int, str]) -> None:
    assert read_coin_id(name) == value


def test_life_long_counts_go_round() -> None:
    assert since(10, 15) == 5 and since((1 << 24) - 2, 3) == 5


def test_an_event_nobody_knows_is_no_guess() -> None:
    assert _split(bytes((0xEF, 3, 0xCC, 0xEE, 3, 0xEB))) == [(0xEF, b"\3"), (0xCC, b""), (0xEE, b"\3"), (0xEB, b"")]
    with pytest.raises(CashFault, match="0x99"):
        _split(bytes((0xEE, 3, 0x99)))
