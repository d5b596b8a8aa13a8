"""A sale with names on a real store: bound into the tickets, kept over a restart, refused where they are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.domain import ticket as tickets
from kiosk.domain.errors import WrongState
from kiosk.domain.holder import fits, is_named
from kiosk.domain.sale import Sale
from tests.power.world import Acquirer, Facts, Mains, Paper, Terminal, quote

NAMES = ("Łukasz O'Neill-Müller", "李 伟")
Make = Callable[[str], Terminal]


@pytest.fixture
def make(folder: Path) -> Iterator[Make]:
    """A terminal on its folder whose train asks for names; an earlier start of it ends first."""
    begun: list[Terminal] = []

    def start(named: str) -> Terminal:
        for earlier in begun:
            earlier.close()
        begun.append(Terminal(folder, Acquirer(), Paper(), Mains()))
        begun[-1].desk._catalogue = Facts(named)
        return begun[-1]

    yield start
    for each in begun:
        each.close()


def held(terminal: Terminal, *names: str) -> Sale:
    return terminal.desk.hold(msgspec.structs.replace(quote(), holders=names))


def issued(sale: Sale) -> list[tickets.Ticket]:
    return [tickets.unpack(bytes.fromhex(each.payload)) for each in sale.tickets]


def test_each_ticket_is_bound_to_its_own_name(make: Make) -> None:
    terminal = make("required")
    sale = terminal.desk.pay(held(terminal, "  Łukasz  O'Neill-Müller", "李 伟 ").sale_id)
    assert tuple(item.holder for item in sale.items) == NAMES
    first, second = issued(sale)
    assert fits(first, "ONEILL MUELLER LUKASZ") and not fits(first, "李伟")
    assert fits(second, "李伟") and second.flags & tickets.FLAG_NAMED
    read, payload, signature = tickets.read(terminal.desk.ticket_text(sale, 0))
    assert read == first and len(payload + signature) == 114, "no ticket grows by a name"


def test_after_a_restart_the_same_names_are_issued(make: Make) -> None:
    terminal = make("required")
    sale = held(terminal, *NAMES)
    paid = terminal.desk.pay(sale.sale_id)
    again = make("no").store.sale(sale.sale_id)
    assert again is not None and again.items == paid.items and issued(again) == issued(paid)


def test_what_was_paid_before_the_power_went_is_issued_in_the_same_names(folder: Path) -> None:
    acquirer = Acquirer("silence")
    before = Terminal(folder, acquirer, Paper(), Mains())
    before.desk._catalogue = Facts("required")
    sale = held(before, *NAMES)
    assert before.desk.pay(sale.sale_id).stage == "unresolved"
    before.close()
    after = Terminal(folder, acquirer, Paper(), Mains())  # whose catalogue asks for no names any more
    (recovered,) = after.desk.recover()
    first, second = issued(recovered)
    assert fits(first, NAMES[0]) and fits(second, NAMES[1])
    after.close()


def test_who_is_not_named_has_a_ticket_that_names_nobody(make: Make) -> None:
    terminal = make("optional")
    sale = terminal.desk.pay(held(terminal, "", NAMES[1]).sale_id)
    assert [is_named(ticket) for ticket in issued(sale)] == [False, True]


def test_a_name_nobody_asks_for_is_not_kept(make: Make) -> None:
    terminal = make("no")
    sale = terminal.desk.pay(held(terminal, *NAMES).sale_id)
    assert not any(item.holder for item in sale.items) and not any(map(is_named, issued(sale)))
    assert all("holder" not in each.body for each in terminal.store.journal.records(0, 100))


@pytest.mark.parametrize(
    ("names", "why"),
    [((), "Tickets of this departure carry names"), (("Anna", " "), "Tickets of this departure carry names"),
     (("Anna",), "one name for each traveller"), (("Anna", "R2D2"), "letters only"),
     (("Anna", "A" * 41), "at most 40")],
)  # fmt: skip
def test_a_name_that_is_missing_or_none_takes_no_place(make: Make, names: tuple[str, ...], why: str) -> None:
    terminal = make("required")
    with pytest.raises(WrongState, match=why):
        held(terminal, *names)
    assert terminal.store.free(77) == [0xFF, 0xFF]
