"""Layout files: places as written, ties to lines, and messages that name file, key and way out."""

from __future__ import annotations

import fnmatch
from datetime import date
from pathlib import Path

import pytest

from central.catalogue.gtfs import read_feed
from central.catalogue.layout_file import LayoutFault, read_layout
from central.catalogue.layouts import load_layouts
from kiosk.domain.layout import Coach, Layout
from kiosk.domain.network import Line

SHIPPED = Path(__file__).parents[2] / "assets" / "layouts"
HSR = Line(id="r-hsr", name="HSR")

SMALL = """
[[class]]
id = "second"
name = "Second class"
names = { zh-Hans = "二等座" }
fares = ["second*"]

[[coach]]
number = "7"
class = "second"
blocks = [
  { rows = "1-2", columns = "A B C | D F" },
  { rows = "3", columns = "A _ _ | _ F" },
]
marks = { wheelchair = ["3A"] }

[[coach]]
number = "8"
class = "second"
units = 12
"""


def written(folder: Path, text: str, name: str = "small") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_places_have_the_numbers_grid_and_features_of_the_pattern(tmp_path: Path) -> None:
    layout = read_layout(written(tmp_path, SMALL))
    seats = [place for place in layout.places if place.coach == 0]
    assert layout.id == "small"
    assert [place.number for place in seats] == [
        *("1A", "1B", "1C", "1D", "1F"),
        *("2A", "2B", "2C", "2D", "2F"),
        *("3A", "3F"),
    ]
    assert [(place.row, place.column) for place in seats[:5]] == [(1, 1), (1, 2), (1, 3), (1, 5), (1, 6)]
    assert [(place.row, place.column) for place in seats[-2:]] == [(3, 1), (3, 6)]
    assert [place.features for place in seats[:5]] == [("window",), ("middle",), ("aisle",), ("aisle",), ("window",)]
    assert seats[-2].features == ("window", "aisle", "wheelchair")
    assert layout.classes[0].names == {"zh-Hans": "二等座"}
    assert layout.classes[0].fares == ("second*",)


def test_a_counted_pool_has_units_that_are_not_drawn(tmp_path: Path) -> None:
    layout = read_layout(written(tmp_path, SMALL))
    units = [place for place in layout.places if place.coach == 1]
    assert layout.coaches[1].counted
    assert [place.number for place in units] == [str(n) for n in range(1, 13)]
    assert {(place.row, place.column) for place in units} == {(0, 0)}
    assert layout.class_masks == {"second": (1 << 24) - 1}


def test_rows_of_a_hall_may_be_letters_and_have_no_windows(tmp_path: Path) -> None:
    text = """
        direction = "stage"
        [[class]]
        id = "stalls"
        name = "Stalls"
        [[coach]]
        number = "Stalls"
        class = "stalls"
        rows = "A-B H"
        columns = "1-3 | 4-6"
    """
    layout = read_layout(written(tmp_path, text))
    assert [place.number for place in layout.places[:6]] == ["A1", "A2", "A3", "A4", "A5", "A6"]
    assert layout.places[-1].number == "H6"
    assert [place.row for place in layout.places[::6]] == [1, 2, 3]
    assert [place.features for place in layout.places[:3]] == [("aisle",), (), ("aisle",)]
    assert layout.direction == "stage"


