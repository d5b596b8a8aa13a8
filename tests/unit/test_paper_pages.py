"""What tickets and receipts say, before anybody draws them."""

from __future__ import annotations

import string

import msgspec
import pytest

from kiosk.domain.page_texts import EN, TEXTS, text_of
from kiosk.domain.pages import Fact, ReceiptPage, Stop, TicketPage, receipt_page, ticket_page
from kiosk.domain.sale import Sale
from tests.paper_sales import BUS, HALL, KINDS, MACHINE, METRO, NIGHT, RAIL, STANDING, UNRESERVED, change, sale_of


def ticket(facts: object, language: str = "en", item: int = 0, copy: int = 0) -> TicketPage:
    return ticket_page(sale_of(facts, language), item, copy, code="T1:X", machine=MACHINE)  # type: ignore[arg-type]


def receipt(facts: object, language: str = "en", copy: int = 0, count: int = 2) -> ReceiptPage:
    sale = sale_of(facts, language, count)  # type: ignore[arg-type]
    return receipt_page(sale, copy, machine=MACHINE, receipt_no="K14-0000077")


def test_a_railway_ticket_in_english() -> None:
    page = ticket(RAIL, item=1)
    assert page == TicketPage(
        day="Tue 24 Nov 2026",
        count="Ticket 2 of 2",
        stops=(Stop("07:00", "Beijing South", "北京南"), Stop("11:29", "Shanghai Hongqiao", "上海虹桥")),
        title="",
        facts=(Fact("Train", "G1"), Fact("Coach", "6"), Fact("Seat, window", "8F"), Fact("Platform", "10")),
        code="T1:X",
        details=("Adult", "Second class", "¥ 662"),
        notes=("Valid only on this train, on this day.", "Keep the code flat, dry and dark."),
        human_code="7QK4-MX21",
        origin="K14  2026-11-23 06:39  China Railway",
        mark="",
    )


def test_a_railway_ticket_in_chinese() -> None:
    page = ticket(RAIL, "zh-Hans")
    assert (page.day, page.count) == ("2026年11月24日 周二", "第 1 张，共 2 张")
    assert page.stops[0] == Stop("07:00", "北京南", "Beijing South")
    assert page.facts[2] == Fact("座位，靠窗", "8F")
    assert page.details == ("成人", "二等座", "¥ 662")


def test_times_are_those_of_the_place_and_arrival_on_another_day_says_so() -> None:
    assert ticket(change(RAIL, timezone="Europe/Berlin")).stops[0].time == "00:00"
    assert [stop.later for stop in ticket(NIGHT).stops] == ["", "+1 day"]
    assert [stop.later for stop in ticket(NIGHT, "zh-Hans").stops] == ["", "次日"]
    two_nights = change(RAIL, arrives_at=RAIL.departs_at + 44 * 3600)
    assert ticket(two_nights).stops[1].later == "+2 days"


def test_a_ticket_without_a_place_says_that_any_seat_will_do_on_a_train_and_nothing_on_a_bus() -> None:
    assert ticket(UNRESERVED).facts == (Fact("Train", "G1"), Fact("Seat", "any"))
    assert ticket(BUS).facts == (Fact("Line", "910"),)
    assert "every service" in ticket(UNRESERVED).notes[0]


def test_a_line_without_a_number_is_named() -> None:
    assert ticket(METRO).facts == (Fact("Line", "Blue Line: Raidurg – Nagole, Corridor III"),)
    assert ticket(change(METRO, line="")).facts == (Fact("Line", "Shanghai Hongqiao"),)


def test_a_hall_ticket_names_event_hall_block_seat_and_doors() -> None:
    page = ticket(HALL)
    assert page.title.startswith("Yellow River")
    assert page.stops == (Stop("07:00", "City Philharmonic Hall", "城市爱乐厅"),)
    assert page.facts == (Fact("Block", "Balcony left"), Fact("Seat, aisle", "12-34"))
    assert page.notes[:2] == ("Doors open at 06:15.", "Valid for this performance. Please come in time.")


def test_a_standing_place_has_no_number() -> None:
    assert ticket(STANDING).facts == (Fact("Area", "Standing area"),)


@pytest.mark.parametrize(("language", "mark"), [("en", "COPY 2"), ("zh-Hans", "副本 2")])
def test_a_copy_is_marked_on_ticket_and_receipt(language: str, mark: str) -> None:
    assert ticket(RAIL, language, copy=2).mark == receipt(RAIL, language, copy=2).mark == mark
    assert ticket(RAIL, language).mark == receipt(RAIL, language).mark == ""


