"""Names of travellers: typed by tapping, corrected in place, never lost on the way, forgotten with the passenger."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from kiosk.domain import ticket as tickets
from kiosk.domain.holder import fits, is_named
from kiosk.domain.sale import Sale
from tests.ui import network
from tests.ui.world import Session, World
from ui.viewmodels.lettering import accents_of, capital_due

LUKASZ = "Łukasz O'Neill-Müller"
Open = Callable[[str], Session]


@pytest.fixture
def asked(screen_app: QGuiApplication, world: World) -> Iterator[Open]:
    """A kiosk whose concert asks for names: "no", "optional" or "required"."""
    opened: list[Session] = []

    def start(named: str) -> Session:
        world.catalogue.replace(network.catalogue("" if named == "no" else named), "2")
        opened.append(Session(world))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def to_names(kiosk: Session, *travellers: str) -> None:
    kiosk.tap("events", "event-0")
    kiosk.stage("travellers")
    kiosk.tap("class-stalls", *travellers, "next")
    kiosk.stage("seats")
    kiosk.tap("next")
    kiosk.stage("names")


def type_lukasz(kiosk: Session) -> None:
    """Every key of it."""
    kiosk.tap("key-l", "accent-Ł")
    kiosk.driver.type("ukasz o'neill-mu")
    kiosk.tap("accent-ü")
    kiosk.driver.type("ller")


def text(kiosk: Session) -> str:
    return str(kiosk.driver.get("name").property("text"))


def bought(kiosk: Session) -> Sale:
    """Pays; the sale that came of it."""
    kiosk.tap("next")
    kiosk.stage("thanks")
    return kiosk.world.store.sales_in("done")[-1]


def ticket(sale: Sale, number: int = 0) -> tickets.Ticket:
    return tickets.unpack(bytes.fromhex(sale.tickets[number].payload))


def test_a_name_with_accents_is_typed_by_tapping_and_bound_into_the_ticket(asked: Open) -> None:
    kiosk = asked("required")
    to_names(kiosk)
    assert "next" not in kiosk.driver.names() and "withoutNames" not in kiosk.driver.names()
    type_lukasz(kiosk)
    assert text(kiosk) == LUKASZ
    kiosk.tap("next")
    kiosk.stage("summary")
    kiosk.says(f"Name: {LUKASZ}")
    sale = bought(kiosk)
    assert sale.items[0].holder == LUKASZ
    assert fits(ticket(sale), "ONEILL-MUELLER LUKASZ")


def test_each_traveller_has_a_field_and_who_has_none_may_be_left_out(asked: Open) -> None:
    kiosk = asked("optional")
    to_names(kiosk, "more-child", "more-adult")
    kiosk.says("Name on ticket 1?")
    kiosk.driver.type("anna")
    kiosk.tap("next", "next")  # the second stays without one
    kiosk.says("Name on ticket 3?")
    kiosk.driver.type("tom")
    kiosk.tap("next")
    kiosk.stage("summary")
    kiosk.says("Names: Anna, Tom")
    sale = bought(kiosk)
    assert [item.holder for item in sale.items] == ["Anna", "", "Tom"]
    assert [is_named(ticket(sale, number)) for number in range(3)] == [True, False, True]


def test_where_nobody_asks_no_screen_asks(asked: Open) -> None:
    kiosk = asked("no")
    kiosk.tap("events", "event-0")
    kiosk.stage("travellers")
    kiosk.tap("class-stalls", "next")
    kiosk.stage("seats")
    kiosk.tap("next")
    kiosk.stage("summary")


def test_without_names_is_one_touch(asked: Open) -> None:
    kiosk = asked("optional")
    to_names(kiosk, "more-adult")
    kiosk.driver.type("anna")
    kiosk.tap("withoutNames")
    kiosk.stage("summary")
    kiosk.tap("back")
    kiosk.stage("names")
    kiosk.tap("back")
    assert text(kiosk) == "Anna", "what was typed is still there"
    kiosk.tap("withoutNames")
    kiosk.stage("summary")
    assert not any(item.holder for item in bought(kiosk).items)


def test_going_back_another_language_and_a_warning_lose_no_letter(asked: Open) -> None:
    kiosk = asked("optional")
    to_names(kiosk, "more-adult")
    kiosk.driver.type("anna")
    kiosk.tap("language", "use-zh-Hans")
    kiosk.driver.wait_until(lambda: kiosk.driver.find("use-zh-Hans") is None, "the languages to go")
    assert text(kiosk) == "Anna"
    terminal, clock = kiosk.kiosk.terminal, kiosk.world.clock
    clock.forward(terminal.idle_s - 10)
    terminal.tick()
    kiosk.tap("stillHere", "next")
    kiosk.driver.type("bo")
    kiosk.tap("back", "back")  # to the first name, and out
    kiosk.stage("seats")
    kiosk.tap("back")
    kiosk.stage("travellers")
    kiosk.tap("more-child", "next")  # a child comes along
    kiosk.stage("seats")
    kiosk.tap("next")
    kiosk.stage("names")
    holders = kiosk.kiosk.sale.names.holders
    assert sorted(holders) == ["", "Anna", "Bo"], "names stay with their travellers"
    kiosk.driver.wait_until(lambda: text(kiosk) == "", "the field of who has no name yet")


def test_who_walks_away_is_forgotten(asked: Open) -> None:
    kiosk = asked("optional")
    to_names(kiosk)
    kiosk.driver.type("anna")
    kiosk.world.clock.forward(kiosk.kiosk.terminal.idle_s + 1)
    kiosk.kiosk.terminal.tick()
    kiosk.stage("attract")
    assert kiosk.kiosk.sale.names.holders == () and not kiosk.kiosk.sale.names._state.typed
    to_names(kiosk)
    assert text(kiosk) == ""


@pytest.mark.parametrize(
    ("typed", "why"), [("R2D2", "A name has letters only"), ("-", "A name has letters only"), ("A" * 41, "At most 40")]
)
def test_what_is_wrong_is_said_at_the_field_and_gone_with_the_next_letter(asked: Open, typed: str, why: str) -> None:
    kiosk = asked("required")
    to_names(kiosk)
    kiosk.kiosk.sale.names.write(typed)
    kiosk.tap("next")
    kiosk.says(why)
    kiosk.stage("names")
    assert text(kiosk) == typed, "nothing is taken away"
    kiosk.tap("key-erase")
    kiosk.driver.wait_until(lambda: not any(why in words for words in kiosk.driver.texts()), "the words to go")


def test_a_full_field_takes_no_further_letter_and_says_so(asked: Open) -> None:
    kiosk = asked("optional")
    to_names(kiosk)
    kiosk.kiosk.sale.names.write("A" * 40)
    kiosk.tap("key-b")
    kiosk.says("At most 40 letters fit")
    assert text(kiosk) == "A" * 40


def test_a_keyboard_at_the_machine_writes_every_script(asked: Open) -> None:
    kiosk = asked("optional")
    to_names(kiosk)
    kiosk.driver.wait_until(kiosk.driver.settled, "the screen takes touches")
    for letter in "欧阳震华":
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, letter)
            QGuiApplication.sendEvent(kiosk.driver.window, event)
    kiosk.driver.wait_until(lambda: kiosk.kiosk.sale.names.holders == ("欧阳震华",), "the letters")
    kiosk.tap("next")
    kiosk.stage("summary")
    assert bought(kiosk).items[0].holder == "欧阳震华"


def test_shift_writes_small_where_a_capital_is_due_and_the_other_way_round(asked: Open) -> None:
    kiosk = asked("optional")
    to_names(kiosk)
    kiosk.tap("key-shift")
    kiosk.driver.type("van der ")
    assert text(kiosk) == "van Der "
    kiosk.tap("clear", "key-m", "key-c", "key-shift", "key-d")
    assert text(kiosk) == "McD"


def test_accents_are_of_the_letter_that_was_typed() -> None:
    assert accents_of("Anna L") == "ŁĽĹĻ"
    assert accents_of("mü").startswith("uù") and "ü" not in accents_of("mü")
    assert accents_of("İ")[0] == "I" and "İ" in accents_of("I") and "ı" in accents_of("i")
    assert accents_of("ß") == "sśšşș" and "ẞ" in accents_of("S")
    assert accents_of("") == accents_of("x") == accents_of("李") == ""
    assert all(len(accents_of(letter)) <= 10 for letter in "abcdefghijklmnopqrstuvwxyz")
    assert [capital_due(text) for text in ("", "A", "A ", "O'", "O'N-")] == [True, False, True, True, True]
