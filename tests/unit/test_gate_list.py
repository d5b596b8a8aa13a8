"""The list central sends a gate: certificates that lead to the root, revocations never forgotten, whole on disk."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain import ticket as tickets
from kiosk.domain.certificate import (
    LIFE_MAX_S,
    IssuerCertificate,
    TerminalCertificate,
    issue_issuer,
    issue_terminal,
    key_id,
)
from kiosk.domain.errors import CentralUnreachable, StoreFault
from kiosk.domain.gate.words import Word
from kiosk.services.gate import GAP_S
from tests.gate_world import DAY, Central, GateWorld, Seller, clock_of, id_of


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
        assert world.gate.scan(world.central.seller.sell()).reason is Word.UNKNOWN_ISSUER
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
    assert world.gate.scan(text).reason is Word.REVOKED
    world.restart()
    clock_of(world).forward(GAP_S + 1)
    assert world.gate.scan(text).reason is Word.REVOKED


def test_a_restored_central_does_not_unrevoke(world: GateWorld) -> None:
    one, two = world.central.seller.sell(), world.central.seller.sell(seat=2)
    world.gate.take_manifest(
        world.central.manifest(version=2, revocation_version=3, revoked_tickets=(id_of(one),)), '"2"'
    )
    world.gate.take_manifest(
        world.central.manifest(version=1, epoch=2, revocation_version=1, revoked_tickets=(id_of(two),)), '"3"'
    )
    assert world.gate.scan(one).reason is Word.REVOKED
    assert world.gate.scan(two).reason is Word.REVOKED


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
    assert world.gate.scan(stranger.seller.sell()).reason is Word.UNKNOWN_ISSUER
    assert world.gate.scan(world.central.seller.sell()).admitted
    with pytest.raises(CentralUnreachable, match="root key"):
        world.gate.take_manifest(stranger.manifest(version=9), '"9"')
    assert world.gate.etag() == '"2"'


def test_two_certificates_of_one_key_id_are_both_refused(world: GateWorld, caplog: pytest.LogCaptureFixture) -> None:
    """A pair that was searched for: 4 bytes of a hash meet once in some 80,000 certificates."""
    key, now = Ed25519PrivateKey.from_private_bytes(bytes(range(32))), 1_790_000_000
    public = key.public_key().public_bytes_raw()
    issuer = issue_issuer(
        IssuerCertificate(not_before=now - DAY, not_after=now + 300 * DAY, public_key=public), world.central.root
    )
    same = [
        issue_terminal(
            TerminalCertificate(
                tenant=7,
                terminal_id=3,
                incarnation=1,
                not_before=now,
                not_after=now + LIFE_MAX_S,
                public_key=public,
                seq_max=seq_max,
            ),
            key,
        )
        for seq_max in (35592, 144284)
    ]
    assert same[0] != same[1] and {key_id(each) for each in same} == {bytes.fromhex("f0db64b7")}
    ticket = world.central.seller.ticket(key_id=key_id(same[0]), issued=now + 60)
    text = tickets.sign(tickets.pack(ticket), key)
    issuers = (world.central.issuer_certificate.hex(), issuer.hex())
    ours = world.central.seller.certificate.hex()
    one, both = ((ours, same[1].hex()), (ours, *(each.hex() for each in same)))
    world.gate.take_manifest(world.central.manifest(version=2, certificates=one, issuer_certificates=issuers), '"2"')
    assert world.gate.scan(text).reason is not Word.UNKNOWN_ISSUER
    world.gate.take_manifest(world.central.manifest(version=3, certificates=both, issuer_certificates=issuers), '"3"')
    clock_of(world).forward(GAP_S + 1)
    assert world.gate.scan(text).reason is Word.UNKNOWN_ISSUER
    assert "f0db64b7" in caplog.text
    assert world.gate.scan(world.central.seller.sell(seat=2)).admitted, "the others are not touched"


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
    assert gate.etag() == "" and gate.scan(world.central.seller.sell()).reason is Word.UNKNOWN_ISSUER


def test_a_list_that_cannot_be_kept_is_not_taken(world: GateWorld) -> None:
    (world.folder / "gate.json.new").mkdir()
    with pytest.raises(StoreFault):
        world.gate.take_manifest(world.central.manifest(version=2), '"2"')
    assert world.gate.etag() == '"m1"'
    (world.folder / "gate.json.new").rmdir()
    world.gate.take_manifest(world.central.manifest(version=2), '"2"')
    assert world.gate.etag() == '"2"'
