"""The terminal's side of the wire: one method a call, every fault as CentralUnreachable or CentralRefused.

An answer counts only when it is central's: under its signature for this very request (sync.seal), JSON by content
type, of the expected shape; an acknowledgement of journal records carries a signature of its own, to be kept. A captive
portal's page is "no link". Nothing is retried here; the engine decides when to try again.
"""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Callable
from typing import TypeVar

import msgspec
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.certificate import BadCertificate, read_issuer, read_terminal
from kiosk.domain.errors import CentralRefused, CentralUnreachable
from sync.downloads import BASE, Downloads
from sync.fetch import Answer, fetch
from sync.payments import Payments
from sync.proof import Proof, signature_fits, signed_by
from sync.seal import ISSUER, NONCE, SEAL, sealed_bytes
from sync.vouchers import Vouchers
from sync.wire import (
    AllotmentReply,
    AllotmentRequest,
    CertificateReply,
    CertificateRequest,
    EnrolReply,
    EnrolRequest,
    GateManifest,
    Health,
    HoldRequest,
    JournalAck,
    JournalBatch,
    Problem,
    VoidReply,
    VoidRequest,
    signed_bytes,
)

T = TypeVar("T")

COMPRESS_FROM_BYTES = 1024
RETRY_AFTER_MAX_S = 3600.0  # whoever said it


