"""Paper: a ticket of 80 x 120 mm to the bytes of its printer, and how long after the card's yes its first byte leaves.

Raster and encode. Ours: the page's values drawn by Qt, made into bits, cut into the printer's bands. Floor: the same
number of dots from grey to bits by Qt and the same QR code by zxing-cpp, which nobody can do without.

Sale approved to first byte. Ours: from the payment terminal's answer, over tickets signed, committed and counted, the
intent to print, X on disk (fsync each), the connection, and the same four questions.
"""

from __future__ import annotations

import os
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figure import figure
from devices.printer import commands
from devices.printer.address import address_of, connect_of
from devices.printer.escpos import EscPosPrinter
from devices.printer.models import model_named
from kiosk.app.paper import Paper
from kiosk.domain.pages import ticket_page
from kiosk.ports import ChargeRequest, PaymentOutcome, Tell, untold
from kiosk.services.desk import Desk
from kiosk.services.issuing import Issuer
from kiosk.store.store import Store
from tests.paper_sales import KINDS, MACHINE, code_of, sale_of
from tests.power.world import FACTS, Acquirer, CountingIds, FixedClock, granted, quote

GOAL_RASTER_MS, GOAL_FIRST_BYTE_MS = 15.0, 30.0
WIDTH, HEIGHT = 640, 960  # dots: 80 x 120 mm at 203 dpi
N, N_SALES, WARM_UP = 200, 100, 10
_WELL = {b"\x10\x04\x01": b"\x12", b"\x10\x04\x02": b"\x12", b"\x10\x04\x03": b"\x12", b"\x10\x04\x04": b"\x12",
         b"\x1dr\x01": b"\x00", b"\x1da\x0e": b"\x10\x00\x00\x00"}  # fmt: skip


def run() -> list[dict[str, Any]]:
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication.instance() or QGuiApplication([])
    found = [_raster(), _first_byte()]
    del app
    return found


def _raster() -> dict[str, Any]:
    from PySide6.QtGui import QImage

    from ui.paper import PaperRenderer, bitmap_of
    from ui.paper_sheet import matrix

    renderer, model = PaperRenderer(), model_named("escpos-82")
    pages = [
        ticket_page(sale_of(facts, language), 0, 0, code=code_of(), machine=MACHINE)
        for facts in KINDS.values()
        for language in ("en", "zh-Hans")
    ]
    heights = {renderer.render(page, WIDTH).height for page in pages}
    assert max(heights) >= HEIGHT, "the pages are as long as the goal says"
    blank = QImage(WIDTH, HEIGHT, QImage.Format.Format_Grayscale8)
    blank.fill(0x80)

    def ours(number: int) -> None:
        b"".join(commands.page(renderer.render(pages[number % len(pages)], WIDTH), model))

    def floor(number: int) -> None:
        bitmap_of(blank)
        matrix(pages[number % len(pages)].code, "Q")

    times = _in_turn(ours, floor, N)
    return _figure("ticket raster and encode", times, f"<= {GOAL_RASTER_MS:g} ms", GOAL_RASTER_MS)


def _first_byte() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-", dir=Path.cwd()) as name, _Listener() as listener:
        folder = Path(name)
        card = _Card()
        store = Store(folder / "terminal", 5, 1, FixedClock(), CountingIds(folder / "ids"))
        try:
            store.journal.append(granted())
            desk = _desk(store, card, listener.port, folder)
            with (folder / "floor").open("ab") as records:
                times = _in_turn(
                    lambda number: _sell(desk, card, listener), lambda number: _bare(records, listener.port), N_SALES
                )
        finally:
            store.close()
    return _figure("sale approved to first byte at the printer", times, f"<= {GOAL_FIRST_BYTE_MS:g} ms",
                   GOAL_FIRST_BYTE_MS)  # fmt: skip


def _desk(store: Store, card: Acquirer, port: int, folder: Path) -> Desk:
    from ui.paper import PaperRenderer

    issuer = Issuer(5, 1, b"certificate", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    address = f"127.0.0.1:{port}"
    printer = EscPosPrinter(connect_of(address_of(address), 5.0), address, model_named("escpos-82"))
    paper = Paper(PaperRenderer(), WIDTH, MACHINE)
    paper.issuer = issuer
    ids = CountingIds(folder / "sales")
    return Desk(store, FACTS, issuer, {"card": card}, printer, paper.draw, FixedClock(), ids)


def _sell(desk: Desk, card: _Card, listener: _Listener) -> float:
    """One sale; seconds from the card's yes to the first byte of its first page."""
    usual = quote((2,))
    offer = msgspec.structs.replace(usual.offer, place_class="")
    sale = desk.hold(msgspec.structs.replace(usual, offer=offer, places=()))
    listener.first_at = 0.0
    paid = desk.pay(sale.sale_id)
    assert desk.deliver(paid.sale_id).stage == "done"
    return listener.first_at - card.approved_at


def _bare(records: Any, port: int) -> float:
    """The same four records, and the same questions to the printer, without anything around them."""
    begun = time.perf_counter()
    for _ in range(4):
        records.write(bytes(700))
        records.flush()
        os.fsync(records.fileno())
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n in (1, 2, 3, 4):
            line.sendall(commands.status_request(n))
            line.recv(1)
        return time.perf_counter() - begun


class _Card(Acquirer):
    """Says yes, and notes when."""

    approved_at = 0.0

    def charge(self, request: ChargeRequest, tell: Tell = untold) -> PaymentOutcome:
        outcome = super().charge(request, tell)
        self.approved_at = time.perf_counter()
        return outcome


class _Listener:
    """A printer that is well and at once through with everything; `first_at`: the first byte of a page came."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.first_at = 0.0
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> _Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            with line:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while data := line.recv(65536):
                    if not self.first_at and commands.TELL_CHANGES in data:
                        self.first_at = time.perf_counter()
                    for question, answer in _WELL.items():
                        if question in data[-8:]:
                            line.sendall(answer)


def _in_turn(
    ours: Callable[[int], float | None], floor: Callable[[int], float | None], count: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of both, turn by turn; what does not say its own time is timed from outside."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(count + WARM_UP):
        for times, call in zip(taken, (ours, floor), strict=True):
            begun = time.perf_counter()
            said = call(number)
            times.append((said if said is not None else time.perf_counter() - begun) * 1000)
    return taken[0][WARM_UP:], taken[1][WARM_UP:]


def _figure(name: str, times: tuple[list[float], list[float]], goal: str, most_ms: float) -> dict[str, Any]:
    return figure(name, times[1], times[0], goal, ok=statistics.median(times[0]) <= most_ms)
