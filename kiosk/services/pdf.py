"""A page as a tagged PDF (PDF/UA-1) on A4, by the same layout as on paper; for e-mail and the archive.

Fonts are the installed Noto ones, embedded. The code is vector SVG with a text for those who cannot see it.
"""

from __future__ import annotations

import base64
import io
from html import escape

from kiosk.domain.pages import Fact, Page, TicketPage
from kiosk.domain.paper_layout import Block, PaperLayout, filled
from kiosk.services.uic.symbol import aztec_svg

_DOTS_A_MM = 8
_RIGHT_TO_LEFT = ("ar", "he", "fa", "ur")
_STYLE = """
@page { size: A4; margin: 20mm }
body { font-family: "Noto Sans", "Noto Sans CJK SC", sans-serif; font-size: 11pt; width: 110mm; margin: 0 }
h1 { font-size: 20pt; margin: 0 0 4mm }
p { margin: 1.5mm 0; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; margin: 2mm 0 }
th, td { font-weight: normal; text-align: start; padding: 1mm 0; overflow-wrap: anywhere; vertical-align: top }
td { font-weight: bold; text-align: end }
img { width: 55mm; height: 55mm; display: block; margin: 5mm }
.rule { border-top: 0.5mm solid; margin: 3mm 0 }
.mark { background: black; color: white; padding: 2mm; font-weight: bold }
.bold { font-weight: bold }
"""


def pdf_of(page: Page, layout: PaperLayout, language: str) -> bytes:
    """The PDF file; `language` is the tag of the page's words."""
    # Imported only when there is something to write: it takes a second to load.
    from weasyprint import HTML  # type: ignore[import-untyped]

    written: bytes = HTML(string=html_of(page, layout, language)).write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    return written


def html_of(page: Page, layout: PaperLayout, language: str) -> str:
    """The page as the HTML the PDF is made of."""
    title = page.count if isinstance(page, TicketPage) else page.title
    way = "rtl" if language.split("-")[0] in _RIGHT_TO_LEFT else "ltr"
    body = "\n".join(_block(block, page) for block in layout.blocks if block.text != "{title}")
    return (
        f'<!DOCTYPE html><html lang="{escape(language)}" dir="{way}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>\n{body}</body></html>"
    )


def _block(block: Block, page: Page) -> str:
    kind = block.kind
    if kind == "logo":
        data = base64.b64encode(block.picture).decode()
        style = f"height: {block.height / _DOTS_A_MM:.1f}mm; width: auto; margin: 2mm 0"
        return f'<img alt="{escape(filled(block.text, page))}" style="{style}" src="data:image/png;base64,{data}">'
    if kind == "rule":
        return '<div class="rule"></div>'
    if kind == "mark":
        return f'<p class="mark">{escape(page.mark)}</p>' if page.mark else ""
    if kind == "row":
        right = "" if filled(block.right, page) == getattr(page, "count", None) else filled(block.right, page)
        return _text(f"{filled(block.text, page)} {right}", bold=True)
    if block.text:
        return _text(filled(block.text, page), bold=block.bold)
    if block.of:
        values = getattr(page, block.of)
        return _values((values,) if isinstance(values, Fact) else values, bold=block.bold)
    return _of_ticket(kind, page) if isinstance(page, TicketPage) else ""


def _of_ticket(kind: str, page: TicketPage) -> str:
    if kind == "stops":
        return "".join(
            _text(" ".join(part for part in (stop.time, stop.later, stop.name, stop.other) if part), bold=True)
            for stop in page.stops
        )
    if kind == "facts":
        return _values(page.facts, bold=False)
    if kind == "code":
        return (_code(page) if page.code else "") + _values(page.details, bold=False)
    if kind == "uic" and page.uic:
        return _image(aztec_svg(page.uic).encode(), f"UIC: {page.human_code}")
    return ""


def _values(values: tuple[str, ...] | tuple[Fact, ...], *, bold: bool) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(each.label)}</th><td>{escape(each.value)}</td></tr>'
        for each in values
        if isinstance(each, Fact)
    )
    lines = "".join(_text(each, bold=bold) for each in values if isinstance(each, str))
    return f"<table>{rows}</table>" if rows else lines


def _text(text: str, *, bold: bool) -> str:
    return f"<p{' class=bold' if bold else ''}>{escape(text.strip())}</p>" if text.strip() else ""


def _code(page: TicketPage) -> str:
    import segno

    svg = io.BytesIO()
    segno.make(page.code, error="q", micro=False).save(svg, kind="svg", border=4, xmldecl=False)
    return _image(svg.getvalue(), f"QR: {page.human_code}")


def _image(svg: bytes, text: str) -> str:
    return f'<img alt="{escape(text)}" src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}">'
