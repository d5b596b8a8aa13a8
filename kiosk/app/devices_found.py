"""What printers are plugged in, written as the addresses one would configure; for `kiosk devices --find`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

NODES = ("/dev/usb/lp*", "/dev/lp*")
SERIAL = "/dev/serial/by-id/*"


def found() -> Iterator[tuple[str, str]]:
    """(address, what it says of itself). What cannot be looked at is told as such, never left out in silence."""
    yield from _usb()
    for pattern in NODES:
        folder, _, name = pattern.rpartition("/")
        for path in sorted(Path(folder).glob(name)):
            yield f"file:{path}", "device node of a printer"
    for path in sorted(Path(SERIAL).parent.glob("*")):
        yield f"serial:{path}", "serial line; what is at its end is not known"


def _usb() -> Iterator[tuple[str, str]]:
    import usb.core  # type: ignore[import-untyped]

    from devices.printer.usb_port import PRINTER_CLASS, ends_of

    try:
        devices = list(usb.core.find(find_all=True))
    except usb.core.NoBackendError:
        yield "usb:", "cannot be looked at: libusb is missing (apt-get install libusb-1.0-0)"
        return
    for device in devices:
        interfaces = [interface for configuration in device for interface in configuration]
        if ends_of(each for each in interfaces if each.bInterfaceClass == PRINTER_CLASS) is None:
            continue
        try:
            name = " ".join(part for part in (device.manufacturer, device.product) if part)
        except (usb.core.USBError, ValueError, NotImplementedError) as error:
            name = f"this user may not ask it: {error}"
        yield f"usb:{device.idVendor:04x}:{device.idProduct:04x}", name or "a printer without a name"
