"""P0: a one-time code and a key become an identity; every wrong code gets its own words, and guessing is slowed."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import text

from central.certificates import renew
from central.context import Context
from central.enrolment import TRIES_MAX, TRIES_WINDOW_S, EnrolmentImpossible, enrol, make_code, revoke
from central.inventory.grants import give
from central.keys import Keys, KeysUnusable
from central.refusal import Refusal
from kiosk.domain.allotment import Gid
from kiosk.domain.certificate import LIFE_MAX_S, read_issuer, read_terminal
from kiosk.domain.codes import enrolment_code
from sync.wire import AllotmentRequest, CertificateRequest, EnrolReply, EnrolRequest
from tests.central.world import Terminal, open_railway
from tests.conftest import SettableClock

DAY_S = 86_400


def public_key() -> str:
    return Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()


def refusal_of(context: Context, code: str, key: str | None = None, address: str = "10.0.0.1") -> Refusal:
    with pytest.raises(Refusal) as refusal:
        enrol(context, EnrolRequest(code, key or public_key()), address)
    return refusal.value


def certificate_of(reply: EnrolReply) -> object:
    root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(reply.root_key))
    issuer = read_issuer(bytes.fromhex(reply.issuer_certificate), root)
    return read_terminal(bytes.fromhex(reply.certificate), Ed25519PublicKey.from_public_bytes(issuer.public_key))


def test_a_code_becomes_an_identity_with_a_chain_of_trust(context: Context, clock: SettableClock) -> None:
    open_railway(context)
    code, place = make_code(context, "K14", "kiosk", "S2")
    key = public_key()
    reply = enrol(context, EnrolRequest(code.lower().replace("-", " "), key, "Test machine"), "10.0.0.1")
    assert (reply.name, reply.role, reply.stop_place_id, place) == ("K14", "kiosk", "s2", "Station 2")
    assert (reply.terminal_id, reply.incarnation, reply.epoch) == (1, 1, 1)
    certificate = certificate_of(reply)
    assert certificate.public_key.hex() == key
    assert (certificate.terminal_id, certificate.incarnation) == (1, 1)
    assert certificate.not_before < clock.now() < certificate.not_after <= clock.now() + LIFE_MAX_S


def test_every_wrong_code_has_its_own_words(context: Context, clock: SettableClock) -> None:
    code, _ = make_code(context, "K1", "kiosk")
    mistyped = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert refusal_of(context, mistyped).problem.code == "mistyped_code"
    assert refusal_of(context, enrolment_code(secrets.token_bytes(16))).problem.code == "unknown_code"
    assert refusal_of(context, code, key="ff").problem.code == "bad_key"
    clock.forward(2 * DAY_S)
    assert refusal_of(context, code).problem.code == "expired_code"
    code, _ = make_code(context, "K1", "kiosk")
    enrol(context, EnrolRequest(code, public_key()), "10.0.0.1")
    used = refusal_of(context, code)
    assert used.problem.code == "used_code" and "operator" in used.problem.message


def test_a_lost_answer_is_given_again_to_the_same_key_only(context: Context) -> None:
    code, _ = make_code(context, "K1", "kiosk")
    request = EnrolRequest(code, public_key())
    assert enrol(context, request, "10.0.0.1") == enrol(context, request, "10.0.0.1")
    newer, _ = make_code(context, "K1", "kiosk")
    enrol(context, EnrolRequest(newer, public_key()), "10.0.0.1")
    assert refusal_of(context, code, request.public_key).problem.code == "used_code"


def test_guessing_is_slowed_by_address_and_codes_are_not_stored(context: Context, clock: SettableClock) -> None:
    code, _ = make_code(context, "K1", "kiosk")
    for _ in range(TRIES_MAX):
        refusal_of(context, enrolment_code(secrets.token_bytes(16)))
    slowed = refusal_of(context, code)
    assert (slowed.status, slowed.problem.code, slowed.retry_after_s) == (429, "too_many_tries", TRIES_WINDOW_S)
    with context.engine.connect() as connection:
        stored = connection.execute(text("SELECT c::text FROM enrolment_code c")).scalars().all()
    assert stored and code not in stored[0] and code.replace("-", "") not in stored[0]
    assert enrol(context, EnrolRequest(code, public_key()), "10.0.0.2").name == "K1", "others are not slowed"
    clock.forward(TRIES_WINDOW_S + 1)
    assert refusal_of(context, code).problem.code == "used_code"


def test_enrolling_a_name_again_is_a_new_incarnation_and_ends_the_old_ones_selling(context: Context) -> None:
    open_railway(context)
    old = Terminal(context, "K1")
    new = Terminal(context, "K1")
    assert (old.id, new.id) == ((1, 1), (1, 2))
    with pytest.raises(Refusal) as refusal:
        give(context, *old.id, AllotmentRequest((), Gid(0, 0)))
    assert refusal.value.problem.code == "superseded"
    assert give(context, *new.id, AllotmentRequest((), Gid(0, 0))).grants == ()


def test_an_unused_code_stops_working_when_a_new_one_is_made(context: Context) -> None:
    first, _ = make_code(context, "K1", "kiosk")
    make_code(context, "K1", "kiosk")
    assert refusal_of(context, first).problem.code == "unknown_code"


def test_a_station_that_does_not_exist_is_named(context: Context) -> None:
    with pytest.raises(EnrolmentImpossible, match="import a feed first"):
        make_code(context, "K1", "kiosk", "Station 1")
    open_railway(context)
    with pytest.raises(EnrolmentImpossible, match="did you mean Station 0"):
        make_code(context, "K1", "kiosk", "tation")
    with pytest.raises(EnrolmentImpossible, match="needs a name"):
        make_code(context, " ", "kiosk")


def test_certificates_are_renewed_from_half_of_their_life(context: Context, clock: SettableClock) -> None:
    terminal = Terminal(context)
    request = CertificateRequest(terminal.key.public_key().public_bytes_raw().hex())
    assert renew(context, *terminal.id, request).certificate == terminal.reply.certificate
    clock.forward(8 * DAY_S)
    fresh = renew(context, *terminal.id, request)
    assert fresh.certificate != terminal.reply.certificate
    assert renew(context, *terminal.id, request) == fresh
    with pytest.raises(Refusal) as refusal:
        renew(context, *terminal.id, CertificateRequest(public_key()))
    assert refusal.value.problem.code == "other_key"


def test_revoking_names_who_and_refuses_strangers(context: Context) -> None:
    terminal = Terminal(context, "K1")
    assert f"{terminal.id[0]}.{terminal.id[1]}" in revoke(context, "K1")
    with pytest.raises(EnrolmentImpossible, match="'K2'"):
        revoke(context, "K2")


def test_keys_are_private_files_and_survive_a_restart(context: Context, tmp_path: Path, clock: SettableClock) -> None:
    folder = tmp_path / "keys"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    again = Keys(folder, clock.now())
    assert (again.root_public, again.issuer_certificate) == (context.keys.root_public, context.keys.issuer_certificate)
    later = Keys(folder, clock.now() + 320 * DAY_S)
    assert len(later.issuer_certificates) == 2 and later.issuer_certificates[0] == again.issuer_certificate
    assert later.issuer_key_id != again.issuer_key_id


def test_another_root_key_does_not_get_this_database(context: Context, tmp_path: Path, clock: SettableClock) -> None:
    with pytest.raises(KeysUnusable, match="another root key"):
        Keys(tmp_path / "other", clock.now()).bind(context.engine)


@pytest.mark.parametrize(("name", "content"), [("root.key", b"short"), ("epoch", b"soon"), ("issuing-0001.key", b"")])
def test_damaged_key_files_are_named(tmp_path: Path, clock: SettableClock, name: str, content: bytes) -> None:
    Keys(tmp_path, clock.now())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(KeysUnusable, match=name):
        Keys(tmp_path, clock.now())


def test_the_qr_content_is_what_terminals_expect(context: Context) -> None:
    from central.cli import qr_content

    code, _ = make_code(context, "K1", "kiosk")
    content = json.loads(qr_content("http://central:8700", code))
    assert content == {"handshake_version": 1, "url": "http://central:8700", "code": code}
