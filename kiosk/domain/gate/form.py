"""What every value that can be written in a case has in common."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Mode = Literal["signed-only", "local", "lan", "live"]
Kind = Literal["entry", "exit"]
Condition = list[Any]


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value that can be written in a case; a key it does not know is named instead of passed over."""
