"""The one definition of every message between terminal and central, used by both sides.

Bodies are JSON (msgspec), UTF-8, gzip where large. Every terminal call after enrolment carries
    X-Terminal: <terminal_id>.<incarnation>
    X-Signature: hex Ed25519 by the terminal's key over b"KREQ1" + method + b" " + path + b"\\n" + body
                 (the body as sent, so after gzip, or If-None-Match where there is none; path without host and
                 prefix, "/v1/journal")
All calls are idempotent. Readers ignore fields they do not know. Base path /v1.

    POST /v1/enrol        EnrolRequest   -> EnrolReply      (code instead of signature; single use)
    GET  /v1/catalogue    If-None-Match  -> Catalogue JSON, ETag; 304
    GET  /v1/catalogue/pieces    If-None-Match -> CataloguePieces; 304
    GET  /v1/catalogue/<sha256>  Range   -> bytes of the packed catalogue, 206 (no seal: the hashes prove them)
    GET  /v1/catalogue/after/<etag>  -> CatalogueDelta  (kiosk.domain.catalogue_delta; etag without quotes)
    POST /v1/allotments   AllotmentRequest -> AllotmentReply
    POST /v1/holds        HoldRequest    -> AllotmentReply   (places for a party that waits, all or none)
    POST /v1/vouchers/look           VoucherAsk      -> VoucherValue
    POST /v1/vouchers/redeem         VoucherRedeem   -> VoucherMove
    POST /v1/vouchers/redeem/ask     VoucherRedeem   -> VoucherMove   (without code; closes a key nobody has heard of)
    POST /v1/vouchers/give_back      VoucherGiveBack -> VoucherMove
    POST /v1/vouchers/give_back/ask  VoucherGiveBack -> VoucherMove   (begins nothing)
    POST /v1/voids        VoidRequest    -> VoidReply        (a ticket of a sale that was sent comes back)
    POST /v1/journal      JournalBatch   -> JournalAck
    GET  /v1/gate         If-None-Match  -> GateManifest     (certificates, revocations, lease map)
    GET  /v1/changes/<held>[/<from>]  -> Changes  (cursors; held: what is durable here; from: where this page begins)
    POST /v1/certificate  CertificateRequest -> CertificateReply   (renewal)
    /v1/payments...       scan-to-pay (sync.wire_payments)
    GET  /v1/health       -> Health      (no signature)
"""

from __future__ import annotations

import msgspec

from kiosk.domain.allotment import Block, Gid, SignedGrant
from sync.wire_payments import PaymentAsk as PaymentAsk
from sync.wire_payments import PaymentBegin as PaymentBegin
from sync.wire_payments import PaymentOffers as PaymentOffers
from sync.wire_payments import PaymentRefund as PaymentRefund
from sync.wire_payments import PaymentState as PaymentState
from sync.wire_payments import PaymentWay as PaymentWay
from sync.wire_vouchers import VoucherAsk as VoucherAsk
from sync.wire_vouchers import VoucherGiveBack as VoucherGiveBack
from sync.wire_vouchers import VoucherMove as VoucherMove
from sync.wire_vouchers import VoucherRedeem as VoucherRedeem
from sync.wire_vouchers import VoucherValue as VoucherValue


class EnrolRequest(msgspec.Struct, frozen=True):
    code: str  # one-time, for humans: XXXX-XXXX-XXXX
    public_key: str  # hex, Ed25519; the key pair is made on the terminal
    machine: str = ""  # what the hardware says of itself


class EnrolReply(msgspec.Struct, frozen=True):
    terminal_id: int  # 1..65535
    incarnation: int  # 1..255
    epoch: int
    role: str  # kiosk, counter, gate
    name: str  # "K14"
    stop_place_id: str  # where it stands; "" = anywhere
    certificate: str  # hex, see kiosk.domain.certificate
    issuer_certificate: str  # hex, signed by the root
    root_key: str  # hex public key
    tenant: int


class CertificateRequest(msgspec.Struct, frozen=True):
    public_key: str


class CertificateReply(msgspec.Struct, frozen=True):
    certificate: str
    issuer_certificate: str


class Want(msgspec.Struct, frozen=True, array_like=True):
    """How many places of a class the terminal would like to hold free for a journey."""

    journey_id: int
    place_class: str
    from_call: int
    to_call: int
    free_in_hand: int
    target: int


class AllotmentRequest(msgspec.Struct, frozen=True):
    wants: tuple[Want, ...]
    last_gid: Gid  # the last grant durable in the terminal's journal
    head: int = 0  # the journal's last seq; fewer than central has of it is a copied or restored disk; 0 = not told


class HoldRequest(msgspec.Struct, frozen=True):
    """Places of the pool for a party that stands before the terminal, all or none; they come as one small grant.
    `last_gid`, `head`: as in AllotmentRequest. What the answer brings from before counts towards `count`.
    """

    journey_id: int
    place_class: str
    from_call: int
    to_call: int
    count: int
    last_gid: Gid
    head: int = 0
    places: tuple[int, ...] = ()  # exactly these (indices of the layout); () = any of the class, together


class Recall(msgspec.Struct, frozen=True, array_like=True):
    """A hint (P7): at most `keep` places of the class stay free in hand on [from_call, to_call), the rest is released.
    Absolute, so that it may come twice, late or not at all. With `places` it is about these alone.
    """

    journey_id: int
    place_class: str
    from_call: int
    to_call: int
    keep: int
    places: str = ""  # hex of the integer whose bit i is place index i; "" = all of the class


class AllotmentReply(msgspec.Struct, frozen=True):
    grants: tuple[SignedGrant, ...]  # every grant after last_gid, oldest first: lost replies heal themselves
    epoch: int
    recalls: tuple[Recall, ...] = ()


