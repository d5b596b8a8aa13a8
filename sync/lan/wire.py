"""What gates say to each other, and the only way to read it: bounded, strict, and closed to whatever does not fit.

A message is one byte for its kind and msgpack (arrays, in the order of the fields). Messages of a kind that is not
known are passed by, new fields stand at the end; anything else that does not fit ends the session. The session around
them (`sync.lan.session`) proves who speaks and that nothing was lost, repeated, moved or changed.
"""

from __future__ import annotations

import struct

import msgspec

from kiosk.domain.errors import KioskError

PORT = 8721
GROUP = "239.255.87.21"
FRAME_MAX = 64 * 1024
BODY_MAX = 2048  # of one fact
FACTS_MAX = 64  # of one message
HEADS_MAX = 512
PART_BYTES = 48 * 1024  # of a list that is passed on
NAME_MAX = 64
_FACT = struct.Struct(">HBQQ")


class BadMessage(KioskError):
    """What a peer sent does not fit; the session ends."""


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """A fact of one gate, as it stands in that gate's journal, under that gate's signature."""

    terminal_id: int
    incarnation: int
    seq: int
    previous: int  # the author's fact before it; 0 = none: so a gap is seen
    body: str
    signature: bytes


class Head(msgspec.Struct, frozen=True, array_like=True):
    """How far the sender knows one gate."""

    terminal_id: int
    incarnation: int
    seq: int
    age_ms: int  # how long ago this was all there was


class Have(msgspec.Struct, frozen=True, array_like=True):
    """What the sender has, told every second and whenever it misses something."""

    name: str  # of the gate, for people
    heads: tuple[Head, ...]
    list_cursor: str = ""  # of central's list, <epoch>.<feed_seq>
    list_chain: str = ""  # hash of everything that led to it
    list_age_ms: int = -1  # since central said it was the newest; -1 = never


class Tell(msgspec.Struct, frozen=True, array_like=True):
    """Facts, each author's in order. `more`: there are others; say what you have now."""

    facts: tuple[Fact, ...]
    more: bool = False


class Ask(msgspec.Struct, frozen=True, array_like=True):
    """To the home gate: may this ticket come in here?"""

    number: int
    ticket_id: str
    journey_id: int
    place: int
    from_call: int
    to_call: int


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """Of the home gate. Given: it is used now, for the one who asked. Not given: used by whom."""

    number: int
    given: bool
    gate: str = ""
    at: int = 0


class WantList(msgspec.Struct, frozen=True, array_like=True):
    """The sender holds central's list as of this cursor and would like what came after."""

    cursor: str


class ListPart(msgspec.Struct, frozen=True, array_like=True):
    """A piece of signed pages, packed; `part` counts from 0 to `parts` - 1."""

    part: int
    parts: int
    data: bytes


Message = Have | Tell | Ask | Answer | WantList | ListPart
KINDS: dict[int, type[Message]] = {1: Have, 2: Tell, 3: Ask, 4: Answer, 5: WantList, 6: ListPart}
_NUMBERS = {kind: number for number, kind in KINDS.items()}
_encoder = msgspec.msgpack.Encoder()
_decoders = {number: msgspec.msgpack.Decoder(kind) for number, kind in KINDS.items()}


def encode(message: Message) -> bytes:
    return bytes((_NUMBERS[type(message)],)) + _encoder.encode(message)


def decode(data: bytes) -> Message | None:
    """The message; None for a kind that a newer gate has. BadMessage for everything else."""
    if not 1 <= len(data) <= FRAME_MAX:
        raise BadMessage(f"a message has 1 to {FRAME_MAX} bytes, this has {len(data)}")
    decoder = _decoders.get(data[0])
    if decoder is None:
        return None
    try:
        message = decoder.decode(data[1:])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessage(f"a {KINDS[data[0]].__name__} that cannot be read: {error}") from None
    _check(message)
    return message


def _check(message: Message) -> None:
    if isinstance(message, Tell):
        if len(message.facts) > FACTS_MAX:
            raise BadMessage(f"{len(message.facts)} facts in one message, {FACTS_MAX} are the most")
        for fact in message.facts:
            check_fact(fact)
    elif isinstance(message, Have):
        if len(message.heads) > HEADS_MAX or len(message.name) > NAME_MAX:
            raise BadMessage("more gates, or a longer name, than there can be")
        if any(_not_an_author(h.terminal_id, h.incarnation) or h.seq < 0 or h.age_ms < 0 for h in message.heads):
            raise BadMessage("what is told of a gate does not fit one")
    elif isinstance(message, Ask | Answer):
        if not 0 <= message.number < 1 << 63:
            raise BadMessage("a question without a usable number")
    elif isinstance(message, ListPart) and not 0 <= message.part < message.parts <= 4096:
        raise BadMessage(f"part {message.part} of {message.parts}")


def check_fact(fact: Fact) -> None:
    """BadMessage for one that no gate writes."""
    if _not_an_author(fact.terminal_id, fact.incarnation) or not 0 <= fact.previous < fact.seq < 1 << 40:
        raise BadMessage("a fact of nobody, or with impossible numbers")
    if len(fact.body) > BODY_MAX or len(fact.signature) != 64:
        raise BadMessage("a fact that is too long, or without a signature")


def _not_an_author(terminal_id: int, incarnation: int) -> bool:
    return not (0 < terminal_id < 1 << 16 and 0 < incarnation < 1 << 8)


def fact_bytes(terminal_id: int, incarnation: int, seq: int, previous: int, body: str) -> bytes:
    """What a fact's signature covers."""
    return b"KFACT1" + _FACT.pack(terminal_id, incarnation, seq, previous) + body.encode()
