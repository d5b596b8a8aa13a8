"""The section [cash] of a configuration: what is connected, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import InvalidOperation

from kiosk.domain.money import Money

VARIANTS = ("serial", "cipher", "plain")


@dataclass(frozen=True)
class CashSection:
    currency: str = ""
    coins: str = ""  # the ccTalk line
    coin_address: int = 2
    coin_values: str = ""  # "1:0.10 2:0.50"; "" = as the device says
    hoppers: str = ""  # "3:1.00 4:0.50"
    hopper_variant: str = "serial"
    recycle: str = ""  # "1:3:200": sorter path, hopper, coins at which it is full
    crc: bool = False
    notes: str = ""  # the SSP line
    notes_key: str = "0123456701234567"
    timeout_s: float = 90.0
    give_back: bool = True
    drawer: bool = False  # at a counter, opened by the receipt printer

    @property
    def present(self) -> bool:
        return bool(self.coins or self.notes)


def values_of(text: str, currency: str) -> dict[int, int]:
    """ "3:1.00 4:0.50" -> {3: 100, 4: 50} in minor units; ValueError."""
    try:
        pairs = [part.split(":") for part in text.split()]
        return {int(number): Money.parse(value, currency).amount_minor for number, value in pairs}
    except InvalidOperation as error:
        raise ValueError(str(error)) from None


def recycling_of(text: str) -> dict[int, tuple[int, int]]:
    """ "1:3:200" -> {hopper 3: (path 1, full at 200)}; ValueError."""
    parts = [tuple(int(number) for number in part.split(":")) for part in text.split()]
    return {hopper: (path, full) for path, hopper, full in parts}


def cash_mistakes(section: CashSection) -> list[str]:
    """What is wrong with [cash], in words."""
    mistakes = _hoppers(section)
    if section.drawer and section.present:
        mistakes.append("[cash] drawer is for a counter, coins and notes are for a machine: one of them")
    if (section.present or section.drawer) and not section.currency:
        mistakes.append("[cash] currency is missing: three letters, such as EUR")
    if section.hopper_variant not in VARIANTS:
        mistakes.append(f"[cash] hopper_variant = {section.hopper_variant!r} must be {', '.join(VARIANTS)}")
    digits = section.notes_key
    if len(digits) not in (0, 16) or any(sign not in "0123456789abcdefABCDEF" for sign in digits):
        mistakes.append("[cash] notes_key must be 16 hexadecimal digits, or empty: a validator without encryption")
    if section.timeout_s <= 0:
        mistakes.append(f"[cash] timeout_s = {section.timeout_s} must be above 0")
    return mistakes


def _hoppers(section: CashSection) -> list[str]:
    mistakes = []
    found: dict[str, dict[int, int]] = {"coin_values": {}, "hoppers": {}}
    for key in found:
        said = getattr(section, key)
        try:
            found[key] = values_of(said, section.currency)
        except ValueError:
            mistakes.append(f'[cash] {key} = {said!r} must be NUMBER:VALUE NUMBER:VALUE, such as "3:1.00 4:0.50"')
    hoppers = found["hoppers"]
    if hoppers and not section.coins:
        mistakes.append("[cash] hoppers need coins, the line they are on")
    if any(not 2 < address < 256 or value < 1 for address, value in hoppers.items()):
        mistakes.append(f"[cash] hoppers = {section.hoppers!r}: addresses from 3 to 255, values above 0")
    try:
        if strangers := recycling_of(section.recycle).keys() - hoppers.keys():
            mistakes.append(f"[cash] recycle names hopper {min(strangers)}, which is not in hoppers")
    except ValueError:
        mistakes.append(f'[cash] recycle = {section.recycle!r} must be PATH:HOPPER:FULL, such as "1:3:200"')
    return mistakes
