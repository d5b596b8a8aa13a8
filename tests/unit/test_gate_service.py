"""The gate around the decision: one record a person, on disk first, across restarts; a list that only gets newer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain import ticket as tickets
from kiosk.domain.admission import FirstUse, Reason
from kiosk.domain.certificate import IssuerCertificate, issue_issuer
from kiosk.domain.codes import human_code
from kiosk.domain.errors import CentralUnreachable, StoreFault
from kiosk.services.gate import GAP_S, UNPROVEN_AT_ONCE
from tests.conftest import SettableClock
from tests.gate_world import DAY, T1, Central, GateWorld, Seller, berlin
from tests.small_catalogue import small_catalogue


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GateWorld]:
    world = GateWorld(tmp_path, SettableClock(berlin("2026-10-23T07:30")))
    world.gate.take_manifest(world.central.manifest(), '"m1"')
    yield world
    world.close()


def clock_of(world: GateWorld) -> SettableClock:
    assert isinstance(world.clock, SettableClock)
    return world.clock


def id_of(text: str) -> str:
    return tickets.read(text)[0].ticket_id


def test_the_record_is_on_disk_before_the_verdict(world: GateWorld) -> None:
    text = world.central.seller.sell()
    assert world.gate.scan(text).admitted
    world.restart()
    assert world.records() == [("Admitted", id_of(text), "")]


def test_a_code_in_view_is_one_person(world: GateWorld) -> None:
    text = world.central.seller.sell()
    first = world.gate.scan(text)
    for _ in range(100):
        clock_of(world).forward(GAP_S - 0.1)
        assert world.gate.scan(text) is first
        assert world.gate.seen(text) is first
    assert len(world.records()) == 1


def test_after_a_gap_the_same_code_is_a_second_person(world: GateWorld) -> None:
    text, at = world.central.seller.sell(), int(world.clock.now())
    assert world.gate.scan(text).admitted
    clock_of(world).forward(GAP_S + 0.1)
    assert world.gate.seen(text) is None
    again = world.gate.scan(text)
    assert again.reason is Reason.ALREADY_USED and again.first_use == FirstUse("Gate 5", at)
    assert [kind for kind, _, _ in world.records()] == ["Admitted", "AdmissionRefused"]


def test_two_codes_on_one_paper_are_judged_each(world: GateWorld) -> None:
    one, two = world.central.seller.sell(), world.central.seller.sell(seat=2)
    for _ in range(5):
        assert world.gate.scan(one).admitted and world.gate.scan(two).admitted
        clock_of(world).forward(1)
    assert len(world.records()) == 2


def test_the_first_use_survives_a_restart(world: GateWorld) -> None:
    text = world.central.seller.sell()
    assert world.gate.scan(text).admitted
    world.restart()
    again = world.gate.scan(text)
    assert again.reason is Reason.ALREADY_USED and again.first_use is not None


def test_the_clock_of_the_wall_may_jump(world: GateWorld) -> None:
    text = world.central.seller.sell()
    assert world.gate.scan(text).admitted
    clock_of(world).time -= 200
    assert world.gate.scan(text).admitted, "still the same person: seconds are counted by the other clock"
    clock_of(world).mono += 60
    assert world.gate.scan(text).reason is Reason.ALREADY_USED


def test_a_refusal_is_recorded_with_its_reason(world: GateWorld) -> None:
    text = world.central.other.sell()
    assert world.gate.scan(text).reason is Reason.NOT_LEASED
    assert world.records() == [("AdmissionRefused", id_of(text), "not_leased")]


def test_junk_in_view_writes_one_record(world: GateWorld) -> None:
    for _ in range(50):
        assert world.gate.scan("https://example.org").reason is Reason.NOT_A_TICKET
        clock_of(world).forward(0.1)
    assert world.records() == [("AdmissionRefused", "", "not_a_ticket")]


def test_a_film_of_junk_cannot_fill_the_disk(world: GateWorld) -> None:
    for number in range(300):
        assert not world.gate.scan(f"T1:{number}").admitted
        clock_of(world).forward(0.1)
    assert UNPROVEN_AT_ONCE <= len(world.records()) <= UNPROVEN_AT_ONCE + 3
    text = world.central.seller.sell()
    assert world.gate.scan(text).admitted
    assert world.records()[-1] == ("Admitted", id_of(text), "")


def test_nobody_goes_in_when_it_cannot_be_recorded(world: GateWorld) -> None:
    text = world.central.seller.sell()
    world.store.close()
    with pytest.raises(StoreFault):
        world.gate.scan(text)
    assert world.gate.seen(text) is None
    world.restart()
    assert world.gate.scan(text).admitted
    assert world.records() == [("Admitted", id_of(text), "")]


def test_how_many_came_in_today(world: GateWorld) -> None:
    for seat in (1, 2, 3):
        assert world.gate.scan(world.central.seller.sell(seat=seat)).admitted
    assert world.gate.admitted_today() == 3
    world.restart()
    assert world.gate.admitted_today() == 3
    clock_of(world).forward(17 * 3600)
    assert world.gate.admitted_today() == 0


def test_a_typed_code_is_a_name_and_lets_nobody_in(world: GateWorld) -> None:
    code = human_code(id_of(world.central.seller.sell()))
    assert world.gate.type_code(code.lower().replace("-", " ")).reason is Reason.TYPED_CODE
    assert world.gate.type_code("2222-2223").reason is Reason.NOT_A_TICKET
    assert world.records() == []


def test_a_typed_code_finds_what_this_gate_knows(world: GateWorld) -> None:
    used, cancelled, unseen = (world.central.seller.sell(seat=seat) for seat in (1, 2, 3))
    at = int(world.clock.now())
    assert world.gate.scan(used).admitted
    revoked = {"revoked_tickets": (id_of(cancelled),), "revocation_version": 1}
    world.gate.take_manifest(world.central.manifest(version=2, **revoked), '"2"')
    world.restart()
    before = world.records()
    found = {text: world.gate.type_code(human_code(id_of(text))) for text in (used, cancelled, unseen)}
    assert found[used].reason is Reason.ALREADY_USED and found[used].first_use == FirstUse("Gate 5", at)
    assert found[used].ticket_id == id_of(used)
    assert found[cancelled].reason is Reason.REVOKED and found[cancelled].ticket_id == id_of(cancelled)
    assert found[unseen].reason is Reason.TYPED_CODE
    assert not any(verdict.admitted for verdict in found.values()) and world.records() == before


def test_a_new_catalogue_is_seen_at_once(world: GateWorld) -> None:
    text = world.central.seller.sell(journey_id=T1)
    whole = small_catalogue(2)
    without = small_catalogue(2, journeys=tuple(each for each in whole.journeys if each.id != T1))
    world.catalogue.replace(without, '"2"')
    assert world.gate.scan(text).reason is Reason.UNKNOWN_JOURNEY
    world.catalogue.replace(small_catalogue(3), '"3"')
    clock_of(world).forward(GAP_S + 1)
    assert world.gate.scan(text).admitted


# the list


def test_the_list_survives_a_restart(world: GateWorld) -> None:
    taken = int(world.clock.now())
    clock_of(world).forward(60)
    assert world.gate.checked_at() == taken
    world.gate.confirm()
    assert world.gate.checked_at() == taken + 60
    world.restart()
    assert world.gate.etag() == '"m1"' and world.gate.checked_at() == taken
    assert world.gate.scan(world.central.seller.sell()).admitted


def test_a_damaged_list_is_fetched_anew_and_nobody_goes_in_until_then(world: GateWorld) -> None:
    for damage in (b"", b"\xff\xfe", b'{"manifest": 1}', (world.folder / "gate.json").read_bytes()[:-5]):
        (world.folder / "gate.json").write_bytes(damage)
        world.restart()
        assert world.gate.etag() == "" and world.gate.checked_at() is None
        assert world.gate.scan(world.central.seller.sell()).reason is Reason.UNKNOWN_ISSUER
    world.gate.take_manifest(world.central.manifest(), '"m2"')
    assert world.gate.scan(world.central.seller.sell()).admitted


@pytest.mark.parametrize(
    "older",
    [{"version": 4}, {"epoch": 1, "version": 9}, {"revocation_version": 2, "version": 6}],
)
def test_an_older_list_is_refused_whole(world: GateWorld, older: dict[str, Any]) -> None:
    text = world.central.seller.sell()
    known = {"version": 5, "epoch": 2, "revocation_version": 3, "revoked_tickets": (id_of(text),)}
    world.gate.take_manifest(world.central.manifest(**known), '"new"')
    with pytest.raises(CentralUnreachable, match="old central"):
        world.gate.take_manifest(world.central.manifest(**{**known, "revoked_tickets": (), **older}), '"old"')
    assert world.gate.etag() == '"new"'
    assert world.gate.scan(text).reason is Reason.REVOKED
    world.restart()
    clock_of(world).forward(GAP_S + 1)
    assert world.gate.scan(text).reason is Reason.REVOKED


def test_a_restored_central_does_not_unrevoke(world: GateWorld) -> None:
    one, two = world.central.seller.sell(), world.central.seller.sell(seat=2)
    world.gate.take_manifest(
        world.central.manifest(version=2, revocation_version=3, revoked_tickets=(id_of(one),)), '"2"'
    )
    world.gate.take_manifest(
        world.central.manifest(version=1, epoch=2, revocation_version=1, revoked_tickets=(id_of(two),)), '"3"'
    )
    assert world.gate.scan(one).reason is Reason.REVOKED
    assert world.gate.scan(two).reason is Reason.REVOKED


def test_only_certificates_that_lead_to_the_root_are_believed(world: GateWorld) -> None:
    stranger = Central(world.central.now)
    forged = stranger.seller.certificate.hex()
    world.gate.take_manifest(
        world.central.manifest(
            version=2,
            certificates=(forged, "zz", "", world.central.seller.certificate.hex()),
            issuer_certificates=(stranger.issuer_certificate.hex(), world.central.issuer_certificate.hex()),
        ),
        '"2"',
    )
    assert world.gate.scan(stranger.seller.sell()).reason is Reason.UNKNOWN_ISSUER
    assert world.gate.scan(world.central.seller.sell()).admitted
    with pytest.raises(CentralUnreachable, match="root key"):
        world.gate.take_manifest(stranger.manifest(version=9), '"9"')
    assert world.gate.etag() == '"2"'


def test_an_issuer_signs_only_in_its_own_time(world: GateWorld) -> None:
    central, now = world.central, world.central.now
    ended = issue_issuer(
        IssuerCertificate(
            not_before=now - 60 * DAY,
            not_after=now - 30 * DAY,
            public_key=central.issuer.public_key().public_bytes_raw(),
        ),
        central.root,
    )
    with pytest.raises(CentralUnreachable, match="root key"):
        world.gate.take_manifest(central.manifest(version=2, issuer_certificates=(ended.hex(),)), '"2"')


def test_a_renewed_certificate_and_the_one_before_both_count(world: GateWorld) -> None:
    old, new = world.central.seller, Seller(world.central, 3, not_before=world.central.now - 100)
    sold_before, sold_after = old.sell(seat=1), new.sell(seat=2, seq=50)
    both = (old.certificate.hex(), new.certificate.hex())
    world.gate.take_manifest(world.central.manifest(version=2, certificates=both), '"2"')
    assert world.gate.scan(sold_before).admitted and world.gate.scan(sold_after).admitted


def test_a_list_of_another_root_is_not_used_after_a_new_enrolment(world: GateWorld) -> None:
    root = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    gate = world.make_gate(root_key=root)
    assert gate.etag() == "" and gate.scan(world.central.seller.sell()).reason is Reason.UNKNOWN_ISSUER


def test_a_list_that_cannot_be_kept_is_not_taken(world: GateWorld) -> None:
    (world.folder / "gate.json.new").mkdir()
    with pytest.raises(StoreFault):
        world.gate.take_manifest(world.central.manifest(version=2), '"2"')
    assert world.gate.etag() == '"m1"'
    (world.folder / "gate.json.new").rmdir()
    world.gate.take_manifest(world.central.manifest(version=2), '"2"')
    assert world.gate.etag() == '"2"'
