"""`kiosk layout`: check a layout of paper and look at it with a sample page, as picture or as PDF."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kiosk.domain.pages import BadgePage, Fact, Page, ReceiptPage, Stop, TicketPage
from kiosk.services.paper_layouts import SHIPPED, read

DOTS_OF_MM = {"58": 384, "80": 576, "82.5": 640}
_PLACES = {  # origin, destination, class, category: the longest and the unusual of each script
    "en": ("Beijing South", "Shanghai Hongqiao", "Second class", "Adult"),
    "zh_Hans": ("北京南", "上海虹桥", "二等座", "成人"),
    "de": ("Garmisch-Partenkirchen Hausberg", "Donaudampfschifffahrtsgesellschaftsanlegestelle", "Zweite Klasse",
           "Schwerbehindertenbegleitperson"),
    "ar": ("محطة القطار المركزية", "مطار الملك عبد العزيز", "الدرجة الثانية", "بالغ"),
    "he": ("תל אביב סבידור מרכז", "ירושלים יצחק נבון", "מחלקה שנייה", "מבוגר"),
    "ru": ("Санкт-Петербург Московский", "Нижний Новгород", "Второй класс", "Взрослый"),
    "ja": ("新函館北斗", "東京", "普通車指定席", "おとな"),
    "th": ("กรุงเทพอภิวัฒน์", "เชียงใหม่", "ชั้นสอง", "ผู้ใหญ่"),
}  # fmt: skip
_HOLDERS = {
    "en": "Łukasz O'Neill-Müller", "zh_Hans": "欧阳震华", "de": "Ann-Kathrin Leutheusser-Schnarrenberger",
    "ar": "محمد عبد الرحمن", "he": "יעל בן־דוד", "ru": "Екатерина Щёголева", "ja": "勅使河原 茜", "th": "สมชาย ใจดี",
}  # fmt: skip
_CODE = "T1:SAMPLE ONLY, NO GATE TAKES THIS CODE. " + "0123456789ABCDEF" * 8


def sample(page: str, language: str) -> Page:
    """A page nobody bought; its code is no ticket. Names are in the language, the fixed words in English."""
    origin, destination, place_class, category = _PLACES[language]
    if page == "ticket":
        return TicketPage(
            day="Tue 24 Nov 2026", count="Ticket 1 of 2", title="",
            stops=(Stop("07:00", origin, ""), Stop("23:29", destination, "", "+1 day")),
            facts=(Fact("Train", "G1"), Fact("Coach", "16"), Fact("Seat", "18F"), Fact("Platform", "10")),
            code=_CODE, details=(category, place_class, "¥ 662"), notes=("Sample. Not valid for travel.",),
            human_code="SMPL-0000", origin="K14  2026-11-23 06:39", mark="", holder=_HOLDERS[language],
        )  # fmt: skip
    if page == "badge":
        return BadgePage(
            name="Maria Muster", title="Yellow River Concerto", day="2026-11-24 19:30", place=place_class,
            category=category, human_code="SMPL-0000", notes=("Sample. Opens nothing.",),
        )  # fmt: skip
    return ReceiptPage(
        title="Receipt", warning="Sample. Not a ticket. Not valid for travel.",
        head=(Fact("Sold", "2026-11-23 06:39"), Fact("At", "K14"), Fact("Receipt no.", "K14-0000077")),
        lines=(Fact(f"{origin} – {destination}", ""), Fact(f"{category}, {place_class}", "¥ 662.00")),
        total=Fact("Total", "¥ 662.00"), payment=(Fact("Paid by card", "¥ 662.00"),), notes=(),
    )  # fmt: skip


@click.group()
def layout() -> None:
    """Layouts of tickets and receipts: check them, look at them (docs/layouts.md)."""


layout_argument = click.argument("file", type=click.Path(path_type=Path), default=SHIPPED / "ticket.toml")
language_option = click.option("--language", type=click.Choice(list(_PLACES)), default="en", show_default=True)


@layout.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Say whether the layout FILE can be used, and if not, why. Exit status 1 if not."""
    found = read(file)
    click.echo(f"{file}: a {found.page} of {len(found.blocks)} blocks")


@layout.command()
@layout_argument
@language_option
@click.option("--width", type=click.Choice(list(DOTS_OF_MM)), default="80", show_default=True, help="of the roll, mm")
@click.option("--all", "all_", is_flag=True, help="every language beside each other")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="PNG to write")
def preview(file: Path, language: str, width: str, all_: bool, out: Path) -> None:
    """Draw a sample page by the layout FILE, dot by dot as the printer would."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication, QImage, QPainter

    from ui.paper import draw

    app = QGuiApplication.instance() or QGuiApplication([])
    found = read(file)
    pictures = [draw(sample(found.page, each), DOTS_OF_MM[width], found) for each in (_PLACES if all_ else [language])]
    gap = 24
    sheet = QImage(sum(each.width() + gap for each in pictures) - gap, max(each.height() for each in pictures),
                   QImage.Format.Format_Grayscale8)  # fmt: skip
    sheet.fill(0xC0)
    painter, x = QPainter(sheet), 0
    for each in pictures:
        painter.drawImage(x, 0, each)
        x += each.width() + gap
    painter.end()
    if not sheet.save(str(out), "PNG"):  # type: ignore[call-overload]
        raise click.ClickException(f"{out} cannot be written")
    click.echo(f"{out}: {sheet.width()} × {sheet.height()} dots")
    del app


@layout.command()
@layout_argument
@language_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="PDF to write")
def pdf(file: Path, language: str, out: Path) -> None:
    """Write a sample page by the layout FILE as a tagged PDF on A4."""
    from kiosk.services.pdf import pdf_of

    found = read(file)
    out.write_bytes(pdf_of(sample(found.page, language), found, language.replace("_", "-")))
    click.echo(f"{out}: {out.stat().st_size} bytes")
