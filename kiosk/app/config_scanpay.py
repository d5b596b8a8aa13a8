"""The configuration of paying by codes: [scanpay], [scanner], [transfer]."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ScanPaySection:
    accepted: bool = True  # what central offers
    timeout_s: float = 90.0  # longest wait for the passenger


@dataclass(frozen=True)
class ScannerSection:
    source: str = ""  # /dev/ttyUSB0, keyboard, or a camera's source; "" = none
    baud: int = 9600

    @property
    def serial(self) -> bool:
        return self.source.startswith(("/dev/tty", "/dev/serial", "/dev/pts"))


CURRENCIES = {"epc": ("EUR",), "pix": ("BRL",), "promptpay": ("THB",), "swiss": ("CHF", "EUR")}


@dataclass(frozen=True)
class TransferSection:
    format: str = ""  # "" = no transfers
    attended: bool = False  # staff stand by, who look whether it came
    payee: str = ""  # IBAN, PIX key, PromptPay or biller's number
    name: str = ""
    currency: str = ""
    bic: str = ""
    biller: bool = False
    street: str = ""
    house: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "CH"
    timeout_s: float = 120.0
