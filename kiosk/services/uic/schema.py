"""The strict way in and out of the ASN.1 of UIC barcodes: canonical unaligned PER or `UnreadableCode`, nothing else."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import Any

import asn1tools  # type: ignore[import-untyped]

CODE_LENGTH_MAX = 4096
"""Bytes; an Aztec code holds fewer than 2000."""

# asn1tools answers nonsense with whatever its Python code runs into; all of it is the code's fault, not ours.
_FAULTS = (asn1tools.Error, ValueError, LookupError, TypeError, ArithmeticError, RecursionError, MemoryError)


class UnreadableCode(ValueError):
    """What was scanned is not a UIC barcode that this program knows; the message says where it stops making sense."""


@functools.cache
def _compiled(schema: str) -> Any:
    text = files("assets").joinpath("asn1", f"{schema}.asn").read_text(encoding="utf-8")
    return asn1tools.compile_string(text, "uper")


def ready(schema: str) -> None:
    """Read the standard now; the first code would wait for it."""
    _compiled(schema)


def decode(schema: str, kind: str, data: bytes) -> dict[str, Any]:
    """The value of `data`; UnreadableCode also for trailing bytes and for any form but the canonical one.

    A second form of the same value would be a second code for one ticket, and the standard allows only one.
    """
    if len(data) > CODE_LENGTH_MAX:
        raise UnreadableCode(f"{kind}: {len(data)} bytes are more than any code holds")
    try:
        value: dict[str, Any] = _compiled(schema).decode(kind, data)
        again = _compiled(schema).encode(kind, value)
    except _FAULTS as fault:
        raise UnreadableCode(f"{kind}: {type(fault).__name__}: {fault}") from None
    if again != data:
        raise UnreadableCode(f"{kind}: not in its canonical form")
    return value


def encode(schema: str, kind: str, value: dict[str, Any]) -> bytes:
    """The canonical bytes of `value`; ValueError names what does not fit the standard."""
    try:
        data: bytes = _compiled(schema).encode(kind, value, check_constraints=True)
    except _FAULTS as fault:
        raise ValueError(f"{kind} does not fit the standard: {fault}") from None
    return data
