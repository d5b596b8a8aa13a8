"""The terminal's configuration: a TOML file into frozen values; every mistake is reported at once.

[terminal]
folder = "/var/lib/kiosk"          # journal, catalogue, keys
[central]
url = "http://127.0.0.1:8700"
[printer]
address = "127.0.0.1:9100"         # or serial:, usb:, file:, cups:, pdf: (docs/printers.md); "" = none
model = "escpos-80"                # what it can do: a shipped model, or a file NAME.toml of your own
[ticket]
code = "qr"                        # or "qr+uic-aztec", "uic-aztec": for railways abroad (docs/printers.md)
layouts = ""                       # a folder with layouts of your own (docs/layouts.md)
[payment]
protocol = "jsonline"              # what the card terminal speaks: jsonline | nexo (needs [nexo]) | zvt
address = "127.0.0.1:9200"         # "" = none; zvt also a serial line: "/dev/ttyUSB0", "/dev/ttyUSB0@115200"
[nexo]
poi_id = "V400m-346403161"         # model and serial number, as the terminal says itself
key_file = "/etc/kiosk/nexo.toml"  # identifier, version, passphrase; "" = a test terminal that talks in the open
ca_file = "/etc/kiosk/fleet.pem"   # who made its certificate, or instead: fingerprint = "..." (SHA-256)
[zvt]
password = "000000"                # of the terminal, for its cash register
currency = "EUR"
receipts = true                    # it hands its receipts to the kiosk (folder/receipts); false: it prints them itself
two_phase = true                   # an approval becomes final when the tickets are issued; else the terminal undoes it
card_refunds = false               # counters only: what cannot be reversed goes to a card that is presented
[cash]
currency = "EUR"                   # notes and coins: docs/cash.md
coins = "/dev/ttyUSB0"             # ccTalk: coin acceptor and hoppers
hoppers = "3:1.00 4:0.10"          # address:value of each
notes = "/dev/ttyUSB1"             # SSP: note validator
[offline]
each_max = 0                       # card payments without the bank: caps, all four or none; 0 = never
[voucher]
accepted = false                   # true: passengers may pay with vouchers of central, while the link is up
[camera]
source = "0"                       # device number, file, folder or MJPEG URL; "" = none
[screen]
shape = "portrait"                 # portrait | landscape | window
width_mm = 336                     # of the visible picture; sizes follow from it
staff = ""                         # where people are: "Staff desk at entrance 3, 06:00 to 23:00"
[gate]
opens_before_min = 90
grace_min = 30                     # after the planned departure: trains are late
group = 0                          # 1 to 255: tickets may be bound to a group of gates
plan = "gates.toml"                # lists, products, zones, questions of the gates (docs/configuration.md); "" = none
disruptions = "delays.json"        # delays and cancelled trains, read again when it changes; "" = none
[lane]
board = ""                         # a turnstile: serial:/dev/ttyUSB0 or modbus:HOST:PORT; "" = none
[checkin]
on = false                         # guests check in by themselves and take a badge
[lan]
interface = ""                     # gates tell each other on this network: address of its card, or "any"; "" = alone
group = "239.255.87.21"            # multicast group by which gates find each other; "" = only by peers
port = 8721
peers = ""                         # where multicast does not pass: "10.0.0.5:8721, 10.0.0.6:8721"
home = ""                          # name of the gate that alone decides over whom this gate lets in
homes = ""                         # the same for tickets of a gate group: "3=Gate 1, 4=Gate 7"
[clock]
offset_s = 0                       # demonstrations only: how far this terminal's clock is from the machine's
"""

from __future__ import annotations

import tomllib
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import urlsplit

from kiosk.app.config_card import (
    NexoSection,
    OfflineSection,
    PaymentSection,
    VoucherSection,
    ZvtSection,
    card_mistakes,
    offline_mistakes,
)
from kiosk.app.config_cash import CashSection, cash_mistakes
from kiosk.app.config_checkin import CheckinSection
from kiosk.app.config_lan import PORT_MAX, PORT_WORDS, LanSection, lan_mistakes
from kiosk.app.config_lane import LaneSection, lane_mistakes
from kiosk.app.config_printing import PrinterSection, TicketSection, printer_mistakes, ticket_mistakes
from kiosk.app.config_scanpay import ScannerSection, ScanPaySection, TransferSection
from kiosk.app.transfer import transfer_mistakes
from kiosk.domain.errors import KioskError


class ConfigWrong(KioskError):
    """The configuration file cannot be used; the message lists every mistake."""


@dataclass(frozen=True)
class TerminalSection:
    folder: str = ""


@dataclass(frozen=True)
class CentralSection:
    url: str = "http://127.0.0.1:8700"
    timeout_s: float = 10.0


@dataclass(frozen=True)
class CameraSection:
    source: str = ""


@dataclass(frozen=True)
class ScreenSection:
    shape: str = "portrait"
    width_mm: float = 336.0
    idle_s: float = 60.0
    staff: str = ""


@dataclass(frozen=True)
class GateSection:
    opens_before_min: int = 90
    grace_min: int = 30
    group: int = 0
    plan: str = ""
    disruptions: str = ""

    @property
    def plan_file(self) -> Path | None:
        return Path(self.plan).expanduser() if self.plan else None

    @property
    def disruptions_file(self) -> Path | None:
        return Path(self.disruptions).expanduser() if self.disruptions else None


@dataclass(frozen=True)
class ClockSection:
    offset_s: float = 0.0