class VoidRequest(msgspec.Struct, frozen=True):
    """A holder gives a ticket of this terminal back (P12); asked again, it is the same void."""

    seq: int  # of its TicketIssued
    refund_id: str  # the terminal's key for giving the money back
    reason: str = ""


class VoidReply(msgspec.Struct, frozen=True):
    """The ticket is void, and the asking terminal pays `amount_minor` back, under this key and no other."""

    refund_id: str
    amount_minor: int
    currency: str


class Record(msgspec.Struct, frozen=True):
    """One journal record exactly as stored; `hash` as `sync.chain.record_hash` makes it.

    In a batch the hashes between the first record's `previous_hash` and the last one's `hash` may be left out: they
    follow from the rest (`sync.chain.lean`) and are two fifths of what goes over the line.
    """

    seq: int
    event_id: str
    kind: str
    version: int
    body: str  # JSON text of the event
    recorded_at_ms: int
    previous_hash: str = ""  # hex
    hash: str = ""  # hex


class JournalBatch(msgspec.Struct, frozen=True):
    terminal_id: int
    incarnation: int
    records: tuple[Record, ...]  # contiguous
    head: int = 0  # the highest seq this terminal ever acted on: what it wrote before it let anything go (P12)


class JournalAck(msgspec.Struct, frozen=True):
    """accepted_seq: stored raw. stable_seq: also in a backup; the terminal may purge only up to it."""

    terminal_id: int
    incarnation: int
    accepted_seq: int
    stable_seq: int
    head_hash: str
    epoch: int
    forked: bool = False  # same seq, other hash: the terminal must stop selling
    signature: str = ""  # hex, central's key over the JSON of this message with signature ""


class LeaseRow(msgspec.Struct, frozen=True, array_like=True):
    """Which terminal may have sold which places of a journey."""

    journey_id: int
    terminal_id: int
    incarnation: int
    blocks: tuple[Block, ...]


class BookedRow(msgspec.Struct, frozen=True, array_like=True):
    """A ticket as gates know it by its id: of which sale, where to, what for, and for whom."""

    sale_id: str
    journey_id: int
    place: int | None  # index of the layout; None = unreserved
    from_call: int
    to_call: int
    place_class: str  # "" = unreserved
    product_id: str
    category_id: str
    persons: int
    holder: str = ""  # "" = not named
    covered: bool = True  # its place was leased to the terminal that sold it


class GateManifest(msgspec.Struct, frozen=True):
    version: int
    epoch: int
    certificates: tuple[str, ...]  # hex, of every terminal whose tickets may still be valid
    issuer_certificates: tuple[str, ...]
    revoked_tickets: tuple[str, ...]  # 16 hex digits
    revocation_version: int
    revoked_incarnations: tuple[tuple[int, int, int], ...]  # (terminal_id, incarnation, from unix s)
    leases: tuple[LeaseRow, ...]


class CataloguePieces(msgspec.Struct, frozen=True):
    """The newest catalogue as it can be fetched piece by piece: the gzip of its JSON, under the hash of those bytes."""

    version: int
    etag: str
    sha256: str  # hex, of the whole packed body; its name in the path
    size_bytes: int
    piece_bytes: int  # every piece but the last
    pieces: tuple[str, ...]  # hex SHA-256 of each


class Change(msgspec.Struct, frozen=True, array_like=True):
    """What became of one thing. Topics and their keys, with the body of what is there:

    certificate          key id          hex, of a terminal whose tickets may still be valid
    issuer               key id          hex
    revoked_ticket       16 hex digits   ""
    revoked_incarnation  terminal.inc    unix s from when nothing issued counts
    lease                journey.terminal.inc   JSON of the blocks it may have sold
    revocations          ""              version of the revocation list that is complete with this change
    catalogue            ""              JSON {"version", "etag"} of the newest
    booked               16 hex digits   JSON of a BookedRow; gone when voided. These four are for gates only
    guest                its code        JSON of kiosk.domain.gate.world.Ticket: tickets of others, guest lists
    medium               its code        JSON of kiosk.domain.gate.world.Medium
    plan                 ""              JSON of kiosk.domain.gate.world.World: what the operator plans for all gates

    A topic that a reader does not know is passed by.
    """

    topic: str
    key: str
    body: str | None  # None = gone
    until: int = 0  # unix s from when nobody misses it, 0 = always; of what is gone too


class Changes(msgspec.Struct, frozen=True):
    """What changed after a cursor, oldest first; each key once, as it is now."""

    cursor: str  # <epoch>.<feed_seq>, of the state these changes lead to
    more: bool  # ask again from the cursor; apply all pages together or none
    changes: tuple[Change, ...]
    begin: str = ""  # cursor of the state they lead from
    chain_before: str = ""  # hex, over everything that led to `begin`; "" = not known (any more)
    chain: str = ""  # hex, over everything that led to `cursor`; "" where more follows
    signed_at: int = 0  # unix s
    signature: str = ""  # hex, central's key over KLIST1 and the JSON of this message with signature "" (sync.pages)


class Problem(msgspec.Struct, frozen=True):
    """Every answer that is not 2xx or 304."""

    code: str  # unknown_code, bad_signature, gap, too_large, unknown_terminal ...
    message: str  # for a person, with the way out
    expected_seq: int | None = None  # with code "gap": the seq central waits for


class Health(msgspec.Struct, frozen=True):
    status: str
    epoch: int
    catalogue_version: int


def signed_bytes(method: str, path: str, body: bytes) -> bytes:
    """What the signature of a request covers."""
    return b"KREQ1%s %s\n%s" % (method.encode(), path.encode(), body)
