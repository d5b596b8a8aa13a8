"""Facts as the text of a journal record and back; encoders are built once, because every sale passes here."""

from __future__ import annotations

import msgspec

from kiosk.domain.errors import StoreDamaged
from kiosk.domain.events import AnyEvent, Event

VERSION = 1  # of the bodies this program writes

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)


def encode(event: Event) -> str:
    """The body of a record: JSON with the kind in it."""
    return _encoder.encode(event).decode()


def decode(body: str) -> AnyEvent:
    """The fact in a record's body; StoreDamaged for one this program does not know."""
    try:
        event: AnyEvent = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise StoreDamaged(
            f"the journal holds a record this program cannot read ({error}). It was written by a newer program: "
            "install that one again."
        ) from None
    return event