@dataclass(frozen=True)
class Config:
    """One terminal."""

    terminal: TerminalSection = field(default_factory=TerminalSection)
    central: CentralSection = field(default_factory=CentralSection)
    printer: PrinterSection = field(default_factory=PrinterSection)
    ticket: TicketSection = field(default_factory=TicketSection)
    payment: PaymentSection = field(default_factory=PaymentSection)
    nexo: NexoSection = field(default_factory=NexoSection)
    zvt: ZvtSection = field(default_factory=ZvtSection)
    cash: CashSection = field(default_factory=CashSection)
    offline: OfflineSection = field(default_factory=OfflineSection)
    voucher: VoucherSection = field(default_factory=VoucherSection)
    scanpay: ScanPaySection = field(default_factory=ScanPaySection)
    scanner: ScannerSection = field(default_factory=ScannerSection)
    transfer: TransferSection = field(default_factory=TransferSection)
    camera: CameraSection = field(default_factory=CameraSection)
    screen: ScreenSection = field(default_factory=ScreenSection)
    gate: GateSection = field(default_factory=GateSection)
    lane: LaneSection = field(default_factory=LaneSection)
    checkin: CheckinSection = field(default_factory=CheckinSection)
    lan: LanSection = field(default_factory=LanSection)
    clock: ClockSection = field(default_factory=ClockSection)

    def address_of(self, means: str) -> str:
        """Where the terminal of a way to pay is."""
        if means == "cash":
            return " ".join(filter(None, (self.cash.coins, self.cash.notes)))
        if means == "transfer":
            return self.transfer.payee
        return self.payment.address if means == "card" else self.central.url

    @property
    def folder(self) -> Path:
        return Path(self.terminal.folder).expanduser()


def load(path: Path) -> Config:
    """Read a configuration file; ConfigWrong names every unknown key and wrong value."""
    try:
        data = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise ConfigWrong(f"{path}: there is no such file; docs/configuration.md shows one") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigWrong(f"{path}: {error}") from None
    mistakes: list[str] = []
    sections: dict[str, type] = get_type_hints(Config)
    for name in data.keys() - sections.keys():
        mistakes.append(f"[{name}] is not a section; known are {', '.join(sections)}")
    built = {name: _section(section, name, data.get(name, {}), mistakes) for name, section in sections.items()}
    config = Config(**built)
    mistakes += _sense(config)
    mistakes += transfer_mistakes(config.transfer)
    if mistakes:
        raise ConfigWrong(f"{path}:\n" + "\n".join(f"  - {mistake}" for mistake in mistakes))
    return config


def _section(section: type, name: str, data: Any, mistakes: list[str]) -> Any:
    if not isinstance(data, dict):
        mistakes.append(f"{name} must be a section, written [{name}]")
        return section()
    hints = get_type_hints(section)
    values = {}
    for key, value in data.items():
        wanted = hints.get(key)
        if wanted is None:
            mistakes.append(f"[{name}] {key} is not known; known are {', '.join(hints)}")
        elif not _fits(value, wanted):
            mistakes.append(f"[{name}] {key} = {value!r} must be {_word(wanted)}")
        else:
            values[key] = float(value) if wanted is float else value
    return section(**values)


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, types.UnionType):
        return any(_fits(value, part) for part in get_args(wanted))
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is wanted


def _word(wanted: Any) -> str:
    return {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}.get(
        wanted, str(wanted)
    )


def _addresses(config: Config) -> list[str]:
    """Addresses nothing can be reached at, whoever listens."""
    mistakes = []
    for name, address in (
        ("[payment] address", "" if config.payment.serial else config.payment.address),
        ("[nexo] notices", config.nexo.notices),
    ):
        host, _, port = address.rpartition(":")
        if address and not (host and port.isascii() and port.isdecimal()):
            mistakes.append(f"{name} = {address!r} must be HOST:PORT")
        elif address and not 1 <= int(port) <= PORT_MAX:
            mistakes.append(f"{name} = {address!r}: {PORT_WORDS}")
    for name, url in (("[central] url", config.central.url), ("[camera] source", config.camera.source)):
        if "://" in url and not _has_usable_port(url):
            mistakes.append(f"{name} = {url!r}: {PORT_WORDS}")
    return mistakes


def _has_usable_port(url: str) -> bool:
    try:
        port = urlsplit(url).port
    except ValueError:
        return False
    return port is None or port > 0


def _sense(config: Config) -> list[str]:
    """Mistakes that only show when values are read together or have a range."""
    mistakes = lane_mistakes(config.lane)
    if not config.terminal.folder:
        mistakes.append("[terminal] folder is missing: where the journal and the keys are kept")
    if not config.central.url.startswith(("http://", "https://")):
        mistakes.append(f"[central] url = {config.central.url!r} must begin with http:// or https://")
    mistakes += (
        _addresses(config)
        + card_mistakes(config.payment, config.nexo, config.zvt)
        + offline_mistakes(config.offline, config.payment)
        + lan_mistakes(config.lan)
        + cash_mistakes(config.cash)
    )
    for key in ("opens_before_min", "grace_min"):
        if (minutes := getattr(config.gate, key)) < 0:
            mistakes.append(f"[gate] {key} = {minutes} must not be negative")
    if not 0 <= config.gate.group < 256:
        mistakes.append(f"[gate] group = {config.gate.group} must be 0 to 255")
    mistakes += printer_mistakes(config.printer) + ticket_mistakes(config.ticket)
    if config.screen.shape not in ("portrait", "landscape", "window"):
        mistakes.append(f"[screen] shape = {config.screen.shape!r} must be portrait, landscape or window")
    return mistakes
