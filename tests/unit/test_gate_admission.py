"""The decision at the gate, reason by reason, at every edge; and nothing a camera can see breaks it."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import base45
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import ticket as tickets
from kiosk.domain.certificate import SCOPE_TEST
from kiosk.domain.gate.grounds import Grounds, decided
from kiosk.domain.gate.held import Ride, Trust
from kiosk.domain.gate.presented import GateSetting, Presenter
from kiosk.domain.gate.scan import Scan
from kiosk.domain.gate.shown import FirstUse, Verdict
from kiosk.domain.gate.words import UNPROVEN, Word
from kiosk.domain.gate.world import Passage
from kiosk.domain.network import Line, service_day_start
from kiosk.services.trust import trust_of
from tests.gate_world import DAY, LOOP, NIGHT, SHOW, T1, T2, TENANT, Central, Seller, berlin
from tests.small_catalogue import small_catalogue

NOW = berlin("2026-10-23T07:30")
CATALOGUE = small_catalogue()
CENTRAL = Central(NOW)
SELLER = CENTRAL.seller
ROOT = Ed25519PublicKey.from_public_bytes(CENTRAL.root_key)
TRUST = trust_of(CENTRAL.manifest(), ROOT)
RULES = GateSetting(tenant=TENANT, name="Gate 5", stop_place_id="a", opens_before_min=60, grace_min=10)


def ride(journey_id: int) -> Ride | None:
    journey = next((each for each in CATALOGUE.journeys if each.id == journey_id), None)
    if journey is None:
        return None
    service = next(each for each in CATALOGUE.service_journeys if each.id == journey.service_journey_id)
    line: Line = next(each for each in CATALOGUE.lines if each.id == service.line_id)
    stops = {each.id: each for each in CATALOGUE.stop_places}
    return Ride(
        journey=journey,
        service=service,
        day_start=service_day_start(journey.operating_day, CATALOGUE.timezone),
        timezone=CATALOGUE.timezone,
        stop_places=tuple(stops[call.stop_place_id] for call in service.calls),
        mode=line.mode,
        line_name=line.name,
        layout=next((each for each in CATALOGUE.layouts if each.id == service.layout_id), None),
        categories=tuple({"": each.name} for each in CATALOGUE.tariff.categories),
    )


def judge(
    text: str,
    *,
    now: float = NOW,
    trust: Trust = TRUST,
    rules: GateSetting = RULES,
    used: FirstUse | None = None,
) -> Verdict:
    presented = Presenter(rules, ride).present(text, trust)
    seen = () if used is None else (Passage(ticket=presented.code, at=moment(used.at), gate=used.gate),)
    scan = Scan(scan=presented.code or text, gate=rules.name, persons=0)
    decision = decided(Grounds(world=presented.world, scan=scan, at=moment(now), seen=seen)).decision
    return Verdict(
        decision=decision,
        ticket_id=presented.code,
        journey_id=presented.journey_id,
        facts=None if decision.word in UNPROVEN else presented.facts(decision.next_at),
    )


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def test_a_good_ticket_comes_in_with_its_facts() -> None:
    verdict = judge(SELLER.sell(seat=8))
    assert verdict.admitted and verdict.reason is Word.ADMIT
    assert verdict.journey_id == T1 and len(verdict.ticket_id) == 16
    facts = verdict.facts
    assert facts is not None
    assert (facts.number, facts.coach[""], facts.place, facts.place_class[""]) == ("IC 1", "2", "2D", "Second class")
    assert (facts.origin[""], facts.destination[""]) == ("Altdorf", "Celle")
    assert facts.departs_at == berlin("2026-10-23T08:00")
    assert facts.category[""] == "Adult"


def altered(text: str, **changes: Any) -> str:
    """Fields changed after signing."""
    ticket, _, signature = tickets.read(text)
    values = {name: getattr(ticket, name) for name in ticket.__struct_fields__}
    payload = tickets.pack(type(ticket)(**{**values, **changes}))
    return tickets.PREFIX + base45.b45encode(payload + signature).decode()


@pytest.mark.parametrize(
    ("ticket", "reason"),
    [
        ({"key_id": b"none"}, Word.UNKNOWN_ISSUER),
        ({"issued": NOW - 5 * DAY - 1}, Word.NOT_IN_FORCE),
        ({"issued": NOW + 301}, Word.NOT_IN_FORCE),
        ({"issued": NOW + 300}, Word.ADMIT),
        ({"issued": NOW - 5 * DAY}, Word.ADMIT),
        ({"terminal_id": 4}, Word.OUT_OF_SCOPE),
        ({"incarnation": 2}, Word.OUT_OF_SCOPE),
        ({"tenant": 8}, Word.OUT_OF_SCOPE),
        ({"flags": tickets.FLAG_TEST}, Word.TEST_TICKET),
        ({"flags": tickets.FLAG_OFFLINE}, Word.ADMIT),
        ({"journey_id": 999}, Word.UNKNOWN_JOURNEY),
        ({"to_call": 9}, Word.UNKNOWN_JOURNEY),
        ({"from_call": 1}, Word.WRONG_PLACE),
        ({"journey_id": T1 + 100}, Word.WRONG_DAY),
        ({"journey_id": T2}, Word.NOT_YET),
        ({"coach": 1, "product_class": 0}, Word.NOT_LEASED),
        ({"seat": 9}, Word.NOT_LEASED),
        ({"to_call": 4}, Word.ADMIT),
    ],
)
def test_one_wrong_thing_one_reason(ticket: dict[str, Any], reason: Word) -> None:
    assert judge(SELLER.sell(**ticket)).reason is reason


def test_a_changed_field_is_a_forgery() -> None:
    verdict = judge(altered(SELLER.sell(), seat=2))
    assert verdict.reason is Word.BAD_SIGNATURE and verdict.facts is None


def test_what_the_certificate_does_not_allow() -> None:
    for limits in ({"seq_first": 10, "seq_max": 20}, {"scope": SCOPE_TEST}, {"product_mask": 0b1}):
        seller = Seller(CENTRAL, 3, **limits)
        trust = trust_of(CENTRAL.manifest(certificates=(seller.certificate.hex(),)), ROOT)
        assert judge(seller.sell(), trust=trust).reason is Word.OUT_OF_SCOPE
    limited = Seller(CENTRAL, 3, seq_first=10, seq_max=20)
    trust = trust_of(CENTRAL.manifest(certificates=(limited.certificate.hex(),)), ROOT)
    found = {seq: judge(limited.sell(seq=seq), trust=trust).reason for seq in (9, 10, 20, 21)}
    assert found == {
        9: Word.OUT_OF_SCOPE,
        10: Word.ADMIT,
        20: Word.ADMIT,
        21: Word.OUT_OF_SCOPE,
    }


def test_a_certificate_that_ended_counts_for_what_it_signed_before() -> None:
    seller = Seller(CENTRAL, 3, not_before=NOW - 5 * DAY, not_after=NOW - 3600)
    trust = trust_of(CENTRAL.manifest(certificates=(seller.certificate.hex(),)), ROOT)
    assert judge(seller.sell(issued=NOW - 3600), trust=trust).admitted
    assert judge(seller.sell(issued=NOW - 3599), trust=trust).reason is Word.NOT_IN_FORCE


@pytest.mark.parametrize(
    ("mask", "reserved", "unreserved"),
    [
        (1 << 31, Word.OUT_OF_SCOPE, Word.ADMIT),
        (0b10, Word.ADMIT, Word.OUT_OF_SCOPE),
        (0b01, Word.OUT_OF_SCOPE, Word.OUT_OF_SCOPE),
    ],
)
def test_which_products_a_certificate_allows(mask: int, reserved: Word, unreserved: Word) -> None:
    seller = Seller(CENTRAL, 3, product_mask=mask)
    trust = trust_of(CENTRAL.manifest(certificates=(seller.certificate.hex(),)), ROOT)
    rules = GateSetting(tenant=TENANT, stop_place_id="b")
    assert judge(seller.sell(product_class=1), trust=trust).reason is reserved
    assert judge(seller.sell_unreserved(), trust=trust, rules=rules).reason is unreserved


def test_another_operators_ticket_under_a_known_certificate() -> None:
    foreign = Seller(CENTRAL, 3, tenant=8)
    trust = trust_of(CENTRAL.manifest(certificates=(foreign.certificate.hex(),)), ROOT)
    assert judge(foreign.sell(tenant=8), trust=trust).reason is Word.OTHER_OPERATOR


def test_a_revoked_terminal_counts_from_its_moment() -> None:
    trust = trust_of(CENTRAL.manifest(revoked_incarnations=((3, 1, NOW - 100),)), ROOT)
    assert judge(SELLER.sell(issued=NOW - 101), trust=trust).admitted
    assert judge(SELLER.sell(issued=NOW - 100), trust=trust).reason is Word.NOT_IN_FORCE


def test_a_revoked_ticket() -> None:
    text = SELLER.sell()
    ticket_id = tickets.read(text)[0].ticket_id
    trust = trust_of(CENTRAL.manifest(revoked_tickets=(ticket_id,)), ROOT)
    assert judge(text, trust=trust).reason is Word.REVOKED


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-10-23T06:59:59", Word.NOT_YET),
        ("2026-10-23T07:00:00", Word.ADMIT),
        ("2026-10-23T08:10:00", Word.ADMIT),
        ("2026-10-23T08:10:01", Word.EXPIRED),
        ("2026-10-24T07:30:00", Word.WRONG_DAY),
        ("2026-10-22T07:30:00", Word.WRONG_DAY),
    ],
)
def test_the_window_around_the_departure(at: str, reason: Word) -> None:
    long = {"valid_from_min": -48 * 60, "valid_for_min": 90 * 60, "issued": NOW - DAY - DAY}
    assert judge(SELLER.sell(**long), now=berlin(at)).reason is reason


def test_the_tickets_own_validity_is_never_widened() -> None:
    text = SELLER.sell(valid_from_min=-20, valid_for_min=25)
    assert judge(text, now=berlin("2026-10-23T07:39:59")).reason is Word.NOT_YET
    assert judge(text, now=berlin("2026-10-23T08:05:00")).admitted
    assert judge(text, now=berlin("2026-10-23T08:05:01")).reason is Word.EXPIRED


def test_a_train_after_midnight_belongs_to_the_day_before() -> None:
    rules = GateSetting(tenant=TENANT, stop_place_id="c", opens_before_min=60, grace_min=10)
    leases = {(NIGHT, 3, 1): TRUST.leases[T1, 3, 1]}
    trust = Trust(certificates=TRUST.certificates, leases=leases)
    text = SELLER.sell(journey_id=NIGHT, from_call=1, to_call=2)
    assert judge(text, now=berlin("2026-10-24T00:20"), rules=rules, trust=trust).admitted
    assert judge(text, now=berlin("2026-10-23T23:20"), rules=rules, trust=trust).reason is Word.NOT_YET


def test_a_performance_may_be_entered_until_it_ends() -> None:
    rules = GateSetting(tenant=TENANT, stop_place_id="hall", opens_before_min=60, grace_min=10)
    text = SELLER.sell(journey_id=SHOW, coach=1, seat=3, product_class=0, from_call=0, to_call=1)
    verdict = judge(text, now=berlin("2026-10-23T21:30"), rules=rules)
    assert verdict.admitted and verdict.facts is not None and verdict.facts.counted
    assert judge(text, now=berlin("2026-10-23T22:01"), rules=rules).reason is Word.EXPIRED


def test_unreserved_needs_no_lease_but_its_station_and_its_time() -> None:
    rules = GateSetting(tenant=TENANT, stop_place_id="b")
    text = SELLER.sell_unreserved()
    assert judge(text, rules=rules).admitted
    assert judge(text).reason is Word.WRONG_PLACE
    assert judge(text, rules=GateSetting(tenant=TENANT)).admitted
    assert judge(text, rules=rules, now=berlin("2026-10-24T04:00:01")).reason is Word.EXPIRED
    assert judge(SELLER.sell_unreserved(journey_id=LOOP + 100), rules=rules).reason is Word.NOT_YET


def test_a_place_that_another_terminal_holds_is_for_staff() -> None:
    assert judge(CENTRAL.other.sell()).reason is Word.NOT_LEASED


def test_every_segment_of_the_way_must_be_leased() -> None:
    masks = TRUST.leases[T1, 3, 1]
    for gap in range(4):
        holey = tuple(0 if segment == gap else mask for segment, mask in enumerate(masks))
        trust = Trust(certificates=TRUST.certificates, leases={(T1, 3, 1): holey})
        expected = Word.NOT_LEASED if gap < 2 else Word.ADMIT
        assert judge(SELLER.sell(to_call=2), trust=trust).reason is expected


def test_the_second_use_names_the_first() -> None:
    verdict = judge(SELLER.sell(), used=FirstUse("Gate 3", NOW - 600))
    assert verdict.reason is Word.USED and verdict.first_use == FirstUse("Gate 3", NOW - 600)
    assert verdict.facts is not None


def test_a_gate_without_a_list_lets_nobody_in() -> None:
    assert judge(SELLER.sell(), trust=Trust()).reason is Word.UNKNOWN_ISSUER


def test_no_flipped_bit_comes_in() -> None:
    text = SELLER.sell()
    data = base45.b45decode(text[len(tickets.PREFIX) :])
    assert len(data) * 8 == 912
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        verdict = judge(tickets.PREFIX + base45.b45encode(bytes(flipped)).decode())
        assert not verdict.admitted and verdict.facts is None, bit


def test_no_cut_and_no_longer_code_comes_in() -> None:
    text = SELLER.sell()
    data = base45.b45decode(text[len(tickets.PREFIX) :])
    for end in range(len(text)):
        assert judge(text[:end]).reason in (Word.UNKNOWN, Word.UNKNOWN_ISSUER), end
    for size in range(len(data)):
        assert not judge(tickets.PREFIX + base45.b45encode(data[:size]).decode()).admitted, size
    for tail in (b"\0", b"\0\0", bytes(32), bytes(200)):
        assert not judge(tickets.PREFIX + base45.b45encode(data + tail).decode()).admitted
    for text_changed in (text.lower(), text + " ", " " + text, text + text, text.replace("T1:", "T2:")):
        assert judge(text_changed).reason is Word.UNKNOWN


@given(st.one_of(st.text(), st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:").map("T1:".__add__)))
def test_junk_is_refused_without_a_fuss(text: str) -> None:
    assert not judge(text).admitted


def test_random_bytes_of_a_tickets_length_are_refused() -> None:
    chance = random.Random(7)
    kid = tickets.read(SELLER.sell())[0].key_id
    for _ in range(300):
        data = bytearray(chance.randbytes(chance.choice((114, 114, 116, 130))))
        data[0:2], data[2:6], data[48:50] = b"\x01\x00", kid, b"\x00\x00"
        assert not judge(tickets.PREFIX + base45.b45encode(bytes(data)).decode()).admitted
