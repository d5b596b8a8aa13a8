"""Models of printers as data: what one is able to do, so that a driver asks it nothing that it cannot answer.

Shipped ones are in assets/printers; an operator names a file of their own instead. Every fault in one names file and
key, and what would do (docs/printers.md).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from kiosk.domain.errors import KioskError
from kiosk.ports import Bitmap

_MM_AN_INCH = 25.4
SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "printers"

Command = Literal["GS (H", "GS r", "GS a", "DLE EOT", "DLE ENQ", "DLE DC4", "GS V"]


class PrinterModelFault(KioskError):
    """A model of a printer cannot be used; the message names file, key and the way out."""


class PrinterModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a printer can do. `width_dots` of a line, `speed_mm_s` at its slowest."""

    name: str
    protocol: Literal["escpos", "zpl"] = "escpos"
    width_dots: int = 576
    dpi: int = 203
    cutter: bool = True
    near_end: bool = False
    """It has a sensor for paper that will end soon; without one `paper_low` means nothing and is not told."""
    proof: Literal["process_id", "status", "realtime", "host_status", "none"] = "status"
    """How it shows that a page is on paper; "none": it says nothing at all, and the record of the page says so."""
    raster: Literal["GS v 0", "GS 8 L", "ESC *"] = "GS v 0"
    band_rows: int = 128
    """Dots of height sent in one command; cheap printers have small buffers."""
    feed_lines: int = 5
    """From the print head to past the cutter or the tear bar."""
    speed_mm_s: int = 50
    lacks: tuple[Command, ...] = ()
    """Commands it does not know, or gets wrong."""

    def printing_s(self, page: Bitmap) -> float:
        """How long it takes at the most."""
        return page.height / (self.speed_mm_s * self.dpi / _MM_AN_INCH)


_RANGES = {"width_dots": (200, 2400), "dpi": (150, 600), "band_rows": (8, 2400), "feed_lines": (0, 20),
           "speed_mm_s": (10, 500)}  # fmt: skip
_NEEDS = {"process_id": "GS (H", "status": "GS r", "realtime": "DLE EOT"}


def read(path: Path) -> PrinterModel:
    """The model of a TOML file; PrinterModelFault."""
    try:
        data: Any = tomllib.loads(path.read_text(encoding="utf-8"))
        model = msgspec.convert(data, PrinterModel)
    except FileNotFoundError:
        raise PrinterModelFault(f"{path}: there is no such file; shipped models are {', '.join(shipped())}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PrinterModelFault(f"{path}: not readable as TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise PrinterModelFault(f"{path}: {error}; docs/printers.md has every key") from None
    if why := _wrong(model):
        raise PrinterModelFault(f"{path}: {why}")
    return model


def shipped() -> list[str]:
    """The names of the models that come with the program."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def model_named(name: str) -> PrinterModel:
    """A shipped model by its name, or the one of a file (FILE.toml)."""
    path = Path(name).expanduser() if name.endswith(".toml") else SHIPPED / f"{name}.toml"
    if not name.endswith(".toml") and name not in shipped():
        raise PrinterModelFault(f"no printer model {name!r}: there are {', '.join(shipped())}, or a file NAME.toml")
    return read(path)


def changed(model: PrinterModel, *, width_dots: int = 0, proof: str = "") -> PrinterModel:
    """The model with another width or proof, where they are given; PrinterModelFault when it cannot do that."""
    data = msgspec.structs.asdict(model) | ({"width_dots": width_dots} if width_dots else {})
    data |= {"proof": proof} if proof else {}
    if proof in _NEEDS:  # whoever says so has tried it
        data["lacks"] = tuple(each for each in model.lacks if each != _NEEDS[proof])
    try:
        found = msgspec.convert(data, PrinterModel)
    except msgspec.ValidationError as error:
        raise PrinterModelFault(f"{model.name}: {error}") from None
    if why := _wrong(found):
        raise PrinterModelFault(f"{model.name}: {why}")
    return found


def _wrong(model: PrinterModel) -> str:
    """What does not fit together, and what would do; "" = nothing."""
    for key, (low, high) in _RANGES.items():
        if not low <= getattr(model, key) <= high:
            return f"{key} = {getattr(model, key)}: write a number from {low} to {high}"
    if model.width_dots % 8:
        return f"width_dots = {model.width_dots}: write a multiple of 8"
    if (need := _NEEDS.get(model.proof)) in model.lacks:
        return f'proof = "{model.proof}": needs {need}, which the model lacks'
    if model.proof not in ("none",) and model.protocol == "escpos" and "DLE EOT" in model.lacks:
        return f'proof = "{model.proof}": a model without DLE EOT cannot be asked: write proof = "none"'
    if (model.protocol == "zpl") != (model.proof == "host_status") and model.proof != "none":
        return f'proof = "{model.proof}": of zpl it is host_status or none, of escpos any other'
    return ""
