"""Allotments: which cells (journey x place x segment) belong to whom. Rules P1-P5 speak of these."""

from __future__ import annotations

import msgspec


class Block(msgspec.Struct, frozen=True, array_like=True):
    """The same places over the segments [from_segment, to_segment)."""

    from_segment: int
    to_segment: int
    places: str  # hex of the integer whose bit i is place index i

    @property
    def mask(self) -> int:
        return int(self.places, 16)

    @classmethod
    def of(cls, from_segment: int, to_segment: int, mask: int) -> Block:
        return cls(from_segment, to_segment, f"{mask:x}")


class Gid(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Identity of a grant: strictly growing for each terminal, epoch first."""

    epoch: int
    n: int


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """Central gives cells of one journey to one incarnation of one terminal, once, for ever."""

    gid: Gid
    terminal_id: int
    incarnation: int
    journey_id: int
    blocks: tuple[Block, ...]
    not_after: int  # unix s: the terminal stops selling then and releases
    live: bool = False  # for a party that stood there and waited: what it did not buy goes back when it has gone


class SignedGrant(msgspec.Struct, frozen=True):
    """`body` is the JSON of a Grant exactly as central signed it (Ed25519 over b"KGRANT1" + body)."""

    body: str
    signature: str  # hex
