"""Jobs of encoders nobody here wrote come out right on our simulated printer: text, columns, QR and EAN codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.judges.judge import Judge, agree, needs, node
from tests.judges.papers import codes, must_hold, pages, printer, send, words

CODE = "T1:NCFOXN%TS3DHPVO:RPPDNWBG$WLVB/1G"
EAN = "4006381333931"
WORDS = ["Beijing South", "Departure", "07:00", "Total", "662.00"]
HERE = Path(__file__).parent


def _right(folder: Path, job: bytes, more: tuple[str, ...] = ()) -> str:
    with printer(folder) as device:
        send(device, job)
        [page] = pages(device)
    zxing, zbar = codes(page)
    agree({CODE, EAN, *more}, zxing, "codes as ZXing reads them")
    agree({CODE, EAN, *more}, zbar, "codes as zbar reads them")
    count = must_hold(words(page, "eng"), WORDS, "tesseract")
    return f"{len(job)} bytes, {len(zxing)} codes read by ZXing and zbar, {count} words by tesseract"


def _escpos() -> bytes:
    from escpos.printer import Dummy

    encoder = Dummy()
    encoder.set(align="center", double_width=True, double_height=True)
    encoder.textln("Beijing South")
    encoder.set(align="left", normal_textsize=True)
    for name, figure in (("Departure", "07:00"), ("Total", "662.00")):
        encoder.textln(f"{name}{figure:>{48 - len(name)}}")
    encoder.set(align="center")
    encoder.qr(CODE, size=6, native=True)
    encoder.barcode(EAN, "EAN13", height=72, width=2)
    encoder.cut()
    data: bytes = encoder.output
    return data


def _of(script: str, *more: str) -> Callable[[Path], str]:
    return lambda folder: _right(folder, bytes.fromhex(node(HERE / script, CODE)), more)


_NODE = needs("npm", "python:pyzbar", "tesseract")
JUDGES = (
    Judge("paper: receiptline", _NODE, _of("paper_receiptline.js", "2026112500017")),
    Judge("paper: @point-of-sale/receipt-printer-encoder", _NODE, _of("paper_receipt_encoder.js")),
    Judge("paper: node-thermal-printer", _NODE, _of("paper_thermal_printer.js")),
    Judge("paper: python-escpos", needs("python:escpos", "python:pyzbar", "tesseract"),
          lambda folder: _right(folder, _escpos())),
)  # fmt: skip
