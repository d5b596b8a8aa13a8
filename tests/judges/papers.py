"""What judges of paper share: bytes onto the simulated printer, pages back as pictures, readers of pictures."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from devices.printer.tcp import TcpLink
from tests.contract.conftest import Device
from tests.judges.judge import Disagrees


@contextmanager
def printer(folder: Path, width: int = 576) -> Iterator[Device]:
    device = Device("printer", folder, "--out", str(folder), "--width", str(width))
    try:
        yield device
    finally:
        device.close()


def send(device: Device, data: bytes) -> None:
    """Bytes as they are, then wait until the printer has worked through them."""
    with TcpLink("127.0.0.1", device.port, 10.0) as link:
        link.send(data + b"\x1dr\x01")
        while link.byte() & 0x90:
            continue


def pages(device: Device) -> list[Path]:
    return [device.folder / line["file"] for line in device.ledger("printed.jsonl") if line["complete"]]


def codes(path: Path) -> tuple[set[str], set[str]]:
    """What ZXing and what zbar read on a page laid on a table: with white around it."""
    with Image.open(path) as page:
        grey = Image.new("L", (page.width + 80, page.height + 80), 255)
        grey.paste(page.convert("L"), (40, 40))
    return {each.text for each in zxingcpp.read_barcodes(grey)}, {each.data.decode() for each in pyzbar.decode(grey)}


def words(path: Path, languages: str) -> str:
    """What tesseract reads, without spaces: whether words stand apart is not what is asked."""
    large = path.with_suffix(".large.png")
    with Image.open(path) as page:
        whole = Image.new("L", (page.width + 80, page.height + 80), 255)
        whole.paste(page.convert("L"), (40, 40))
        whole.resize((whole.width * 2, whole.height * 2), Image.Resampling.LANCZOS).save(large)
    call = ["tesseract", str(large), "-", "-l", languages, "--psm", "6"]
    env = {"PATH": "/usr/bin:/bin", "OMP_THREAD_LIMIT": "1"} | {
        name: os.environ[name] for name in ("TESSDATA_PREFIX",) if name in os.environ
    }
    done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False, env=env)
    if done.returncode:
        raise Disagrees(f"tesseract: {done.stderr.strip()[-300:]}")
    return "".join(done.stdout.split())


def must_hold(read: str, wanted: list[str], about: str) -> int:
    """Every one of the words is in what was read; how many they are."""
    if lost := [each for each in wanted if "".join(each.split()) not in read]:
        raise Disagrees(f"{about}: {lost} are not read in {read[:400]!r}")
    return len(wanted)
