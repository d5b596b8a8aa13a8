"""What the gate's screen asks of the rest of the terminal; every call may take a moment: none is for the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.ports import Clock, CodeReader
from kiosk.services.badges import Badges
from kiosk.services.gate import Gate
from kiosk.services.lane import Lane
from kiosk.services.staff import Member, Staff
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.gate_counts import counts_since
from kiosk.store.store import Store
from ui.gatecounts import GateFigures, age
from ui.viewmodels.gate import Around
from ui.viewmodels.gatesheets import LineRow
from ui.viewmodels.gatetold import Scan as Seen
from ui.viewmodels.gatetold import row_of
from ui.viewmodels.texts import localized

STALE_S = 3600.0  # lists older than this are said louder


@dataclass(frozen=True)
class GateServices:
    """Everything behind the gate's screen."""

    gate: Gate
    readers: tuple[Callable[[], CodeReader], ...]  # cameras and scanners, opened anew
    catalogue: CatalogueStore
    clock: Clock
    online: Callable[[], bool]
    store: Store
    staff: Staff
    stop_place_id: str = ""
    lane: Lane | None = None  # a turnstile that opens for who passes
    passengers: bool = False  # the screen is for passengers, not for staff
    answered: bool = False  # passengers answer questions themselves
    badges: Badges | None = None  # printed for whoever comes in
    typed: Callable[[str], object] | None = None  # hears the scans of a scanner that types; None = there is none


class GateWork:
    """The verbs; `language` is the screen's."""

    def __init__(self, services: GateServices, language: Callable[[], str]) -> None:
        self._services, self._language = services, language
        self._figures = GateFigures(services.catalogue, services.gate.setting.plan, language)

    def say(self, text: str, scan: Scan) -> Verdict:
        """Decide anew, with what staff add."""
        return self._services.gate.scan(text, scan)

    def fewer(self, text: str, scan: Scan) -> Verdict:
        """Not so many of the group went in: the passing is taken back and recorded with the right number."""
        self._services.gate.annul()
        return self._services.gate.scan(text, scan)

    def stand_open(self, on: bool) -> None:
        """Emergency: everybody out, nobody in; the lane stands open."""
        if self._services.lane is not None:
            self._services.lane.emergency(on)
        else:
            self._services.gate.emergency(on)

    def badge(self, verdict: Verdict, answers: dict[str, str]) -> str:
        """ "" = it is on paper, else why not."""
        badges = self._services.badges
        return badges.print(verdict, answers, self._language()) if badges is not None else ""

    def sign_on(self, number: str, pin: str) -> Member:
        """StaffRefused says why not."""
        return self._services.staff.check(number, pin)

    def found(self, text: str) -> list[LineRow]:
        """What goes by a typed code."""
        services = self._services
        verdict = services.gate.look_ups.type_code(text)
        if not verdict.ticket_id:
            return []
        row = row_of(Seen(int(services.clock.now()), verdict), self._language(), None)
        return [LineRow("", row.signal, row.icon, row.title, row.detail)]

    def around(self, hint: str) -> Around:
        """Clock, counts, freshness of the lists, link."""
        services, language = self._services, self._language()
        info = services.catalogue.info()
        zone = ZoneInfo(info.timezone) if info else None
        now = services.clock.now()
        local = datetime.fromtimestamp(now, zone)
        midnight = int(datetime.combine(local.date(), time(), zone).timestamp())
        place = services.catalogue.stop_place(services.stop_place_id)
        checked = services.gate.checked_at()
        counts = counts_since(services.store, midnight)
        return Around(
            station=localized(place.names, place.name, language) if place else "",
            today=local.date().isoformat(),
            time=local.strftime("%H:%M"),
            count=counts.entered,
            out=counts.left,
            inside=max(0, services.store.persons_inside(midnight)),
            counts=self._figures.counts(counts, services.gate.neighbours(midnight)),
            currency=info.currency if info else "",
            lists="" if checked is None else age(now - checked),
            stale=checked is not None and now - checked > STALE_S,
            offline=not services.online(),
            hint=hint,
            zone=zone,
        )
