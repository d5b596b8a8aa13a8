"""What stands on paper in which order, as data: blocks of a TOML file, checked before anything is printed by them.

A block says what it is (`kind`), which of the page's words it shows (placeholders in braces, or `of` for a list), and
how: size and space in dots at 203 dpi. Every fault names file, block and key, and what would do (docs/layouts.md).
"""

from __future__ import annotations

import string
from typing import Any

import msgspec

from kiosk.domain.errors import KioskError
from kiosk.domain.pages import BadgePage, Page, TicketPage

TEXT_DOTS_MIN, TEXT_DOTS_MAX = 24, 120  # 3 mm: nothing smaller is read by everybody
SPACE_DOTS_MAX = 400
LOGO_DOTS_MIN = 16


class PaperLayoutFault(KioskError):
    """A layout of paper cannot be used; the message names file, block, key and the way out."""


class Block(msgspec.Struct, frozen=True):
    """One part of a page. Sizes and spaces are dots at 203 dpi; what a kind does not use keeps its default."""

    kind: str
    text: str = ""  # with placeholders; of a row: its left side
    right: str = ""
    of: str = ""
    size: int = 26
    bold: bool = False
    align: str = "left"
    before: int = 0
    after: int = 0  # may be negative: closer than the kind's own space
    thickness: int = 4
    file: str = ""  # of a logo: a PNG beside the layout
    height: int = 96  # of a logo
    picture: bytes = b""  # what `file` holds, once the layout was read from its folder


class PaperLayout(msgspec.Struct, frozen=True):
    """The blocks of one sort of page ("ticket", "receipt" or "badge"), from the top."""

    page: str
    blocks: tuple[Block, ...]


_SPACE = ("before", "after")
KEYS: dict[str, tuple[str, ...]] = {
    "mark": _SPACE,  # COPY: white on black, only on copies
    "row": ("text", "right", "size", *_SPACE),
    "heading": ("text", "size", "bold", "align", *_SPACE),
    "text": ("text", "size", "bold", "align", *_SPACE),
    "lines": ("of", "size", "bold", *_SPACE),
    "stops": _SPACE,
    "facts": _SPACE,
    "code": _SPACE,  # the QR code, and the details beside or below it
    "uic": _SPACE,  # the UIC code in an Aztec symbol, where the terminal makes one
    "pairs": ("of", "size", "bold", *_SPACE),
    "logo": ("file", "text", "height", "align", *_SPACE),  # a picture; `text` says it to those who cannot see
    "rule": ("thickness", *_SPACE),
    "space": _SPACE,
    "fold": _SPACE,  # short strokes at both edges
}
NEEDS = {"row": "text", "heading": "text", "text": "text", "lines": "of", "pairs": "of", "logo": "file"}
WORDS = {
    "ticket": ("operating_day", "ticket_no", "event", "origin", "destination", "departure", "arrival", "price",
               "booking_code", "issued", "mark", "holder"),
    "receipt": ("title", "warning", "total", "mark"),
    "badge": ("name", "title", "day", "place", "category", "booking_code", "mark"),
}  # fmt: skip
LISTS = {
    "ticket": {"lines": ("notes", "details"), "pairs": ("facts",)},
    "receipt": {"lines": ("notes",), "pairs": ("head", "lines", "total", "payment")},
    "badge": {"lines": ("notes",), "pairs": ()},
}
_OF_TICKETS = ("stops", "facts", "code", "uic")
_MUST = {"ticket": ("mark", "code"), "receipt": ("mark",), "badge": ("mark",)}


def words_of(page: Page) -> dict[str, str]:
    """Every placeholder of a page and what it says; "" where the page has nothing to say."""
    if isinstance(page, TicketPage):
        first, last = page.stops[0], page.stops[-1] if len(page.stops) > 1 else None
        said = (page.day, page.count, page.title, first.name, last.name if last else "", first.time,
                last.time if last else "", page.details[-1] if page.details else "", page.human_code, page.origin,
                page.mark, page.holder)  # fmt: skip
        return dict(zip(WORDS["ticket"], said, strict=True))
    if isinstance(page, BadgePage):
        worn = (page.name, page.title, page.day, page.place, page.category, page.human_code, page.mark)
        return dict(zip(WORDS["badge"], worn, strict=True))
    return dict(zip(WORDS["receipt"], (page.title, page.warning, page.total.value, page.mark), strict=True))


