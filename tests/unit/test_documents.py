"""Documents that can go stale are compared with what they describe."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

from kiosk.app.config import Config
from kiosk.domain import events

ROOT = Path(__file__).parents[2]


def test_every_configuration_key_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    text += "".join((ROOT / "docs" / name).read_text() for name in re.findall(r"\]\(([a-z-]+\.md)\)", text))
    for section, kind in get_type_hints(Config).items():
        assert f"`[{section}]`" in text
        for field in fields(kind):
            assert f"`{field.name}`" in text, f"[{section}] {field.name}"


def test_every_fact_is_in_the_protocol() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text()
    for event in get_args(events.AnyEvent):
        assert f"`{event.__name__}`" in text


def test_every_task_of_the_makefile_is_described() -> None:
    makefile = (ROOT / "Makefile").read_text()
    tasks = re.findall(r"^([a-z]+):.*##", makefile, re.M)
    assert {"run", "test", "check", "tour", "pictures", "bench", "doctor"} <= set(tasks)
    described = (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    for task in set(tasks) - {"help", "setup", "clean"}:
        assert f"make {task}" in described or f"`{task}`" in described, task


def test_files_are_of_readable_length() -> None:
    sources = [
        each for folder in ("kiosk", "devices", "sync", "ui", "central") for each in (ROOT / folder).rglob("*.py")
    ]
    long = {str(each.relative_to(ROOT)) for each in sources if len(each.read_text().splitlines()) > 300}
    assert not long, f"split these: {sorted(long)}"
