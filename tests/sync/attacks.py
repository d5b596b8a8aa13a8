"""The seven threats of EN 50159 to a message, towards central and towards the terminal; each says what came of it."""

from __future__ import annotations

import random

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.certificate import IssuerCertificate, TerminalCertificate, issue_issuer, issue_terminal
from kiosk.domain.errors import CentralUnreachable
from sync import wire
from sync.client import CentralClient
from sync.seal import ISSUER, NONCE, SEAL, sealed_bytes
from sync.wire import EnrolReply, signed_bytes
from tests.sync.exchange import JSON, Exchange, outcome
from tests.sync.exchanges import Enrol
from tests.sync.middle import Reply, Request

DETECTED, HARMLESS = "detected", "harmless"
LATE_S = 600.0
FLIPS = 6  # bits changed, one at a time


# towards central


def repeated_request(ex: Exchange) -> str:
    """Twice at once, and once more when it is long over."""
    seen: list[Request] = []

    def rule(request: Request) -> Reply:
        seen.append(request)
        first, second = (ex.world.middle.forward(request) for _ in range(2))
        assert (first.status, second.status) in ((200, 200), (206, 206), (304, 304), (422, 422))
        return second

    ex.world.middle.attack(ex.path, rule)
    assert outcome(ex) == "done"
    ex.world.middle.leave()
    ex.prepare()
    outcome(ex)
    assert ex.world.middle.forward(seen[0]).status < 500
    return HARMLESS


def lost_request(ex: Exchange) -> str:
    ex.world.middle.attack(ex.path, lambda request: None)
    assert outcome(ex) == "no link"
    return DETECTED


def inserted_request(ex: Exchange) -> str:
    """Before the real one come others that nobody sent: without a signature, and with one of another message."""
    middle = ex.world.middle
    answers: list[int] = []

    def rule(request: Request) -> Reply:
        bare = {
            name: value for name, value in request.headers.items() if name not in ("X-Signature", "Content-Encoding")
        }
        other = {**request.headers, "If-None-Match": '"of another"'}
        made_up = [request.but(headers=bare), request.but(headers=other, body=request.body + b" ")]
        if isinstance(ex, Enrol):
            made_up = [request.but(body=request.body.replace(ex.code.encode(), b"AAAA-AAAA-AAAA"))]
        answers.extend(middle.forward(each).status for each in made_up)
        return middle.forward(request)

    middle.attack(ex.path, rule)
    assert outcome(ex) == "done"
    if ex.signed:
        assert set(answers) == {401}
        return DETECTED
    if isinstance(ex, Enrol):
        assert set(answers) == {403}
        return DETECTED
    return HARMLESS  # who asks whether central is there changes nothing


def overtaken_request(ex: Exchange) -> str:
    """A later one of the same kind overtakes it."""
    kept: list[Request] = []
    ex.world.middle.attack(ex.path, lambda request: kept.append(request))
    assert outcome(ex) == "no link"
    ex.world.middle.leave()
    ex.prepare()
    assert outcome(ex) == "done"
    assert all(ex.world.middle.forward(each).status < 500 for each in kept)
    return HARMLESS


def changed_request(ex: Exchange) -> str:
    """One bit at a time, in the body or in what stands for it."""
    chance, middle, got = random.Random(ex.path), ex.world.middle, set()

    def rule(request: Request) -> Reply | None:
        if request.body and chance.random() < 0.7:
            return middle.forward(request.but(body=flipped(request.body, chance)))
        name = chance.choice([each for each in ("X-Signature", "X-Terminal", NONCE) if each in request.headers])
        value = request.headers[name]
        at = chance.randrange(len(value))
        changed = value[:at] + chance.choice("0123456789".replace(value[at], "")) + value[at + 1 :]
        return middle.forward(request.but(headers={**request.headers, name: changed}))

    middle.attack(ex.path, rule)
    for _ in range(FLIPS):
        if isinstance(ex, Enrol):
            ex.world.clock.forward(LATE_S + 1)
        got.add(outcome(ex))
    assert "done" not in got or not ex.signed
    return DETECTED