def changed(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed('class = "second"\nunits', 'class = "first"\nunits'), "coach[2].class: there is no class 'first'"),
        (changed("units = 12", "units = 5000"), "coach[2].units: a whole number from 1 to 1023"),
        (changed("units = 12", "units = true"), "coach[2].units: a whole number"),
        (changed("units = 12", 'units = 12\nrows = "1"'), "coach[2].rows: a counted pool (units) has no seats"),
        (changed("units = 12", "seats = 12"), "coach[2].seats: unknown key"),
        (changed("units = 12", "units = 12\nentrance = 3"), "coach[2].entrance: a train is boarded at every station"),
        (changed('"A B C | D F"', '"A B C | D A"'), "coach[1].blocks[1].columns: a column appears twice"),
        (changed('rows = "3"', 'rows = "9-3"'), "coach[1].blocks[2].rows: '9-3' is not a range"),
        (changed('rows = "3"', 'rows = "2"').replace('["3A"]', '["2A"]'), "place 2A of coach 7 is also in coach[1]"),
        (changed('rows = "3"', 'rows = ""'), "coach[1].blocks[2].rows: a text is needed"),
        (changed('["3A"]', '["3B"]'), "coach[1].marks.wheelchair: coach 7 has no place '3B'"),
        (changed('fares = ["second*"]', "fares = [2]"), "class[1].fares: a text or a list of texts"),
        (changed('names = { zh-Hans = "二等座" }', 'names = "二等座"'), "class[1].names: language and text"),
        (SMALL[: SMALL.index("[[coach]]")], "coach: at least one [[coach]] is needed"),
        ("[[class]\n", "not readable as TOML"),
        ("speed = 350\n" + SMALL, "speed: unknown key"),
    ],
)
def test_a_mistake_is_reported_by_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(LayoutFault) as caught:
        load_layouts(tmp_path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_a_train_longer_than_a_ticket_can_name_is_refused(tmp_path: Path) -> None:
    coach = '\n[[coach]]\nnumber = "{}"\nclass = "second"\nunits = 1\n'
    head = SMALL[: SMALL.index("[[coach]]")]
    assert len(read_layout(written(tmp_path, head + "".join(map(coach.format, range(63))))).coaches) == 63
    with pytest.raises(LayoutFault, match="64 coaches; a ticket can name at most 63"):
        read_layout(written(tmp_path, head + "".join(map(coach.format, range(64)))))


def test_a_missing_folder_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LayoutFault, match="no such folder"):
        load_layouts(tmp_path / "layouts")
    with pytest.raises(LayoutFault, match=r"ties\.toml: no such file"):
        load_layouts(tmp_path, tmp_path / "ties.toml")


def test_lines_are_tied_by_number_name_or_id_and_the_first_match_holds(tmp_path: Path) -> None:
    layouts, ties = tmp_path / "layouts", tmp_path / "ties.toml"
    layouts.mkdir()
    written(layouts, SMALL, "short")
    written(layouts, SMALL, "long")
    written(layouts, SMALL, "unused")
    ties.write_text(
        '[[line]]\nmatch = "G1"\nlayout = "short"\n[[line]]\nmatch = ["G*", "HSR"]\nlayout = "long"\n', encoding="utf-8"
    )
    book = load_layouts(layouts, ties)
    assert book.layout_for(Line(id="jh", name="Jinghu"), "G1", "t1") == "short"
    assert book.layout_for(Line(id="jh", name="Jinghu"), "G11", "t2") == "long"
    assert book.layout_for(HSR) == "long"
    assert book.layout_for(Line(id="42", name="Bus 42"), "", "G7") == "long"
    assert book.layout_for(Line(id="42", name="Bus 42"), "", "t3") == ""
    assert [layout.id for layout in book.layouts] == ["short", "long"]
    assert book.layout("long").id == "long"
    with pytest.raises(KeyError):
        book.layout("unused")


def test_a_tie_says_whether_names_are_asked_for_with_or_without_seats(tmp_path: Path) -> None:
    layouts = tmp_path / "layouts"
    layouts.mkdir()
    written(layouts, SMALL)
    lines = '[[line]]\nmatch = "G*"\nlayout = "small"\nnamed = "required"\n'
    lines += '[[line]]\nmatch = "N*"\nnamed = "optional"\n[[line]]\nmatch = "*"\nlayout = "small"\n'
    book = load_layouts(layouts, written(tmp_path, lines, "ties"))
    said = {number: book.tie_for(HSR, number) for number in ("G1", "N7", "K3")}
    assert {number: (tie.layout_id, tie.named or "no") for number, tie in said.items()} == {
        "G1": ("small", "required"),
        "N7": ("", "optional"),
        "K3": ("small", "no"),
    }


def test_the_same_train_sold_with_other_fares_is_a_layout_of_its_own(tmp_path: Path) -> None:
    line = '[[line]]\nmatch = "{0}"\nlayout = "small"\nfares = {{ second = ["{1}*"] }}\n'
    layouts = tmp_path / "layouts"
    layouts.mkdir()
    written(layouts, SMALL)
    ties = written(tmp_path, line.format("A*", "red") + line.format("B*", "blue") + line.format("C*", "red"), "ties")
    book = load_layouts(layouts, ties)
    chosen = [book.layout_for(HSR, number) for number in ("A1", "B1", "C1")]
    assert chosen == ["small", "small~2", "small"]
    assert [layout.classes[0].fares for layout in book.layouts] == [("red*",), ("blue*",)]
    assert book.layout("small~2").places == book.layout("small").places


