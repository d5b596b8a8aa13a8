"""Messages and facts stay readable for terminals of other versions: their shapes are on file."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.fixtures.wire.schema import REMEDY, breaks, current, stored


def test_no_shape_changed_unnoticed() -> None:
    before, now = stored(), current()
    assert not (found := breaks(before, now)), f"terminals in the field could not live with it: {found}. {REMEDY}"
    changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    assert not changed, f"new shapes are not agreed yet: {changed}. {REMEDY}"


def shapes(*fields: Any, like_list: bool = False) -> dict[str, Any]:
    kind = msgspec.defstruct("Fact", fields, array_like=like_list)
    return msgspec.json.schema_components([kind])[1]


OLD: tuple[Any, ...] = (("seq", int), ("body", str), ("note", str, ""))


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (OLD, ""),
        ((*OLD, ("lane", str, "")), ""),
        ((("lane", str), *OLD), "Fact.lane must be there: give it a default"),
        (OLD[1:], "Fact.seq is gone"),
        ((("seq", str), *OLD[1:]), "Fact.seq changed its type"),
        ((*OLD[:2], ("note", str, "other")), ""),
        ((*OLD[:2], ("note", int, 0)), "Fact.note changed its type"),
        ((*OLD[:2], ("comment", str, "")), "Fact.note is gone"),
    ],
)
def test_what_shuts_out_other_versions_is_named(new: tuple[Any, ...], words: str) -> None:
    assert breaks(shapes(*OLD), shapes(*new)) == ([words] if words else [])


@pytest.mark.parametrize(
    ("new", "fine"),
    [
        ((*OLD, ("lane", str, "")), True),
        ((OLD[0], ("lane", int, 0), ("body", str, ""), OLD[2]), False),
        ((OLD[1], OLD[0], OLD[2]), False),
        (OLD[:2], False),
    ],
)
def test_a_message_that_is_a_list_grows_at_its_end_only(new: tuple[Any, ...], fine: bool) -> None:
    assert (breaks(shapes(*OLD, like_list=True), shapes(*new, like_list=True)) == []) is fine


def test_a_kind_that_is_gone_is_named() -> None:
    assert breaks(shapes(*OLD), {}) == ["Fact is gone"]