def late_request(ex: Exchange) -> str:
    """It arrives when the terminal has long asked again."""
    kept: list[Request] = []
    ex.world.middle.attack(ex.path, lambda request: kept.append(request))
    assert outcome(ex) == "no link"
    ex.world.middle.leave()
    ex.world.clock.forward(LATE_S)
    assert outcome(ex) == "done"
    assert all(ex.world.middle.forward(each).status < 500 for each in kept)
    return HARMLESS


def request_of_another(ex: Exchange) -> str:
    """Somebody else's name over it, then somebody else's key under it."""
    middle, key = ex.world.middle, Ed25519PrivateKey.generate()
    answers: list[int] = []

    def rule(request: Request) -> Reply:
        if isinstance(ex, Enrol):  # somebody who read the code on the line enrols a machine of his own
            mine = key.public_key().public_bytes_raw().hex().encode()
            theirs = ex.key.public_key().public_bytes_raw().hex().encode()
            answers.append(middle.forward(request.but(body=request.body.replace(theirs, mine))).status)
            return middle.forward(request)
        said = request.body or request.headers.get("If-None-Match", "").encode()
        forged = key.sign(signed_bytes(request.method, request.path, said)).hex()
        for headers in ({"X-Terminal": "1.1"}, {"X-Terminal": "2.1"}, {"X-Signature": forged}):
            if any(request.headers.get(name) != value for name, value in headers.items()):
                reply = middle.forward(request.but(headers={**request.headers, **headers}))
                answers.append(reply.status)
        return reply

    middle.attack(ex.path, rule)
    got = outcome(ex)
    if isinstance(ex, Enrol):
        assert (got, answers) == ("refused", [200])  # the code is used up, and that is said
    elif ex.signed:
        assert got in ("refused", "no link") and set(answers) == {401}
    else:
        assert set(answers) == {200}
        return HARMLESS
    return DETECTED


# towards the terminal


def answer_again(ex: Exchange) -> str:
    """The answer to the request before is given to this one."""
    middle, said = ex.world.middle, []

    def record(request: Request) -> Reply:
        said.append(middle.forward(request))
        return said[-1]

    middle.attack(ex.path, record)
    assert outcome(ex) == "done"
    if not isinstance(ex, Enrol):
        ex.prepare()
    middle.attack(ex.path, lambda request: said[0])
    return judged(ex)


def lost_answer(ex: Exchange) -> str:
    """Central has done it, and the terminal does not hear of it."""
    middle = ex.world.middle
    done: list[Reply] = []
    middle.attack(ex.path, lambda request: done.append(middle.forward(request)))
    assert outcome(ex) == "no link" and done
    return DETECTED


def made_up_answer(ex: Exchange) -> str:
    status = 409 if ex.reply is wire.Problem else 206 if not ex.sealed and ex.path.startswith("/v1/cat") else 200
    headers = {**JSON, "ETag": '"x"', "Content-Range": "bytes 0-99/100", "Retry-After": "86400000"}
    ex.world.middle.attack(ex.path, lambda request: Reply(status, headers, ex.invented()))
    got = outcome(ex)
    assert got == "no link"
    return DETECTED


def answer_of_the_one_before(ex: Exchange) -> str:
    """Two are under way, and the first answer comes to the second request."""
    middle, said = ex.world.middle, []

    def keep(request: Request) -> None:
        said.append(middle.forward(request))

    middle.attack(ex.path, keep)
    assert outcome(ex) == "no link"
    if not isinstance(ex, Enrol):
        ex.prepare()

    def swapped(request: Request) -> Reply:
        said.append(middle.forward(request))
        return said[0]

    middle.attack(ex.path, swapped)
    return judged(ex)


