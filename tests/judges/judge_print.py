"""What we print, judged: a real spooler carries it, decoders and an OCR program read it, a library reads our ZPL."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image

from kiosk.domain.pages import receipt_page, ticket_page
from kiosk.ports import Bitmap
from tests.fixtures import cupsd
from tests.fixtures.printers import escpos, zpl
from tests.judges.judge import Disagrees, Judge, agree, from_apt, needs
from tests.judges.papers import codes, must_hold, pages, printer, words
from tests.paper_sales import KINDS, MACHINE, code_of, sale_of

WORDS = {  # of the ticket and the receipt of a train
    "en": ("eng", ["Ticket 1 of 2", "Beijing South", "Shanghai Hongqiao", "Second class", "Adult", "Platform"],
           ["Receipt", "Not a ticket", "Total", "1324.00", "Paid by card"]),
    "zh-Hans": ("chi_sim", ["北京南", "上海虹桥", "二等座", "成人", "站台", "仅限当日当次列车有效"],
                ["收据", "非车票", "合计", "银行卡支付"]),
}  # fmt: skip


def _bitmaps(language: str, width: int) -> list[tuple[Bitmap, str]]:
    """Pages of every kind of sale, with what their codes say; the last is the receipt."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    from ui.paper import PaperRenderer

    _bitmaps.app = QGuiApplication.instance() or QGuiApplication([])  # type: ignore[attr-defined]
    renderer, drawn = PaperRenderer(), []
    for number, facts in enumerate(KINDS.values()):
        code = code_of(100 + number)
        page = ticket_page(sale_of(facts, language), 0, 0, code=code, machine=MACHINE)
        drawn.append((renderer.render(page, width), code))
    receipt = receipt_page(sale_of(KINDS["rail"], language), 0, machine=MACHINE, receipt_no="K14-0000077")
    return [*drawn, (renderer.render(receipt, width), "")]


def _read(folder: Path) -> str:
    """Every page of both languages and three widths, printed by our driver."""
    tickets, read = 0, 0
    for language, (tongue, on_ticket, on_receipt) in WORDS.items():
        for width in (576, 384, 640):
            out = folder / f"{language}-{width}"
            bitmaps = _bitmaps(language, width)
            with printer(out, width) as device:
                for bitmap, _ in bitmaps:
                    escpos(device.port).print(bitmap)
                printed = pages(device)
            agree(len(bitmaps), len(printed), "pages on paper")
            for path, (_, code) in zip(printed, bitmaps, strict=True):
                wanted = {code} if code else set()
                zxing, zbar = codes(path)
                agree(wanted, zxing, f"{language}, {width} dots, {path.name}: code by ZXing")
                agree(wanted, zbar, f"{language}, {width} dots, {path.name}: code by zbar")
                tickets += bool(code)
            if width != 384:
                about = f"{language}, {width} dots"
                read += must_hold(words(printed[0], tongue), on_ticket, f"{about}, ticket")
                read += must_hold(words(printed[-1], tongue), on_receipt, f"{about}, receipt")
    return f"{tickets} tickets read by ZXing and zbar, {read} words by tesseract in English and Chinese"


def _no_cups() -> str:
    if cupsd.missing():
        from_apt("cupsd")
        from_apt("lp")
    return cupsd.missing()


def _spooled(folder: Path) -> str:
    """cupsd between us and the simulator: every page dot for dot."""
    from devices.printer.commands import harmless
    from devices.printer.cups import CupsPrinter
    from devices.printer.models import model_named

    bitmaps = [bitmap for bitmap, _ in _bitmaps("en", 576)]
    with printer(folder) as device, cupsd.server(f"socket://127.0.0.1:{device.port}") as cups:
        queue = CupsPrinter("127.0.0.1", cups.port, cupsd.QUEUE, model_named("escpos-80"), 20.0)
        for bitmap in bitmaps:
            agree("spooler", queue.print(bitmap), "proof")
        printed = pages(device)
        jobs = cups.run("lpstat", "-W", "completed", "-o").splitlines()
    agree(len(bitmaps), len(jobs), "jobs the spooler completed")
    for bitmap, path in zip(bitmaps, printed, strict=True):
        with Image.open(path) as page:
            shown = bytes(each ^ 0xFF for each in page.crop((0, 0, page.width, bitmap.height)).tobytes())
        if shown != harmless(bitmap.rows):  # a dot more where a picture would read as a command
            raise Disagrees(f"{path.name} is not the page that was sent")
    return f"{len(jobs)} jobs through a real cupsd, every page dot for dot"


def _labels(folder: Path) -> str:
    """Our labels as zebrafy reads them, and a label of zebrafy's on our simulated printer."""
    from zebrafy import ZebrafyImage, ZebrafyZPL

    from devices.printer.models import model_named
    from devices.printer.zpl import label
    from tests.contract.conftest import Device

    bitmaps = [bitmap for bitmap, _ in _bitmaps("en", 640)]
    for number, bitmap in enumerate(bitmaps):
        [image] = ZebrafyZPL(label(bitmap, model_named("zpl-203")).decode()).to_images()
        theirs = image.convert("L").crop((0, 0, bitmap.width, bitmap.height)).point(lambda dot: 255 * (dot > 127))
        ours = Image.frombytes("1", (bitmap.width, bitmap.height), bytes(each ^ 0xFF for each in bitmap.rows))
        if ours.convert("L").tobytes() != theirs.tobytes():
            theirs.save(folder / "theirs.png")
            raise Disagrees(f"page {number}: zebrafy reads other dots from our label")
    device = Device("zpl", folder, "--out", str(folder))
    try:
        zpl(device.port).print(bitmaps[0])
        before = len(pages(device))
        picture = Image.frombytes("1", (640, bitmaps[0].height), bytes(each ^ 0xFF for each in bitmaps[0].rows))
        for kind in ("ASCII", "B64", "Z64"):
            text = ZebrafyImage(picture, format=kind, set_label_size=True, dither=False).to_zpl()
            _send(device.port, text.encode())
        while device.order("state")["held"]:
            continue
        drawn = [Image.open(path).convert("L") for path in pages(device)]
    finally:
        device.close()
    agree(3, len(drawn) - before, "labels of zebrafy on paper")
    for image in drawn[1:]:
        box = (0, 0, 640, bitmaps[0].height)
        if image.crop(box).tobytes() != drawn[0].crop(box).tobytes():
            raise Disagrees("a label of zebrafy comes out otherwise than ours")
    return f"{len(bitmaps)} labels of ours as zebrafy reads them, 3 of its own (ASCII, B64, Z64) dot for dot on our own"


def _send(port: int, data: bytes) -> None:
    """A label, and an answer to show that it was read."""
    from devices.printer.tcp import TcpLink

    with TcpLink("127.0.0.1", port, 10.0) as link:
        link.send(data + b"~HS")
        link.byte()


JUDGES = (
    Judge("print: tickets read by ZXing, zbar and tesseract", needs("python:pyzbar", "tesseract"), _read),
    Judge("print: through a real cupsd", _no_cups, _spooled),
    Judge("print: ZPL, zebrafy", needs("python:zebrafy"), _labels),
)
