"""What the gate's screen asks of the rest of the terminal; every call may take a moment: none is for the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from kiosk.domain.gate.form import Kind
from kiosk.domain.gate.onward import Stop
from kiosk.domain.gate.scan import Override, Scan
from kiosk.domain.gate.shown import Verdict
from kiosk.ports import Clock, CodeReader
from kiosk.services.badges import Badges
from kiosk.services.gate import Gate
from kiosk.services.gate_lookup import Hit, LookedUp
from kiosk.services.lane import Lane
from kiosk.services.staff import Member, Staff
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.gate_counts import counts_since
from kiosk.store.store import Store
from ui.gatecounts import GateFigures, age
from ui.viewmodels.gate import Around
from ui.viewmodels.gatefacts import name_in
from ui.viewmodels.gatestate import FoundHit
from ui.viewmodels.texts import localized, translate

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
        self._figures = GateFigures(services.catalogue, lambda: services.gate.setting.plan, language)

    def say(self, text: str, scan: Scan) -> Verdict:
        """Decide anew, with what staff add."""
        return self._services.gate.scan(text, scan)

    def anew(self, text: str, scan: Scan) -> Verdict:
        """Not so many of the group went in, or they ride on: the passing is taken back and decided as it is."""
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

    def look_up(self, text: str, by: str, role: str) -> tuple[LookedUp, list[FoundHit]]:
        """What goes by a code, a name or a booking."""
        found = self._services.gate.look_ups.look_up(text, by, role)
        return found, [FoundHit(hit, self._product(hit)) for hit in found.hits]

    def _product(self, hit: Hit) -> str:
        """As the plan names it; else category and class; with what a guest list says of it."""
        named, facts, guest = self._figures.planned(hit.product), hit.verdict.facts, hit.verdict.guest
        words = [named] if named else []
        if not named and facts is not None:
            words = [name_in(names, self._language()) for names in (facts.category, facts.place_class) if names]
        elif not named and hit.product:
            words = [self._figures.name(hit.product)]
        if guest is not None and guest.variation:
            words.append(guest.variation)
        return translate("Gate", ", ").join(words)

    def let_in(self, hit: Hit, override: Override | None, kind: Kind) -> Verdict:
        """Somebody who was looked up, in or out."""
        return self._services.gate.look_ups.let_in(hit, override, kind)

    def stops(self, text: str) -> tuple[Stop, ...]:
        """Where the holder may ride on to."""
        return self._services.gate.beyond(text)

    def around(self, hint: str) -> Around:
        """Clock, counts, freshness of the lists, link."""
        services, language = self._services, self._language()
        info = services.catalogue.info()
        zone = ZoneInfo(info.timezone) if info else None
        now = services.clock.now()
        local = datetime.fromtimestamp(now, zone)
        midnight = int(datetime.combine(local.date(), time(), zone).timestamp())
        place = services.catalogue.stop_place(services.stop_place_id)
        services.gate.follow_plan()
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
            plan_refused=services.gate.plan.refused,
            questions=services.gate.setting.plan.questions,
        )