def changed_answer(ex: Exchange) -> str:
    """One bit at a time, in the body or in a header that counts."""
    chance, middle, got = random.Random(ex.path), ex.world.middle, set()

    def rule(request: Request) -> Reply:
        reply = middle.forward(request)
        names = [each for each in reply.headers if each.lower() in ("etag", SEAL.lower(), ISSUER.lower())]
        if reply.body and (not ex.sealed or not names or chance.random() < 0.6):
            return reply.but(body=flipped(reply.body, chance))
        name = chance.choice(names)
        value = reply.headers[name]
        at = chance.randrange(len(value))
        changed = value[:at] + chance.choice("0123456789".replace(value[at], "")) + value[at + 1 :]
        return reply.but(headers={**reply.headers, name: changed})

    middle.attack(ex.path, rule)
    for _ in range(FLIPS):
        got.add(outcome(ex))
    assert got == {"no link"}
    return DETECTED


def late_answer(ex: Exchange) -> str:
    """It comes when the terminal has given up and asks the same again."""
    middle, said = ex.world.middle, []

    def keep(request: Request) -> None:
        said.append(middle.forward(request))

    middle.attack(ex.path, keep)
    assert outcome(ex) == "no link"
    ex.world.clock.forward(LATE_S)
    middle.attack(ex.path, lambda request: said[0])
    return judged(ex)


def answer_of_another_central(ex: Exchange) -> str:
    """Somebody with keys of his own seals what he says the way central would."""
    middle, clock = ex.world.middle, ex.world.clock
    root, issuing = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    life = {"not_before": int(clock.now()) - 3600, "not_after": int(clock.now()) + 86_400}
    public = issuing.public_key().public_bytes_raw()
    issuer = issue_issuer(IssuerCertificate(**life, public_key=public), root).hex()

    def rule(request: Request) -> Reply:
        reply = middle.forward(request)
        body = reply.body
        if isinstance(ex, Enrol):
            body = false_enrolment(ex, msgspec.json.decode(body, type=EnrolReply), root, issuing, issuer, life)
        covered = sealed_bytes(
            request.headers.get(NONCE, ""), request.headers.get("X-Signature", ""), reply.status,
            reply.headers.get("etag", ""), reply.headers.get("retry-after", ""), body,
        )  # fmt: skip
        return reply.but(headers={**JSON, SEAL: issuing.sign(covered).hex(), ISSUER: issuer}, body=body)

    middle.attack(ex.path, rule)
    got = outcome(ex)
    if not isinstance(ex, Enrol):
        assert got == "no link"
        return DETECTED
    # Who does not know central yet believes the first; the first word with the real one shows it.
    assert got == "done" and ex.told is not None
    with pytest.raises(CentralUnreachable, match="without central's signature"):
        CentralClient(ex.world.url, reply=ex.told, sign=ex.key.sign).gate()
    ex.prepare()
    return DETECTED


def false_enrolment(
    ex: Enrol, told: EnrolReply, root: Ed25519PrivateKey, issuing: Ed25519PrivateKey, issuer: str, life: dict[str, int]
) -> bytes:
    certificate = TerminalCertificate(
        **life, tenant=told.tenant, terminal_id=told.terminal_id, incarnation=told.incarnation,
        public_key=ex.key.public_key().public_bytes_raw(),
    )  # fmt: skip
    changed = {"certificate": issue_terminal(certificate, issuing).hex(), "issuer_certificate": issuer}
    root_key = root.public_key().public_bytes_raw().hex()
    return msgspec.json.encode(msgspec.structs.replace(told, root_key=root_key, **changed))


def judged(ex: Exchange) -> str:
    """An answer that is old or of another request: no link, or it is known by its content and right all the same."""
    got = outcome(ex)
    assert got == "no link" or (got == "done" and not ex.sealed)
    return DETECTED if got == "no link" else HARMLESS


def flipped(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :]
