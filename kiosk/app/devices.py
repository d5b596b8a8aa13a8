"""`kiosk devices`: the devices of a terminal, how they are, and a test page."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace

import click
from PIL import Image, ImageDraw, ImageFont

from devices.printer.address import address_of
from kiosk.app.config import Config
from kiosk.app.config_cash import CashSection
from kiosk.app.means import exact_only, how, ways_to_pay
from kiosk.app.printers import ticket_printer, width_dots
from kiosk.app.scanpay import at_hand, scanner_fault
from kiosk.domain.errors import DeviceFault, KioskError
from kiosk.ports import Bitmap, PrinterStatus, TicketPrinter

_BAR = 24  # dots


@dataclass(frozen=True)
class Found:
    """One device. `state` says how it is, `way_out` what to do about it; "" = nothing."""

    name: str
    address: str
    ok: bool
    state: str
    way_out: str = ""


def run(config: Config, *, page: bool, as_json: bool) -> int:
    """Ask every configured device; with `page` also print a test page. Exit status 1 when one is not well."""
    with ExitStack() as closing:
        found = list(look(config, closing, page=page))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False))
    else:
        for each in found:
            click.echo(f"{'ok  ' if each.ok else 'FAIL'} {each.name:8} {each.address:28} {each.state}")
            if each.way_out:
                click.echo(f"     {'':8} {each.way_out}")
    if not found:
        click.echo("no device is configured; docs/configuration.md shows how")
    return 0 if found and all(each.ok for each in found) else 1


def look(config: Config, closing: ExitStack, *, page: bool) -> Iterator[Found]:
    """Every configured device, asked now."""
    printer = ticket_printer(config)
    if printer is not None:
        closing.callback(printer.close)
        yield _printer(config, printer, page=page)
    for means, terminal in ways_to_pay(replace(config, cash=CashSection())).items():
        closing.callback(terminal.close)
        works, state = how(terminal)
        if works and exact_only(terminal):
            state += ", exact money only"
        yield Found(means, config.address_of(means), works, state, "" if works else "is it on, and its address right?")
    if config.cash.present:
        yield from cash_parts(config)
    yield from scan_to_pay(config)
    if config.camera.source:
        from kiosk.app.doctor import camera_picture

        try:
            yield Found("camera", config.camera.source, True, camera_picture(config.camera.source))
        except (KioskError, StopIteration) as error:
            yield Found("camera", config.camera.source, False, str(error) or "no picture", "check cable and source")


def scan_to_pay(config: Config) -> Iterator[Found]:
    """What central offers to this terminal, and the scanner of payment codes."""
    if (found := at_hand(config)) is not None:
        yield Found("phone", config.central.url, *found)
    if config.scanner.serial:
        fault = scanner_fault(config)
        state = fault or "opens; hold a code to it to try it"
        yield Found(
            "scanner", config.scanner.source, not fault, state, "check cable and [scanner] source" if fault else ""
        )


def cash_parts(config: Config) -> Iterator[Found]:
    """Each part of the cash machine, and what it holds."""
    from kiosk.app.cash import machine

    address = config.address_of("cash")
    try:
        found = machine(config)
    except DeviceFault as fault:
        yield Found("cash", address, False, str(fault))
        return
    try:
        for part in found.parts():
            yield Found(part.name, address, part.ok, part.words, part.way_out)
        if found.till.exact_only():
            yield Found("change", address, True, "none can be given: exact money only", "fill a hopper")
    finally:
        found.close()


def _printer(config: Config, printer: TicketPrinter, *, page: bool) -> Found:
    status, address = printer.status(), config.printer.address
    if not (page and status.ready):
        return Found("printer", address, status.ready, *_words(status, address))
    try:
        proof = printer.print(test_page(width_dots(config), address))
    except KioskError as error:
        return Found("printer", address, False, f"the test page did not come out: {error}", "look at the printer")
    return Found("printer", address, True, f"test page printed, proof: {proof}")


_LOOK_AT = {
    "tcp": "is it on, its cable in, and its address right?",
    "serial": "is it on, its cable in? ls /dev/serial/by-id names the lines; its user must be in the group dialout, "
    "and baud and flow be as the printer's own settings",
    "usb": "is it on, its cable in? kiosk devices --find lists what is plugged in",
    "file": "is it on, its cable in? ls /dev/usb/lp* names the nodes; its user must be in the group lp",
    "cups": "does the server run (lpstat -r), and has it this queue (lpstat -e)?",
    "pdf": "name a folder that the terminal's user may write to",
}


def _words(status: PrinterStatus, address: str) -> tuple[str, str]:
    """(state, way out)."""
    if not status.online:
        said = f": {status.error.removeprefix('it does not answer: ')}" if status.error else ""
        return f"does not answer{said}", _LOOK_AT[address_of(address).kind]
    if status.paper_out:
        return "paper is out", "put in a new roll"
    if status.cover_open:
        return "the cover is open", "close it"
    if not status.told:
        return "takes pages, but never says how it is", ""
    if status.error:
        return status.error, "look for jammed paper, then switch it off and on"
    return ("ready, paper is low", "have a new roll at hand") if status.paper_low else ("ready", "")


def test_page(width: int, address: str) -> Bitmap:
    """Both edges, bars of one to eight dots, words: shows the width, missing dots and the strength of the print."""
    picture = Image.new("1", (width, 420), 1)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width - 1, 419), outline=0, width=2)
    font = ImageFont.load_default(28)
    draw.text((24, 20), f"Test page, {width} dots", font=font, fill=0)
    draw.text((24, 60), address, font=font, fill=0)
    draw.text((24, 100), time.strftime("%Y-%m-%d %H:%M:%S"), font=font, fill=0)
    for row, step in enumerate((1, 2, 4, 8)):
        top = 160 + row * 2 * _BAR
        for x in range(24, width - 24, 2 * step):
            draw.rectangle((x, top, x + step - 1, top + _BAR), fill=0)
    for x in range(width):  # every dot of the head, one row each
        draw.point((x, 370 + x % 40), fill=0)
    dots = picture.point(lambda dot: 255 - dot).tobytes()
    return Bitmap(width, picture.height, dots)