class CentralClient(Downloads, Payments, Vouchers):
    """Calls to central for one terminal; without `reply` and `sign` only enrol() and health() are possible.

    Not thread-safe (one HTTP session); give each thread its own.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float = 10.0,
        reply: EnrolReply | None = None,
        sign: Callable[[bytes], bytes] | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._reply = reply
        self._sign = sign
        self._session = session or requests.Session()
        self._centrals: list[tuple[str, Ed25519PublicKey]] = []  # issuing certificates in hex, and their keys
        if reply is not None:
            self._centrals.append((reply.issuer_certificate, _issuer_key(reply.issuer_certificate, reply.root_key)))
        self.proof = ""  # the last acknowledgement as central signed it, see sync.proof

    def close(self) -> None:
        self._session.close()

    def enrol(self, request: EnrolRequest) -> EnrolReply:
        """Exchange a one-time code; the same code with the same key may be sent again when the answer got lost.

        The terminal knows no central yet: the answer must fit itself, its seal and its certificate.
        """
        answer, sent = self._exchange("POST", "/enrol", msgspec.json.encode(request), {})
        if answer.status != 200:
            raise self._fault(answer, genuine=True)
        reply = self._decode(self._body(answer), EnrolReply)
        try:
            certificate = read_terminal(
                bytes.fromhex(reply.certificate), _issuer_key(reply.issuer_certificate, reply.root_key)
            )
        except (BadCertificate, ValueError) as error:
            raise CentralUnreachable(f"the answer of {self._url} is not central's: {error}") from None
        if certificate.public_key.hex() != request.public_key.lower():
            raise CentralUnreachable(f"{self._url} answered with the certificate of another key")
        if not self._sealed(answer, sent, reply.root_key):
            raise CentralUnreachable(f"the answer of {self._url} was changed on the way")
        return reply

    def catalogue(self, etag: str = "") -> tuple[Catalogue, str] | None:
        """The catalogue and its etag; None = unchanged since `etag`."""
        return self._cached("/catalogue", Catalogue, etag)

    def gate(self, etag: str = "") -> tuple[GateManifest, str] | None:
        """What a gate needs and its etag; None = unchanged since `etag`."""
        return self._cached("/gate", GateManifest, etag)

    def allotments(self, request: AllotmentRequest) -> AllotmentReply:
        """Ask for places; brings every grant after `last_gid`."""
        return self._json("POST", "/allotments", AllotmentReply, request)

    def holds(self, request: HoldRequest) -> AllotmentReply:
        """Places for a party that waits, all or none; CentralRefused "no_places" when they are not free."""
        return self._json("POST", "/holds", AllotmentReply, request)

    def voids(self, request: VoidRequest) -> VoidReply:
        """Void a ticket that was sent; CentralRefused: it is as it was, or its money goes back elsewhere ("voided")."""
        return self._json("POST", "/voids", VoidReply, request)

    def journal(self, batch: JournalBatch) -> JournalAck:
        """Upload records. CentralRefused with code "gap" carries `expected_seq`."""
        raw = self._body(self._call("POST", "/journal", msgspec.json.encode(batch)))
        ack = self._decode(raw, JournalAck)
        issuer = next((text for text, key in self._centrals if signed_by(key, raw, ack.signature)), None)
        if issuer is None:
            raise CentralUnreachable(f"the acknowledgement of {self._url} does not carry central's signature")
        if (ack.terminal_id, ack.incarnation) != (batch.terminal_id, batch.incarnation):
            raise CentralUnreachable(f"{self._url} acknowledged another terminal's records")
        self.proof = msgspec.json.encode(Proof(raw.decode(), issuer)).decode()
        return ack

    def certificate(self, request: CertificateRequest) -> CertificateReply:
        """A fresh certificate for this incarnation."""
        reply = self._json("POST", "/certificate", CertificateReply, request)
        if self._reply is not None:
            key = _issuer_key(reply.issuer_certificate, self._reply.root_key)
            try:
                read_terminal(bytes.fromhex(reply.certificate), key)
            except (BadCertificate, ValueError) as error:
                raise CentralUnreachable(f"{self._url} sent a bad certificate: {error}") from None
            self._centrals.append((reply.issuer_certificate, key))
        return reply

    def health(self) -> Health:
        """Is central there?"""
        return self._json("GET", "/health", Health)

    def _call(self, method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        answer, sent = self._exchange(method, path, body, headers or {})
        genuine = self._reply is None or self._sealed(answer, sent, self._reply.root_key)
        if genuine and (answer.status == 304 or 200 <= answer.status < 300):
            return answer
        raise self._fault(answer, genuine=genuine)

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[Answer, dict[str, str]]:
        """The answer, whoever it is from, and the headers of the request."""
        sent = {"Accept": "application/json", "Accept-Encoding": "gzip", NONCE: secrets.token_hex(16), **headers}
        if body:
            sent["Content-Type"] = "application/json"
            if len(body) >= COMPRESS_FROM_BYTES:
                body = gzip.compress(body, 6, mtime=0)
                sent["Content-Encoding"] = "gzip"
        sent |= self._signed(method, path, body or sent.get("If-None-Match", "").encode())
        return fetch(self._session, method, self._url + BASE + path, body, sent, self._timeout_s), sent

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        if self._reply is None or self._sign is None:
            return {}
        signature = self._sign(signed_bytes(method, BASE + path, body)).hex()
        return {"X-Terminal": f"{self._reply.terminal_id}.{self._reply.incarnation}", "X-Signature": signature}

    def _sealed(self, answer: Answer, sent: dict[str, str], root_key: str) -> bool:
        """Does central itself say this, now, to this request?"""
        issuer = answer.headers.get(ISSUER, "")
        key = next((key for known, key in self._centrals if known == issuer), None)
        if key is None:
            try:
                key = _issuer_key(issuer, root_key)
            except CentralUnreachable:
                return False
            self._centrals.append((issuer, key))
        etag, retry_after = answer.headers.get("ETag", ""), answer.headers.get("Retry-After", "")
        covered = sealed_bytes(sent[NONCE], sent.get("X-Signature", ""), answer.status, etag, retry_after, answer.body)
        return signature_fits(key, answer.headers.get(SEAL, ""), covered)

    def _fault(self, answer: Answer, *, genuine: bool) -> CentralUnreachable | CentralRefused:
        """A Problem under central's signature is its no; anything else comes from someone in between."""
        status, retry_after_s = answer.status, _retry_after_s(answer)
        try:
            problem = self._decode(self._body(answer), Problem)
        except CentralUnreachable:
            problem = None
        if status == 413 and not genuine:  # a gateway that takes small bodies only: believed, for it costs nothing
            return CentralRefused("too_large", f"{self._url} says the upload is too large", status=status)
        if problem is None or not genuine or not 400 <= status < 500:
            words = f"answered {status}" + (f": {problem.message}" if problem else ", which is not central's answer")
            words += "" if genuine else " (without central's signature)"
            return CentralUnreachable(f"{self._url} {words}", retry_after_s=retry_after_s)
        return CentralRefused(
            problem.code,
            problem.message,
            status=status,
            expected_seq=problem.expected_seq,
            retry_after_s=retry_after_s,
        )

    def _body(self, answer: Answer) -> bytes:
        """The plain body, if it says it is JSON."""
        kind = answer.headers.get("Content-Type", "")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise CentralUnreachable(
                f"{self._url} answered with {kind or 'no content type'} instead of JSON: "
                "the network may want a sign-in, or the address is not central's"
            )
        return answer.plain(self._url)

    def _decode(self, raw: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(raw, type=kind)
        except ValueError as error:  # msgspec.DecodeError is one; bytes that are no UTF-8 are another
            raise CentralUnreachable(f"the answer of {self._url} is not central's: {error}") from None


def _issuer_key(certificate: str, root_key: str) -> Ed25519PublicKey:
    try:
        root = Ed25519PublicKey.from_public_bytes(bytes.fromhex(root_key))
        return Ed25519PublicKey.from_public_bytes(read_issuer(bytes.fromhex(certificate), root).public_key)
    except (BadCertificate, ValueError) as error:
        raise CentralUnreachable(f"central's issuing certificate cannot be trusted: {error}") from None


def _retry_after_s(answer: Answer) -> float | None:
    value = answer.headers.get("Retry-After", "")
    return min(float(value), RETRY_AFTER_MAX_S) if value.isascii() and value.isdigit() else None
