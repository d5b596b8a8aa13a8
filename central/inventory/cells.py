"""Cells of one owner in one journey: in memory a list of integers, one a segment, bit i = place index i.

In the database: the integers one after the other, little-endian, each `stride` bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiosk.domain.allotment import Block


def stride_of(place_count: int) -> int:
    """Bytes a segment takes."""
    return (place_count + 7) // 8


def pack(masks: Sequence[int], stride: int) -> bytes:
    return b"".join(mask.to_bytes(stride, "little") for mask in masks)


def unpack(cells: bytes, segments: int) -> list[int]:
    stride = len(cells) // segments
    if stride * segments != len(cells):
        raise ValueError(f"{len(cells)} bytes do not divide into {segments} segments")
    return [int.from_bytes(cells[i * stride : (i + 1) * stride], "little") for i in range(segments)]


def free_throughout(masks: Sequence[int], from_segment: int, to_segment: int) -> int:
    """Places that are set in every segment of [from_segment, to_segment)."""
    common = masks[from_segment]
    for mask in masks[from_segment + 1 : to_segment]:
        common &= mask
    return common


def to_blocks(masks: Sequence[int]) -> tuple[Block, ...]:
    """The same cells as blocks: neighbouring segments with equal places become one."""
    blocks: list[Block] = []
    start = 0
    for segment in range(1, len(masks) + 1):
        if segment == len(masks) or masks[segment] != masks[start]:
            if masks[start]:
                blocks.append(Block.of(start, segment, masks[start]))
            start = segment
    return tuple(blocks)


def from_blocks(blocks: Iterable[Block], segments: int, full_mask: int) -> list[int]:
    """The inverse; ValueError for segments or places the journey does not have."""
    masks = [0] * segments
    for block in blocks:
        mask = block.mask
        if not 0 <= block.from_segment < block.to_segment <= segments or mask < 0 or mask & ~full_mask:
            raise ValueError(f"{block} is outside the journey's {segments} segments or its places")
        for segment in range(block.from_segment, block.to_segment):
            masks[segment] |= mask
    return masks