def filled(text: str, page: Page) -> str:
    """A block's text with the page's words in it."""
    return text.format_map(words_of(page)).strip()


def layout_of(data: dict[str, Any], name: str) -> PaperLayout:
    """The layout of a TOML file's tables; PaperLayoutFault names what is wrong in file `name`."""
    page = data.get("page")
    if page not in WORDS:
        raise PaperLayoutFault(f'{name}: page = {page!r}: write page = "ticket", "receipt" or "badge"')
    if extra := sorted(data.keys() - {"page", "block"}):
        raise PaperLayoutFault(f"{name}: {extra[0]}: not known here; a layout has page and [[block]]s")
    raw = data.get("block")
    if not isinstance(raw, list) or not raw:
        raise PaperLayoutFault(f"{name}: block: there is none; write [[block]] and its kind")
    blocks = tuple(_block(each, page, f"{name}: block {number}") for number, each in enumerate(raw, start=1))
    for kind in _MUST[page]:
        if (count := sum(block.kind == kind for block in blocks)) != 1:
            raise PaperLayoutFault(f'{name}: block: kind = "{kind}" is there {count} times; a {page} needs it once')
    return PaperLayout(page, blocks)


def _block(raw: Any, page: str, where: str) -> Block:
    kind = raw.get("kind") if isinstance(raw, dict) else None
    if kind not in KEYS or (page != "ticket" and kind in _OF_TICKETS):
        known = [each for each in KEYS if page == "ticket" or each not in _OF_TICKETS]
        raise PaperLayoutFault(f"{where}: kind = {kind!r}: a {page} can have {', '.join(known)}")
    where = f"{where} ({kind})"
    for key, value in raw.items():
        if key != "kind" and key not in KEYS[kind]:
            raise PaperLayoutFault(f"{where}: {key}: not known here; known are {', '.join(KEYS[kind])}")
        if why := _wrong(key, value, kind, page):
            raise PaperLayoutFault(f"{where}: {key} = {value!r}: {why}")
    if (need := NEEDS.get(kind)) and not raw.get(need):
        raise PaperLayoutFault(f"{where}: {need}: is missing")
    return Block(**raw)


def _wrong(key: str, value: Any, kind: str, page: str) -> str:
    """What is wrong with a value, and what would do; "" = nothing."""
    whole = type(value) is int
    if key in ("text", "right"):
        return _wrong_text(value, page)
    if key == "of":
        known = LISTS[page][kind]
        return "" if value in known else f"write one of {', '.join(known)}"
    if key == "size":
        fits = whole and TEXT_DOTS_MIN <= value <= TEXT_DOTS_MAX
        return "" if fits else f"write dots from {TEXT_DOTS_MIN} (3 mm) to {TEXT_DOTS_MAX}"
    if key == "bold":
        return "" if type(value) is bool else "write true or false"
    if key == "align":
        return "" if value in ("left", "right", "centre") else "write left, centre or right"
    if key == "file":
        fits = isinstance(value, str) and value.lower().endswith(".png")
        return "" if fits else "write the name of a PNG file that lies beside this one"
    if key == "height":
        fits = whole and LOGO_DOTS_MIN <= value <= SPACE_DOTS_MAX
        return "" if fits else f"write dots from {LOGO_DOTS_MIN} to {SPACE_DOTS_MAX}"
    if key == "thickness":
        return "" if whole and 1 <= value <= 16 else "write dots from 1 to 16"
    low = -16 if key == "after" else 0
    if key in _SPACE:
        return "" if whole and low <= value <= SPACE_DOTS_MAX else f"write dots from {low} to {SPACE_DOTS_MAX}"
    return ""


def _wrong_text(value: Any, page: str) -> str:
    if not isinstance(value, str):
        return "write a text in quotes"
    try:
        parts = list(string.Formatter().parse(value))
    except ValueError as error:
        return f"{error}; a brace that is meant is written twice"
    for _, name, how, change in parts:
        if name is not None and (name not in WORDS[page] or how or change):
            return f"no such placeholder; known are {', '.join(WORDS[page])}"
    return ""
