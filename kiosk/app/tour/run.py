"""`kiosk tour`: plays the story into a folder and judges it."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack
from pathlib import Path

import click

from kiosk.app.children import end_on_sigterm
from kiosk.app.tour.plan import Wishes
from kiosk.app.tour.report import holds
from kiosk.app.tour.story import Story
from kiosk.domain.errors import KioskError


def run(wishes: Wishes, out: Path) -> int:
    """Play the story into a folder; exit status 0 only when all of it held."""
    end_on_sigterm()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    story = Story(wishes, out)
    begun = time.monotonic()
    try:
        with ExitStack() as stack:
            story.play(stack)
    except (KioskError, AssertionError, OSError) as error:
        story.report["error"] = str(error) or repr(error)
        click.echo(f"FAILED: {error or repr(error)}")
    story.report["seconds"] = round(time.monotonic() - begun, 1)
    story.report["ok"] = holds(story.report)
    (out / "report.json").write_text(json.dumps(story.report, indent=1, ensure_ascii=False) + "\n")
    words = "everything held" if story.report["ok"] else "something did not hold: see the report"
    click.echo(f"{words}; {story.report['seconds']} s; {out / 'report.json'}")
    return 0 if story.report["ok"] else 1
