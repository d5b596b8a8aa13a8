"""`kiosk tour`: plays the story into a folder and judges it."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import click

from kiosk.app.children import end_on_sigterm
from kiosk.app.tour.gate_story import GateStory
from kiosk.app.tour.plan import Wishes
from kiosk.app.tour.story import Story
from kiosk.domain.errors import KioskError


class Played(Protocol):
    """A story that can be played and judged."""

    report: dict[str, Any]

    def play(self, stack: ExitStack) -> None: ...

    def holds(self) -> bool: ...


def run(wishes: Wishes, out: Path, role: str = "kiosk") -> int:
    """Play the story of a kiosk or of two gates into a folder; exit status 0 only when all of it held."""
    end_on_sigterm()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    story: Played = GateStory(out, wishes.pay) if role == "gate" else Story(wishes, out)
    begun = time.monotonic()
    try:
        with ExitStack() as stack:
            story.play(stack)
    except (KioskError, AssertionError, OSError) as error:
        story.report["error"] = str(error) or repr(error)
        click.echo(f"FAILED: {error or repr(error)}")
    story.report["seconds"] = round(time.monotonic() - begun, 1)
    story.report["ok"] = story.holds()
    (out / "report.json").write_text(json.dumps(story.report, indent=1, ensure_ascii=False) + "\n")
    words = "everything held" if story.report["ok"] else "something did not hold: see the report"
    click.echo(f"{words}; {story.report['seconds']} s; {out / 'report.json'}")
    return 0 if story.report["ok"] else 1
