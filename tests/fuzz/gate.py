"""The gate that is tried: the product's parser and rules, and eight tickets that it lets in."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.domain.gate.grounds import Grounds, decided
from kiosk.domain.gate.held import Ride
from kiosk.domain.gate.presented import GateSetting, Presenter
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.words import Word
from kiosk.domain.network import service_day_start
from kiosk.services.trust import trust_of
from tests.gate_world import TENANT, Central, berlin
from tests.small_catalogue import small_catalogue

# Always the same keys, so that a text that was named once can be tried again.
_KEYS = (Ed25519PrivateKey.from_private_bytes(bytes(31) + bytes((number,))) for number in range(1, 100))
NOW = berlin("2026-10-23T07:30")
CENTRAL = Central(NOW, new_key=_KEYS.__next__)
TRUST = trust_of(CENTRAL.manifest(), Ed25519PublicKey.from_public_bytes(CENTRAL.root_key))
RULES = GateSetting(tenant=TENANT, name="Gate 5", stop_place_id="a", opens_before_min=60, grace_min=10)
BOOK = small_catalogue()
GOOD = [CENTRAL.seller.sell(seat=seat) for seat in range(1, 9)]
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"s")


def _rides() -> dict[int, Ride]:
    services = {each.id: each for each in BOOK.service_journeys}
    stops = {each.id: each for each in BOOK.stop_places}
    lines = {each.id: each for each in BOOK.lines}
    layouts = {each.id: each for each in BOOK.layouts}
    return {
        journey.id: Ride(
            journey=journey,
            service=(service := services[journey.service_journey_id]),
            day_start=service_day_start(journey.operating_day, BOOK.timezone),
            timezone=BOOK.timezone,
            stop_places=tuple(stops[call.stop_place_id] for call in service.calls),
            mode=lines[service.line_id].mode,
            layout=layouts.get(service.layout_id),
        )
        for journey in BOOK.journeys
    }


RIDES = _rides()


PRESENTER = Presenter(RULES, RIDES.get)


def word_of(text: str) -> Word:
    """The verdict on a code."""
    presented = PRESENTER.present(text, TRUST)
    scan = Scan(scan=presented.code or text, gate=RULES.name)
    return decided(Grounds(world=presented.world, scan=scan, at=datetime.fromtimestamp(NOW, UTC))).decision.word
