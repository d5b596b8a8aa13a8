"""Codes that ask for a bank transfer: published examples, and what they refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from segno import helpers

from kiosk.domain.payqr import emv, epc, iban, pix, promptpay, swiss
from kiosk.domain.payqr.faults import BadPayee
from kiosk.domain.payqr.wallets import wallet_of

ACCOUNT = "DE89370400440532013000"


def test_the_crc_is_the_published_one() -> None:
    assert emv.crc16("123456789") == 0x29B1  # the check value of CRC-16/CCITT-FALSE


def test_a_pix_code_is_that_of_the_central_banks_manual() -> None:
    """Its example, with the amount and the identifier we always have."""
    built = pix.code("123e4567-e12b-12d1-a456-426655440000", "Fulano de Tal", "BRASILIA", 1050, "SALE0001")
    assert built.startswith(
        "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000520400005303986540510.505802BR"
        "5913Fulano de Tal6008BRASILIA62120508SALE00016304"
    )
    assert int(built[-4:], 16) == emv.crc16(built[:-4])


@pytest.mark.parametrize("key", ["fulano@example.com", "+5561912345678", "52998224725", "11222333000181"])
def test_every_kind_of_pix_key_is_taken(key: str) -> None:
    assert pix.is_key(key) and key in pix.code(key, "A", "B", 1, "1")


@pytest.mark.parametrize(
    "key",
    ["", "52998224724", "11111111111", "11222333000180", "61912345678", "a@b", "x" * 78, "123E4567-E12B-12D1-A456-4"],
)
def test_what_is_no_pix_key_is_refused(key: str) -> None:
    with pytest.raises(BadPayee, match="PIX key"):
        pix.code(key, "A", "B", 1, "1")


@pytest.mark.parametrize(
    ("name", "city", "minor", "reference", "word"),
    [
        ("São Paulo Trens", "B", 1, "1", "name"),
        ("A" * 26, "B", 1, "1", "name"),
        ("A", "", 1, "1", "city"),
        ("A", "B", 0, "1", "amount"),
        ("A", "B", 10**12, "1", "more than"),
        ("A", "B", 1, "", "letters and digits"),
        ("A", "B", 1, "A-1", "letters and digits"),
    ],
)
def test_what_a_pix_code_cannot_carry_is_named(name: str, city: str, minor: int, reference: str, word: str) -> None:
    with pytest.raises(BadPayee, match=word):
        pix.code("fulano@example.com", name, city, minor, reference)


def test_a_promptpay_code_is_the_known_one() -> None:
    """The number and amount of the widely used example, 0801234567 and 4.22 baht."""
    built = promptpay.code("0801234567", 422)
    assert built.startswith("00020101021229370016A00000067701011101130066801234567530376454044.225802TH6304")
    assert "0213" in promptpay.code("1111111111119", 1)
    assert "0315" in promptpay.code("123456789012345", 1)
    assert "3041" not in promptpay.code("123456789012345", 1) and "0208SALE0001" in promptpay.code(
        "123456789012345", 1, "SALE0001"
    )


@pytest.mark.parametrize("payee", ["", "0212345678", "081234567", "1111111111110", "12345678901234", "๐๘๑๒๓๔๕๖๗๘"])
def test_what_is_no_promptpay_number_is_refused(payee: str) -> None:
    with pytest.raises(BadPayee, match="PromptPay"):
        promptpay.code(payee, 100)


def test_a_biller_needs_its_number_and_a_reference() -> None:
    for payee, reference in (("0812345678", "A"), ("123456789012345", "a"), ("123456789012345", "A" * 21)):
        with pytest.raises(BadPayee):
            promptpay.code(payee, 100, reference)


@pytest.mark.parametrize("words", ["Ticket K14-0001", "Fahrkarte Köln, 北京"])
@given(cents=st.integers(1, 99_999_999_999))
def test_an_epc_code_says_what_segno_says(words: str, cents: int) -> None:
    theirs = helpers._make_epc_qr_data(
        name="Bahn & Co", iban=ACCOUNT, amount=f"{cents // 100}.{cents % 100:02d}", text=words, encoding="utf-8"
    )
    ours = epc.code("Bahn & Co", ACCOUNT, cents, words=words)
    assert amounts(ours.split("\n")) == amounts(theirs.decode().rstrip("\n").split("\n"))


def amounts(lines: list[str]) -> list[object]:
    """segno leaves trailing zeros of the amount out; the rule allows both."""
    return [float(line[3:]) if line.startswith("EUR") else line for line in lines]


def test_a_reference_is_proved_and_goes_into_its_line() -> None:
    reference = iban.creditor_reference("539007547034")
    assert reference == "RF18539007547034"  # the example of ISO 11649
    assert epc.code("A", ACCOUNT, 1230, reference=reference).split("\n")[7:] == ["EUR12.30", "", reference]
    assert not iban.is_creditor_reference("RF19539007547034")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "A" * 71}, {"name": "A\nB"}, {"iban": "DE89370400440532013001"}, {"iban": "DE8937"},
        {"iban": "XX89370400440532013000"}, {"cents": 0}, {"cents": 10**11}, {"reference": "RF00X"}, {"bic": "NOBANK"},
        {"reference": "RF18539007547034", "words": "both"}, {"words": "x" * 141},
        {"name": "中" * 70, "words": "中" * 60},
    ],
)  # fmt: skip
def test_what_a_transfer_cannot_carry_is_refused(wrong: dict[str, object]) -> None:
    facts: dict[str, object] = {"name": "A", "iban": ACCOUNT, "cents": 100, **wrong}
    with pytest.raises(BadPayee):
        epc.code(**facts)  # type: ignore[arg-type]


CREDITOR = swiss.Creditor("Robert Schneider AG", "2501", "Biel", "CH", "Rue du Lac", "1268")


def test_a_swiss_bill_is_the_one_of_the_guidelines() -> None:
    lines = swiss.code(
        CREDITOR, "CH44 3199 9123 0008 8901 2", 194975, "CHF", reference="210000000003139471430009017", words="Bill"
    ).split("\n")
    assert lines[:11] == [
        "SPC", "0200", "1", "CH4431999123000889012", "S", "Robert Schneider AG", "Rue du Lac", "1268", "2501", "Biel",
        "CH",
    ]  # fmt: skip
    assert lines[18:20] == ["1949.75", "CHF"] and lines[27:] == ["QRR", "210000000003139471430009017", "Bill", "EPD"]
    assert swiss.code(CREDITOR, "CH5800791123000889012", 100, "EUR").split("\n")[27:29] == ["NON", ""]


@pytest.mark.parametrize(
    ("account", "reference", "currency"),
    [
        ("CH4431999123000889012", "", "CHF"),
        ("CH4431999123000889012", "210000000003139471430009018", "CHF"),
        ("CH5800791123000889012", "210000000003139471430009017", "CHF"),
        ("CH5800791123000889012", "", "USD"),
        (ACCOUNT, "", "EUR"),
    ],
)
def test_account_reference_and_currency_of_a_swiss_bill_must_fit(account: str, reference: str, currency: str) -> None:
    with pytest.raises(BadPayee):
        swiss.code(CREDITOR, account, 100, currency, reference=reference)


@pytest.mark.parametrize(
    ("code", "wallet"),
    [("134567890123456789", "wechat"), ("281234567890123456", "alipay"), ("301234567890123456789012", "alipay"),
     ("164567890123456789", ""), ("13456789012345678", ""), ("２８1234567890123456", ""), ("", "")],
)  # fmt: skip
def test_a_payment_code_says_whose_it_is(code: str, wallet: str) -> None:
    assert wallet_of(code) == wallet
