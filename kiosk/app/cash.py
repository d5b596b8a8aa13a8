"""Builds the cash machine of a terminal from its configuration."""

from __future__ import annotations

from pathlib import Path

from devices.cash.book import Book
from devices.cash.cctalk import Bus
from devices.cash.coins import CoinAcceptor
from devices.cash.drawer import Drawer
from devices.cash.essp import Conversation
from devices.cash.hopper import Hopper
from devices.cash.line import Line
from devices.cash.payers import Payer, Payers
from devices.cash.report import Part, parts
from devices.cash.takers import Coins, Notes
from devices.cash.till import Till
from devices.cash.validator import Validator
from devices.printer.escpos import EscPosPrinter
from kiosk.app.config import Config
from kiosk.app.config_cash import CashSection, recycling_of, values_of
from kiosk.app.printers import ticket_printer
from kiosk.domain.errors import DeviceFault
from kiosk.domain.money import Money

BOOK, DRAWER = "cash.jsonl", "drawer.jsonl"
BAUD = 9600


class CashMachine:
    """The parts of one machine; `till` is the way to pay. DeviceFault: another program has it."""

    def __init__(self, section: CashSection, folder: Path) -> None:
        self.section = section
        try:
            self.book = Book(folder / BOOK)
        except OSError as fault:
            raise DeviceFault(f"the cash machine's book {folder / BOOK} cannot be opened: {fault}") from None
        self.coins: Coins | None = None
        self.notes: Notes | None = None
        payers: list[Payer] = []
        if section.coins:
            bus = Bus(Line(section.coins, BAUD), with_crc=section.crc)
            recycling = recycling_of(section.recycle)
            for address, value in values_of(section.hoppers, section.currency).items():
                hopper = Hopper(bus, address, value, section.hopper_variant)  # type: ignore[arg-type]
                path, full = recycling.get(address, (0, 0))
                payers.append(Payer(hopper, path, full))
            told = values_of(section.coin_values, section.currency)
            acceptor = CoinAcceptor(bus, section.coin_address, section.currency, told)
            self.coins = Coins(acceptor, self.book, {path: hopper for hopper, (path, _) in recycling.items()})
        if section.notes:
            talk = Conversation(Line(section.notes, BAUD, stop_bits=2), fixed_key=int(section.notes_key or "0", 16))
            self.notes = Notes(Validator(talk, section.currency), self.book)
        self.payers = Payers(payers, self.book)
        self.till = Till(
            self.book,
            self.payers,
            self.coins,
            self.notes,
            section.currency,
            section.timeout_s,
            give_back=section.give_back,
        )

    def parts(self) -> list[Part]:
        """Each part and how it is, asked now."""
        self.till.ready()
        return parts(self.book, self.payers, self.coins, self.notes, self.money)

    def money(self, minor: int) -> str:
        return Money(minor, self.section.currency).text(exact=True)

    def fill(self, address: int, coins: int) -> str:
        """Staff put coins in: the hopper holds so many more now, in words."""
        self.payers.begin()
        payer = next((each for each in self.payers.all if each.hopper.address == address), None)
        if payer is None:
            raise DeviceFault(f"there is no hopper {address}; [cash] hoppers has {self.section.hoppers or 'none'}")
        if not payer.serial:
            raise DeviceFault(f"hopper {address} does not answer: {payer.trouble}")
        now = self.payers.level(payer) + coins
        if now < 0:
            raise DeviceFault(f"hopper {address} holds {self.payers.level(payer)} coins, so {-coins} cannot be out")
        self.book.filled(address, payer.serial, now, payer.total)
        return f"hopper {address} holds {now} coins of {self.money(payer.hopper.value)}"

    def close(self) -> None:
        self.till.close()


def drawer_of(config: Config) -> Drawer:
    """The drawer of a counter, opened by its receipt printer."""

    def kick() -> None:
        printer = ticket_printer(config)
        if not isinstance(printer, EscPosPrinter):
            raise DeviceFault("the drawer was not opened: it hangs on an ESC/POS printer, and none is configured")
        printer.open_drawer()

    return Drawer(config.folder / DRAWER, config.cash.currency, kick)


def machine(config: Config) -> CashMachine:
    """The machine a configuration names; DeviceFault when it names none."""
    if not config.cash.present:
        raise DeviceFault("no cash machine is configured: [cash] in docs/cash.md")
    return CashMachine(config.cash, config.folder)
