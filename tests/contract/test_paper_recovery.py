"""From the desk to real paper with faults in the middle of a page: what is on record, and what is marked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtGui import QGuiApplication

from kiosk.app.paper import Paper
from kiosk.domain.events import TerminalEnrolled
from kiosk.domain.sale import PageJob, Sale
from kiosk.ports import Bitmap, TicketPrinter
from kiosk.services.desk import Desk
from kiosk.services.issuing import Issuer
from kiosk.store.store import Store
from tests.fixtures.printers import escpos, zpl
from tests.power.world import FACTS, Acquirer, CountingIds, FixedClock, granted, quote
from ui.paper import PaperRenderer

from .conftest import Device, Start


class Drawn:
    """The terminal's own paper, and every page it drew, to be told apart on the printed pictures."""

    def __init__(self) -> None:
        QGuiApplication.instance() or QGuiApplication([])
        self._paper = Paper(PaperRenderer(), 576, "K14")
        self._paper.issuer = issuer()
        self.pages: list[tuple[PageJob, Bitmap]] = []

    def draw(self, sale: Sale, job: PageJob) -> Bitmap:
        bitmap = self._paper.draw(sale, job)
        self.pages.append((job, bitmap))
        return bitmap


def issuer() -> Issuer:
    return Issuer(5, 1, b"certificate", Ed25519PrivateKey.from_private_bytes(bytes(32)))


@contextmanager
def terminal(folder: Path, printer: TicketPrinter, drawn: Drawn) -> Iterator[tuple[Store, Desk]]:
    """One life of a terminal on a folder that outlives it."""
    ids = CountingIds(folder / "ids")
    store = Store(folder / "terminal", 5, 1, FixedClock(), ids)
    try:
        if store.journal.head()[0] == 0:
            store.journal.append(TerminalEnrolled(terminal_id=5, incarnation=1, epoch=1), granted())
        yield store, Desk(store, FACTS, issuer(), {"card": Acquirer()}, printer, drawn.draw, FixedClock(), ids)
    finally:
        store.close()


def jobs(sale: Sale) -> list[tuple[str, int, int, str]]:
    return [(job.what, job.item_no, job.copy, job.state) for job in sale.jobs]


def proofs(store: Store) -> list[str]:
    found = [record.body for record in store.journal.records(0, 1000) if record.kind == "PrintFinished"]
    return [body.split('"proof":"')[1].split('"')[0] for body in found]


def complete(device: Device) -> int:
    return sum(line["complete"] for line in device.ledger("printed.jsonl"))


@pytest.mark.parametrize("proof", ["status", "process_id"])
@pytest.mark.parametrize("fault", ["die_after_bytes", "paper_out", "cover_open", "jam"])
def test_a_page_cut_off_in_the_middle_comes_again_as_a_marked_copy_once_the_cause_is_gone(
    start: Start, tmp_path: Path, fault: str, proof: str
) -> None:
    script = tmp_path / "faults.toml"
    script.write_text(f'[[fault]]\non = "page"\nnth = 1\ndo = "{fault}"\nn = 9000\n')
    device, drawn = start("printer", "--script", str(script)), Drawn()
    printer = escpos(device.port, proof=proof, timeout_s=2.0)
    with terminal(tmp_path, printer, drawn) as (store, desk):
        sale = desk.deliver(desk.pay(desk.hold(quote()).sale_id).sale_id)
        if fault != "die_after_bytes":  # nobody has helped yet: two sure refusals, then staff are told
            assert sale.stage == "undelivered" and complete(device) == 0
            device.order("unblock" if fault == "jam" else {"paper_out": "paper_in"}.get(fault, "cover_close"))
            sale = desk.deliver(sale.sale_id)
        assert sale.stage == "done"
        assert jobs(sale)[0] == ("ticket", 0, 0, "uncertain")
        finished = [job[:3] for job in jobs(sale) if job[3] == "finished"]
        assert finished == [("ticket", 0, 1), ("ticket", 1, 0), ("receipt", 0, 0)]
        assert proofs(store) == [proof] * 3 and complete(device) == 3
    marked = [bitmap for job, bitmap in drawn.pages if job.copy and (job.what, job.item_no) == ("ticket", 0)]
    plain = next(bitmap for job, bitmap in drawn.pages if not job.copy)
    assert marked and marked[0].height > plain.height, "COPY takes its own line"


def test_a_terminal_that_dies_while_it_prints_marks_the_page_after_its_restart(start: Start, tmp_path: Path) -> None:
    device, drawn = start("printer"), Drawn()
    device.order("die_after_bytes", n=9000)

    class PowerCut(BaseException):
        """Ends a life like a power cut: no handler of the program sees it."""

    class Dying:
        """The real driver; when the page was cut off, the terminal has no power either."""

        def __init__(self, printer: TicketPrinter) -> None:
            self.status, self.close, self._printer = printer.status, printer.close, printer

        def print(self, page: Bitmap) -> str:
            try:
                return self._printer.print(page)
            except Exception as error:
                raise PowerCut from error

    with pytest.raises(PowerCut), terminal(tmp_path, Dying(escpos(device.port)), drawn) as (_, desk):
        desk.deliver(desk.pay(desk.hold(quote()).sale_id).sale_id)
    with terminal(tmp_path, escpos(device.port), drawn) as (store, desk):
        [sale] = desk.recover()
        assert sale.stage == "done"
        assert next(job[:3] for job in jobs(sale) if job[3] == "finished") == ("ticket", 0, 1)
        assert proofs(store) == ["status"] * 3 and complete(device) == 3


def test_a_label_printer_recovers_the_same_way(start: Start, tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\non = "label"\nnth = 1\ndo = "die_after_rows"\nn = 64\n')
    device, drawn = start("zpl", "--script", str(script)), Drawn()
    with terminal(tmp_path, zpl(device.port, timeout_s=2.0), drawn) as (store, desk):
        sale = desk.deliver(desk.pay(desk.hold(quote()).sale_id).sale_id)
        assert sale.stage == "done" and jobs(sale)[:2] == [
            ("ticket", 0, 0, "uncertain"),
            ("ticket", 0, 1, "finished"),
        ]
        assert proofs(store) == ["host_status"] * 3 and complete(device) == 3
