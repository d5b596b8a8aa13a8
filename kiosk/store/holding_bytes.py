"""A holding as bytes, for its row in the table."""

from __future__ import annotations

import struct

from kiosk.domain.cells import Holding

_HOLDING_HEAD = struct.Struct(">QHH")  # not_after, segments, bytes of a mask; then the masks: free, cart, sold


def holding_state(holding: Holding) -> bytes:
    masks = holding.free + holding.cart + holding.sold
    width = (max(masks, default=0).bit_length() + 7) // 8
    head = _HOLDING_HEAD.pack(holding.not_after, len(holding.free), width)
    packed, last, same = [head], -1, b""
    for mask in masks:
        if mask != last:  # neighbours mostly look alike
            last, same = mask, mask.to_bytes(width, "big")
        packed.append(same)
    return b"".join(packed)


def holding_from(state: bytes) -> Holding:
    not_after, segments, width = _HOLDING_HEAD.unpack_from(state)
    at = range(_HOLDING_HEAD.size, _HOLDING_HEAD.size + 3 * segments * width, width) if width else [0] * 3 * segments
    masks = tuple(int.from_bytes(state[each : each + width], "big") for each in at)
    return Holding(not_after, masks[:segments], masks[segments : 2 * segments], masks[2 * segments :])