def test_a_receipt_shows_what_was_paid_how_and_for_what() -> None:
    page = receipt(RAIL)
    assert page.warning == "Not a ticket. Not valid for travel."
    assert page.head[2:] == (Fact("Receipt no.", "K14-0000077"), Fact("Booking", "7QK4-MX20"))
    assert page.lines == (
        Fact("G1, Tue 24 Nov 2026, 07:00", ""),
        Fact("Beijing South – Shanghai Hongqiao", ""),
        Fact("Adult, Second class, 6 / 8F", "¥ 662.00"),
        Fact("Adult, Second class, 6 / 8F", "¥ 662.00"),
    )
    assert page.total == Fact("Total", "¥ 1324.00")
    assert page.payment == (
        Fact("Paid by card", "¥ 1324.00"),
        Fact("Card", "**** **** **** 4417"),
        Fact("Approved", "A000001"),
    )
    assert page.notes[1:] == ("China Railway", "Timetable: public timetable")


def test_a_receipt_has_a_line_for_each_traveller_and_adds_up() -> None:
    page = receipt(HALL, count=9)
    prices = [fact.value for fact in page.lines if fact.value]
    assert prices == ["¥ 662.00"] * 9 and page.total.value == "¥ 5958.00"


def test_a_free_ticket_is_not_paid_by_card() -> None:
    sale = sale_of(RAIL, price_minor=0)
    page = receipt_page(sale, 0, machine=MACHINE, receipt_no="1")
    assert page.payment[0] == Fact("Free of charge", "¥ 0.00")


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_every_language_has_every_word_with_the_same_blanks(language: str) -> None:
    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    table = TEXTS[language]
    assert table.keys() == EN.keys()
    assert all(table.values())
    assert {key: blanks(text) for key, text in table.items()} == {key: blanks(text) for key, text in EN.items()}
    assert len(table["weekdays"].split()) == 7 and len(table["months"].split()) == 12


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_language_without_words_gets_english_and_its_own_names_where_there_are_any(kind: str) -> None:
    assert text_of("sw") is EN
    assert ticket(KINDS[kind], "sw").count == "Ticket 1 of 2"


def test_a_receipt_names_each_part_and_how_it_was_paid() -> None:
    sale = sale_of(RAIL)
    [whole] = [each for each in sale.attempts if each.state == "approved"]
    part = msgspec.structs.replace(
        whole, attempt_id="a", amount_minor=500, means="voucher", card="**** PA3T", reference="voucher:7"
    )
    gone = msgspec.structs.replace(part, attempt_id="b", state="reversed")
    rest = msgspec.structs.replace(whole, amount_minor=whole.amount_minor - 500)
    page = receipt_page(msgspec.structs.replace(sale, attempts=(part, gone, rest)), 0, machine=MACHINE, receipt_no="1")
    labels = [fact.label for fact in page.payment]
    assert labels == ["Paid with a voucher", "Approved", "Paid by card", "Card", "Approved"]
    assert page.payment[0].value.endswith("5.00") and page.payment[1].value == "voucher:7"


@pytest.mark.parametrize(
    ("means", "reference", "word"),
    [
        ("qr.wechat", "wechat:4200", "Paid with WeChat Pay"),
        ("scan", "alipay:2026", "Paid with Alipay"),
        ("qr", "9", "Paid by phone"),
        ("transfer", "said by Mo", "Paid by transfer"),
    ],
)
def test_a_receipt_names_the_wallet(means: str, reference: str, word: str) -> None:
    sale = sale_of(RAIL)
    paid = tuple(msgspec.structs.replace(each, means=means, reference=reference, card="") for each in sale.attempts)
    page = receipt_page(msgspec.structs.replace(sale, attempts=paid), 0, machine=MACHINE, receipt_no="1")
    assert [fact.label for fact in page.payment] == [word, "Approved"] and page.payment[1].value == reference


def named_sale(name: str = "Łukasz O'Neill-Müller") -> Sale:
    sale = sale_of(RAIL)
    items = (msgspec.structs.replace(sale.items[0], named=name), *sale.items[1:])
    return msgspec.structs.replace(sale, items=items)


def test_the_name_is_on_its_ticket_and_on_no_receipt() -> None:
    sale = named_sale()
    first, second = (ticket_page(sale, item, 0, code="T1:X", machine=MACHINE) for item in (0, 1))
    assert (first.holder, second.holder) == ("Łukasz O'Neill-Müller", "")
    assert "Neill" not in str(receipt_page(sale, 0, machine=MACHINE, receipt_no="K14-0000077"))


def test_a_sale_without_names_is_the_bytes_it_always_was() -> None:
    sale = sale_of(RAIL)
    assert b"holder" not in msgspec.json.encode(sale)
    assert msgspec.json.decode(msgspec.json.encode(named_sale("李伟")), type=Sale).items[0].holder == "李伟"
