"""Photographed codes: what the gate's eye reads of a set of pictures, beside each decoder alone on the same ones.

    python -m benchmarks.gate_pictures [--worse N] [FOLDER]

FOLDER holds `manifest.jsonl`, a line a picture: {"path": ..., "expected": [texts]}; the shared sets without it
(KIOSK_DATA). Pictures whose text nobody knows (an empty one) are left out. `--worse N` adds every Nth of the pictures
made worse in twelve ways, each time the same.

A text that is not in the list is wrong unless zbar, which shares no code with zxing-cpp, reads the very same from the
picture slightly blurred; such texts are shown: lists have slips too, and some pictures hold a second code.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import zxingcpp
from pyzbar import pyzbar

from benchmarks.figure import figure
from benchmarks.gate_worse import WAYS, worse
from devices.camera.ladder import read

OURS = "gate read"
Look = Callable[[Any], list[str]]


@dataclass
class Tally:
    """One reader's record."""

    read: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    ms: list[float] = field(default_factory=list)


def readers() -> dict[str, Look]:
    """Ours and each decoder alone, with the options that read most."""
    quick = {"try_rotate": False, "try_downscale": False, "try_invert": False}
    qr = zxingcpp.BarcodeFormat.QRCode
    plain, marks = cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()
    return {
        OURS: lambda image: [each.code.text for each in read(image).found],
        "zxing-cpp, all its options": lambda image: _texts(zxingcpp.read_barcodes(image, formats=qr)),
        "zxing-cpp, quick": lambda image: _texts(zxingcpp.read_barcodes(image, formats=qr, **quick)),  # type: ignore[arg-type]
        "zbar": _zbar,
        "OpenCV": lambda image: _opencv(plain, image),
        "OpenCV, Aruco": lambda image: _opencv(marks, image),
    }


def compare(rows: list[dict[str, Any]], folder: Path, every: int) -> tuple[dict[str, Tally], dict[str, int], set[str]]:
    """(tallies by reader, pictures by kind, texts read that are not in the list)."""
    looks = readers()
    tallies, count, others = {name: Tally() for name in looks}, dict[str, int](), set[str]()
    for kind, row, taken, image in _pictures(rows, folder, every):
        count[kind] = count.get(kind, 0) + 1
        expected = {_plain(text) for text in row["expected"]}
        for name, look in looks.items():
            begin = time.perf_counter()
            texts = {_plain(text) for text in look(image)}
            tallies[name].ms.append((time.perf_counter() - begin) * 1000)
            tallies[name].read[kind] = tallies[name].read.get(kind, 0) + bool(texts & expected)
            for text in texts - expected:
                if confirmed(text, taken):
                    others.add(f"{row['path']}: {text}")
                else:
                    tallies[name].wrong += 1
                    if name == OURS:
                        print(f"wrong: {row['path']} ({kind}): {text!r}", file=sys.stderr)
    return tallies, count, others


def run() -> list[dict[str, Any]]:
    """The figure for the table of benchmarks: the best decoder alone is the floor. None without the pictures."""
    folder = Path(os.environ.get("KIOSK_DATA", Path(__file__).parents[2] / "shared" / "data")) / "qr"
    if not folder.is_dir():
        return []
    tallies, count, _ = compare(rows_of(folder), folder, 0)
    ours = tallies.pop(OURS)
    alone = max(tallies.values(), key=lambda tally: sum(tally.read.values()))
    read_ours, read_alone = sum(ours.read.values()), sum(alone.read.values())
    goal = f"reads more than any decoder alone ({read_ours} v {read_alone}), none wrong ({ours.wrong})"
    ok = read_ours > read_alone and ours.wrong == 0
    return [figure("photographed codes", alone.ms, ours.ms, goal, ok=ok, n=sum(count.values()))]


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """The lines of a set's list whose text is known."""
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if any(row.get("expected") or ())]


def _pictures(rows: list[dict[str, Any]], folder: Path, every: int) -> Iterator[tuple[str, dict[str, Any], Any, Any]]:
    for number, row in enumerate(rows):
        image = cv2.imread(str(folder / row["path"]), cv2.IMREAD_COLOR)
        if image is None:
            raise SystemExit(f"{folder / row['path']} is missing")
        yield "as taken", row, image, image
        for way_number, way in enumerate(WAYS):
            if every and not (number + way_number) % every:
                yield way, row, image, worse(way, image, number)


def confirmed(text: str, image: Any) -> bool:
    """Whether zbar reads the text from a picture, or from the picture slightly blurred."""
    softer = (cv2.GaussianBlur(image, (0, 0), sigma) for sigma in (0.5, 1.0, 1.5, 2.0))
    return any(text in map(_plain, _zbar(each)) for each in (image, *softer))


def _texts(found: Any) -> list[str]:
    return [each.text for each in found]


def _zbar(image: Any) -> list[str]:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return [each.data.decode("utf-8", "replace") for each in pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])]


def _opencv(detector: Any, image: Any) -> list[str]:
    try:
        done, texts, _, _ = detector.detectAndDecodeMulti(image)
    except (cv2.error, UnicodeDecodeError):  # it cannot spell what it read, or stumbles over its own geometry
        return []
    return [text for text in texts if text] if done else []


def _plain(text: str) -> str:
    """What decoders agree on is ASCII: each guesses the charset of old codes, and the byte of a yen sign, in its way.

    zxing-cpp spells control characters (<SOH>); they go too.
    """
    spelt = "".join(each for each in text if each.isascii() and each.isprintable() and each != "\\")
    for name in ("<SOH>", "<DLE>", "<NUL>"):
        spelt = spelt.replace(name, "")
    return spelt


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate_pictures", description=__doc__.split("\n")[0])
    default = Path(os.environ.get("KIOSK_DATA", Path(__file__).parents[2] / "shared" / "data")) / "qr"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--worse", type=int, default=0, metavar="N", help="every Nth picture made worse, too")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    tallies, count, others = compare(rows_of(options.folder), options.folder, options.worse)
    kinds = list(count)
    head = "".join(f"{kind[:9]:>10}" for kind in kinds)
    print(f"{'reader':28}{head}{'all':>7}{'wrong':>7}{'median ms':>11}{'p95 ms':>9}")
    print(f"{'pictures':28}{''.join(f'{count[kind]:10}' for kind in kinds)}{sum(count.values()):7}")
    for name, tally in tallies.items():
        median, p95 = statistics.median(tally.ms), statistics.quantiles(tally.ms, n=20)[-1]
        figures = "".join(f"{tally.read.get(kind, 0):10}" for kind in kinds)
        print(f"{name:28}{figures}{sum(tally.read.values()):7}{tally.wrong:7}{median:11.2f}{p95:9.1f}")
    for other in sorted(others):
        print(f"not in the list, but zbar reads it too: {other}")
    ours = tallies.pop(OURS)
    best = max(sum(tally.read.values()) for tally in tallies.values())
    return 0 if sum(ours.read.values()) > best and not ours.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
