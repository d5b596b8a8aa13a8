"""The configuration of scan-to-pay and of a passenger's codes: [scanpay], [scanner]."""

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
