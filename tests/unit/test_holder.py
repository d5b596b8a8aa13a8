"""A name on a ticket: what may be typed, which ways to write it fit, and what the ticket's own bytes say of it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import ticket as tickets
from kiosk.domain.errors import BadTicket
from kiosk.domain.holder import binding, fault_of, fits, folded, is_named, tidy
from tests.paper_sales import a_ticket

ID = "000e010000000007"


def named(name: str, seq: int = 7) -> tickets.Ticket:
    ticket = a_ticket(seq)
    holder = binding(name, ticket.ticket_id)
    return msgspec.structs.replace(ticket, holder=holder, flags=ticket.flags | tickets.FLAG_NAMED)


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("  Łukasz \t O'Neill-Müller ", "Łukasz O'Neill-Müller"),
        ("Jose\u0301\u00a0Mari\u0301a", "José María"),
        ("李\u3000伟", "李 伟"),
        ("Anna\u202eevil\u200b", "Annaevil"),  # nothing that turns or hides text
        ("می\u200cخواهم", "می\u200cخواهم"),  # part of a letter
    ],
)
def test_a_typed_name_is_tidied_and_right(typed: str, stands: str) -> None:
    assert tidy(typed) == stands
    assert fault_of(typed) == ""


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("", "missing"), ("   ", "missing"), ("-", "signs"), ("R2D2", "signs"), ("a@b", "signs"), ("A" * 41, "long"),
     ("A" * 40, ""), ("d'Arc, Jeanne", ""), ("卡尔·马克思", ""), ("जॉन", "")],
)  # fmt: skip
def test_what_is_no_name(typed: str, fault: str) -> None:
    assert fault_of(typed) == fault


@pytest.mark.parametrize(
    "document",
    [
        "Łukasz O'Neill-Müller",
        "O’NEILL-MÜLLER, ŁUKASZ",
        "ONEILL MUELLER LUKASZ",
        "Lukasz O'Neill Muller",
        " łukasz  o'neill‐müller",
    ],
)
def test_one_name_as_documents_write_it(document: str) -> None:
    assert fits(named("Łukasz O'Neill-Müller"), document)


@pytest.mark.parametrize(
    ("sold", "document"),
    [("Jörg Groß", "JOERG GROSS"), ("OEYSTEIN AASEN", "Øystein Åsen"), ("Mueller", "Müller"), ("Muller", "Müller"),
     ("Smith", "SMITH"), ("李伟", "李 伟"), ("Işık İpek", "ISIK IPEK"), ("김 민수", "김민수"), ("Đặng Thị", "DANG THI"),
     ("Þór", "THOR"), ("Михаил Йорк", "МИХАИЛ ИОРК")],
)  # fmt: skip
def test_names_that_are_one(sold: str, document: str) -> None:
    assert fits(named(sold), document)


@pytest.mark.parametrize(
    ("sold", "document"),
    [("Anna Schmidt", "Anna Schmitt"), ("Anna", "Anna Maria"), ("李伟", "李薇"), ("Bo", ""), ("जॉन", "जन")],
)
def test_names_that_are_not_one(sold: str, document: str) -> None:
    assert not fits(named(sold), document)


def test_a_ticket_that_names_nobody_fits_nobody() -> None:
    assert not is_named(a_ticket())
    assert not fits(a_ticket(), "Anna")


def test_one_name_looks_different_in_every_ticket() -> None:
    assert binding("Anna", ID) != binding("Anna", "000e010000000008")
    assert not fits(msgspec.structs.replace(named("Anna"), seq=8), "Anna")


@given(st.text(alphabet=st.characters(categories=("L", "M", "Zs", "Pd")), min_size=1, max_size=40))
def test_every_name_fits_its_own_ticket_and_survives_the_bytes(name: str) -> None:
    ticket = named(name)
    assert fits(tickets.unpack(tickets.pack(ticket)), name)
    assert folded(tidy(name)) == folded(name)


@pytest.mark.parametrize(("flags", "holder"), [(tickets.FLAG_NAMED, bytes(8)), (0, b"12345678")])
def test_a_binding_without_its_flag_is_no_ticket(flags: int, holder: bytes) -> None:
    with pytest.raises((BadTicket, ValueError), match="name"):
        tickets.pack(msgspec.structs.replace(a_ticket(), flags=flags, holder=holder))
