"""A sold ticket as a wallet pass: the same words as on paper, in both languages of the labels."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from kiosk.domain.errors import KioskError
from kiosk.domain.page_texts import TEXTS
from kiosk.domain.pages import EVENT, TicketPage, named, ticket_page
from kiosk.domain.sale import Sale
from kiosk.services.wallet_pass import Line, WalletPass

_OPEN_AFTER = timedelta(hours=4)  # as long as a ticket is good after its arrival


class Publisher(msgspec.Struct, frozen=True):
    """Whose pass it is: as in the certificate for passes; without one any name will do."""

    pass_type: str = "pass.org.example.unsigned"
    team: str = "UNSIGNED"


def pass_of(sale: Sale, item_no: int, *, code: str, machine: str, icon: bytes, publisher: Publisher) -> WalletPass:
    """The pass of one ticket; `code` is what its QR says."""
    facts = sale.items[item_no].facts
    if facts is None:
        raise KioskError("This ticket was sold by an old version: what it says is not on record.")
    zone = ZoneInfo(facts.timezone)
    page = _page(sale, sale.language, item_no, code, machine)
    labels = _page(sale, "en", item_no, code, machine)
    ends = datetime.fromtimestamp(max(facts.arrives_at, facts.departs_at), zone) + _OPEN_AFTER
    stops = tuple(
        Line(key, key, f"{stop.name} {stop.time}") for key, stop in zip(("from", "to"), page.stops, strict=False)
    )
    what = tuple(
        Line(f"fact{number}", said.label, fact.value)
        for number, (said, fact) in enumerate(zip(labels.facts, page.facts, strict=True))
    )
    return WalletPass(
        pass_type=publisher.pass_type,
        team=publisher.team,
        organization=facts.operator or machine,
        serial=sale.tickets[item_no].code,
        description=page.title or " – ".join(stop.name for stop in page.stops),
        code=code,
        departs=datetime.fromtimestamp(facts.departs_at, zone),
        ends=ends,
        primary=stops,
        secondary=(Line("day", "day", page.day), *what,
                   *([Line("holder", "holder", page.holder)] if page.holder else [])),
        auxiliary=tuple(Line(f"detail{number}", "", each) for number, each in enumerate(page.details)),
        back=(Line("booking", "booking", page.human_code), Line("notes", "notes", "\n".join(page.notes)),
              Line("title", "event", named(facts.title, sale.language) if facts.mode == EVENT else "")),
        texts={language: _labels(sale, language, item_no, code, machine, labels) for language in TEXTS},
        pictures={"icon.png": icon},
    )  # fmt: skip


_OWN = {  # labels that paper has no words for
    "en": {
        "from": "From",
        "to": "To",
        "day": "Day",
        "booking": "Booking",
        "notes": "Notes",
        "event": "Event",
        "holder": "Name",
    },
    "zh-Hans": {
        "from": "出发",
        "to": "到达",
        "day": "日期",
        "booking": "订单号",
        "notes": "说明",
        "event": "演出",
        "holder": "姓名",
    },
}


def _labels(sale: Sale, language: str, item_no: int, code: str, machine: str, labels: TicketPage) -> dict[str, str]:
    page = _page(sale, language, item_no, code, machine)
    return _OWN[language] | {ours.label: fact.label for ours, fact in zip(labels.facts, page.facts, strict=True)}


def _page(sale: Sale, language: str, item_no: int, code: str, machine: str) -> TicketPage:
    return ticket_page(msgspec.structs.replace(sale, language=language), item_no, 0, code=code, machine=machine)
