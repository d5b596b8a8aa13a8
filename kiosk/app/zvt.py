"""Builds the card terminal that speaks ZVT from its configuration; what it prints is kept in the terminal's folder."""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path

from devices.payment.zvt.link import Settings
from devices.payment.zvt.terminal import ZvtPayment
from kiosk.app.config import Config

log = logging.getLogger(__name__)

_DIGITS = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")


def zvt_terminal(config: Config) -> ZvtPayment:
    section = config.zvt
    return ZvtPayment(
        config.payment.address,
        config.payment.timeout_s,
        settings=Settings(section.password, section.currency, section.receipts),
        two_phase=section.two_phase,
        card_refunds=section.card_refunds,
        on_lines=Receipts(config.folder / "receipts").keep,
    )


class Receipts:
    """The receipts a terminal without a printer hands over, a file for each day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, lines: list[str]) -> None:
        """Card numbers are masked by the terminal; if one is not, it is masked here. Never raises: a payment must not
        fail because its copy could not be kept."""
        text = "\n".join(_DIGITS.sub(_masked, line) for line in lines)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / f"{time.strftime('%Y-%m-%d')}.txt").open("a", encoding="utf-8") as file:
                file.write(text + "\n\n")
        except OSError as fault:
            log.warning("a receipt of the card terminal was not kept: %s", fault)


def _masked(found: re.Match[str]) -> str:
    """A card's number, told by its check digit, down to its last four digits; other numbers as they are."""
    digits = [int(sign) for sign in found[0] if sign.isdecimal()]
    doubled = [digit * 2 % 9 if digit != 9 else 9 for digit in digits[-2::-2]]
    is_card = (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
    return f"**** {''.join(map(str, digits[-4:]))}" if is_card else found[0]
