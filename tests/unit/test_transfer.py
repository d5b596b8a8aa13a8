"""Bank transfers as a means of payment: shown where staff stand by, and never called paid by the machine."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from devices.payment.transfer import TransferPay
from kiosk.app.config import ConfigWrong, load
from kiosk.app.means import ways_to_pay
from kiosk.domain.payqr import emv
from kiosk.ports import ChargeRequest, Declined, Prompt, Unresolved

EPC = 'format = "epc"\nattended = true\npayee = "DE89370400440532013000"\nname = "Bahn"\ncurrency = "EUR"\n'
PIX = 'format = "pix"\nattended = true\npayee = "52998224725"\nname = "Trens"\ntown = "BRASILIA"\ncurrency = "BRL"\n'
THAI = 'format = "promptpay"\nattended = true\npayee = "123456789012345"\nbiller = true\ncurrency = "THB"\n'
SWISS = (
    'format = "swiss"\nattended = true\npayee = "CH4431999123000889012"\nname = "Bahn"\npostcode = "2501"\n'
    'town = "Biel"\ncurrency = "CHF"\n'
)
REQUEST = ChargeRequest("attempt-1", 1230, "EUR", about="AB12CD34")


def configured(folder: Path, section: str) -> TransferPay:
    path = folder / "kiosk.toml"
    path.write_text(f'[terminal]\nfolder = "{folder}"\n[transfer]\n{section}timeout_s = 0.1\n')
    found = ways_to_pay(load(path))["transfer"]
    assert isinstance(found, TransferPay)
    return found


@pytest.mark.parametrize(
    ("section", "currency", "has"),
    [(EPC, "EUR", "RF"), (PIX, "BRL", "0508AB12CD34"), (THAI, "THB", "0208AB12CD34"), (SWISS, "CHF", "QRR")],
)
def test_the_code_asks_for_the_amount_under_the_sales_reference(
    tmp_path: Path, section: str, currency: str, has: str
) -> None:
    told: list[Prompt] = []
    transfer = configured(tmp_path, section)
    request = ChargeRequest("attempt-1", 1230, currency, about="AB12CD34")
    assert isinstance(transfer.charge(request, told.append), Unresolved)
    [prompt] = told
    assert prompt.what == "qr" and "12.30" in prompt.text and has in prompt.text
    if currency in ("BRL", "THB"):
        assert int(prompt.text[-4:], 16) == emv.crc16(prompt.text[:-4])


def test_only_a_person_can_tell_whatever_is_asked(tmp_path: Path) -> None:
    transfer = configured(tmp_path, EPC)
    assert transfer.ready() and transfer.mark() == ""
    assert isinstance(transfer.outcome_of(REQUEST), Unresolved)
    assert isinstance(transfer.refund(REQUEST, "x"), Unresolved)


def test_a_stop_takes_the_code_away_and_decides_nothing() -> None:
    transfer, shown = TransferPay(lambda minor, reference: f"{minor} {reference}", "EUR", 60.0), threading.Event()
    outcomes: list[object] = []
    thread = threading.Thread(target=lambda: outcomes.append(transfer.charge(REQUEST, lambda prompt: shown.set())))
    thread.start()
    assert shown.wait(10)
    transfer.cancel("another")
    transfer.cancel("attempt-1")
    thread.join(10)
    assert isinstance(outcomes[0], Unresolved)


def test_what_was_never_shown_is_declined(tmp_path: Path) -> None:
    told: list[Prompt] = []
    transfer = configured(tmp_path, EPC)
    assert transfer.charge(ChargeRequest("a", 100, "CNY"), told.append) == Declined("currency")
    assert transfer.charge(ChargeRequest("a", 10**12, "EUR"), told.append) == Declined("amount")
    assert told == []


@pytest.mark.parametrize(
    ("section", "word"),
    [
        (EPC.replace("epc", "sepa"), "must be epc, pix, promptpay, swiss"),
        (EPC.replace("attended = true", "attended = false"), "attended must be true"),
        (EPC.replace("3000", "3001"), "not an IBAN"),
        (EPC.replace("EUR", "CHF"), "currency must be EUR"),
        (PIX.replace("BRASILIA", ""), "city"),
        (THAI.replace("123456789012345", "12"), "biller"),
        (SWISS.replace("2501", ""), "postcode"),
    ],
)
def test_a_mistake_in_the_account_is_named(tmp_path: Path, section: str, word: str) -> None:
    with pytest.raises(ConfigWrong, match=word):
        configured(tmp_path, section)
