"""Badges of a self-check-in: one for each ticket, printed when its holder comes in; whatever comes after is marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.codes import human_code, shown_code
from kiosk.domain.errors import DeviceFault
from kiosk.domain.events import BadgePrintEnded, BadgePrintStarted
from kiosk.domain.gate.guests import GuestFacts
from kiosk.domain.gate.held import EVENT_MODE
from kiosk.domain.gate.shown import Verdict
from kiosk.domain.network import Names
from kiosk.domain.pages import BadgePage
from kiosk.ports import Bitmap, Clock, TicketPrinter
from kiosk.store.store import Store

NAME = "name"  # the question whose answer stands on the badge


class Badges:
    """Calls block on the printer, so never on the UI thread; one at a time."""

    def __init__(
        self, store: Store, printer: TicketPrinter | None, draw: Callable[[BadgePage], Bitmap], clock: Clock, gate: str
    ) -> None:
        self._store, self._printer, self._draw, self._clock, self._gate = store, printer, draw, clock, gate

    def ready(self) -> bool:
        """Can one be printed now? Asks the printer."""
        return self._printer is not None and self._printer.status().ready

    def printed(self, ticket_id: str) -> int:
        """How many of a ticket may be on paper."""
        return int(self._store.cursor(f"badge {ticket_id}", "0"))

    def print(self, verdict: Verdict, answers: Mapping[str, str], language: str) -> str:
        """One badge of a ticket that was let in; "" = it is on paper, else why not.

        The intent is on disk before paper moves; so after a power cut, and whenever it is asked for again, the next one
        is a marked copy.
        """
        ticket_id, copy = verdict.ticket_id, self.printed(verdict.ticket_id)
        bitmap = self._draw(badge_page(verdict, answers, language, copy))
        about = {"ticket_id": ticket_id, "gate": self._gate, "copy": copy}
        self._store.set_cursor(f"badge {ticket_id}", str(copy + 1))
        self._store.journal.append(BadgePrintStarted(**about, at=int(self._clock.now())))  # type: ignore[arg-type]
        reason = ""
        try:
            if self._printer is None:
                raise DeviceFault("there is no printer")
            self._printer.print(bitmap)
        except DeviceFault as fault:
            reason = str(fault)
        self._store.journal.append(
            BadgePrintEnded(**about, at=int(self._clock.now()), reason=reason)  # type: ignore[arg-type]
        )
        return reason


def badge_page(verdict: Verdict, answers: Mapping[str, str], language: str, copy: int) -> BadgePage:
    """The badge as values. The name is what its holder answered: a ticket need not name anybody."""
    facts = verdict.facts
    if facts is None and verdict.guest is not None:
        return _guest_badge(verdict.guest, answers, copy)
    if facts is None:
        raise ValueError("a badge is for a ticket that was let in")
    named = _answered(answers)
    category = _name(facts.category, language)
    at = datetime.fromtimestamp(facts.departs_at, ZoneInfo(facts.timezone))
    title = _name(facts.title, language) if facts.mode == EVENT_MODE else facts.number
    place = " ".join(each for each in (_name(facts.coach, language), "" if facts.counted else facts.place) if each)
    return BadgePage(
        name=named.title() if named.isupper() else named or category,
        title=title,
        day=at.strftime("%Y-%m-%d %H:%M"),
        place=place,
        category=category if named else "",
        human_code=human_code(verdict.ticket_id),
        mark=f"COPY {copy}" if copy else "",
    )


def _answered(answers: Mapping[str, str]) -> str:
    return next((text for question, text in answers.items() if question.casefold().startswith(NAME)), "").strip()


def _guest_badge(guest: GuestFacts, answers: Mapping[str, str], copy: int) -> BadgePage:
    named = _answered(answers) or guest.holder
    return BadgePage(
        name=named.title() if named.isupper() else named or guest.product,
        title=guest.event or guest.product,
        day="",
        place="",
        category=guest.product if named and guest.event else guest.variation,
        human_code=shown_code(guest.code),
        mark=f"COPY {copy}" if copy else "",
    )


def _name(names: Names, language: str) -> str:
    return names.get(language) or names.get(language.split("-")[0]) or names.get("", "")
