"""Addresses of printers: how one is written in the configuration, and the way that it names.

HOST:PORT                                       network
serial:/dev/ttyUSB0?baud=19200&flow=dsrdtr      serial line (flow: dsrdtr, rtscts, xonxoff, none)
usb:04b8:0e15  usb:04b8:0e15:SERIAL             USB, by vendor, product (hexadecimal) and serial number
file:/dev/usb/lp0                               device node
cups:QUEUE  cups:QUEUE@HOST:PORT                a CUPS queue
pdf:FOLDER                                      no printer: each page becomes a PDF file
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from devices.printer.transport import Connect, Link

PORT_MAX = 65535
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)
FLOWS = ("dsrdtr", "rtscts", "xonxoff", "none")
KINDS = ("serial", "usb", "file", "cups", "pdf")
_FORMS = "HOST:PORT, serial:DEVICE, usb:VENDOR:PRODUCT, file:NODE, cups:QUEUE or pdf:FOLDER"


class AddressWrong(ValueError):
    """No way can be made of it; the message says what would do."""


@dataclass(frozen=True)
class Address:
    """`kind`: tcp or one of KINDS; what the others mean depends on it."""

    kind: str
    name: str  # host, device, node, queue, folder
    port: int = 0  # tcp, cups
    host: str = ""  # cups
    baud: int = 9600
    flow: str = "dsrdtr"
    vendor: int = 0
    product: int = 0


def address_of(text: str) -> Address:
    """The address that is written so; AddressWrong."""
    kind, _, rest = text.partition(":")
    if kind not in KINDS:
        host, port = _host_and_port(text)
        return Address("tcp", host, port)
    if not rest:
        raise AddressWrong(f"must be {_FORMS}")
    if kind == "serial":
        return _serial(rest)
    if kind == "usb":
        return _usb(rest)
    if kind == "cups":
        queue, at, server = rest.partition("@")
        host, port = _host_and_port(server) if at else ("127.0.0.1", 631)
        if not queue or any(each in queue for each in " /#?@\t"):
            raise AddressWrong("cups:QUEUE names a queue without spaces, '/', '#' and '?'; lpstat -e lists them")
        return Address("cups", queue, port, host)
    return Address(kind, rest)


def connect_of(address: Address, timeout_s: float) -> Connect:
    """Opens the link of an address; what a way needs is imported only when it is used."""

    def connect() -> Link:
        if address.kind == "serial":
            from devices.printer.serial_line import SerialLink

            return SerialLink(address.name, address.baud, address.flow, timeout_s)
        if address.kind == "usb":
            from devices.printer.usb_port import UsbLink

            return UsbLink(address.vendor, address.product, address.name, timeout_s)
        if address.kind == "file":
            from devices.printer.file import FileLink

            return FileLink(address.name, timeout_s)
        from devices.printer.tcp import TcpLink

        return TcpLink(address.name, address.port, timeout_s)

    return connect


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdecimal()):
        raise AddressWrong(f"must be {_FORMS}")
    if not 1 <= int(port) <= PORT_MAX:
        raise AddressWrong(f"the port must be a number from 1 to {PORT_MAX}")
    return host, int(port)


def _serial(text: str) -> Address:
    device, _, query = text.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    baud, flow = options.pop("baud", "9600"), options.pop("flow", "dsrdtr")
    if options or not device:
        raise AddressWrong("must be serial:DEVICE, after it at most ?baud=19200&flow=dsrdtr")
    if baud not in map(str, BAUDS):
        raise AddressWrong(f"baud is one of {', '.join(map(str, BAUDS))}")
    if flow not in FLOWS:
        raise AddressWrong(f"flow is one of {', '.join(FLOWS)}")
    return Address("serial", device, baud=int(baud), flow=flow)


def _usb(text: str) -> Address:
    vendor, _, rest = text.partition(":")
    product, _, serial = rest.partition(":")
    try:
        numbers = int(vendor, 16), int(product, 16)
    except ValueError:
        numbers = (0, 0)
    if not all(0 < each <= 0xFFFF for each in numbers):
        raise AddressWrong("must be usb:VENDOR:PRODUCT in hexadecimal, as lsusb shows them (usb:04b8:0e15)")
    return Address("usb", serial, vendor=numbers[0], product=numbers[1])