@pytest.mark.parametrize(
    ("ties", "message"),
    [
        ('[[line]]\nmatch = "G*"\nlayout = "tall"\n', "line[1].layout: there is no layout 'tall' (known: small)"),
        ('[[line]]\nlayout = "small"\n', "line[1].match: name the lines"),
        ('[[line]]\nmatch = "G*"\nlayout = "small"\nfares = { first = "x" }\n', "fares.first: layout 'small' has no"),
        ('[[line]]\nmatch = "G*"\nlayout = "small"\nfare = "x"\n', "line[1].fare: unknown key"),
        ('[[line]]\nmatch = "G*"\nnamed = "maybe"\n', "line[1].named: write"),
        ('[[line]]\nmatch = "G*"\nnamed = "no"\n', "line[1].layout: a text is needed"),
        ("", "line: at least one [[line]] is needed"),
    ],
)
def test_a_mistake_in_the_ties_is_reported(tmp_path: Path, ties: str, message: str) -> None:
    layouts = tmp_path / "layouts"
    layouts.mkdir()
    written(layouts, SMALL)
    path = written(tmp_path, ties, "ties")
    with pytest.raises(LayoutFault) as caught:
        load_layouts(layouts, path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def shipped() -> list[Layout]:
    examples = SHIPPED / "examples"
    book = load_layouts(SHIPPED, examples / "thsr.ties.toml")
    return [*load_layouts(SHIPPED).layouts, *book.layouts]


@pytest.mark.parametrize("layout", shipped(), ids=lambda layout: layout.id)
def test_every_place_of_a_shipped_layout_can_be_ticketed_and_found_again(layout: Layout) -> None:
    seen: set[tuple[int, int]] = set()
    for index in range(0, len(layout.places), 7):
        coach, seat = layout.ticket_place(index)
        assert 1 <= coach <= 63 and 1 <= seat <= 1023
        assert layout.index_of(coach, seat) == index
        seen.add((coach, seat))
    assert len(seen) == len(range(0, len(layout.places), 7))
    printed = [(layout.coaches[place.coach].number, place.number) for place in layout.places]
    assert len(set(printed)) == len(printed)
    assert sum(layout.class_masks.values()) == layout.full_mask


def test_the_chinese_train_has_its_real_seats() -> None:
    layout = load_layouts(SHIPPED).layout("cr400af-8")
    counts = {place_class: mask.bit_count() for place_class, mask in layout.class_masks.items()}
    assert counts == {"business": 10, "first": 28, "second": 538}
    letters = {
        place_class.id: {
            place.number[-1] for place in layout.places if layout.coaches[place.coach].place_class == place_class.id
        }
        for place_class in layout.classes
    }
    assert letters == {"business": set("ACF"), "first": set("ACDF"), "second": set("ABCDF")}
    assert all("window" in place.features for place in layout.places if place.number[-1] in "AF")
    assert {place_class.id: place_class.names["zh-Hans"] for place_class in layout.classes} == {
        "business": "商务座",
        "first": "一等座",
        "second": "二等座",
    }


def test_the_example_for_taiwan_sells_each_class_by_the_fares_of_the_feed(data: Path) -> None:
    book = load_layouts(SHIPPED, SHIPPED / "examples" / "thsr.ties.toml")
    layout = book.layout(book.layout_for(Line(id="r-wsj-thsr", name="HSR"), "", "581"))
    assert {place_class.id: place_class.fares for place_class in layout.classes} == {
        "business": ("hsr-bus-*",),
        "standard": ("hsr-std-rsv-*",),
        "non-reserved": ("hsr-std-non-*",),
    }
    assert {coach.counted for coach in layout.coaches if coach.place_class == "non-reserved"} == {True}
    feed = read_feed(data / "gtfs" / "thsr-taiwan-hsr-2016-faresv1.zip", today=date(2016, 6, 1))
    sold = {product.id for product in feed.tariff.products}
    for place_class in layout.classes:
        [pattern] = place_class.fares
        assert fnmatch.filter(sold, pattern), f"{place_class.id} is sold by no product of the feed"
    assert {book.layout_for(line) for line in feed.lines} == {"thsr-700t"}


def test_a_coach_is_printed_by_its_number_and_a_block_by_its_name() -> None:
    assert Coach("5", "second", names={"en": "with the bar"}).printed == {"": "5"}, "that is what stands on the train"
    assert Coach("L", "stalls", names={"en": "Stalls left"}).printed == {"": "L", "en": "Stalls left"}
