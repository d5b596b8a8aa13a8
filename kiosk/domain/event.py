"""The base of all facts, by itself so that the vocabulary can be told in several files."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="kind", tag=True, kw_only=True):
    """Base of all facts. `kind` on the wire is the class name; new fields need a default."""
