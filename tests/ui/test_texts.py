"""Translations: complete, without leftovers, with the same placeholders; and the words made in Python."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from kiosk.domain.network import StopPlace
from kiosk.domain.offers import PlaceView
from ui.language import NAMES
from ui.viewmodels import texts
from ui.viewmodels.seatplan import letter_of, pages, row_label

ROOT = Path(__file__).parents[2]
TS = sorted((ROOT / "assets" / "translations").glob("*.ts"))


def messages(path: Path) -> dict[tuple[str, str], ET.Element]:
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            found[context.findtext("name", ""), message.findtext("source", "")] = message
    return found


def test_there_is_a_file_for_every_offered_language() -> None:
    assert {path.stem for path in TS} == {f"kiosk_{tag.replace('-', '_')}" for tag in NAMES if tag != "en"}


@pytest.mark.parametrize("path", TS, ids=lambda path: path.stem)
def test_every_text_is_translated_with_its_placeholders(path: Path) -> None:
    for (context, source), message in messages(path).items():
        translation = message.find("translation")
        assert translation is not None and translation.get("type") is None, f"{context}: {source} is unfinished"
        text = translation.text or ""
        assert text, f"{context}: {source} has no translation"
        assert set(re.findall(r"%\d", source)) == set(re.findall(r"%\d", text)), f"{context}: {source} -> {text}"


@pytest.mark.parametrize("path", TS, ids=lambda path: path.stem)
def test_no_text_is_missing_or_stale(path: Path, tmp_path: Path) -> None:
    sources = [str(each) for each in sorted((ROOT / "ui").rglob("*")) if each.suffix in (".py", ".qml")]
    fresh = tmp_path / path.name
    shutil.copy(path, fresh)
    lupdate = Path(sys.executable).parent / "pyside6-lupdate"
    command = [
        str(lupdate),
        "-no-obsolete",
        "-locations",
        "none",
        "-source-language",
        "en",
        *sources,
        "-ts",
        str(fresh),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert set(messages(fresh)) == set(messages(path)), "run make strings and translate what is new"


def test_names_in_the_passengers_language_and_on_the_signs() -> None:
    stop = StopPlace("x", "北京南", {"en": "Beijing South"})
    assert texts.both_names(stop, "en") == ("Beijing South", "北京南")
    assert texts.both_names(stop, "zh-Hans") == ("北京南", "Beijing South")
    assert texts.both_names(StopPlace("y", "Gare du Nord"), "en") == ("Gare du Nord", "")


@pytest.mark.parametrize(("seconds", "words"), [(2040, "34 min"), (16_140, "4 h 29"), (0, "0 min")])
def test_durations(seconds: int, words: str) -> None:
    assert texts.duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "row", "seat"), [("8F", "8", "F"), ("A12", "A", "12"), ("C-3", "C", "3"), ("17", "1", "17")]
)
def test_a_seat_shows_its_letter_and_the_aisle_its_row(number: str, row: str, seat: str) -> None:
    place = PlaceView(0, "free", number, 1, 1, ())
    assert (row_label([place], 1), letter_of(place)) == (row, seat)


def test_a_wide_block_is_cut_into_pages_that_can_be_touched() -> None:
    plan = [PlaceView(i, "free", str(i), 1 + i // 30, 1 + i % 30, ()) for i in range(300)]
    found = pages(plan, 9)
    assert [(page.first_row, page.last_row, page.first_column, page.last_column) for page in found] == [
        (1, 5, 1, 10), (1, 5, 11, 20), (1, 5, 21, 30), (6, 10, 1, 10), (6, 10, 11, 20), (6, 10, 21, 30),
    ]  # fmt: skip
    assert sorted(p.index for page in found for p in plan if page.holds(p)) == list(range(300))
