"""Bytes to and from a printer on USB without a kernel driver: the bulk endpoints of its printer interface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import usb.core  # type: ignore[import-untyped]
import usb.util  # type: ignore[import-untyped]

from devices.printer.transport import UNASKED_MAX, Closing, TalksOnAndOn

PRINTER_CLASS, VENDOR_CLASS = 0x07, 0xFF
_BULK, _IN, _DIRECTION, _KIND = 0x02, 0x80, 0x80, 0x03
_PIECE = 4096
_ANSWER = 64  # bytes, the largest packet of a full speed endpoint


class Endpoint(Protocol):
    bEndpointAddress: int
    bmAttributes: int


class Interface(Protocol):
    """An interface descriptor with its endpoints, as pyusb has it."""

    bInterfaceNumber: int
    bAlternateSetting: int
    bInterfaceClass: int

    def endpoints(self) -> Iterable[Endpoint]: ...


@dataclass(frozen=True)
class Ends:
    """Where bytes go out and answers come in; `back` 0 = it never answers."""

    interface: int
    alternate: int
    out: int
    back: int


def ends_of(interfaces: Iterable[Interface]) -> Ends | None:
    """The printer interface, best one that answers; an interface of the maker's own kind where there is no other."""
    found = []
    for each in interfaces:
        if each.bInterfaceClass not in (PRINTER_CLASS, VENDOR_CLASS):
            continue
        bulk = [end.bEndpointAddress for end in each.endpoints() if end.bmAttributes & _KIND == _BULK]
        out = next((end for end in bulk if not end & _DIRECTION), 0)
        back = next((end for end in bulk if end & _DIRECTION == _IN), 0)
        if out:
            rank = (each.bInterfaceClass != PRINTER_CLASS, not back, each.bAlternateSetting)
            found.append((rank, Ends(each.bInterfaceNumber, each.bAlternateSetting, out, back)))
    return min(found, key=lambda pair: pair[0])[1] if found else None


class UsbLink(Closing):
    """One printer by vendor, product and, where there are several, serial number."""

    def __init__(self, vendor: int, product: int, serial: str, timeout_s: float) -> None:
        self._timeout_ms = int(timeout_s * 1000)
        self._kept = bytearray()
        self._device: Any = None
        name = f"{vendor:04x}:{product:04x}" + (f" with serial number {serial}" if serial else "")
        try:
            for device in usb.core.find(find_all=True, idVendor=vendor, idProduct=product):
                if not serial or device.serial_number == serial:
                    self._claim(device)
                    return
        except usb.core.NoBackendError:
            raise OSError("USB cannot be used: libusb is missing (apt-get install libusb-1.0-0)") from None
        except (usb.core.USBError, ValueError, NotImplementedError) as error:
            self.close()
            raise OSError(f"the USB printer {name} cannot be opened: {error}; may this user use it?") from None
        raise OSError(f"no USB printer {name} is plugged in")

    def _claim(self, device: Any) -> None:
        self._device = device
        ends = ends_of(interface for configuration in device for interface in configuration)
        if ends is None:
            raise ValueError("it has no printer interface")
        if device.is_kernel_driver_active(ends.interface):
            device.detach_kernel_driver(ends.interface)
        usb.util.claim_interface(device, ends.interface)
        if ends.alternate:
            device.set_interface_altsetting(ends.interface, ends.alternate)
        self._ends = ends

    def __enter__(self) -> UsbLink:
        return self

    def close(self) -> None:
        if self._device is not None:
            usb.util.dispose_resources(self._device)
            self._device = None

    def send(self, data: bytes) -> None:
        try:
            for at in range(0, len(data), _PIECE):
                piece = data[at : at + _PIECE]
                if self._device.write(self._ends.out, piece, self._timeout_ms) != len(piece):
                    raise TimeoutError("the printer takes no data")
        except usb.core.USBTimeoutError:
            raise TimeoutError("the printer takes no data") from None
        except usb.core.USBError as error:
            raise OSError(f"the USB printer is gone: {error}") from None

    def byte(self, wait_s: float | None = None) -> int:
        if not self._kept:
            self._read(self._timeout_ms if wait_s is None else max(1, int(wait_s * 1000)))
        return self._kept.pop(0)

    def forget(self) -> None:
        self._kept.clear()
        for _ in range(UNASKED_MAX // _ANSWER):
            try:
                self._read(1)
            except TimeoutError:
                return
            self._kept.clear()
        raise TalksOnAndOn

    def _read(self, wait_ms: int) -> None:
        if not self._ends.back:
            raise TimeoutError("this printer has no way to answer")
        try:
            self._kept += bytes(self._device.read(self._ends.back, _ANSWER, wait_ms))
        except usb.core.USBTimeoutError:
            raise TimeoutError("no answer in time") from None
        except usb.core.USBError as error:
            raise OSError(f"the USB printer is gone: {error}") from None
        if not self._kept:
            raise TimeoutError("no answer in time")
